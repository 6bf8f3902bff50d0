"""Quantities: a number in a text with its comparator, its range and its "about", as an interval."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.domain.interval import Interval, Number
from natars_fhir.mapping.narrative.words import Words

#: Bounded, so that a long run of digits costs no more than its length; what follows more digits is no number.
DIGITS = r"\d{1,6}(?:\.\d{1,4})?(?![\d])"
_TAIL = 16


class Amount(NamedTuple):
    """A number as written: *lead* is how many of the characters before it belong to it."""

    low: Decimal | None
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False
    about: bool = False
    lead: int = 0

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


def ranged(words: Words, between: str = "", ends: tuple[str, str] = ("", "")) -> str:
    """A pattern for a number or a range of two, as two groups; *between* may stand after the first."""
    low, high = ends
    return rf"(?<![\d.])({low}{DIGITS})(?:\s*{between}{words.any('quantity.word', 'range')}\s*({high}{DIGITS}))?"


def amount(text: str, start: int, low: str, high: str | None, words: Words) -> Amount:
    """The number at *start*, with what stands before it."""
    return parsed(comparator(text, start, words), low, high, words)


def comparator(text: str, start: int, words: Words) -> str:
    """The characters right before a number that may compare it: ``约``, ``<``; often none."""
    signs = _signs(words)
    if not start or text[start - 1] not in signs:
        return ""
    before = text[max(0, start - _TAIL) : start]
    return before[len(before.rstrip(signs)) :]


@lru_cache(maxsize=4096)
def parsed(before: str, low: str, high: str | None, words: Words) -> Amount:
    """A number or a range, with the characters before it."""
    first = Decimal(low)
    last = Decimal(high) if high else first
    found = _comparators(words).search(before)
    if not found or not found.group():
        return Amount(min(first, last), max(first, last))
    about = found["about"] is not None or found["about2"] is not None
    lead = len(found.group())
    if found["below"] or found["most"] or found["nearly"]:
        about = about or found["nearly"] is not None
        return Amount(None, last, high_open=found["below"] is not None, about=about, lead=lead)
    if found["above"] or found["least"]:
        return Amount(first, None, low_open=found["above"] is not None, about=about, lead=lead)
    return Amount(min(first, last), max(first, last), about=about, lead=lead)


@lru_cache(maxsize=4096)
def measured(
    before: str, low: str, high: str | None, words: Words, unit: str, ceiling: int | None = None
) -> tuple[Number | None, Amount]:
    """The same as an interval of a unit from nought on, and as it was written."""
    said = parsed(before, low, high, words)
    return said.number(unit, ceiling=ceiling), said


@lru_cache(maxsize=8)
def _signs(words: Words) -> str:
    """The characters that what stands before a number is made of."""
    known = words["quantity.word"].words
    tags = ("below", "at-most", "above", "at-least", "about", "nearly")
    spaces = {sign for sign in map(chr, range(0x3001)) if sign.isspace()}
    return "".join(sorted(spaces | {sign for tag in tags for word in known[tag] for sign in word}))


@lru_cache(maxsize=8)
def _comparators(words: Words) -> re.Pattern[str]:
    """What may stand right before a number, at the end of the text before it."""
    sort = {"below": "below", "nearly": "nearly", "most": "at-most", "above": "above", "least": "at-least"}
    either = "|".join(f"(?P<{group}>{words.any('quantity.word', tag)})" for group, tag in sort.items())
    about = words.any("quantity.word", "about")
    return re.compile(rf"(?:(?P<about>{about})\s*)?(?:(?:{either})\s*)?(?:(?P<about2>{about})\s*)?$")
