"""Rows of the tables for statisticians: what each holds; what each column means stands in dictionary.py.

https://www.cdisc.org/standards/foundational/adam (ADTTE) names the columns of `TimeRow`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


def values_of(row: Any) -> tuple[Any, ...]:
    """The cells of a row, in their order (`astuple` copies each of them, and takes ten times as long)."""
    return tuple([getattr(row, name) for name in row.__slots__])


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
    number_low: Decimal | None
    number_high: Decimal | None


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
    param: str
    avalu: str
    startdy: int | None
    ady: int | None


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


@dataclass(frozen=True, slots=True)
class WithheldRow:
    """How many of a site and an arm withdrew the use of their data: they are in no other table."""

    site: str
    arm: str
    subjects: int
