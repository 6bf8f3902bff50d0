"""Provenance: which of the hospital's resources an answer was read from, and by which mapping (standards.md §3).

R4: https://hl7.org/fhir/R4/provenance.html. It is contained in what it speaks of, so that an answer never travels
without its sources; one element of it is named by https://hl7.org/fhir/extensions/StructureDefinition-targetElement.html
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from natars_fhir import __version__
from natars_fhir.domain.record import Fact
from natars_fhir.emit.identity import Identity
from natars_fhir.emit.sources import reference_to
from natars_fhir.fhir import build
from natars_fhir.fhir.build import Node, coding, concept, extension, parts, said

TARGET_ELEMENT = "http://hl7.org/fhir/StructureDefinition/targetElement"
_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def subject_provenance(facts: Iterable[Fact], trial: str, identity: Identity) -> Node:
    """Of a subject: everything that its screening was read from, as a resource of its own (put under its id, for it has
    no identifier; https://hl7.org/fhir/R4/provenance.html)."""
    base = identity.canonical_base
    target = build.identified("ResearchSubject", f"{base}/NamingSystem/subject", identity.pseudonym)
    made = provenance(identity.id, "", facts, base, None)
    return made | {"meta": {"tag": [coding(f"{base}/CodeSystem/trial", trial)]}, "target": [target]}


def provenance(ident: str, element: str, facts: Iterable[Fact], base: str, now: datetime | None) -> Node:
    """Contained in the resource that it speaks of: of its *element* (an element's id), or of the whole where that is
    empty. Without *now* it does not say when: what is sent must not change with the clock."""
    target: Node = {"reference": "#"}
    if element:
        target = {"extension": [extension(TARGET_ELEMENT, "Uri", element)], **target}
    moment = {"recorded": now.isoformat(timespec="seconds")} if now else {"_recorded": build.absent("not-asked")}
    who = {"type": "Device", "display": f"natars-fhir {__version__}"}
    agent = {"type": concept(coding(_PARTICIPANT, "assembler")), "who": who}
    entities = [{"role": "source", "what": what} for what in _sources([*facts], base)]
    return said(
        {"resourceType": "Provenance", "id": ident, "target": [target], **moment, "agent": [agent], "entity": entities}
    )


def mapping_system(base: str) -> str:
    """The identifier system of mappings: the values are digests of a mappings folder."""
    return f"{base}/NamingSystem/mapping"


def _sources(facts: list[Fact], base: str) -> list[Node]:
    """Each resource once with its places, what had a say besides, and the mappings that read them."""
    places: dict[tuple[str, str], list[Node]] = {}
    for fact in dict.fromkeys(facts):
        at = places.setdefault((fact.source.reference, fact.source.version), [])
        at += [place for place in [_place(fact, base)] if place not in at]
    besides = {other for fact in facts for other in fact.source.besides} - {key for key, _ in places}
    mappings = sorted({fact.source.mapping for fact in facts} - {""})
    return [
        *({"extension": at, **reference_to(key, version)} for (key, version), at in sorted(places.items())),
        *(reference_to(key) for key in sorted(besides)),
        *({"identifier": build.identifier(mapping_system(base), one)} for one in mappings),
    ]


def _place(fact: Fact, base: str) -> Node:
    """Where in the resource it stands: the path, and the characters of a text (the last one not counted)."""
    span = [extension(name, "UnsignedInt", at) for name, at in zip(("start", "end"), fact.span or (), strict=False)]
    return parts(f"{base}/StructureDefinition/evidence", extension("path", "String", fact.path), *span)
