"""CodeSystem: the words that ConceptMaps lead to, so that a terminology server can hold both ends.

https://hl7.org/fhir/R4/codesystem.html
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from natars_fhir.fhir.build import Node, said
from natars_fhir.mapping.files import Mappings
from natars_fhir.mapping.terms.crosswalk import standard_rows

_TITLES = {
    "concept": "What the trial can know",
    "value": "The values that a code can say",
    "report": "Kinds of reports",
}


def code_systems(mappings: Mappings, base: str) -> list[Node]:
    """Concepts with their names in both languages, the words of values, and the kinds of reports."""
    return [
        _system("concept", base, (_concept(name, one.en, one.zh) for name, one in mappings.concepts.concepts.items())),
        _system("value", base, ({"code": word} for word in _words(mappings))),
        _system("report", base, ({"code": kind} for kind in mappings.concepts.reports)),
    ]


def _words(mappings: Mappings) -> list[str]:
    """Every word that a code says, and every value that a coded concept can take."""
    told = {
        row.target.value or row.target.code for row in standard_rows(mappings) if row.target.part in ("says", "value")
    }
    told |= {value for concept in mappings.concepts.concepts.values() for value in concept.values}
    told |= {says.value for groups in mappings.concepts.values.values() for says in groups}
    return sorted({*told, *(drug.name for drug in mappings.drugs.drug), "present", "absent", "suspected", "yes", "no"})


def _concept(code: str, en: str, zh: str) -> Node:
    return {"code": code, "display": en, "designation": [{"language": "zh", "value": zh}]}


def _system(name: str, base: str, concepts: Iterable[Node]) -> Node:
    told = list(concepts)
    return said(
        {
            "resourceType": "CodeSystem",
            "id": name,
            "url": f"{base}/CodeSystem/{name}",
            "version": sha256(msgspec.json.encode(told)).hexdigest()[:12],
            "name": f"Natars{name.title()}",
            "title": _TITLES[name],
            "status": "active",
            "caseSensitive": True,
            "content": "complete",
            "count": len(told),
            "concept": told,
        }
    )
