"""QuestionnaireResponse: the form, prefilled with every answer that the data gives, each with its source.

R4: https://hl7.org/fhir/R4/questionnaireresponse.html. It is ``in-progress``: software prefills, people answer.
"""

from __future__ import annotations

from datetime import datetime

from natars_fhir.domain.answer import UNKNOWN
from natars_fhir.domain.finding import Finding
from natars_fhir.domain.screening import Screening
from natars_fhir.domain.sentence import render
from natars_fhir.domain.study import Criterion, Study
from natars_fhir.emit.bilingual import both
from natars_fhir.emit.code_system import answer, reason_coding
from natars_fhir.emit.provenance import provenance
from natars_fhir.emit.questionnaire import AS_OF, SDC, questionnaire, said_link
from natars_fhir.emit.sources import patient_reference
from natars_fhir.fhir.build import Node, extension, said


def prefilled_response(
    screening: Screening, study: Study, base: str, now: datetime, primary: tuple[str, str] | None = None
) -> Node:
    """The response as `$populate` gives it. *now* is when; *primary* the patient's identifier that a site declares."""
    form = questionnaire(study, base)
    found = [(criterion, finding) for criterion, finding in screening.findings if is_told(finding)]
    titled = extension("http://hl7.org/fhir/StructureDefinition/display", "String", form["title"])
    return said(
        {
            "resourceType": "QuestionnaireResponse",
            "meta": {"profile": [f"{SDC}/sdc-questionnaireresponse"]},
            "language": "en",
            "contained": [_source(criterion, finding, base, now) for criterion, finding in found],
            "questionnaire": f"{form['url']}|{form['version']}",
            "_questionnaire": {"extension": [titled]},
            "status": "in-progress",
            "subject": patient_reference(screening.patient, primary),
            "authored": now.isoformat(timespec="seconds"),
            "item": [_as_of(form["item"][0], screening), *_groups(form, found, base)],
        }
    )


def is_told(finding: Finding) -> bool:
    """Does the data give an answer? An unknown is one where evidence is at hand that does not decide; silence, and what
    is to be asked later, is none."""
    if finding.answer is not UNKNOWN:
        return True
    return bool(finding.facts) and finding.reason not in ("silent", "not-yet")


def _source(criterion: Criterion, finding: Finding, base: str, now: datetime) -> Node:
    return provenance(f"source-{criterion.id}", criterion.id, finding.facts, base, now)


def _as_of(asked: Node, screening: Screening) -> Node:
    return {"linkId": AS_OF, **_words(asked), "answer": [{"valueDate": screening.as_of.isoformat()}]}


def _groups(form: Node, found: list[tuple[Criterion, Finding]], base: str) -> list[Node]:
    told = {criterion.id: finding for criterion, finding in found}
    groups = [group for group in form["item"] if group["type"] == "group"]
    return [
        said(
            {
                "linkId": group["linkId"],
                **_words(group),
                "item": [_item(one, told[one["linkId"]], base) for one in group["item"] if one["linkId"] in told],
            }
        )
        for group in groups
    ]


def _item(asked: Node, finding: Finding, base: str) -> Node:
    link = asked["linkId"]
    why = [extension(f"{base}/StructureDefinition/reason", "Coding", reason_coding(finding.reason, base))] \
        if finding.reason else []  # fmt: skip
    given = {"extension": why, "valueCoding": answer(finding.answer.word, base), "item": [_said(asked, link, finding)]}
    return {"id": link, "linkId": link, **_words(asked), "answer": [said(given)]}


def _said(asked: Node, link: str, finding: Finding) -> Node:
    below = next(one for one in asked["item"] if one["linkId"] == said_link(link))
    sentence = both("valueString", render(finding.sentence, "en"), render(finding.sentence, "zh"))
    return {"linkId": said_link(link), **_words(below), "answer": [sentence]}


def _words(asked: Node) -> Node:
    return {name: asked[name] for name in ("text", "_text") if name in asked}
