"""People's part: what named persons state of criteria, kept apart from what the data says (architecture.md §5).

A statement fills an unknown or corrects a misreading, with a reason; it waives nothing, for it says what is true of the
patient and never that a criterion does not apply. It outlives new data, and is flagged for review when the data that it
rested on is another by now; where the data then says the opposite, neither counts until a person looks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Literal

from natars_fhir.domain.answer import UNKNOWN, Answer
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.screening import UNDECIDABLE, Screening, Verdict, either, verdict
from natars_fhir.domain.study import Criterion

#: ``attestation`` where the data gave no answer, ``override`` where it gave the other one.
Kind = Literal["attestation", "override"]

#: Why a statement is there and does not count.
Idle = Literal["aged", "contradicted", "not-applicable", "undecided"]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a named person said of one criterion. ``data`` is the data's own answer on that day, ``basis`` a digest of
    what that rested on."""

    criterion: str
    answer: Answer
    by: str
    role: str
    at: datetime
    reason: str
    data: str
    basis: str

    @property
    def day(self) -> date:
        """The day in the trial's time zone."""
        return self.at.astimezone(SHANGHAI).date()

    @property
    def kind(self) -> Kind:
        """What it was to the data of that day."""
        return "attestation" if self.data == UNKNOWN.word else "override"


@dataclass(frozen=True, slots=True)
class Standing:
    """A statement as it stands now. ``review``: somebody must look again; ``idle``: why it does not count."""

    statement: Statement
    review: bool = False
    idle: Idle | None = None


@dataclass(frozen=True, slots=True)
class WithPeople:
    """A screening with people's part. ``findings`` as the statements have them, ``said`` what stands behind them."""

    findings: tuple[tuple[Criterion, Finding], ...]
    said: Mapping[str, Standing]

    @property
    def verdict(self) -> Verdict:
        """The same fold as the data's, over the answers with people's part."""
        return verdict(self.findings)

    @property
    def counting(self) -> dict[str, Statement]:
        """The statements that count."""
        return {name: standing.statement for name, standing in self.said.items() if standing.idle is None}

    @property
    def review(self) -> tuple[str, ...]:
        """The criteria whose statement must be looked at again."""
        return tuple(name for name, standing in self.said.items() if standing.review)


def basis(finding: Finding) -> str:
    """A digest of what the data says of a criterion, and of the facts that it says it from."""
    facts = sorted(
        repr((f.concept, f.value, f.when, f.standing, f.detail, f.source.reference, f.path)) for f in finding.facts
    )
    return sha256(repr((finding.answer.word, finding.reason, facts)).encode()).hexdigest()[:32]


def with_people(screening: Screening, statements: Iterable[Statement]) -> WithPeople:
    """The newest statement of each criterion, by the end of the day asked for, weighed against the data."""
    newest = _newest(statements, screening.as_of)
    found: dict[str, Finding] = {}
    said: dict[str, Standing] = {}
    for criterion, finding in screening.findings:
        name = criterion.id
        found[name] = either({part: found[part] for part in criterion.parts}) if criterion.parts else finding
        if name in newest and not criterion.parts:
            said[name], found[name] = _weighed(screening, criterion, finding, newest[name])
    findings = tuple((criterion, found[criterion.id]) for criterion, _ in screening.findings)
    return WithPeople(findings, said)


def _newest(statements: Iterable[Statement], as_of: date) -> dict[str, list[Statement]]:
    """The last that were said of each criterion; more than one where several were said at the same moment."""
    found: dict[str, list[Statement]] = {}
    for one in statements:
        known = found.get(one.criterion)
        if one.day > as_of or (known and known[0].at > one.at):
            continue
        found[one.criterion] = [*known, one] if known and known[0].at == one.at else [one]
    return found


def _weighed(
    screening: Screening, criterion: Criterion, finding: Finding, said: list[Statement]
) -> tuple[Standing, Finding]:
    statement = said[-1]
    if len({one.answer for one in said}) > 1:
        return Standing(statement, review=True, idle="contradicted"), _disputed(finding, said)
    if finding.reason == "not-applicable":
        return Standing(statement, review=True, idle="not-applicable"), finding
    if _aged(screening, criterion, statement):
        return Standing(statement, review=True, idle="aged"), finding
    if statement.basis == basis(finding):
        return Standing(statement), _stated(finding, statement)
    if finding.answer is ~statement.answer:
        return Standing(statement, review=True, idle="contradicted"), _disputed(finding, said)
    if finding.answer is UNKNOWN and finding.facts and finding.reason in UNDECIDABLE:
        return Standing(statement, review=True, idle="undecided"), finding
    return Standing(statement, review=True), _stated(finding, statement)


def stands_until(criterion: Criterion, statement: Statement) -> date | None:
    """The last day on which a statement counts; None where it counts for good."""
    return None if criterion.stands_days is None else statement.day + timedelta(days=criterion.stands_days)


def _aged(screening: Screening, criterion: Criterion, statement: Statement) -> bool:
    last = stands_until(criterion, statement)
    end = screening.as_of if screening.asked is None else screening.asked.window_end
    return last is not None and end > last


def _stated(finding: Finding, said: Statement) -> Finding:
    sentence = Sentence("people.stated", (said.answer.word, said.by, said.day, said.reason, finding.sentence))
    return Finding(said.answer, None, sentence, finding.facts)


def _disputed(finding: Finding, said: list[Statement]) -> Finding:
    told = tuple(Sentence("people.one", (one.answer.word, one.by, one.day)) for one in said)
    return Finding(UNKNOWN, "conflicting", Sentence("people.disputed", (told, finding.sentence)), finding.facts)
