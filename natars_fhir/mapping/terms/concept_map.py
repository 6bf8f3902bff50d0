"""ConceptMap: a site's codes, and the standard ones, published so that a terminology server can hold them.

One map for each source system; a group for each system of targets. https://hl7.org/fhir/R4/conceptmap.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from natars_fhir.fhir.build import Node, extension, said, slug
from natars_fhir.mapping.codes import CODE, Systems
from natars_fhir.mapping.ranges import codes
from natars_fhir.mapping.schema import Code
from natars_fhir.mapping.terms.crosswalk import UNIT_SPELLINGS, Part, Row, Target
from natars_fhir.mapping.units import UCUM

#: Which of our code systems a target belongs to.
_OURS: dict[Part, str] = {"asked": "concept", "says": "concept", "value": "value", "report": "report"}


@dataclass(frozen=True, slots=True)
class Publisher:
    """In whose name maps are published: how canonical addresses begin, and what the code systems are called.

    ``owner`` is the site, or `standard` for the rows that hold for every site.
    """

    base: str
    owner: str
    systems: Systems

    def target(self, part: Part) -> str:
        """The code system of the targets of one part."""
        return UCUM if part == "unit" else f"{self.base}/CodeSystem/{_OURS[part]}"

    def source(self, system: str) -> str:
        """The address of a source system; empty where the hospital's codes come without one."""
        if system == UNIT_SPELLINGS:
            return f"{self.base}/CodeSystem/{UNIT_SPELLINGS}"
        found = self.systems.by_name.get(system)
        return found.uri if found else system

    def id(self, system: str) -> str:
        """The id of the map of one source system."""
        return slug(f"{self.owner} {system or 'no system'}")

    def url(self, system: str) -> str:
        """The canonical address of that map."""
        return f"{self.base}/ConceptMap/{self.id(system)}"

    def structure(self, name: str) -> str:
        """The address of an extension, or of the element that a product names."""
        return f"{self.base}/StructureDefinition/mapping-{name}"


def concept_maps(rows: Iterable[Row], publisher: Publisher) -> list[Node]:
    """The rows as ConceptMaps, one a source system; rows whose code FHIR's `code` cannot hold are left out."""
    by_system: dict[str, list[Row]] = {}
    for row in rows:
        by_system.setdefault(row.code.system, []).extend(_published(row))
    return [_map(system, found, publisher) for system, found in by_system.items() if found]


def unpublished(rows: Iterable[Row]) -> list[Row]:
    """The rows that cannot be published, for FHIR's `code` cannot hold them."""
    return [row for row in rows if not row.code.first and not CODE.fullmatch(row.code.code)]


def equivalence(target: Target) -> str:
    """How the target stands to the source, in R4's words: a value that many codes say is wider than each of them.

    https://hl7.org/fhir/R4/valueset-concept-map-equivalence.html
    """
    if target.standing == "hedged":
        return "inexact"
    return "wider" if target.part in ("says", "report") else "equivalent"


def matched(target: Target, publisher: Publisher, remark: str = "", *, verified: bool = True) -> Node:
    """One ``group.element.target``."""
    comment = "; ".join(filter(None, [remark, "said with doubt" if target.standing == "hedged" else ""]))
    return said(
        {
            "extension": [] if verified else [extension(publisher.structure("verified"), "Boolean", False)],
            "code": target.code,
            "equivalence": equivalence(target),
            "comment": comment,
            "product": products(target, publisher),
        }
    )


def products(target: Target, publisher: Publisher) -> list[Node]:
    """What a code says beside the concept itself: its value, and what qualifies that."""
    if target.part != "says":
        return []
    words = f"{publisher.base}/CodeSystem/value"
    told = [{"property": publisher.structure("value"), "system": words, "value": target.value}]
    for key, value in target.detail:
        words_said = value if isinstance(value, tuple) else (value,)
        told += [{"property": publisher.structure(key), "value": str(one)} for one in words_said]
    return told


def _map(system: str, rows: list[Row], publisher: Publisher) -> Node:
    groups: dict[str, dict[str, list[Node]]] = {}
    for row in rows:
        elements = groups.setdefault(publisher.target(row.target.part), {})
        elements.setdefault(row.code.code, []).append(_target(row, publisher))
    source = publisher.source(system)
    made = [
        said(
            {
                "extension": _hierarchy(system, publisher),
                "source": source,
                "target": target,
                "element": [{"code": code, "target": targets} for code, targets in elements.items()],
            }
        )
        for target, elements in groups.items()
    ]
    return {
        "resourceType": "ConceptMap",
        "id": publisher.id(system),
        "url": publisher.url(system),
        "version": sha256(msgspec.json.encode(made)).hexdigest()[:12],
        "name": _name(publisher.owner, system),
        "title": f"{publisher.owner}: {system or 'codes without a system'}, in the words of the trial",
        "status": "active",
        "description": _DESCRIPTION,
        "group": made,
    }


_DESCRIPTION = (
    "Made from the mapping files. A target's product tells the value that the code says by itself. In a system that is "
    "marked as hierarchical a code stands for the codes that begin with it; a disjoint target is an exception; a range "
    "of categories is told category by category."
)


def _hierarchy(system: str, publisher: Publisher) -> list[Node]:
    below = publisher.systems.hierarchical(system)
    return [extension(publisher.structure("hierarchical"), "Boolean", True)] if below else []


def _name(owner: str, system: str) -> str:
    """Fit to be an identifier in a program, as the standard asks: ``HospitalBPharmacy``."""
    words = re.findall(r"[A-Za-z0-9]+", f"{owner} {system}")
    return f"Natars{''.join(word[:1].upper() + word[1:] for word in words)}"[:255]


def _target(row: Row, publisher: Publisher) -> Node:
    code = row.code
    if code.apart:  # an exception to a wider code (see `_published`)
        return said({"code": row.target.code, "equivalence": "disjoint", "product": products(row.target, publisher)})
    told = row.remark if code.verified else f"not verified: {code.reason}"
    return matched(row.target, publisher, told, verified=code.verified)


def _published(row: Row) -> Iterator[Row]:
    """A range, category by category; then its exceptions, marked by ``apart``."""
    code, apart = row.code, row.code.apart
    for one in codes(code.first, code.last) if code.first else [code.code]:
        if one not in apart and CODE.fullmatch(one):
            yield row._replace(code=code.model_copy(update={"code": one, "first": "", "last": "", "apart": ()}))
    for one in apart:
        yield row._replace(code=Code(system=code.system, code=one, apart=(one,)))
