"""The screening log of a site: who was looked at, when, the first bar in protocol order, and the counts of a CONSORT
diagram (https://www.consort-statement.org); and what is missing over all patients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from natars_fhir.domain.again import Bar, again, bar
from natars_fhir.domain.answer import UNKNOWN, Reason
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.life import Event, may_be_used
from natars_fhir.domain.record import Patient, Record
from natars_fhir.domain.screening import Screening, Verdict, bars
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Arm, Criterion, Study
from natars_fhir.domain.subject import OFFICE, life

#: Where a patient of the log is counted. ``left``: in scope once, and no more.
Place = Literal["undetermined", "candidate", "excluded", "eligible", "allocated", "off-study", "left"]

_DECIDED = ("data", "data-or-attestation", "attestation")
_ENDED = ("off-study", "withdrawn", "not-registered")


@dataclass(frozen=True, slots=True)
class FirstBar:
    """The first criterion, in protocol order, that keeps a patient out; what is said of it, and if it can change."""

    criterion: str
    sentence: Sentence
    kind: Bar | None
    again: date | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. ``first`` and ``last`` are the days on which the patient was looked at; ``open`` names the
    criteria that are unknown."""

    patient: Patient
    first: date
    last: date
    place: Place
    verdict: Verdict
    with_people: Verdict
    arm: str = ""
    bar: FirstBar | None = None
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consort:
    """The counts. ``looked_at`` is everybody known of the site, ``in_scope`` those of the log."""

    looked_at: int
    in_scope: int
    excluded: int
    excluded_by: Mapping[str, int]
    undetermined: int
    candidate: int
    eligible: int
    allocated: int
    allocated_to: Mapping[str, int]
    off_study: int
    left: int


def entry(
    record: Record,
    screening: Screening,
    part: PeoplesPart,
    study: Study,
    looked: tuple[date, date] | None = None,
    told: Sequence[Event] = (),
) -> Entry:
    """The line of a patient in scope. *looked*: first and last day; else the day asked for. *told*: what people
    caused. Of whose data is not to be used only the place is told."""
    arm, way = arm_of(record, study), life(study, record, screening, part, told)
    used = may_be_used(way)
    first, last = looked or (screening.as_of, screening.as_of)
    return Entry(
        screening.patient,
        first,
        last,
        place_of(way.state, screening, part, arm),
        screening.verdict,
        part.people.verdict,
        arm.slug if arm else "",
        _first_bar(screening, part) if used else None,
        tuple(criterion.id for criterion, _ in open_ones(part)) if used else (),
    )


def gone(patient: Patient, looked: tuple[date, date], verdict: Verdict) -> Entry:
    """The line of a patient who was in scope, with what was found last."""
    return Entry(patient, *looked, "left", verdict, verdict)


def arm_of(record: Record, study: Study) -> Arm | None:
    """The arm that the trial office told, else the record, by its name or its slug."""
    facts = [fact for fact in record.about("allocation") if fact.standing == "final"]
    facts.sort(key=lambda fact: fact.source.reference != OFFICE)
    told = [str(fact.value).casefold() for fact in facts]
    return next((a for said in told for a in study.arms if said in (a.name.casefold(), a.slug.casefold())), None)


def place_of(standing: str, screening: Screening, part: PeoplesPart, arm: Arm | None) -> Place:
    """Where a patient in scope is counted; *standing* is the state of their life in the study."""
    if arm is not None or screening.phase != "screening":
        return "off-study" if standing in _ENDED else "allocated"
    if standing in _ENDED or part.people.verdict == "ineligible":
        return "excluded"
    if part.signed is not None and part.signed.holds:
        return "eligible"
    return part.people.verdict


def barring(part: PeoplesPart) -> list[tuple[Criterion, Finding]]:
    """The leaves that bar, in protocol order, with people's part."""
    return [(c, f) for c, f in part.people.findings if not c.parts and bars(c, f)]


def _first_bar(screening: Screening, part: PeoplesPart) -> FirstBar | None:
    found = barring(part)
    if not found:
        return None
    criterion, finding = found[0]
    day = None if criterion.id in part.people.said else again(screening).get(criterion.id)
    return FirstBar(criterion.id, finding.sentence, bar(criterion, finding, day), day)


def open_ones(part: PeoplesPart) -> list[tuple[Criterion, Finding]]:
    """The leaves that are unknown and can be asked now. What waits for the histology alone is told by the criterion
    that asks for it."""
    return [
        (criterion, finding)
        for criterion, finding in part.people.findings
        if finding.answer is UNKNOWN
        and not criterion.parts
        and finding.reason != "not-yet"
        and finding.sentence.key != "applies.unknown"
    ]


def consort(entries: Iterable[Entry], looked_at: int) -> Consort:
    """The counts of a log. *looked_at*: how many patients of the site are known at all."""
    lines = list(entries)
    places = Counter(one.place for one in lines)
    excluded = Counter(_why(one) for one in lines if one.place == "excluded")
    arms = Counter(one.arm or "?" for one in lines if one.place in ("allocated", "off-study"))
    return Consort(
        looked_at,
        len(lines),
        places["excluded"],
        dict(excluded),
        places["undetermined"],
        places["candidate"],
        places["eligible"],
        places["allocated"] + places["off-study"],
        dict(arms),
        places["off-study"],
        places["left"],
    )


def _why(one: Entry) -> str:
    """The first bar; one who died or withdrew before the allocation has none."""
    return one.bar.criterion if one.bar else "died or withdrew"


@dataclass(frozen=True, slots=True)
class Missing:
    """What one criterion lacks, for one reason, and of whom."""

    criterion: Criterion
    reason: Reason
    patients: tuple[Patient, ...] = field(default=())

    @property
    def count(self) -> int:
        """Of how many patients."""
        return len(self.patients)


def missing(screened: Iterable[tuple[Screening, PeoplesPart]], *, barred_too: bool = False) -> list[Missing]:
    """What is unknown over all patients in scope: what data decides before what people say, then by frequency.

    Whom something bars already lacks nothing that would matter, unless *barred_too*.
    """
    found: dict[tuple[str, Reason], tuple[Criterion, list[Patient]]] = {}
    for screening, part in screened:
        if not screening.in_scope or (part.people.verdict == "ineligible" and not barred_too):
            continue
        for criterion, finding in open_ones(part):
            reason = finding.reason or "silent"
            found.setdefault((criterion.id, reason), (criterion, []))[1].append(screening.patient)
    rows = [Missing(criterion, reason, tuple(patients)) for (_, reason), (criterion, patients) in found.items()]
    return sorted(rows, key=lambda row: (_DECIDED.index(row.criterion.decided_by), -row.count))
