"""Build: small fragments of FHIR resources, as plain dicts that leave out what was not said.

See https://hl7.org/fhir/R4/datatypes.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

#: A FHIR element or resource, as JSON holds it.
Node = dict[str, Any]

#: Where the extensions are defined that carry R5's elements in R4, and R4's in R5.
R5_ELEMENT = "http://hl7.org/fhir/5.0/StructureDefinition/extension-"
R4_ELEMENT = "http://hl7.org/fhir/4.0/StructureDefinition/extension-"

_DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def said(elements: Mapping[str, Any]) -> Node:
    """The elements that say something: FHIR knows no empty string, list or object."""
    return {name: value for name, value in elements.items() if value or value not in (None, "", [], {}, ())}


def coding(system: str, code: str, display: str = "", version: str = "") -> Node:
    """A Coding."""
    return said({"system": system, "version": version, "code": code, "display": display})


def concept(*codings: Node, text: str = "") -> Node:
    """A CodeableConcept."""
    return said({"coding": list(codings), "text": text})


def identifier(system: str, value: str) -> Node:
    """An Identifier."""
    return said({"system": system, "value": value})


def period(start: str = "", end: str = "") -> Node:
    """A Period."""
    return said({"start": start, "end": end})


def reference(kind: str, id_: str, display: str = "") -> Node:
    """A literal Reference within one server: ``Patient/17``."""
    return said({"reference": f"{kind}/{id_}", "display": display})


def named(kind: str, display: str) -> Node:
    """A Reference to something that is known by its name alone."""
    return said({"type": kind, "display": display})


def identified(kind: str, system: str, value: str) -> Node:
    """A logical Reference: by business identifier."""
    return {"type": kind, "identifier": identifier(system, value)}


def extension(url: str, kind: str, value: Any) -> Node:
    """A simple Extension: ``extension(url, "Code", "x")`` has ``valueCode``."""
    return {"url": url, f"value{kind}": value}


def parts(url: str, *inner: Node) -> Node:
    """A complex Extension."""
    return {"url": url, "extension": list(inner)}


def absent(reason: str = "unknown") -> Node:
    """What stands for an element that must be there and was not said."""
    return {"extension": [extension(_DATA_ABSENT, "Code", reason)]}


def slug(text: str) -> str:
    """A FHIR id made of a name: letters, digits and hyphens, the same each time; other scripts by their hash.

    >>> slug("The Neoadjuvant Therapy Group")
    'the-neoadjuvant-therapy-group'
    """
    made = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if text.isascii() and _ID.fullmatch(made):
        return made
    return f"{made[:40]}-{sha256(text.encode()).hexdigest()[:16]}".lstrip("-")
