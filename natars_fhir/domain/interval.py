"""Interval: what is known of a number or a date.

``2024-03`` is 1 to 31 March, ``<12 cm`` is below 12, ``8-10 cm`` is 8 to 10, ``at least grade 2`` is 2 to 3.
Comparing an interval with a limit gives yes, no or unknown; lookback windows, partial dates, comparators, ranges and
score bounds are then one mechanism. A missing bound is unbounded.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any, Generic, TypeVar

from natars_fhir.domain.answer import NO, UNKNOWN, YES, Answer

Point = TypeVar("Point", Decimal, date)

#: The trial's time zone, Asia/Shanghai: no daylight saving since 1991, so a fixed offset serves.
SHANGHAI = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Interval(Generic[Point]):
    """The points that a value may be. ``unit`` is UCUM; empty for dates and pure numbers.

    Raises ValueError for an empty interval (low above high, or equal with an open end).
    """

    low: Point | None
    high: Point | None
    low_open: bool = False
    high_open: bool = False
    unit: str = ""

    def __post_init__(self) -> None:
        if self.low is None or self.high is None:
            return
        low: Any = self.low
        if low > self.high or ((self.low_open or self.high_open) and low == self.high):
            raise ValueError("an interval's low end lies above its high end")

    def at_least(self, limit: Point) -> Answer:
        """Is the value >= *limit*?"""
        low: Any = self.low
        high: Any = self.high
        if low is not None and low >= limit:
            return YES
        if high is not None and (high < limit or (high == limit and self.high_open)):
            return NO
        return UNKNOWN

    def above(self, limit: Point) -> Answer:
        """Is the value > *limit*?"""
        low: Any = self.low
        high: Any = self.high
        if low is not None and (low > limit or (low == limit and self.low_open)):
            return YES
        if high is not None and high <= limit:
            return NO
        return UNKNOWN

    def at_most(self, limit: Point) -> Answer:
        """Is the value <= *limit*?"""
        return ~self.above(limit)

    def below(self, limit: Point) -> Answer:
        """Is the value < *limit*?"""
        return ~self.at_least(limit)

    def within(self, low: Point, high: Point) -> Answer:
        """Does the value lie in the closed range from *low* to *high*?"""
        return min(self.at_least(low), self.at_most(high))

    @property
    def exact(self) -> bool:
        """Is it one point?"""
        return self.low is not None and self.low == self.high

    def covers(self, other: Interval[Point]) -> bool:
        """Does every point of *other* lie in this interval?"""
        return _ends_below(self, other) and _ends_above(self, other)

    def overlaps(self, other: Interval[Point]) -> bool:
        """Can both be the same point?"""
        return not (_apart(self, other) or _apart(other, self))


def _ends_below(outer: Interval[Any], inner: Interval[Any]) -> bool:
    if outer.low is None:
        return True
    if inner.low is None:
        return False
    return bool(outer.low < inner.low or (outer.low == inner.low and (not outer.low_open or inner.low_open)))


def _ends_above(outer: Interval[Any], inner: Interval[Any]) -> bool:
    if outer.high is None:
        return True
    if inner.high is None:
        return False
    return bool(outer.high > inner.high or (outer.high == inner.high and (not outer.high_open or inner.high_open)))


def _apart(left: Interval[Any], right: Interval[Any]) -> bool:
    """Does *left* lie wholly below *right*?"""
    if left.high is None or right.low is None:
        return False
    return bool(left.high < right.low or (left.high == right.low and (left.high_open or right.low_open)))


Number = Interval[Decimal]
Days = Interval[date]


def number(value: Decimal | int | str, unit: str = "") -> Number:
    """One exact number."""
    point = value if isinstance(value, Decimal) else Decimal(value)
    return Interval(point, point, unit=unit)


@lru_cache(maxsize=16_384)
def days(text: str) -> Days:
    """The days that a FHIR date, dateTime or instant may mean, in the trial's time zone (clinical.md §2.0).

    >>> days("2024-02")
    Interval(low=datetime.date(2024, 2, 1), high=datetime.date(2024, 2, 29), low_open=False, high_open=False, unit='')

    Raises ValueError for anything else, 30 February included.
    """
    if "T" in text:
        moment = datetime.fromisoformat(_no_leap_second(text))
        here = moment.tzinfo is None or text.endswith("+08:00")
        return _on((moment if here else moment.astimezone(SHANGHAI)).date())
    if len(text) == 10 and text[4] == text[7] == "-":
        return _on(date.fromisoformat(text))
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 1:
        return Interval(date(parts[0], 1, 1), date(parts[0], 12, 31))
    if len(parts) == 2:
        last = calendar.monthrange(parts[0], parts[1])[1]
        return Interval(date(parts[0], parts[1], 1), date(parts[0], parts[1], last))
    return _on(date(parts[0], parts[1], parts[2]))


@lru_cache(maxsize=4_096)
def _on(day: date) -> Days:
    """Many moments are of one day."""
    return Interval(day, day)


def _no_leap_second(text: str) -> str:
    """FHIR allows second 60, Python does not; the day is the same."""
    return text[:17] + "59" + text[19:] if text[17:19] == "60" else text


@lru_cache(maxsize=4_096)
def months_before(day: date, months: int) -> date:
    """The same day *months* calendar months earlier, clamped to the month's end (31 August → 28 or 29 February)."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def completed_years(born: Days, on: date) -> Number:
    """Age in completed years on a day; an interval where the birth date is partial."""
    least = None if born.high is None else _years(born.high, on)
    most = least if born.exact else None if born.low is None else _years(born.low, on)
    return _of_years(least, most)


@lru_cache(maxsize=1_024)
def _of_years(least: int | None, most: int | None) -> Number:
    """Many are of one age."""
    return Interval(None if least is None else Decimal(least), None if most is None else Decimal(most), unit="a")


def _years(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
