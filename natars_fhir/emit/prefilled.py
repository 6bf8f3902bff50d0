"""The prefilled screening as the contract's JSON: one object a patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec

from natars_fhir.domain.again import again, bar
from natars_fhir.domain.finding import Finding
from natars_fhir.domain.interval import Interval
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.people import Standing
from natars_fhir.domain.record import Fact, Value
from natars_fhir.domain.screening import Screening, bars
from natars_fhir.domain.sentence import is_plain, render
from natars_fhir.domain.signing import PeoplesPart, Signed
from natars_fhir.domain.study import Criterion

#: The contract's JSON of what is made here: a Decimal is a number, with the digits that were written.
as_json = msgspec.json.Encoder(decimal_format="number").encode


def prefilled(
    screening: Screening, facts: Iterable[Fact], issues: Iterable[Issue], part: PeoplesPart | None = None,
    days: Mapping[str, date] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """One patient's screening, in the contract's words and shapes; without *part* nobody has said anything. *days*
    are those of `again`, where they are at hand."""
    patient = screening.patient
    identifiers = [{"system": system, "value": value} for system, value in patient.identifiers]
    days = again(screening) if days is None else days
    return {
        "patient": {"site": patient.site, "identifier": identifiers, "reference": patient.reference},
        "trial": screening.study,
        "asOf": screening.as_of.isoformat(),
        "reference": screening.reference.isoformat(),
        "inScope": screening.in_scope,
        "phase": screening.phase,
        "verdict": screening.verdict,
        "withPeople": {"verdict": screening.verdict, "signed": None} if part is None else people_object(part),
        "criteria": {one.id: answer(one, finding, days.get(one.id)) for one, finding in screening.findings},
        "facts": [fact_object(fact) for fact in facts],
        "issues": [issue_object(issue) for issue in issues],
    }


def answer(criterion: Criterion, finding: Finding, day: date | None = None) -> dict[str, Any]:
    """One criterion's answer, with its sentence in both languages, its evidence and the assumptions it rests on.

    `again` is the *day* on which time alone changes it, `bar` says of which kind a bar is; both where there is one.
    """
    if not finding.facts and day is None and is_plain(finding.sentence):
        return {**_without_facts(criterion, finding)}
    return _answer(criterion, finding, day)


def _answer(criterion: Criterion, finding: Finding, day: date | None) -> dict[str, Any]:
    said: dict[str, Any] = {
        "answer": finding.answer.word,
        "bars": bars(criterion, finding),
        "reason": finding.reason,
        "decidedBy": criterion.decided_by,
        "sentence": {"en": render(finding.sentence, "en"), "zh": render(finding.sentence, "zh")},
        "evidence": [evidence_object(fact) for fact in finding.facts],
    }
    if day is not None:
        said["again"] = day.isoformat()
    if kind := bar(criterion, finding, day):
        said["bar"] = kind
    if criterion.assumed:
        said["assumed"] = [{"what": a.what, "reason": a.reason, "source": a.source} for a in criterion.assumed]
    return said


@lru_cache(maxsize=4_096)
def _without_facts(criterion: Criterion, finding: Finding) -> dict[str, Any]:
    """What nothing is told of is answered the same for most patients: nobody changes what is in it."""
    return _answer(criterion, finding, None)


def people_object(part: PeoplesPart) -> dict[str, Any]:
    """The verdict with people's part, who signed, and every statement beside the data's own answer of its day."""
    signed = part.signed
    signature = None if signed is None else _signed(signed)
    told: dict[str, Any] = {"verdict": part.people.verdict, "signed": signature}
    if part.people.said:
        found = {criterion.id: finding for criterion, finding in part.people.findings}
        told["criteria"] = {name: _stated(one, found[name]) for name, one in part.people.said.items()}
    return told


def _signed(signed: Signed) -> dict[str, Any]:
    by = signed.signature
    return {"by": by.by, "role": by.role, "at": by.at.isoformat(), "holds": signed.holds, "review": signed.review}


def _stated(standing: Standing, finding: Finding) -> dict[str, Any]:
    said = standing.statement
    return {
        "answer": finding.answer.word,
        "reason": finding.reason,
        "sentence": {"en": render(finding.sentence, "en"), "zh": render(finding.sentence, "zh")},
        "stated": said.answer.word,
        "kind": said.kind,
        "by": said.by,
        "role": said.role,
        "at": said.at.isoformat(),
        "why": said.reason,
        "data": said.data,
        "counts": standing.idle is None,
        "idle": standing.idle,
        "review": standing.review,
    }


def fact_object(fact: Fact) -> dict[str, Any]:
    """One fact; what qualifies its value stands beside it in `detail`."""
    told: dict[str, Any] = {"concept": fact.concept, "value": value_object(fact.value), "when": fact.when}
    if fact.standing != "final":
        told["standing"] = fact.standing
    if fact.known:
        told["known"] = fact.known
    if fact.detail:
        told["detail"] = {key: _detail_object(value) for key, value in fact.detail}
    told["evidence"] = evidence_object(fact)
    if fact.source.besides:
        told["evidence"]["besides"] = list(fact.source.besides)
    return told


def value_object(value: Value) -> str | dict[str, Any]:
    """A word as a string; a number or a range with its bounds and unit, a missing bound as null."""
    if not isinstance(value, Interval):
        return value
    told: dict[str, Any] = {"low": value.low, "high": value.high, "unit": value.unit}
    if value.low_open:
        told["lowOpen"] = True
    if value.high_open:
        told["highOpen"] = True
    return told


def evidence_object(fact: Fact) -> dict[str, Any]:
    """Where it was read: the resource, the place in it, and the characters of a text."""
    source = fact.source
    told: dict[str, Any] = {"reference": source.reference, "path": fact.path}
    told["span"] = list(fact.span) if fact.span else None
    if source.version:
        told["version"] = source.version
    return told


def issue_object(issue: Issue) -> dict[str, str]:
    """One issue, as the contract's words have it."""
    return {"severity": issue.severity, "code": issue.code, "expression": issue.expression, "text": issue.text}


def _detail_object(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value_object(value)
