"""The FHIR versions that a site may speak, and which of them a document is written in.

See https://hl7.org/fhir/R5/versions.html. A version is a module beside ``r5.py`` and its row in ``VERSIONS``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir import r5
from natars_fhir.fhir import version_marks as marks
from natars_fhir.fhir.build import Node

Name = Literal["R4", "R4B", "R5"]
Words = Mapping[str, frozenset[str]]
Conversion = Callable[[Node], tuple[Node, list[Issue]]]


@dataclass(frozen=True, slots=True)
class Version:
    """One FHIR version: ``number`` as the mime type's ``fhirVersion`` says it, and the way to R4 and from it."""

    name: Name
    number: str
    to_r4: Conversion
    from_r4: Conversion


def _same(resource: Node) -> tuple[Node, list[Issue]]:
    return resource, []


VERSIONS: Mapping[Name, Version] = MappingProxyType(
    {
        "R4": Version("R4", "4.0", _same, _same),
        # the types that we read and emit have the same elements in R4 and R4B (standards.md §8)
        "R4B": Version("R4B", "4.3", _same, _same),
        "R5": Version("R5", "5.0", r5.to_r4, r5.to_r5),
    }
)

_PROFILE = re.compile(r"http://hl7\.org/fhir/StructureDefinition/[A-Za-z]+\|(\d\.\d)")


def detect(document: Node | bytes) -> Name | None:
    """The version that a resource, a Bundle or NDJSON is written in; None where it does not show, or shows both.

    What it says of itself (``fhirVersion``, a versioned core profile) counts before what its elements show.
    """
    resources = [one for root in _roots(document) for one in _resources(root)]
    stated = {name for resource in resources for name in _stated(resource)}
    shown = stated or {name for resource in resources for name in _shown(resource)}
    return shown.pop() if len(shown) == 1 else None


def _roots(document: Node | bytes) -> list[Any]:
    if not isinstance(document, bytes):
        return [document]
    try:
        return [json.loads(document)]
    except (ValueError, RecursionError):
        return [root for line in document.splitlines() for root in _line(line)]


def _line(line: bytes) -> list[Any]:
    try:
        return [json.loads(line)]
    except (ValueError, RecursionError):
        return []


def _resources(root: Any) -> Iterator[Node]:
    """A resource, and those within it: contained, and the entries of a Bundle."""
    if not isinstance(root, dict):
        return
    yield root
    entries = root.get("entry") if root.get("resourceType") == "Bundle" else None
    inner = [entry.get("resource") for entry in _objects(entries)] + _objects(root.get("contained"))
    for resource in inner:
        yield from _resources(resource)


def _objects(value: Any) -> list[Node]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _stated(resource: Node) -> Iterator[Name]:
    """The versions that a resource says it is of."""
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    found = [_PROFILE.match(url) for url in profiles if isinstance(url, str)] if isinstance(profiles, list) else []
    numbers = [match[1] for match in found if match] + [str(resource.get("fhirVersion", ""))[:3]]
    for number in numbers:
        yield from (version.name for version in VERSIONS.values() if version.number == number)


def _shown(resource: Node) -> Iterator[Name]:
    """The versions that have what a resource shows and the others have not."""
    kind = resource.get("resourceType")
    if not isinstance(kind, str):
        return
    status = resource.get("status")
    word = status if isinstance(status, str) else ""
    lists = [isinstance(resource[name], list) for name in marks.LISTS_IN_R5.get(kind, ()) if name in resource]
    new = _has(marks.R5_ELEMENTS, marks.R5_STATUS, resource, kind, word) or _coded(marks.R5_CODES, resource, kind)
    if kind in marks.R5_TYPES or any(lists) or new:
        yield "R5"
    if kind in marks.R4_TYPES or not all(lists) or _has(marks.R4_ELEMENTS, marks.R4_STATUS, resource, kind, word):
        yield "R4"


def _has(elements: Words, statuses: Words, resource: Node, kind: str, status: str) -> bool:
    names = elements.get(kind, frozenset())
    return not names.isdisjoint(resource) or status in statuses.get(kind, ())


def _coded(codes: Mapping[str, tuple[str, str]], resource: Node, kind: str) -> bool:
    """Does a CodeableConcept hold the code that the table has for its type?"""
    name, code = codes.get(kind, ("", ""))
    concept = resource.get(name)
    return any(
        coding.get("code") == code for coding in _objects(concept.get("coding") if isinstance(concept, dict) else 0)
    )
