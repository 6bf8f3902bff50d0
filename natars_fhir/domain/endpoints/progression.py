"""Progression: the day on which the disease was first seen to have come back or grown (clinical.md §6.2).

The date is that of the scan or biopsy. A suspicion that is confirmed later dates the event back to the suspicious scan,
unless an assessment between them cleared it. What was found up to the day of surgery is no event from surgery.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from natars_fhir.domain.choice import came_back
from natars_fhir.domain.endpoints.conventions import Conventions
from natars_fhir.domain.endpoints.moments import Moment, settled
from natars_fhir.domain.endpoints.timeline import Timeline, tell_imputed
from natars_fhir.domain.endpoints.trace import Trace
from natars_fhir.domain.record import Fact

_CLEARS = ("CR", "PR", "SD", "improved", "stable")


class Progression(NamedTuple):
    """The first progression after an origin; ``undated``: one is on record that may be earlier, and has no day."""

    moment: Moment | None
    undated: tuple[Fact, ...] = ()
    #: facts that confirm what was first only suspected
    confirmed_by: tuple[Fact, ...] = ()


def progression(course: Timeline, how: Conventions, origin: date, trace: Trace) -> Progression:
    """The first progression after *origin*."""
    told = events(course, "present")
    confirmed = _after(told, how, origin, course)
    open_ones = tuple(fact for fact in told if _may_be_after(fact, origin) and not _settles(fact, how, origin))
    _tell_what_is_none(course, told, origin, trace)
    if not confirmed:
        _tell_suspicions(course, how, origin, trace)
        if open_ones:
            trace.say("6.2", "progression-undated", open_ones, facts=open_ones)
        return Progression(None, open_ones)
    first = confirmed[0]
    back = _suspected_before(course, how, origin, first)
    found = back or first
    trace.say("6.2", "progression", (found.fact,), found.day, facts=(found.fact,))
    tell_imputed(found, trace)
    if back:
        trace.say("6.2", "backdated", back.day, first.day, facts=(back.fact, first.fact))
    earlier = tuple(fact for fact in open_ones if fact.day and (fact.day.high or date.max) < found.day)
    if earlier:  # what has no day at all, or may be of the same day, tells of the same event
        trace.say("6.2", "progression-undated", earlier, facts=earlier)
    return Progression(found, earlier, (first.fact,) if back else ())


def events(course: Timeline, value: str) -> list[Fact]:
    """What tells of a progression: of the disease itself, and a metastasis seen on images or proven by a biopsy; one
    that a diagnosis alone tells is an event without a day."""
    spread = course.dated("metastasis", value)
    if spread:  # a diagnosis is coded later than the lesion was seen; a specimen shows what was there at the surgery
        biopsies = {fact.source.reference for fact in course.dated("biopsy", "present")}
        seen = [fact for fact in spread if fact.said("method") == "imaging" or fact.source.reference in biopsies]
        coded = [fact._replace(when=None) for fact in spread if value == "present" and _coded_later(course, fact)]
        spread = [*seen, *coded]
    grown = [_dated_anew(course, fact) for fact in course.dated("progression", value)]
    return [fact for fact in grown if not _second_primary(fact)] + spread


def _coded_later(course: Timeline, fact: Fact) -> bool:
    """Is it a diagnosis that surely began after the surgery, or after enrolment where there was none, and that no
    later assessment contradicts?"""
    start, day = course.surgery or course.entered, fact.day
    if start is None or day is None or day.low is None or fact.said("method") != "diagnosis":
        return False
    low = day.low
    cleared = any(one.fact.value in _CLEARS and one.day > low for one in course.assessments)
    return low > start.high and not cleared


def _dated_anew(course: Timeline, fact: Fact) -> Fact:
    """A diagnosis that is now a recurrence keeps the day on which the tumour was first told: of one from before the
    surgery nobody knows on which day it came back."""
    day, operated = fact.day, course.surgery
    if not came_back(fact) or day is None or operated is None:
        return fact
    return fact._replace(when=None) if day.low is None or day.low <= operated.day else fact


def _second_primary(fact: Fact) -> bool:
    return fact.said("origin") == "second-primary"


def _after(facts: Iterable[Fact], how: Conventions, origin: date, course: Timeline) -> list[Moment]:
    """Those that surely come after *origin*: a month that holds both is not told apart. None is after the death."""
    ceiling = min(course.end, course.death.moment.day) if course.death.moment else course.end
    return [one for one in settled(facts, how, ceiling=ceiling) if one.low > origin]


def _may_be_after(fact: Fact, origin: date) -> bool:
    return fact.day is None or fact.day.high is None or fact.day.high > origin


def _settles(fact: Fact, how: Conventions, origin: date) -> bool:
    return any(one.low > origin for one in settled((fact,), how))


def _suspected_before(course: Timeline, how: Conventions, origin: date, first: Moment) -> Moment | None:
    """The first suspicious scan of those that nothing cleared before *first* confirmed them."""
    cleared = max(
        (one.day for one in course.assessments if one.fact.value in _CLEARS and one.day < first.day), default=origin
    )
    suspicions = _after(events(course, "suspected"), how, origin, course)
    earlier = [one for one in suspicions if cleared <= one.day < first.day and not _residual(course, one)]
    return earlier[0] if earlier else None


def _residual(course: Timeline, suspicion: Moment) -> bool:
    """After an R2 resection the first scan shows what was left: it is the baseline, not a suspicion."""
    margins = {fact.value for fact in course.dated("resection-margin")}
    if "R2" not in margins or course.surgery is None:
        return False
    operated = course.surgery.day
    baseline = next((one.day for one in course.assessments if one.day > operated), suspicion.day)
    return suspicion.day <= baseline


def _tell_what_is_none(course: Timeline, told: Sequence[Fact], origin: date, trace: Trace) -> None:
    before = tuple(fact for fact in told if not _may_be_after(fact, origin))
    if before:
        trace.say("6.2", "before-origin", before, origin, facts=before)
    others = tuple(course.dated("second-malignancy", "present"))
    if others:
        trace.say("6.2", "second-primary", others, facts=others)
    if any(fact.value == "R2" for fact in course.dated("resection-margin")):
        trace.say("6.2", "residual", facts=course.dated("resection-margin", "R2"))


def _tell_suspicions(course: Timeline, how: Conventions, origin: date, trace: Trace) -> None:
    open_ones = tuple(one.fact for one in _after(events(course, "suspected"), how, origin, course))
    if open_ones:
        trace.say("6.2", "suspected-only", open_ones, facts=open_ones)
