"""Questionnaire: the screening form, every criterion a question, in the protocol's order (standards.md §3).

R4: https://hl7.org/fhir/R4/questionnaire.html, with the extensions of Structured Data Capture
(http://hl7.org/fhir/uv/sdc). A question's linkId is its criterion's id; beneath it stand ``<id>.said``, what the data
says, and ``<id>.reason``, where a person who answers or corrects writes why.
"""

from __future__ import annotations

from hashlib import sha256

import msgspec

from natars_fhir.domain.study import Assumed, Criterion, Study
from natars_fhir.emit.bilingual import both
from natars_fhir.emit.code_system import ANSWERS, answer, criterion_coding
from natars_fhir.fhir.build import Node, coding, concept, extension, parts

SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition"
#: The two groups, and how an answer there is to be read: kind → title, what bars.
_GROUPS = {
    "inclusion": (
        "Inclusion criteria. Is the sentence true of the patient? A “no” keeps the patient out.",
        "入选标准。以下陈述是否符合该患者？回答“否”即不能入组。",
    ),
    "exclusion": (
        "Exclusion criteria. Is the sentence true of the patient? A “yes” keeps the patient out.",
        "排除标准。以下陈述是否符合该患者？回答“是”即不能入组。",
    ),
}
#: Who decides → what is told beneath the question.
_DECIDED = {
    "data": ("Decided by data.", "由数据判定。"),
    "data-or-attestation": (
        "Data may refute it; a person attests to it.",
        "数据可直接否定；肯定须由研究人员确认。",
    ),
    "attestation": ("For people alone: data never decides it.", "仅由研究人员判定，数据不作结论。"),
}
_ADVICE = ("Advice only: it never keeps a patient out.", "仅为建议，不影响入组。")
_WORKED_OUT = ("Worked out from {parts}: yes where one of them is.", "由 {parts} 得出：任一为“是”即为“是”。")
_ASSUMED = (
    "Assumed until the trial office confirms: {what} ({source}).",
    "试验办公室确认前的假定：{what}（{source}）。",
)
_CONFIRMED = ("Read so: {what} (confirmed by {by}).", "按此理解：{what}（{by} 已确认）。")

_SAID = ("What the data says", "数据所示")
_REASON = ("Why, where you answer or correct", "填写或更正的理由")
_AS_OF = ("What was known at the end of this day", "截至该日所知")

#: Where the form is about a day, and under which link.
AS_OF = "as-of"


def form_url(study: Study, base: str) -> str:
    """The canonical address of the form, without its version."""
    return f"{base}/Questionnaire/{form_id(study)}"


def form_id(study: Study) -> str:
    """The form's id."""
    return f"{study.id}-screening"


def questionnaire(study: Study, base: str) -> Node:
    """The form; its version is a digest of its items, so that a response says which words it answers to."""
    items = [_as_of(), *(_group(kind, study, base) for kind in _GROUPS)]
    version = sha256(msgspec.json.encode(items)).hexdigest()[:12]
    return {
        "resourceType": "Questionnaire",
        "id": form_id(study),
        "meta": {"profile": [f"{SDC}/sdc-questionnaire", f"{SDC}/sdc-questionnaire-pop-exp"]},
        "language": "en",
        "extension": [_launch()],
        "url": form_url(study, base),
        "version": version,
        "name": f"{study.acronym.title()}Screening",
        **both("title", f"{study.acronym}: screening", f"{study.acronym} 筛选表"),
        "status": "active",
        "subjectType": ["Patient"],
        "description": f"Eligibility for {study.registry_id}, criterion by criterion, word for word from the protocol.",
        "item": items,
    }


def said_link(criterion: str) -> str:
    """Under which link it stands what the data says."""
    return f"{criterion}.said"


def reason_link(criterion: str) -> str:
    """Under which link a person says why."""
    return f"{criterion}.reason"


def _launch() -> Node:
    patient = coding("http://hl7.org/fhir/uv/sdc/CodeSystem/launchContext", "patient")
    named = [extension("name", "Coding", patient), extension("type", "Code", "Patient")]
    return parts(f"{SDC}/sdc-questionnaire-launchContext", *named)


def _as_of() -> Node:
    today = {"language": "text/fhirpath", "expression": "today()"}
    start = extension(f"{SDC}/sdc-questionnaire-initialExpression", "Expression", today)
    return {"extension": [start], "linkId": AS_OF, **both("text", *_AS_OF), "type": "date", "readOnly": True}


def _group(kind: str, study: Study, base: str) -> Node:
    items = [_question(one, base) for one in study.criteria if one.kind == kind]
    return {"linkId": kind, **both("text", *_GROUPS[kind]), "type": "group", "item": items}


def _question(criterion: Criterion, base: str) -> Node:
    below = [_help(criterion), _text(said_link(criterion.id), _SAID, read_only=True)]
    asked: Node = {"linkId": criterion.id, "code": [criterion_coding(criterion, base)], "prefix": criterion.id}
    asked |= both("text", criterion.text["en"], criterion.text.get("zh", ""))
    asked |= {"type": "choice", "repeats": False}
    asked |= {"answerOption": [{"valueCoding": answer(word, base)} for word in ANSWERS]}
    if criterion.parts:
        return {"extension": [_either(criterion)], **asked, "readOnly": True, "item": below}
    return {**asked, "item": [*below, _text(reason_link(criterion.id), _REASON)]}


def _either(criterion: Criterion) -> Node:
    """Kleene's ``or`` of the parts, as SDC's calculatedExpression; empty while no part is answered."""
    links = " or ".join(f"linkId = '{part}'" for part in criterion.parts)
    given = f"%resource.item.where(linkId = '{criterion.kind}').item.where({links}).answer.value"
    yes, unknown = (f"{given}.where(code = '{word}')" for word in ("yes", "unknown"))
    refuted = f"{given}.where(code = 'no').count() = {len(criterion.parts)}"
    expression = f"iif({yes}.exists(), {yes}.first(), iif({refuted}, {given}.first(), {unknown}.first()))"
    worked = {"language": "text/fhirpath", "expression": expression}
    return extension(f"{SDC}/sdc-questionnaire-calculatedExpression", "Expression", worked)


def _text(link: str, words: tuple[str, str], *, read_only: bool = False) -> Node:
    return {"linkId": link, **both("text", *words), "type": "string", **({"readOnly": True} if read_only else {})}


def _help(criterion: Criterion) -> Node:
    """Who decides, and on which assumptions the answer rests."""
    worked = tuple(text.format(parts=", ".join(criterion.parts)) for text in _WORKED_OUT)
    told = [worked if criterion.parts else _DECIDED[criterion.decided_by], *([_ADVICE] if criterion.advisory else [])]
    told += [_assumption(one) for one in criterion.assumed]
    en, zh = (" ".join(each) for each in zip(*told, strict=True))
    control = concept(coding("http://hl7.org/fhir/questionnaire-item-control", "help"))
    shown = extension("http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl", "CodeableConcept", control)
    return {"extension": [shown], "linkId": f"{criterion.id}.help", **both("text", en, zh), "type": "display"}


def _assumption(assumed: Assumed) -> tuple[str, ...]:
    words = zip(_CONFIRMED if assumed.confirmed_by else _ASSUMED, ("en", "zh"), strict=True)
    return tuple(
        text.format(what=assumed.said("what", of), source=assumed.said("source", of), by=assumed.confirmed_by)
        for text, of in words
    )
