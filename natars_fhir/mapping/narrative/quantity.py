"""Quantities: a number in a text with its comparator, its range and its "about", as an interval."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from natars_fhir.domain.interval import Interval, Number
from natars_fhir.mapping.narrative.words import Words

#: Bounded, so that a long run of digits costs no more than its length; what follows more digits is no number.
DIGITS = r"\d{1,6}(?:\.\d{1,4})?(?![\d])"
_TAIL = 16


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as written: *start* is where its comparator begins."""

    start: int
    low: Decimal | None
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False
    about: bool = False

    def number(self, unit: str, floor: int | None = 0, ceiling: int | None = None) -> Number | None:
        """As an interval between *floor* and *ceiling*, which close a missing bound; None where that is empty."""
        low, low_open = self.low, self.low_open
        high, high_open = self.high, self.high_open
        if low is None and floor is not None:
            low, low_open = Decimal(floor), False
        if high is None and ceiling is not None:
            high, high_open = Decimal(ceiling), False
        try:
            return Interval(low, high, low_open, high_open, unit)
        except ValueError:
            return None


def ranged(words: Words, between: str = "") -> str:
    """A pattern for a number or a range of two, as two groups; *between* may stand after the first."""
    return rf"(?<![\d.])({DIGITS})(?:\s*{between}{words.any('quantity.word', 'range')}\s*({DIGITS}))?"


def amount(text: str, start: int, low: str, high: str | None, words: Words) -> Amount:
    """The number at *start*, with what stands before it."""
    first, last = Decimal(low), Decimal(high) if high else Decimal(low)
    before = text[max(0, start - _TAIL) : start]
    ends, comparator = _comparator(words)
    found = comparator.search(before) if before.rstrip()[-1:] in ends else None
    if not found or not found.group():
        return Amount(start, min(first, last), max(first, last))
    begin = start - len(found.group())
    about = found["about"] is not None or found["about2"] is not None
    if found["below"]:
        return Amount(begin, None, last, high_open=True, about=about)
    if found["most"]:
        return Amount(begin, None, last, about=about)
    if found["above"]:
        return Amount(begin, first, None, low_open=True, about=about)
    if found["least"]:
        return Amount(begin, first, None, about=about)
    return Amount(begin, min(first, last), max(first, last), about=about)


@lru_cache(maxsize=8)
def _comparator(words: Words) -> tuple[frozenset[str], re.Pattern[str]]:
    """What may stand right before a number, at the end of the text before it; and with what characters it may end."""
    sort = {"below": "below", "most": "at-most", "above": "above", "least": "at-least"}
    either = "|".join(f"(?P<{group}>{words.any('quantity.word', tag)})" for group, tag in sort.items())
    about = words.any("quantity.word", "about")
    pattern = re.compile(rf"(?:(?P<about>{about})\s*)?(?:(?:{either})\s*)?(?:(?P<about2>{about})\s*)?$")
    known = words["quantity.word"].words
    ends = frozenset(word[-1] for tag in (*sort.values(), "about") for word in known[tag])
    return ends, pattern
