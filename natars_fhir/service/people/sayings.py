"""Sayings: what a person says of criteria, held against what the data says, before any of it is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from natars_fhir.domain.answer import UNKNOWN, Answer
from natars_fhir.domain.finding import Finding
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.nearest import unknown
from natars_fhir.domain.people import Statement, WithPeople, basis, with_people
from natars_fhir.domain.screening import Screening, bars
from natars_fhir.domain.signing import hindrances
from natars_fhir.domain.study import Criterion
from natars_fhir.mapping.schema import Delegate


@dataclass(frozen=True, slots=True)
class Saying:
    """One answer to one criterion, with its reason; ``place`` is where it stands in what came."""

    criterion: str
    answer: Answer
    reason: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What of it is new, and what is to be told; an error among the issues refuses all of it."""

    statements: tuple[Statement, ...]
    issues: tuple[Issue, ...]


def hear(
    sayings: Sequence[Saying], screening: Screening, known: Sequence[Statement], by: Delegate, at: datetime
) -> Heard:
    """Each saying as a statement. What repeats the data, or was said before, is none; what cannot be said is told."""
    issues = list(_contradictory(sayings))
    people = with_people(screening, known)
    found = {criterion.id: (criterion, finding) for criterion, finding in screening.findings}
    statements: dict[str, Statement] = {}
    for one in sayings:
        if one.answer is UNKNOWN or one.criterion in statements:
            continue
        if one.criterion not in found:
            near = unknown("by this id", found, "A criterion")
            issues.append(_error("not-found", one.place, near))
            continue
        criterion, finding = found[one.criterion]
        before = [said for said in known if said.criterion == one.criterion]
        if finding.answer is one.answer and not before:
            continue  # the data's own answer, left as it was
        if _stands(people, one):
            continue  # what somebody stated before, left as it was
        if fault := _cannot(criterion, finding, one):
            issues.append(fault)
            continue
        said = Statement(
            one.criterion, one.answer, by.name, by.role, at, one.reason, finding.answer.word, basis(finding)
        )
        if any(_same(said, earlier) for earlier in before):
            issues.append(Issue("information", "duplicate", one.place, "This was said already: it is kept once."))
            continue
        issues += _beside(said, before, one.place)
        statements[one.criterion] = said
    return Heard(tuple(statements.values()), tuple(issues))


def _contradictory(sayings: Iterable[Saying]) -> Iterable[Issue]:
    first: dict[str, Answer] = {}
    for one in sayings:
        if first.setdefault(one.criterion, one.answer) is not one.answer:
            yield _error("conflict", one.place, "This criterion is answered twice, and not the same.")


def _cannot(criterion: Criterion, finding: Finding, said: Saying) -> Issue | None:
    """Why nobody can say this."""
    if criterion.parts:
        return _error("business-rule", said.place, "This line is worked out from its parts: answer those.")
    if finding.reason == "not-applicable":
        text = "By the data the criterion does not apply, and no statement changes that: have the record corrected."
        return _error("business-rule", said.place, text)
    if finding.reason == "not-yet":
        return _error("business-rule", said.place, "This can be answered only after the surgery.")
    if said.reason.strip():
        return None
    if finding.answer is UNKNOWN:
        return _error("required", said.place, "A statement needs its reason.")
    text = "The data says the opposite: a correction needs its reason. Open the form anew where that was not meant."
    return _error("required", said.place, text)


def _stands(people: WithPeople, one: Saying) -> bool:
    """Does the form repeat a statement that counts, and that nobody has to look at again?"""
    standing = people.said.get(one.criterion)
    if standing is None or standing.idle or standing.review:
        return False
    return (standing.statement.answer, standing.statement.reason) == (one.answer, one.reason)


def _same(said: Statement, earlier: Statement) -> bool:
    return (said.answer, said.by, said.at, said.reason) == (earlier.answer, earlier.by, earlier.at, earlier.reason)


def _beside(said: Statement, before: Sequence[Statement], place: str) -> list[Issue]:
    """What stands beside a statement that was made before or after another."""
    if not before:
        return []
    last = max(before, key=lambda one: one.at)
    if last.at > said.at:
        text = "A newer statement on this criterion is known: this one is kept, and does not count."
        return [Issue("warning", "business-rule", place, text)]
    if last.answer is ~said.answer and last.by != said.by:
        text = "Another person stated the opposite before: both are kept, and the newer one counts."
        return [Issue("warning", "conflict", place, text)]
    return []


def unsignable(screening: Screening, people: WithPeople, by: Delegate, *, dead: bool) -> list[Issue]:
    """Why *by* cannot sign; empty where nothing hinders it."""
    place = "QuestionnaireResponse.status"
    issues = []
    if by.role != "investigator":
        issues.append(_error("forbidden", place, "Only an investigator on the site's delegation list can sign."))
    if not screening.in_scope:
        issues.append(_error("business-rule", place, "The patient is not in the trial's scope."))
    if dead:
        issues.append(_error("business-rule", place, "The patient is recorded as dead."))
    for criterion, finding in hindrances(people):
        why = "bars" if bars(criterion, finding) else "is unknown" if finding.answer is UNKNOWN else "awaits review"
        issues.append(_error("business-rule", place, f"Signing is refused: {criterion.id} {why}."))
    return issues


def _error(code: str, place: str, text: str) -> Issue:
    return Issue("error", code, place, text)
