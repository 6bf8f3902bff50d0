"""Lookback windows: closed intervals of calendar months or days that end at allocation, else at ``as_of``
(clinical.md §2.0). With a partly known event or end, a place may be unknown."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from natars_fhir.domain.choice import Bounds
from natars_fhir.domain.interval import months_before
from natars_fhir.domain.study import Asked

Place = Literal["in", "before", "after", "maybe"]


class Window(NamedTuple):
    """Its start and end, each between its earliest and its latest possible day."""

    start: date
    start_by: date
    end: date
    end_by: date

    def place(self, event: Bounds) -> Place:
        """Where *event* lies, if that is sure."""
        if event.low >= self.start_by and event.high <= self.end:
            return "in"
        if event.high < self.start:
            return "before"
        return "after" if event.low > self.end_by else "maybe"


def months_back(asked: Asked, months: int) -> Window:
    """Calendar months, clamped to the month's end (31 August → 28 or 29 February)."""
    end, end_by = asked.window_end, asked.window_end_by
    start = months_before(end, months)
    return Window(start, start if end_by == end else months_before(end_by, months), end, end_by)


def days_back(asked: Asked, days: int) -> Window:
    """Whole days: with 7, a test of the same weekday a week ago still counts."""
    span = timedelta(days=days)
    return Window(asked.window_end - span, asked.window_end_by - span, asked.window_end, asked.window_end_by)


def back(asked: Asked, months: int, days: int) -> Window:
    """Months, or days where they are given."""
    return days_back(asked, days) if days else months_back(asked, months)


@lru_cache(maxsize=16_384)
def opens_after(day: date, months: int, days: int) -> date:
    """The first end of such a window that leaves *day* behind: the window that ends then opens on a later day."""
    if days:
        return day + timedelta(days=days + 1)
    end = months_before(day, -months)
    while months_before(end, months) <= day:
        end += timedelta(days=1)
    return end
