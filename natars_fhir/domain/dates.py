"""The two dates of a screening, and the days at which lookbacks and pre-treatment facts end (clinical.md §2.0).

A partly known day stays an interval: a rule is asked with the earliest and the latest day that it may be.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from natars_fhir.domain.interval import Days, Interval
from natars_fhir.domain.record import Fact, Record
from natars_fhir.domain.study import Asked


def ask(record: Record, as_of: date) -> Asked:
    """The question put to every rule: *record* (already cut at *as_of*) and its dates.

    Age is counted from the first consent to this trial, lookbacks end at allocation, both else at *as_of*. Treatment
    starts with the earliest of allocation, first cycle and index surgery: a dose of this trial before all three cannot
    be told from earlier treatment.
    """
    consent = earliest(_said(record, "consent", "given"), as_of)
    allocation = earliest(_final(record.about("allocation")), as_of)
    surgery = earliest(_said(record, "index-surgery", "present"), as_of)
    cycle = earliest(_final(record.about("neoadjuvant-cycle")), as_of)
    start = _first([day for day in (allocation, cycle, surgery) if day])
    reference, reference_by = _ends(consent, as_of)
    window_end, window_end_by = _ends(allocation, as_of)
    treatment, treatment_by = _ends(start, as_of)
    return Asked(
        record,
        as_of,
        reference,
        window_end,
        treatment,
        reference_by,
        window_end_by,
        treatment_by,
        enrolled=start is not None,
        surgery=surgery,
    )


def earliest(facts: Iterable[Fact], by: date) -> Days | None:
    """The day of the earliest of dated *facts*, none of them later than *by*; None where none is dated."""
    days = [day for fact in facts if (day := fact.day)]
    first = _first(days) if days else None
    if first is None or first.high is None or first.high <= by:
        return first
    return Interval(first.low, by)


def _first(days: list[Days]) -> Days | None:
    if len(days) < 2:
        return days[0] if days else None
    return Interval(min(day.low or date.min for day in days), min(day.high or date.max for day in days))


def _ends(day: Days | None, otherwise: date) -> tuple[date, date]:
    if day is None:
        return otherwise, otherwise
    return day.low or date.min, day.high or otherwise


def _said(record: Record, concept: str, value: str) -> list[Fact]:
    return [fact for fact in record.about(concept) if fact.value == value and fact.standing == "final"]


def _final(facts: Iterable[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.standing == "final"]
