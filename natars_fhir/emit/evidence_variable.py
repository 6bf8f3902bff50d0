"""EvidenceVariable: the criteria as R5 models them, and in R4 by HL7's cross-version extensions (standards.md §3).

R5: https://hl7.org/fhir/R5/evidencevariable.html; R4: https://hl7.org/fhir/R4/evidencevariable.html
"""

from __future__ import annotations

from hashlib import sha256

import msgspec

from natars_fhir.domain.study import Criterion, Study
from natars_fhir.emit.bilingual import both
from natars_fhir.emit.code_system import criterion_coding
from natars_fhir.fhir.build import R5_ELEMENT, Node, concept, extension, parts

_CHARACTERISTIC = f"{R5_ELEMENT}EvidenceVariable.characteristic"


def evidence_variable(study: Study, base: str) -> Node:
    """All characteristics together are asked for; one line's several questions are its "any of". Advice is left out."""
    by_id = {one.id: one for one in study.criteria}
    within = {part for one in study.criteria for part in one.parts}
    lines = [one for one in study.criteria if one.id not in within and not one.advisory]
    characteristics = [_line(one, by_id, base) for one in lines]
    ident = f"{study.id}-eligibility"
    return {
        "resourceType": "EvidenceVariable",
        "id": ident,
        "url": f"{base}/EvidenceVariable/{ident}",
        "version": sha256(msgspec.json.encode(characteristics)).hexdigest()[:12],
        "name": f"{study.acronym.title()}Eligibility",
        "title": f"{study.acronym}: whom the trial asks for",
        "status": "active",
        "characteristic": characteristics,
    }


def _line(criterion: Criterion, by_id: dict[str, Criterion], base: str) -> Node:
    told = [extension(f"{_CHARACTERISTIC}.linkId", "Id", criterion.id)]
    if criterion.parts:
        inner = [_part(by_id[part], base) for part in criterion.parts]
        code = extension("code", "Code", "any-of")
        told.append(parts(f"{_CHARACTERISTIC}.definitionByCombination", code, *inner))
    return {
        "extension": told,
        **both("description", criterion.text["en"], criterion.text.get("zh", "")),
        "definitionCodeableConcept": concept(criterion_coding(criterion, base)),
        "exclude": criterion.kind == "exclusion",
    }


def _part(criterion: Criterion, base: str) -> Node:
    return parts(
        "characteristic",
        extension("linkId", "Id", criterion.id),
        extension("description", "Markdown", criterion.text["en"]),
        extension("definitionCodeableConcept", "CodeableConcept", concept(criterion_coding(criterion, base))),
    )
