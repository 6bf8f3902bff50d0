"""Tables for statisticians: plain rows, days counted from allocation and from surgery, no calendar date of a subject.

What each column means stands in dictionary.py. https://www.cdisc.org/standards/foundational/adam (ADTTE) names the
columns of `TimeRow`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from natars_fhir.domain.endpoints.cycles import Cycle
from natars_fhir.domain.endpoints.time_to_event import TimeToEvent
from natars_fhir.domain.interval import Days, Interval, Number, completed_years, days
from natars_fhir.domain.record import Fact
from natars_fhir.export.subject import Subject

#: What stands in the record to name the person, or is no word of the trial's: it never goes out.
NOT_EXPORTED = ("birth-date",)
#: Details that are words of the trial's; others may hold keys of resources.
DETAILS = ("grade", "method", "extent", "intensity", "percent", "given", "serious", "outcome", "specimen", "basis")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9 .+/-]{0,60}")
_OLDEST = 90


@dataclass(frozen=True, slots=True)
class FactRow:
    """One thing that is known of one subject."""

    site: str
    subject: str
    concept: str
    value: str
    low: str
    high: str
    unit: str
    standing: str
    day_low: int | None
    day_high: int | None
    surgery_day_low: int | None
    surgery_day_high: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class TimeRow:
    """One time to event of one subject, after CDISC's ADTTE."""

    site: str
    subject: str
    arm: str
    paramcd: str
    aval: int | None
    cnsr: int | None
    evntdesc: str
    imputed: str
    derivation: str


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """One subject: the arm, the sets, and the endpoints that the registry names."""

    site: str
    subject: str
    arm: str
    age: int | None
    sex: str
    sets: str
    never_operated: str
    days_to_surgery: int | None
    pfs_days: int | None
    pfs_event: int | None
    os_days: int | None
    os_event: int | None
    cycles: int
    visits_due: int
    visits_done: int
    worst_grade_low: int | None
    worst_grade_high: int | None
    morbidity_30: str
    morbidity_90: str
    morbidity_365: str
    issues: int


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One safety visit of one cycle of one subject."""

    site: str
    subject: str
    cycle: int
    visit: str
    standing: str
    day_due: int | None
    day_done: int | None
    measured: str
    lacks: str


@dataclass(frozen=True, slots=True)
class AdverseEventRow:
    """One adverse event or complication of one subject."""

    site: str
    subject: str
    arm: str
    kind: str
    term: str
    grade: str
    serious: str
    outcome: str
    day_low: int | None
    day_high: int | None
    cycle: int | None
    surgery_day_low: int | None


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """Allocations of one site in one month, and how many there are so far of those planned."""

    site: str
    month: str
    allocated: int
    so_far: int
    all_sites: int
    planned: int


def facts(subjects: Iterable[Subject]) -> Iterator[FactRow]:
    """One row a fact: what names a person, and what is no word of the trial's, is left out."""
    for one in subjects:
        origins = one.endpoints.allocated, one.endpoints.surgery
        for fact in one.record.facts:
            if fact.concept not in NOT_EXPORTED and counts(one, fact):
                yield _fact(one, fact, origins)


def counts(one: Subject, fact: Fact) -> bool:
    """Is it not surely later than the day on which consent ended?"""
    day = fact.day
    return day is None or day.low is None or day.low <= one.endpoints.until


def _fact(one: Subject, fact: Fact, origins: tuple[date | None, date | None]) -> FactRow:
    number = fact.value if isinstance(fact.value, Interval) else None
    allocated, operated = (_from(fact.day, origin) for origin in origins)
    return FactRow(
        one.site, one.pseudonym, fact.concept, "" if number else word(fact.value), *_ends(number),
        number.unit if number else "", fact.standing, *allocated, *operated, _details(fact),
    )  # fmt: skip


def _ends(number: Number | None) -> tuple[str, str]:
    """Its bounds; an open one is said."""
    if number is None:
        return "", ""
    low = "" if number.low is None else f"{'>' if number.low_open else ''}{number.low}"
    high = "" if number.high is None else f"{'<' if number.high_open else ''}{number.high}"
    return low, high


def word(value: object) -> str:
    """A word of the trial's; empty for anything that could be a date, a number or a text."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def _details(fact: Fact) -> str:
    """``grade=3; serious=yes``: of the details that are words of the trial's."""
    said = []
    for name in DETAILS:
        value = fact.said(name)
        if isinstance(value, Interval):
            low, high = _ends(value)
            said.append(f"{name}={low}" if low == high else f"{name}={low}..{high}")
        elif value is not None and word(value):
            said.append(f"{name}={value}")
    return "; ".join(said)


def _from(day: Days | None, origin: date | None) -> tuple[int | None, int | None]:
    """Days from *origin*, which is day 0."""
    if day is None or origin is None:
        return None, None
    low = (day.low - origin).days if day.low else None
    return low, (day.high - origin).days if day.high else None


def times(subjects: Iterable[Subject]) -> Iterator[TimeRow]:
    """One row a subject and parameter; without a value where it is not evaluable, or the event has no day."""
    for one in subjects:
        for found in one.endpoints.times:
            evaluable = found.status != "not-evaluable"
            yield TimeRow(
                one.site, one.pseudonym, one.endpoints.arm, found.parameter, found.days,
                (0 if found.status == "event" else 1) if evaluable else None,
                found.reason, "Y" if found.imputed else "", derivation(found),
            )  # fmt: skip


def derivation(found: TimeToEvent) -> str:
    """The decisions in order, as the rules and what they came to, without a date: ``6.1 from-surgery; 6.4 death``."""
    return "; ".join(
        f"{step.rule.rpartition('§')[2]} {step.sentence.key.removeprefix('endpoint.')}" for step in found.trace
    )


def by_subject(subjects: Iterable[Subject]) -> Iterator[SubjectRow]:
    """One row a subject."""
    for one in subjects:
        yield _subject(one)


def _subject(one: Subject) -> SubjectRow:
    found = one.endpoints
    visits = [visit for cycle in found.cycles for visit in cycle.visits if visit.standing != "planned"]
    waited = (found.surgery - found.allocated).days if found.surgery and found.allocated else None
    return SubjectRow(
        one.site, one.pseudonym, found.arm, _age(one), _sex(one), " ".join(found.sets),
        found.never_operated.reason if found.never_operated else "", waited,
        *_time(found.time("PFS")), *_time(found.time("OS")), len(found.cycles), len(visits),
        len([visit for visit in visits if visit.standing == "done"]), *_worst(found.cycles),
        *_morbidity(one), len(found.issues),
    )  # fmt: skip


def _age(one: Subject) -> int | None:
    """Completed years on the day of allocation, where they are sure; of those over 89 years, 90."""
    born = {fact.value for fact in one.record.about("birth-date") if isinstance(fact.value, str)}
    if len(born) != 1 or one.endpoints.allocated is None:
        return None
    years = completed_years(days(born.pop()), one.endpoints.allocated)
    return min(int(years.low), _OLDEST) if years.low is not None and years.exact else None


def _sex(one: Subject) -> str:
    said = {word(fact.value) for fact in one.record.about("sex")}
    return said.pop() if len(said) == 1 else ""


def _time(found: TimeToEvent | None) -> tuple[int | None, int | None]:
    if found is None or found.status == "not-evaluable":
        return None, None
    return found.days, int(found.status == "event")


def _worst(cycles: Iterable[Cycle]) -> tuple[int | None, int | None]:
    grades = [cycle.worst.grade for cycle in cycles if cycle.worst.grade is not None]
    if not grades:
        return None, None
    return max(grade.low for grade in grades), max(grade.high for grade in grades)


def _morbidity(one: Subject) -> tuple[str, str, str]:
    """The worst grade by 30, 90 and 365 days: ``none`` only where the subject was followed to the end."""
    told = {30: "", 90: "", 365: ""}
    for found in one.endpoints.morbidity:
        if found.window in told:
            kept = found.worst or ("none" if found.followed == "whole" else "unknown")
            told[found.window] = f">={kept}" if found.followed == "at-least" else kept
    return told[30], told[90], told[365]


def visits(subjects: Iterable[Subject]) -> Iterator[VisitRow]:
    """Visits planned, due, done and missed."""
    for one in subjects:
        start = one.endpoints.allocated
        for visit in (visit for cycle in one.endpoints.cycles for visit in cycle.visits):
            done = (visit.done - start).days if visit.done and start else None
            yield VisitRow(
                one.site, one.pseudonym, visit.cycle, visit.name, visit.standing,
                (visit.due - start).days if start else None, done,
                " ".join(sorted({fact.concept for fact in visit.facts})), " ".join(visit.lacks),
            )  # fmt: skip


def adverse_events(subjects: Iterable[Subject]) -> Iterator[AdverseEventRow]:
    """Adverse events, and complications of surgery by their Clavien-Dindo grade."""
    for one in subjects:
        for fact in one.record.about("adverse-event", "clavien-dindo"):
            if fact.standing == "final" and counts(one, fact):
                yield _adverse(one, fact)


def _adverse(one: Subject, fact: Fact) -> AdverseEventRow:
    graded, event = fact.said("grade"), fact.concept == "adverse-event"
    grade = "..".join(dict.fromkeys(_ends(graded))) if isinstance(graded, Interval) else ""
    return AdverseEventRow(
        one.site, one.pseudonym, one.endpoints.arm, fact.concept, word(fact.value) if event else "",
        grade if event else word(fact.value), word(fact.said("serious")), word(fact.said("outcome")),
        *_from(fact.day, one.endpoints.allocated), _cycle_of(one, fact), _from(fact.day, one.endpoints.surgery)[0],
    )  # fmt: skip


def _cycle_of(one: Subject, fact: Fact) -> int | None:
    day = fact.day
    if day is None or day.low is None or day.high is None:
        return None
    for cycle in one.endpoints.cycles:
        if cycle.start <= day.low and (cycle.until is None or day.high < cycle.until):
            return cycle.number
    return None


def enrolment(subjects: Iterable[Subject], planned: int) -> list[EnrolmentRow]:
    """Allocations by site and month; whose day is not known is in no month."""
    told = sorted((one.endpoints.allocated.strftime("%Y-%m"), one.site) for one in subjects if one.endpoints.allocated)
    rows, by_site, everybody = [], Counter[str](), 0
    for (month, site), count in Counter(told).items():
        by_site[site] += count
        everybody += count
        rows.append(EnrolmentRow(site, month, count, by_site[site], everybody, planned))
    return rows
