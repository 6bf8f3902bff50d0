"""Days that are partly known, and windows of calendar months, as clinical.md §2.0 has them: closed, and clamped at a
month's end. Written anew, and not taken from `domain`, which is compared with it."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import NamedTuple


class Span(NamedTuple):
    """The first and the last day that something may have been."""

    low: date
    high: date


def span(text: str) -> Span:
    """A day, a month or a year as the days that it may mean."""
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        day = date(*parts)
        return Span(day, day)
    first, last = (parts[1], parts[1]) if len(parts) == 2 else (1, 12)
    return Span(date(parts[0], first, 1), date(parts[0], last, monthrange(parts[0], last)[1]))


def back(end: date, months: int) -> date:
    """The first day of the window of so many months that ends on *end*."""
    year, month = divmod(end.year * 12 + end.month - 1 - months, 12)
    return date(year, month + 1, min(end.day, monthrange(year, month + 1)[1]))
