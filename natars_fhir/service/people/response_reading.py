"""A QuestionnaireResponse as a person's sayings: who says what of whom, when. Pure.

The form's linkIds are the criterion ids; beneath a question ``<id>.reason`` says why, ``<id>.said`` repeats the data.
https://hl7.org/fhir/R4/questionnaireresponse.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from natars_fhir.domain.answer import Answer
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.study import Study
from natars_fhir.fhir.build import Node
from natars_fhir.service.people.sayings import Saying

#: Links of the form that ask nothing of a person.
_GROUPS = frozenset({"inclusion", "exclusion"})
_SILENT = frozenset({"as-of"})
_BELOW = ("said", "reason", "help")
_SNOMED = "http://snomed.info/sct"
_YES_NO = "http://terminology.hl7.org/CodeSystem/v2-0136"
_CODES: Mapping[tuple[str, str], Answer] = {
    (_SNOMED, "373066001"): Answer.YES,
    (_SNOMED, "373067005"): Answer.NO,
    (_SNOMED, "261665006"): Answer.UNKNOWN,
    (_YES_NO, "Y"): Answer.YES,
    (_YES_NO, "N"): Answer.NO,
}
_WORDS = {answer.word: answer for answer in Answer}
#: Of a response in one of these states a person says that it is done: it is signed.
_SIGNS = frozenset({"completed", "amended"})


@dataclass(frozen=True, slots=True)
class Response:
    """What came. ``subject`` and ``author`` are the names that they may go by (references, ``system|value``)."""

    key: str
    subject: tuple[str, ...]
    author: tuple[str, ...]
    at: datetime | None
    signs: bool
    sayings: tuple[Saying, ...]
    issues: tuple[Issue, ...]


def is_response(resource: object) -> bool:
    """Is it a QuestionnaireResponse at all?"""
    return isinstance(resource, dict) and resource.get("resourceType") == "QuestionnaireResponse"


def response(resource: Node, study: Study, base: str) -> Response:
    """A resource that the walker found readable, read. *base*: how our canonical addresses begin."""
    issues = list(_of_the_whole(resource, study, base))
    sayings: list[Saying] = []
    known = [criterion.id for criterion in study.criteria]
    for item, place in _items(resource, "QuestionnaireResponse"):
        _item(item, place, known, base, sayings, issues)
    return Response(
        _key(resource),
        _names(resource.get("subject")),
        _names(resource.get("author"), resource.get("contained", ())),
        _moment(resource.get("authored")),
        resource.get("status") in _SIGNS,
        tuple(sayings),
        tuple(issues),
    )


def _of_the_whole(resource: Node, study: Study, base: str) -> Iterator[Issue]:
    form = f"{base}/Questionnaire/{study.id}-screening"
    asked = str(resource.get("questionnaire", form)).partition("|")[0]
    if asked != form:
        yield _error("not-supported", "QuestionnaireResponse.questionnaire", "This answers another form.")
    if resource.get("status") in ("entered-in-error", "stopped"):
        text = "Nothing is taken from a response in this state: send a new statement where one was wrong."
        yield _error("not-supported", "QuestionnaireResponse.status", text)
    for name in ("subject", "author", "authored"):
        if not resource.get(name):
            yield _error("required", f"QuestionnaireResponse.{name}", f"Without {name} nobody has said it of anybody.")
    at = _moment(resource.get("authored"))
    if resource.get("authored") and at is None:
        text = "The day, the time and the time zone of the statement are needed."
        yield _error("value", "QuestionnaireResponse.authored", text)


def _items(node: Node, place: str) -> Iterator[tuple[Node, str]]:
    for number, item in enumerate(node.get("item", ())):
        yield item, f"{place}.item[{number}]"


def _item(
    item: Node, place: str, known: Collection[str], base: str, sayings: list[Saying], issues: list[Issue]
) -> None:
    link = str(item.get("linkId", ""))
    stem, _, below = link.rpartition(".")
    if link in known:
        sayings += _answers(item, link, place, base, issues)
    elif link in _SILENT or (stem in known and below in _BELOW):
        return
    elif link in _GROUPS:
        for inner, at in _items(item, place):
            _item(inner, at, known, base, sayings, issues)
    else:
        near = get_close_matches(link, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else "."
        issues.append(_error("not-found", f"{place}.linkId", f"The form has no such question{hint}"))


def _answers(item: Node, link: str, place: str, base: str, issues: list[Issue]) -> Iterator[Saying]:
    for number, given in enumerate(item.get("answer", ())):
        at = f"{place}.answer[{number}]"
        answer = _answer(given, base)
        if answer is None:
            issues.append(_error("value", at, "The answer is yes, no or unknown, as a code of the form or a boolean."))
            continue
        below = (*given.get("item", ()), *item.get("item", ()))
        reasons = [one for one in below if one.get("linkId") == f"{link}.reason"]
        texts = [str(a["valueString"]) for one in reasons for a in one.get("answer", ()) if a.get("valueString")]
        yield Saying(link, answer, " ".join(texts), at)


def _answer(given: Node, base: str) -> Answer | None:
    if isinstance(given.get("valueBoolean"), bool):
        return Answer.of(given["valueBoolean"])
    coding: Any = given.get("valueCoding") or {}
    system, code = str(coding.get("system", "")), str(coding.get("code", ""))
    if not system or system.startswith(f"{base}/"):
        return _WORDS.get(code)
    return _CODES.get((system, code))


def _names(reference: Any, contained: Any = ()) -> tuple[str, ...]:
    """The names that a Reference gives: the address, and the identifier; of a contained resource its identifiers."""
    if not isinstance(reference, dict):
        return ()
    said = str(reference.get("reference", ""))
    found = [said.partition("/_history/")[0]] if said and not said.startswith("#") else []
    inside = [one for one in contained if said == f"#{one.get('id')}"]
    identifiers = [reference.get("identifier"), *(i for one in inside for i in one.get("identifier", ()))]
    found += [f"{i.get('system', '')}|{i['value']}" for i in identifiers if isinstance(i, dict) and i.get("value")]
    return tuple(found)


def _moment(text: Any) -> datetime | None:
    """A dateTime with its zone; None for a day alone."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _key(resource: Node) -> str:
    """By what the response is known: its business identifier, else its id; empty where it has none."""
    identifier = resource.get("identifier")
    if isinstance(identifier, dict) and identifier.get("value"):
        return f"QuestionnaireResponse?identifier={identifier.get('system', '')}|{identifier['value']}"
    return f"QuestionnaireResponse/{resource['id']}" if resource.get("id") else ""


def _error(code: str, place: str, text: str) -> Issue:
    return Issue("error", code, place, text)
