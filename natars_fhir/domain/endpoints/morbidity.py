"""Postoperative morbidity: the worst Clavien-Dindo grade within 30, 90 and 365 days of the surgery (clinical.md §6.8).

Day 0 counts, and so does the last day. Who was not followed to the end of a window, and had nothing in it, is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from natars_fhir.domain.answer import NO, UNKNOWN, YES, Answer
from natars_fhir.domain.choice import onset
from natars_fhir.domain.endpoints.conventions import Conventions
from natars_fhir.domain.endpoints.progression import events
from natars_fhir.domain.endpoints.timeline import Timeline
from natars_fhir.domain.endpoints.trace import Trace
from natars_fhir.domain.record import Fact

#: In rising order; an undivided III or IV counts as its lower half, and is flagged.
RANKS = ("I", "II", "IIIa", "IIIb", "IVa", "IVb", "V")
_UNDIVIDED = {"III": "IIIa", "IV": "IVa"}
_MAJOR, _DEATH = RANKS.index("IIIa"), "V"
_DEATH_COUNTS_TO = 90

#: ``whole``: followed to the window's end, or dead; ``at-least``: not followed, the grade may be worse;
#: ``unknown``: not followed, and nothing on record.
Followed = Literal["whole", "at-least", "unknown"]


@dataclass(frozen=True, slots=True)
class Morbidity:
    """One window. ``worst`` is empty where no complication is on record. ``unsure``: complications of which the day
    does not tell whether they lie in it."""

    window: int
    followed: Followed
    worst: str
    major: Answer
    died: Answer
    reoperated: Answer
    undivided: bool = False
    facts: tuple[Fact, ...] = ()
    unsure: tuple[Fact, ...] = ()


def morbidity(course: Timeline, how: Conventions, trace: Trace) -> tuple[Morbidity, ...]:
    """Each window after the surgery of *course*; none without a surgery."""
    if course.surgery is None:
        return ()
    found = tuple(_window(course, course.surgery.day, days) for days in how.windows)
    for one in found:
        if one.worst:
            trace.say("6.8", f"morbidity-{one.followed}", one.window, one.worst, one.facts, facts=one.facts)
        else:
            trace.say("6.8", "morbidity-none" if one.followed == "whole" else "morbidity-unknown", one.window)
        if one.undivided:
            trace.say("6.8", "undivided", one.window, facts=one.facts)
        if one.unsure:
            trace.say("6.8", "unsure", one.window, one.unsure, facts=one.unsure)
    return found


def _window(course: Timeline, start: date, days: int) -> Morbidity:
    end = start + timedelta(days=days)
    inside, unsure = _placed(course, start, end)
    died = _died(course, end)
    grades = [rank(str(fact.value)) for fact in inside]
    if died is YES and _of_surgery(course, start, days):
        grades.append(RANKS.index(_DEATH))
    followed = _followed(died, bool(grades))
    worst = RANKS[max(grades)] if grades else ""
    speaking = tuple(fact for fact in inside if rank(str(fact.value)) == max(grades))
    if worst == _DEATH and not speaking:
        speaking = course.death.facts
    return Morbidity(
        days, followed, worst, _major(grades, unsure, followed), died, _reoperated(course, start, end, followed),
        any(fact.value in _UNDIVIDED for fact in speaking), speaking, unsure,
    )  # fmt: skip


def rank(grade: str) -> int:
    """The place of a Clavien-Dindo grade in their order."""
    return RANKS.index(_UNDIVIDED.get(grade, grade))


def _placed(course: Timeline, start: date, end: date) -> tuple[list[Fact], tuple[Fact, ...]]:
    """The complications that surely began in the window, and those that may have."""
    inside, unsure = [], []
    for fact in course.dated("clavien-dindo"):
        low, high = onset(fact)
        if fact.value == _DEATH and _recurred_before(course, low):
            continue
        if low >= start and high <= end:
            inside.append(fact)
        elif low <= end and high >= start:
            unsure.append(fact)
    return inside, tuple(unsure)


def _recurred_before(course: Timeline, died: date) -> bool:
    """A death after day 90 of a disease that came back is no complication."""
    start = course.surgery.day if course.surgery else date.min
    late = died > start + timedelta(days=_DEATH_COUNTS_TO)
    return late and any(fact.day and (fact.day.low or date.max) <= died for fact in events(course, "present"))


def _died(course: Timeline, end: date) -> Answer:
    death = course.death
    if not death.facts:
        return NO if course.alive is not None and course.alive.day >= end else UNKNOWN
    days = [fact.day for fact in death.facts if fact.day]
    if death.doubt == "conflicting" or not days:
        return UNKNOWN
    low, high = max(day.low or date.min for day in days), min(day.high or date.max for day in days)
    return YES if high <= end else NO if low > end else UNKNOWN


def _of_surgery(course: Timeline, start: date, days: int) -> bool:
    """Up to day 90 a death is grade V whatever its cause; later only a stated grade V is."""
    moment = course.death.moment
    return moment is not None and moment.day <= start + timedelta(days=min(days, _DEATH_COUNTS_TO))


def _followed(died: Answer, complicated: bool) -> Followed:
    """Whose life or death at the window's end is known was followed to it."""
    if died is not UNKNOWN:
        return "whole"
    return "at-least" if complicated else "unknown"


def _major(grades: list[int], unsure: tuple[Fact, ...], followed: Followed) -> Answer:
    """Is any of them IIIa or worse?"""
    if any(grade >= _MAJOR for grade in grades):
        return YES
    may_be = any(rank(str(fact.value)) >= _MAJOR for fact in unsure)
    return NO if followed == "whole" and not may_be else UNKNOWN


def _reoperated(course: Timeline, start: date, end: date, followed: Followed) -> Answer:
    """Another operation after the day of the surgery? One that was planned cannot be told from it here."""
    later = [*course.dated("surgery", "present"), *course.dated("prior-resection", "present")]
    # a report that speaks of an earlier operation is dated by itself
    spans = [onset(fact) for fact in later if fact.when and fact.path.startswith("Procedure.")]
    if any(low > start and high <= end for low, high in spans):
        return YES
    return NO if followed == "whole" and not any(high > start and low <= end for low, high in spans) else UNKNOWN
