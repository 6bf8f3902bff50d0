"""Where in the trial a fact stands: its study day, its epoch, and the visit or cycle that it belongs to.

SDTM's study days have no day 0 (SDTMIG 4.4.4): allocation is day 1, the day before is -1. A day that is partly known
is none.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from natars_fhir.domain.record import Fact
from natars_fhir.export.subject import Subject


class Event(NamedTuple):
    """A study event of ODM, and which cycle's; 0 where it does not repeat."""

    oid: str
    cycle: int = 0


SCREENING, WAITING, CYCLE = "SE.SCREENING", "SE.BEFORE-SURGERY", "SE.CYCLE"
SURGERY, FOLLOW_UP, UNDATED = "SE.SURGERY", "SE.FOLLOW-UP", "SE.UNDATED"


def visit_oid(name: str) -> str:
    """The study event of a planned safety visit: ``SE.VISIT.1-d``."""
    return f"SE.VISIT.{name}"


def exact(fact: Fact) -> date | None:
    """The day, where it is one."""
    day = fact.day
    return day.low if day is not None and day.exact else None


def study_day(one: Subject, day: date | None) -> int | None:
    """Counted from allocation, which is day 1."""
    start = one.endpoints.allocated
    if day is None or start is None:
        return None
    days = (day - start).days
    return days + 1 if days >= 0 else days


def epoch(one: Subject, fact: Fact) -> str | None:
    """Before allocation, up to the day of surgery, after it; None where the days that it may be lie in two of them."""
    day = fact.day
    if day is None or day.low is None or day.high is None:
        return None
    low, high = _epoch(one, day.low), _epoch(one, day.high)
    return low if low == high else None


def _epoch(one: Subject, day: date) -> str | None:
    start, surgery = one.endpoints.allocated, one.endpoints.surgery
    if surgery is not None and day > surgery:
        return "FOLLOW-UP"
    if start is None:
        return None
    return "SCREENING" if day < start else "TREATMENT"


def event(one: Subject, fact: Fact) -> Event:
    """The safety visit that was made on that day and looked at it; else the cycle, the surgery, or the time between."""
    day = exact(fact)
    if day is None:
        return Event(UNDATED)
    for cycle in one.endpoints.cycles:
        for visit in cycle.visits:
            if visit.done == day and fact in visit.facts:
                return Event(visit_oid(visit.name), cycle.number)
        if cycle.start <= day and (cycle.until is None or day < cycle.until):
            return Event(CYCLE, cycle.number)
    return Event(_between(one, day))


def _between(one: Subject, day: date) -> str:
    start, surgery = one.endpoints.allocated, one.endpoints.surgery
    if surgery is not None and day >= surgery:
        return SURGERY if day == surgery else FOLLOW_UP
    if start is not None and day < start:
        return SCREENING
    return WAITING if start is not None else UNDATED
