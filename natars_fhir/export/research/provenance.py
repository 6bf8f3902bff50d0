"""Provenance: which program and which mapping made a subject's record, and of which sources, by keyed ids alone.

https://hl7.org/fhir/R4/provenance.html. Whoever holds the key can find a source again; nobody else can.
"""

from __future__ import annotations

from collections.abc import Iterable

from natars_fhir import __version__
from natars_fhir.export.research.whole import SUBJECT, Making
from natars_fhir.fhir import build
from natars_fhir.fhir.build import Node, coding, concept

_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
#: What made it, as it is called there.
PROGRAM = f"natars-fhir {__version__}"


def provenance(making: Making, targets: Iterable[Node]) -> Node:
    """One for everything that is told of the subject. When: the day of the export, which the allow-list puts there."""
    base, facts = making.plan.base, making.whole.subject.record.facts
    sources = dict.fromkeys((fact.source.reference, fact.source.version) for fact in facts)
    system = f"{base}/NamingSystem/export-source"
    told = {fact.source.mapping for fact in facts} - {""} or {making.plan.mappings[making.whole.subject.site]}
    return {
        "resourceType": "Provenance",
        "id": f"{SUBJECT} provenance",
        "meta": making.meta(),
        "target": [{"reference": f"{one['resourceType']}/{one['id']}"} for one in targets],
        "recorded": "",
        "agent": [
            *(_agent(build.identifier(f"{base}/NamingSystem/mapping", one)) for one in sorted(told)),
            _agent(build.identifier(f"{base}/NamingSystem/export-rules", making.plan.rules)),
        ],
        "entity": [_entity(system, "\n".join(one)) for one in sorted(sources)],
    }


def _agent(files: Node) -> Node:
    """The program, with the files that it read or wrote by."""
    who = {"identifier": files, "display": PROGRAM}
    return {"type": concept(coding(_PARTICIPANT, "assembler")), "who": who}


def _entity(system: str, value: str) -> Node:
    return {"role": "source", "what": {"identifier": {"system": system, "value": value}}}
