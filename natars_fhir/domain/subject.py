"""Where a subject stands in the trial, in R4's words, as data and people's acts have it (standards.md §1.5).

What the record and the screening tell becomes events of the trial file's course; people's acts, and what was noticed
earlier, come along. Software alone never says ``eligible``: an investigator signs, and the signature holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from natars_fhir.domain.choice import newest
from natars_fhir.domain.life import Event, Life, follow
from natars_fhir.domain.people import WithPeople
from natars_fhir.domain.record import Fact, Record
from natars_fhir.domain.screening import Screening, bars
from natars_fhir.domain.signing import PeoplesPart, Signed
from natars_fhir.domain.study import Study
from natars_fhir.domain.withdrawal import is_signature, withdrawn_on

VERDICTS = ("undetermined", "candidate", "ineligible")
LAPSED = "signature-lapsed"
#: Where an allocation that the trial office told stands in the record.
OFFICE = "urn:natars:trial-office"


def life(study: Study, record: Record, screening: Screening, part: PeoplesPart, told: Sequence[Event] = ()) -> Life:
    """The subject's way as it is known now. *told*: people's acts, and what was noticed of verdict and signature."""
    events = [*_recorded(record, screening, part.people), *_spoken(part, screening.as_of, told)]
    events += [one for one in told if one.cause not in (*VERDICTS, LAPSED, "signed")]
    noticed = [one for one in told if one.cause in VERDICTS]
    if not noticed or noticed[-1].cause != part.people.verdict:
        last, day = noticed[-1:], screening.as_of.isoformat()
        at, seq = (last[0].at, last[0].seq + 1) if last and last[0].day == day else (None, 0)
        noticed.append(Event(part.people.verdict, day, at, seq=seq))
    return follow(study.life, [*events, *noticed])


def state(study: Study, record: Record, screening: Screening, people: WithPeople, signed: Signed | None) -> str:
    """Where the subject stands by what is known today alone."""
    return life(study, record, screening, PeoplesPart(people, signed)).state


def allocations(told: Iterable[Event]) -> list[Event]:
    """The allocations that people told and that nobody struck out, in the order in which they were told."""
    standing: list[Event] = []
    for one in sorted((one for one in told if one.at), key=lambda one: one.at.timestamp() if one.at else 0.0):
        if one.cause == "allocated":
            standing.append(one)
        elif one.strikes == "allocated":
            standing = []
    return standing


def news(told: Sequence[Event], part: PeoplesPart) -> list[str]:
    """The causes that the screening shows now and that were not noticed yet: another verdict, a signature that lapsed
    or holds again."""
    verdicts = [one.cause for one in told if one.cause in VERDICTS]
    found = [] if verdicts[-1:] == [part.people.verdict] else [str(part.people.verdict)]
    signed = part.signed
    if signed is None:
        return found
    noticed = [one for one in told if one.cause in ("signed", LAPSED) and one.at and one.at >= signed.signature.at]
    held = noticed[-1].cause == "signed" if noticed else True
    if held != signed.holds:
        found.append("signed" if signed.holds else LAPSED)
    return found


def _spoken(part: PeoplesPart, as_of: date, told: Sequence[Event]) -> Iterator[Event]:
    """What people stated and signed; of the newest signature also when it lapsed, and held again."""
    if part.people.said:
        first = min((one.statement for one in part.people.said.values()), key=lambda one: one.at)
        yield Event("attested", first.day.isoformat(), first.at)
    if part.signed is None:
        return
    by = part.signed.signature
    yield Event("signed", by.day.isoformat(), by.at, by.by, by.role)
    noticed = [one for one in told if one.cause in ("signed", LAPSED) and one.at and one.at >= by.at]
    for one in noticed:
        yield replace(one, by=by.by, role=by.role) if one.cause == "signed" else one
    if (noticed[-1].cause == "signed" if noticed else True) != part.signed.holds:
        last, seq = (noticed[-1].at, noticed[-1].seq + 1) if noticed else (by.at, 0)
        now = Event(LAPSED, max(as_of, by.day).isoformat(), last, seq=seq)
        yield replace(now, cause="signed", by=by.by, role=by.role) if part.signed.holds else now


def _recorded(record: Record, screening: Screening, people: WithPeople) -> Iterator[Event]:
    """What the hospital's record tells, each cause once."""
    yield from _first("consented", [*_final(record, "consent", "given"), *_signed_once(record)])
    yield from _first("allocated", [one for one in _final(record, "allocation") if one.source.reference != OFFICE])
    yield from _first("first-dose", _final(record, "neoadjuvant-cycle"))
    yield from _first("operated", _final(record, "index-surgery", "present"))
    yield from _first("died", _final(record, "death", "present"), early=False)
    told = _final(record, "consent")
    said = newest(told)
    if said and all(fact.value == "withdrawn" for fact in said):
        ends = [withdrawn_on(fact, [*told, *_final(record, "allocation")]) for fact in said]
        yield from _first("consent-withdrawn", ends, early=False)
    if screening.phase == "operated":
        seen = [
            finding.facts for criterion, finding in people.findings if criterion.off_study and bars(criterion, finding)
        ]
        if seen:
            shown = [fact for facts in seen for fact in facts if fact.when]
            day = max((str(fact.when) for fact in shown), default="")
            yield Event("excluded-by-surgery", day)


def _signed_once(record: Record) -> list[Fact]:
    """Consents that were withdrawn later: their own day is that of the signature."""
    told = [*_final(record, "consent"), *_final(record, "allocation")]
    return [fact for fact in told if is_signature(fact, told)]


def _first(cause: str, facts: Iterable[Fact], *, early: bool = True) -> Iterator[Event]:
    """The earliest of the facts that tell a cause."""
    told = [Event(cause, fact.when or "", arm=_arm(cause, fact), early=early) for fact in facts]
    if told:
        yield min(told, key=lambda one: (one.high, one.day, one.arm))


def _arm(cause: str, fact: Fact) -> str:
    return str(fact.value) if cause == "allocated" else ""


def _final(record: Record, concept: str, value: str | None = None) -> list[Fact]:
    return [fact for fact in record.about(concept) if fact.standing == "final" and value in (None, fact.value)]
