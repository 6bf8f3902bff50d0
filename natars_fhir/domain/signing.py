"""Signing: the act by which a named investigator says "eligible", and for how long it holds (architecture.md §5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from natars_fhir.domain.answer import UNKNOWN
from natars_fhir.domain.finding import Finding
from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.people import Statement, WithPeople, basis, with_people
from natars_fhir.domain.record import Record
from natars_fhir.domain.screening import Screening, bars, screen
from natars_fhir.domain.study import Criterion, Study


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed when, and a digest of every answer that was signed."""

    by: str
    role: str
    at: datetime
    basis: str

    @property
    def day(self) -> date:
        """The day in the trial's time zone."""
        return self.at.astimezone(SHANGHAI).date()


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature as it stands now. ``holds``: the patient is still what was signed; ``review``: an answer rests on
    other data by now."""

    signature: Signature
    holds: bool
    review: bool


@dataclass(frozen=True, slots=True)
class PeoplesPart:
    """What people said of a patient, and the signature under it, as they stand beside the screening."""

    people: WithPeople
    signed: Signed | None = None


def signed_basis(people: WithPeople) -> str:
    """A digest of every answer, with people's part, and of what each rests on."""
    told = [(criterion.id, basis(finding)) for criterion, finding in people.findings if not criterion.parts]
    return sha256(repr(told).encode()).hexdigest()[:32]


def hindrances(people: WithPeople) -> list[tuple[Criterion, Finding]]:
    """The screening criteria that are unknown, bar, or await review: while there is one, nobody can sign."""
    return [
        (criterion, finding)
        for criterion, finding in _asked(people)
        if finding.answer is UNKNOWN or bars(criterion, finding) or criterion.id in people.review
    ]


def standing(
    signatures: Iterable[Signature],
    record: Record,
    study: Study,
    now: tuple[Screening, WithPeople],
    statements: Iterable[Statement],
) -> Signed | None:
    """The newest signature by the end of the day asked for; None where nobody signed.

    It holds while nothing bars, and while everything is satisfied: today, or where a test or a statement has only grown
    too old since, on the day of signing.
    """
    screening, people = now
    known = [one for one in signatures if one.day <= screening.as_of]
    if not known:
        return None
    last = max(known, key=lambda one: one.at)
    review = last.basis != signed_basis(people) or bool(people.review)
    open_ones = [(c, f) for c, f in _asked(people) if f.answer is UNKNOWN or bars(c, f)]
    if any(bars(c, f) or not _grown_old(c, f, people) for c, f in open_ones):
        return Signed(last, holds=False, review=True)
    if not open_ones:
        return Signed(last, holds=True, review=review)
    then = with_people(screen(record, study, last.day), statements)
    held = {criterion.id for criterion, finding in then.findings if finding.answer is not UNKNOWN}
    return Signed(last, holds={criterion.id for criterion, _ in open_ones} <= held, review=True)


def _asked(people: WithPeople) -> list[tuple[Criterion, Finding]]:
    """The leaves that count at screening."""
    return [
        (criterion, finding)
        for criterion, finding in people.findings
        if not criterion.parts and not criterion.advisory and finding.reason != "not-yet"
    ]


def _grown_old(criterion: Criterion, finding: Finding, people: WithPeople) -> bool:
    """Is it unknown for silence alone: nothing on file, or a statement that no longer counts?"""
    standing_ = people.said.get(criterion.id)
    aged = standing_ is None or standing_.idle == "aged"
    return aged and finding.reason in ("silent", "needs-attestation")
