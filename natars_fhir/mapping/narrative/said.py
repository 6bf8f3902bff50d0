"""Said: one thing that a text says, where it says it, and how firmly (clinical.md §5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from natars_fhir.domain.interval import Interval, Number
from natars_fhir.domain.record import Detail, Standing, Value

#: What the report is; the caller knows.
Kind = Literal["pathology", "imaging", "operation", "other"]


class Said(NamedTuple):
    """A value with the smallest stretch of the ORIGINAL text that says it."""

    concept: str
    value: Value
    span: tuple[int, int]
    standing: Standing = "final"
    detail: Detail = ()


class Unread(NamedTuple):
    """Something that was about a concept and gave no value; *why* is a sentence that names no patient's value."""

    concept: str
    span: tuple[int, int]
    why: str


class Reading(NamedTuple):
    """All that a text says, in the text's order, and what could not be read."""

    said: tuple[Said, ...] = ()
    unread: tuple[Unread, ...] = ()

    def of(self, *concepts: str) -> tuple[Said, ...]:
        """What is said of these concepts."""
        return tuple(each for each in self.said if each.concept in concepts)


def once(said: Sequence[Said]) -> Sequence[Said]:
    """The same words say the same thing once."""
    if len({each.span for each in said}) == len(said):
        return said
    words = {
        (each.concept, each.span, each.standing, each.value if isinstance(each.value, str) else ""): each
        for each in said
    }
    return list(words.values())


def firmness(hedged: bool) -> Standing:
    """Doubt never decides."""
    return "hedged" if hedged else "final"


def scaled(number: Number, factor: Decimal, unit: str) -> Number:
    """The same number in another unit; *factor* is above zero."""
    low, high = (None if end is None else end * factor for end in (number.low, number.high))
    return Interval(low, high, number.low_open, number.high_open, unit)
