"""QuestionnaireResponse: the screening's answers as they stand with people's part; no sentence, no reason, no name.

https://hl7.org/fhir/R4/questionnaireresponse.html. It does not say of which day it is: that is the day of the export,
and moved with the subject's days it would give away by how much.
"""

from __future__ import annotations

from natars_fhir.domain.answer import UNKNOWN
from natars_fhir.domain.finding import Finding
from natars_fhir.domain.study import Criterion
from natars_fhir.export.research.whole import SUBJECT, Making
from natars_fhir.fhir.build import Node, coding, extension


def questionnaire_response(making: Making) -> Node | None:
    """Every criterion with an answer; an unknown says why. None where nothing was asked."""
    whole = making.whole
    groups = [_group(kind, making) for kind in ("inclusion", "exclusion")]
    filled = [one for one in groups if one["item"]]
    if not filled:
        return None
    return {
        "resourceType": "QuestionnaireResponse",
        "id": f"{SUBJECT} screening",
        "meta": making.meta(),
        "questionnaire": whole.form,
        "status": "completed",
        "subject": making.patient,
        "item": filled,
    }


def _group(kind: str, making: Making) -> Node:
    items = [_item(one, found, making) for one, found in making.whole.findings if one.kind == kind]
    return {"linkId": kind, "item": items}


def _item(criterion: Criterion, finding: Finding, making: Making) -> Node:
    told = finding.answer is UNKNOWN or finding.reason == "not-applicable"
    reason = str(finding.reason) if finding.reason and told else ""
    return {"linkId": criterion.id, "answer": [making.plan.answers[finding.answer.word, reason]]}


def answer(base: str, word: str, reason: str) -> Node:
    """An answer, and why it is unknown or does not apply."""
    said = {"valueCoding": coding(f"{base}/CodeSystem/answer", word)}
    if not reason:
        return said
    why = coding(f"{base}/CodeSystem/reason", reason)
    return {"extension": [extension(f"{base}/StructureDefinition/reason", "Coding", why)], **said}
