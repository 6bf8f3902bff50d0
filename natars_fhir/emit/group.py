"""Group: the criteria as a summary that ResearchStudy.enrollment may refer to; R4 has no "or" and no "unknown".

R4: https://hl7.org/fhir/R4/group.html
"""

from __future__ import annotations

from natars_fhir.domain.study import Criterion, Study
from natars_fhir.emit.bilingual import both
from natars_fhir.emit.code_system import answer, criterion_coding
from natars_fhir.fhir.build import Node, concept, identifier


def group(study: Study, base: str) -> Node:
    """Whom the study asks for: every criterion that can keep a patient out, the questions of a line each by itself."""
    asked = [one for one in study.criteria if not one.parts and not one.advisory]
    return {
        "resourceType": "Group",
        "id": f"{study.id}-eligibility",
        "identifier": [identifier(f"{base}/NamingSystem/study", f"{study.id}-eligibility")],
        "active": True,
        "type": "person",
        "actual": False,
        "name": f"Patients eligible for {study.acronym}",
        "characteristic": [_characteristic(one, base) for one in asked],
    }


def _characteristic(criterion: Criterion, base: str) -> Node:
    words = both("text", criterion.text["en"], criterion.text.get("zh", ""))
    return {
        "code": concept(criterion_coding(criterion, base)) | words,
        "valueCodeableConcept": concept(answer("yes", base)),
        "exclude": criterion.kind == "exclusion",
    }
