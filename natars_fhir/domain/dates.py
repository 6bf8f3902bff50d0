"""The two dates of a screening, and the days at which lookbacks and pre-treatment facts end (clinical.md §2.0).

A partly known day stays an interval: a rule is asked with the earliest and the latest day that it may be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from natars_fhir.domain.interval import Days, Interval
from natars_fhir.domain.record import Fact, Record
from natars_fhir.domain.study import NO_CHOICES, NOWHERE, Asked, Choose, Complete

#: Concepts that tell when the trial began for a patient: of several the earliest counts, and no other rule can.
CLOCK = ("allocation", "index-surgery")


def ask(record: Record, as_of: date, choices: Mapping[str, Choose] = NO_CHOICES, complete: Complete = NOWHERE) -> Asked:
    """The question put to every rule: *record* (already cut at *as_of*) and its dates.

    Age is counted from the first consent to this trial, though it was withdrawn in the trial's course; lookbacks end at
    allocation, both else at *as_of*. Treatment starts with the earliest of allocation, first cycle and index surgery: a
    dose of this trial before all three cannot be told from earlier treatment.
    """
    allocation = earliest(_said(record, "allocation"), as_of)
    surgery = earliest(_said(record, "index-surgery", "present"), as_of)
    cycle = earliest(_said(record, "neoadjuvant-cycle"), as_of)
    started = [day for day in (allocation, cycle, surgery) if day]
    start = _first(started) if started else None
    signed = _said(record, "consent", "given") or (_said(record, "consent", "withdrawn") if started else ())
    consent = earliest(signed, as_of)
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
        choices=choices,
        complete=complete,
    )


def earliest(facts: Sequence[Fact], by: date) -> Days | None:
    """The day of the earliest of dated *facts*, none of them later than *by*; None where none is dated."""
    days = [day for fact in facts if (day := fact.day)] if facts else None
    if not days:
        return None
    first = _first(days)
    if first.high is None or first.high <= by:
        return first
    return Interval(first.low, by)


def _first(days: list[Days]) -> Days:
    if len(days) == 1:
        return days[0]
    return Interval(min(day.low or date.min for day in days), min(day.high or date.max for day in days))


def _ends(day: Days | None, otherwise: date) -> tuple[date, date]:
    if day is None:
        return otherwise, otherwise
    return day.low or date.min, day.high or otherwise


def _said(record: Record, concept: str, value: str | None = None) -> Sequence[Fact]:
    """The final facts of *concept*, of one value or any."""
    facts = record.about(concept)
    if not facts:
        return facts
    return [fact for fact in facts if fact.standing == "final" and value in (None, fact.value)]
