"""Cells of the tables: words of the trial's, bounds of numbers, days from an origin; never a date, a name or a text."""

from __future__ import annotations

import re
from datetime import date

from natars_fhir.domain.interval import Days, Interval, Number
from natars_fhir.domain.record import Fact
from natars_fhir.export.subject import Subject

#: Details that are words of the trial's; others may hold keys of resources.
DETAILS = ("grade", "method", "extent", "intensity", "percent", "given", "serious", "outcome", "specimen", "basis")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9 .+/-]{0,60}|[0-9]")  # a single digit is a grade


def counts(one: Subject, fact: Fact) -> bool:
    """Is it not surely later than the day on which consent ended?"""
    day = fact.day
    return day is None or day.low is None or day.low <= one.endpoints.until


def word(value: object) -> str:
    """A word of the trial's; empty for anything that could be a date, a number or a text."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def ends(number: Number | None) -> tuple[str, str]:
    """Its bounds; an open one is said."""
    if number is None:
        return "", ""
    low = "" if number.low is None else f"{'>' if number.low_open else ''}{number.low}"
    high = "" if number.high is None else f"{'<' if number.high_open else ''}{number.high}"
    return low, high


def details(fact: Fact) -> str:
    """``grade=3; serious=yes``: of the details that are words of the trial's."""
    said = []
    for name in DETAILS:
        value = fact.said(name)
        if isinstance(value, Interval):
            low, high = ends(value)
            said.append(f"{name}={low}" if low == high else f"{name}={low}..{high}")
        elif value is not None and word(value):
            said.append(f"{name}={value}")
    return "; ".join(said)


def days_from(day: Days | None, origin: date | None) -> tuple[int | None, int | None]:
    """Days from *origin*, which is day 0, of a day that is known as such: where the bounds of a month or a year stand
    tells the origin's own date."""
    if day is None or origin is None or not day.exact or day.low is None:
        return None, None
    return ((day.low - origin).days,) * 2
