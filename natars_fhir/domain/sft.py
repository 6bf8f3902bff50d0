"""The risk score of solitary fibrous tumours: points as bounds, for a missing variable may be worth none or all of its
points (Demicco; clinical.md §3.1: the cut-points between the outer bands await confirmation by the clinical lead)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from natars_fhir.domain.answer import NO, UNKNOWN, YES, Answer
from natars_fhir.domain.interval import Number

Step = Callable[[Number], Answer]


class Points(NamedTuple):
    """The least and the most points that a variable, or the whole score, may be worth."""

    low: int
    high: int


def _from(limit: int) -> Step:
    least = Decimal(limit)
    return lambda value: value.at_least(least)


def _above(limit: int) -> Step:
    bound = Decimal(limit)
    return lambda value: value.above(bound)


#: Years at diagnosis from which age counts.
AGE_LIMIT = 55

#: One point for every step that a variable reaches.
STEPS: dict[str, tuple[Step, ...]] = {
    "age": (_from(AGE_LIMIT),),
    "size": (_from(5), _from(10), _from(15)),
    "mitoses": (_above(0), _from(4)),
    "necrosis": (_from(10),),
}

#: The modified score adds necrosis (high risk 6-7); the older one has three variables (high risk 5-6).
VARIABLES: dict[int, tuple[str, ...]] = {4: ("age", "size", "mitoses", "necrosis"), 3: ("age", "size", "mitoses")}


def points(variable: str, value: Number | None) -> Points:
    """The points of one variable; of an unknown value: all that it could be worth."""
    steps = STEPS[variable]
    if value is None:
        return Points(0, len(steps))
    answers = [step(value) for step in steps]
    return Points(answers.count(YES), len(steps) - answers.count(NO))


def total(scored: list[Points]) -> Points:
    """The score's bounds."""
    return Points(sum(each.low for each in scored), sum(each.high for each in scored))


def reaches(score: Points, limit: int) -> Answer:
    """Is the score at least *limit*?"""
    if score.low >= limit:
        return YES
    return NO if score.high < limit else UNKNOWN
