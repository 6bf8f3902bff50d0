"""Moments: the day of a fact as a derivation may use it, and whether a day had to stand in for a partly known one.

clinical.md §6.3: of a known month the 15th stands in, and is flagged; never before the surgery, nor after the next
thing that is known. Of a year alone nothing is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from natars_fhir.domain.endpoints.conventions import Conventions
from natars_fhir.domain.record import Fact

_MONTH = timedelta(days=31)
_MIDDLE = 15


class Moment(NamedTuple):
    """A day, and the fact that gave it. ``low`` and ``high`` are what is known of it."""

    day: date
    low: date
    high: date
    fact: Fact

    @property
    def imputed(self) -> bool:
        """Did a day stand in for a partly known one?"""
        return self.low != self.high


def settle(fact: Fact, how: Conventions, floor: date = date.min, ceiling: date = date.max) -> Moment | None:
    """The day of *fact*; where it is partly known, none before *floor* or after *ceiling*. None where there is none."""
    known = fact.day
    if known is None or known.low is None or known.high is None:
        return None
    low, high = known.low, known.high
    if low == high:
        return Moment(low, low, high, fact)
    if high - low >= _MONTH or not how.imputes:
        return None
    least, most = max(low, floor), min(high, ceiling)
    middle = low.replace(day=_MIDDLE)
    return Moment(min(max(middle, least), most) if least <= most else middle, low, high, fact)


def settled(
    facts: Iterable[Fact], how: Conventions, floor: date = date.min, ceiling: date = date.max
) -> tuple[Moment, ...]:
    """The moments of *facts* that have one, the earliest first."""
    found = [moment for fact in facts if (moment := settle(fact, how, floor, ceiling))]
    return tuple(sorted(found, key=_place)) if len(found) > 1 else tuple(found)


def _place(moment: Moment) -> tuple[date, str, str]:
    return moment.day, moment.fact.source.reference, moment.fact.path


def last_until(moments: Iterable[Moment], limit: date) -> Moment | None:
    """The last of *moments* (the earliest first) that is not after *limit*."""
    found = None
    for moment in moments:
        if moment.day > limit:
            break
        found = moment
    return found
