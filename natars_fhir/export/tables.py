"""Tables for statisticians: plain rows, days counted from allocation and surgery, no calendar date of a subject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from natars_fhir.domain.endpoints.time_to_event import Parameter, TimeToEvent
from natars_fhir.domain.interval import Interval
from natars_fhir.domain.record import Fact
from natars_fhir.export.by_subject import by_subject as by_subject
from natars_fhir.export.cells import counts, days_from, details, ends, word
from natars_fhir.export.flaw_rows import flaws
from natars_fhir.export.rows import AdverseEventRow, EnrolmentRow, FactRow, TimeRow, VisitRow, WithheldRow
from natars_fhir.export.subject import Subject

#: What stands in the record to name the person, or is no word of the trial's: it never goes out.
NOT_EXPORTED = ("birth-date",)
#: (site, arm) → how many withdrew the use of their data.
Withheld = Mapping[tuple[str, str], int]
NOBODY: Withheld = MappingProxyType({})
#: What a parameter is called at length.
PARAMETERS: dict[Parameter, str] = {
    "PFS": "Progression-free survival from surgery",
    "OS": "Overall survival from surgery",
    "PFS-TX": "Progression-free survival from surgery, another treatment ignored",
    "PFS-MISS": "Progression-free survival from surgery, a death after missed scans censored",
    "PFS-ITT": "Progression-free survival from allocation, by intention to treat",
    "OS-ITT": "Overall survival from allocation, by intention to treat",
}


def every(subjects: Sequence[Subject], planned: int, withheld: Withheld = NOBODY) -> dict[str, Iterable[Any]]:
    """Table → its rows, as dictionary.py names the tables."""
    return {
        "facts": facts(subjects),
        "times": times(subjects),
        "subjects": by_subject(subjects),
        "visits": visits(subjects),
        "adverse-events": adverse_events(subjects),
        "enrolment": enrolment(subjects, planned),
        "data-quality": flaws(subjects),
        "withheld": [WithheldRow(*who, count) for who, count in sorted(withheld.items())],
    }


def facts(subjects: Iterable[Subject]) -> Iterator[FactRow]:
    """One row a fact: what names a person, and what is no word of the trial's, is left out."""
    for one in subjects:
        origins = one.endpoints.allocated, one.endpoints.surgery
        for fact in one.record.facts:
            if fact.concept not in NOT_EXPORTED and counts(one, fact):
                yield _fact(one, fact, origins)


def _fact(one: Subject, fact: Fact, origins: tuple[date | None, date | None]) -> FactRow:
    number = fact.value if isinstance(fact.value, Interval) else None
    allocated, operated = (days_from(fact.day, origin) for origin in origins)
    return FactRow(
        one.site, one.pseudonym, fact.concept, "" if number else word(fact.value), *ends(number),
        number.unit if number else "", fact.standing, *allocated, *operated, details(fact),
        number.low if number else None, number.high if number else None,
    )  # fmt: skip


def times(subjects: Iterable[Subject]) -> Iterator[TimeRow]:
    """One row a subject and parameter; without a value where it is not evaluable, or the event has no day."""
    for one in subjects:
        for found in one.endpoints.times:
            evaluable = found.status != "not-evaluable"
            yield TimeRow(
                one.site, one.pseudonym, one.endpoints.arm, found.parameter, found.days,
                (0 if found.status == "event" else 1) if evaluable else None,
                found.reason, "Y" if found.imputed else "", derivation(found), PARAMETERS[found.parameter], "DAYS",
                _since(one, found.origin), _since(one, found.end),
            )  # fmt: skip


def _since(one: Subject, day: date | None) -> int | None:
    """Days from allocation, which is day 0."""
    return (day - one.endpoints.allocated).days if day and one.endpoints.allocated else None


def derivation(found: TimeToEvent) -> str:
    """The decisions in order, as the rules and what they came to, without a date: ``6.1 from-surgery; 6.4 death``."""
    return "; ".join(
        f"{step.rule.rpartition('§')[2]} {step.sentence.key.removeprefix('endpoint.')}" for step in found.trace
    )


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
    grade = "..".join(dict.fromkeys(ends(graded))) if isinstance(graded, Interval) else ""
    return AdverseEventRow(
        one.site, one.pseudonym, one.endpoints.arm, fact.concept, word(fact.value) if event else "",
        grade if event else word(fact.value), word(fact.said("serious")), word(fact.said("outcome")),
        *days_from(fact.day, one.endpoints.allocated), _cycle_of(one, fact),
        days_from(fact.day, one.endpoints.surgery)[0],
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
