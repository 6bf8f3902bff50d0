"""Shift: a date as it goes out, a subject's whole days earlier, and never more exact than it was.

What was known to the day stays known to the day, and all intervals between such days are kept. Of a moment the day in
the trial's time zone goes out: a time of day is another hospital's key to the same event, and the trial counts days.

A month, moved by days, lies across two months: only its year can be said, and only where both ends are in one. A year
alone lies across two years, and is not said. Its ends are not told either: the first of a month, moved, gives away by
how much (all but a dozen shifts). https://hl7.org/fhir/R4/datatypes.html#dateTime
"""

from __future__ import annotations

from datetime import date, timedelta

from natars_fhir.domain.interval import days


def shifted(written: str, back: int) -> str | None:
    """*written* moved by *back* days; None where nothing can be said that is sure to be true.

    >>> shifted("2024-06-15T08:30:00+08:00", 10), shifted("2024-06", 10), shifted("2024-01", 10), shifted("2024", 10)
    ('2024-06-05', '2024', None, None)
    """
    try:
        told = days(written)
        if told.low is None or told.high is None:
            return None
        low, high = told.low - timedelta(back), told.high - timedelta(back)
    except (ValueError, OverflowError):
        return None
    if told.exact:
        return low.isoformat()
    return f"{low.year:04}" if low.year == high.year else None


def moved(day: date, back: int) -> str:
    """A day moved by *back* days."""
    return (day - timedelta(back)).isoformat()
