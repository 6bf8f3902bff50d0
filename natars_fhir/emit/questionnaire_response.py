"""QuestionnaireResponse: the form, prefilled with every answer that the data gives, each with its source; what a person
has stated goes before it, with the person's name and reason, and the data's sentence stays beside.

R4: https://hl7.org/fhir/R4/questionnaireresponse.html. It is ``in-progress``: software prefills, people answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from natars_fhir.domain.answer import NO, UNKNOWN, YES, Answer
from natars_fhir.domain.finding import Finding
from natars_fhir.domain.screening import Screening
from natars_fhir.domain.sentence import render
from natars_fhir.domain.study import Criterion, Study
from natars_fhir.emit.bilingual import both
from natars_fhir.emit.code_system import answer, reason_coding
from natars_fhir.emit.provenance import mapping_system, provenance
from natars_fhir.emit.questionnaire import AS_OF, SDC, questionnaire, reason_link, said_link
from natars_fhir.emit.sources import patient_reference
from natars_fhir.fhir.build import Node, extension, named, said

_AUTHOR = "http://hl7.org/fhir/StructureDefinition/questionnaireresponse-author"


class Stated(Protocol):
    """What a named person said of one criterion, and why."""

    @property
    def answer(self) -> Answer:
        """What is true of the patient, as the person has it."""

    @property
    def by(self) -> str:
        """The person's name."""

    @property
    def reason(self) -> str:
        """Why."""


#: Criterion id → what a person stated of it, where that counts.
Statements = Mapping[str, Stated]

#: Nobody has stated anything.
NOBODY: Statements = MappingProxyType({})


def forms_system(canonical_base: str) -> str:
    """The identifier system of prefilled forms; the value is the subject's pseudonym."""
    return f"{canonical_base}/NamingSystem/prefilled-form"


def prefilled_response(
    screening: Screening,
    study: Study,
    base: str,
    now: datetime | None,
    primary: tuple[str, str] | None = None,
    stated: Statements = NOBODY,
) -> Node:
    """The response as `$populate` gives it. *now* is when; without it nothing says so: what is sent must not change
    with the clock. *primary* is the patient's identifier that a site declares."""
    form, given = questionnaire(study, base), shown(screening, stated)
    told = {criterion.id: finding for criterion, finding in screening.findings}
    titled = extension("http://hl7.org/fhir/StructureDefinition/display", "String", form["title"])
    return said(
        {
            "resourceType": "QuestionnaireResponse",
            "meta": {"profile": [f"{SDC}/sdc-questionnaireresponse"]},
            "language": "en",
            "contained": [
                provenance(f"source-{link}", _element(link, told[link], one), told[link].facts, base, now)
                for link, one in given.items()
                if is_told(told[link])
            ],
            "questionnaire": f"{form['url']}|{form['version']}",
            "_questionnaire": {"extension": [titled]},
            "status": "in-progress",
            "subject": patient_reference(screening.patient, primary),
            "authored": now.isoformat(timespec="seconds") if now else None,
            "item": [
                {"linkId": AS_OF, **_words(form["item"][0]), "answer": [{"valueDate": screening.as_of.isoformat()}]},
                *(_group(group, told, given, stated, base) for group in form["item"][1:]),
            ],
        }
    )


def meaning(response: Node) -> Node:
    """What a response says and from which sources: without the day that it was asked for, without its sentences, which
    may name that day, and without who read the sources, and by which mapping."""
    sources = [
        entity["what"]
        for one in response.get("contained", ())
        for entity in one.get("entity", ())
        if not str(entity["what"].get("identifier", {}).get("system", "")).endswith(mapping_system(""))
    ]
    groups = [
        [_without_said(item) for item in one.get("item", ())] for one in response["item"] if one["linkId"] != AS_OF
    ]
    return {**response, "contained": sources, "item": groups}


def _without_said(item: Node) -> Node:
    link = item["linkId"]
    (answered,) = item["answer"]
    kept = [one for one in answered.get("item", ()) if one["linkId"] != said_link(link)]
    return {**item, "answer": [{**answered, "item": kept}]}


def is_told(finding: Finding) -> bool:
    """Does the data give an answer? An unknown is one where evidence is at hand that does not decide; silence, and what
    is to be asked later, is none."""
    if finding.answer is not UNKNOWN:
        return True
    return bool(finding.facts) and finding.reason not in ("silent", "not-yet")


def shown(screening: Screening, stated: Statements) -> dict[str, Answer]:
    """Criterion id → the answer that the form shows: a person's, else the data's; a line of several questions follows
    its parts, as the form itself works it out."""
    given: dict[str, Answer] = {}
    for criterion, finding in screening.findings:
        if criterion.id in stated:
            given[criterion.id] = stated[criterion.id].answer
        elif any(part in stated for part in criterion.parts):
            given |= _either(criterion, given)
        elif is_told(finding):
            given[criterion.id] = finding.answer
    return given


def _either(criterion: Criterion, given: Mapping[str, Answer]) -> dict[str, Answer]:
    answers = [given[part] for part in criterion.parts if part in given]
    if YES in answers:
        return {criterion.id: YES}
    if answers == [NO] * len(criterion.parts):
        return {criterion.id: NO}
    return {criterion.id: UNKNOWN} if UNKNOWN in answers else {}


def _element(link: str, finding: Finding, given: Answer) -> str:
    """What the data is the source of: the answer, or where that is a person's, the sentence beneath it."""
    return link if given is finding.answer else said_link(link)


def _group(
    group: Node, told: Mapping[str, Finding], given: Mapping[str, Answer], stated: Statements, base: str
) -> Node:
    items = [
        _item(one, told[link], given[link], stated.get(link), base)
        for one in group["item"]
        if (link := one["linkId"]) in given
    ]
    return said({"linkId": group["linkId"], **_words(group), "item": items})


def _item(asked: Node, finding: Finding, given: Answer, stated: Stated | None, base: str) -> Node:
    link, below = asked["linkId"], {one["linkId"]: one for one in asked["item"]}
    why = finding.reason if given is finding.answer else None
    reason = [extension(f"{base}/StructureDefinition/reason", "Coding", reason_coding(why, base))] if why else []
    author = [extension(_AUTHOR, "Reference", named("Practitioner", stated.by))] if stated else []
    items = [_said(below[said_link(link)], finding)] if is_told(finding) else []
    if stated and stated.reason:
        words = below[reason_link(link)]
        items.append({"linkId": reason_link(link), **_words(words), "answer": [{"valueString": stated.reason}]})
    chosen = said({"extension": reason, "valueCoding": answer(given.word, base), "item": items})
    return said({"id": link, "extension": author, "linkId": link, **_words(asked), "answer": [chosen]})


def _said(asked: Node, finding: Finding) -> Node:
    link = asked["linkId"]
    sentence = both("valueString", render(finding.sentence, "en"), render(finding.sentence, "zh"))
    return {"id": link, "linkId": link, **_words(asked), "answer": [sentence]}


def _words(asked: Node) -> Node:
    return {name: asked[name] for name in ("text", "_text") if name in asked}
