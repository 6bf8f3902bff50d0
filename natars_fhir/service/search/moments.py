"""Moments: what a search by `_lastUpdated` asks, as a span. https://hl7.org/fhir/R4/search.html#date"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_ASKED = re.compile(
    r"(eq|ne|gt|lt|ge|le|sa|eb)?(\d{4})(?:-(\d\d)(?:-(\d\d)"
    r"(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+ -]\d\d:\d\d)?)?)?)?"
)


@dataclass(frozen=True, slots=True)
class When:
    """A comparison with a span of time, which ends before *end*."""

    way: str
    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Is the moment so?"""
        return {
            "eq": self.start <= at < self.end,
            "ne": not self.start <= at < self.end,
            "gt": at >= self.end,
            "sa": at >= self.end,
            "ge": at >= self.start,
            "lt": at < self.start,
            "eb": at < self.start,
            "le": at < self.end,
        }[self.way]


def when(text: str) -> When | None:
    """``ge2024-06-01``; None where it is no date. A date without a zone is in UTC; a plus may have come as a space."""
    found = _ASKED.fullmatch(text.strip())
    if found is None:
        return None
    way, year, month, day, hour, minute, second, fraction, zone = found.groups()
    date, time = f"{year}-{month or '01'}-{day or '01'}", f"{hour or '00'}:{minute or '00'}:{second or '00'}"
    try:
        start = datetime.fromisoformat(f"{date}T{time}{(fraction or '')[:7]}{(zone or 'Z').replace(' ', '+')}")
        return When(way or "eq", start.astimezone(UTC), _end(start, found).astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _end(start: datetime, found: re.Match[str]) -> datetime:
    if found[8]:
        return start + timedelta(microseconds=10 ** max(0, 7 - len(found[8])))
    if found[7]:
        return start + timedelta(seconds=1)
    if found[5]:
        return start + timedelta(minutes=1)
    if found[4]:
        return start + timedelta(days=1)
    if found[3]:
        return (start + timedelta(days=31)).replace(day=1)
    return start.replace(year=start.year + 1)
