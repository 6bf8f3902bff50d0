"""Scales: an ASA class or an ECOG status, and never one for the other (clinical.md §3.5).

Both count in small whole numbers, so that a code or a word of the other scale, at the question or at the value, is all
that tells them apart: where there is one, nothing is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from natars_fhir.domain.interval import number
from natars_fhir.fhir.r4.structs import CodeableConcept, Quantity
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.spoken import spoken, text_of, word_of
from natars_fhir.mapping.told import NOTHING, ReadValue, Told

#: concept → its lowest and highest, and the scale that it may be taken for
_SCALES = {"asa-class": (1, 6, "ecog"), "ecog": (0, 5, "asa-class")}
_TAGS = {"asa-class": "asa", "ecog": "ecog"}


def class_(lore: Lore) -> ReadValue:
    """ASA class or ECOG status: a code, a whole number, or words such as ``ASA Ⅱ级`` and ``3E``."""
    names = {concept: _name(lore, concept) for concept in _SCALES}

    def read(value: Any, concept: str, node: Any) -> tuple[Told, ...]:
        low, high, other = _SCALES[concept]
        asked, said = _asked(node), " ".join(_words(value))
        if names[other].search(asked) or _codes(lore, getattr(node, "code", None), other):
            return NOTHING
        if _codes(lore, value, other) or (names[other].search(said) and not names[concept].search(said)):
            return NOTHING
        word = word_of(lore, concept, value) or word_of(lore, "class", value)
        count = int(word) if word is not None else whole(value)
        if count is None:
            return spoken(lore, value, concept)
        return numbered(concept, count) if low <= count <= high else NOTHING

    return read


@lru_cache(maxsize=64)
def numbered(concept: str, count: int) -> tuple[Told, ...]:
    """A grade or a class, of which there are few."""
    return (Told(concept, number(count)),)


def whole(value: Any) -> int | None:
    """A whole number, told as such or as a quantity without a unit that counts something."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, Quantity) and value.value is not None and value.comparator is None:
        exact = Decimal(value.value)
        return int(exact) if exact == exact.to_integral_value() else None
    return None


def _name(lore: Lore, concept: str) -> re.Pattern[str]:
    """The scale by its name; the class may be written to it (ASA3)."""
    words = lore.words.any("statements.scale", _TAGS[concept])
    return re.compile(rf"(?<![a-z]){words}(?![a-z])", re.IGNORECASE)


def _asked(node: Any) -> str:
    """What the question is called: an Observation's code, an item's text."""
    return " ".join([*_words(getattr(node, "code", None)), *_words(getattr(node, "text", None))])


def _words(value: Any) -> Iterator[str]:
    """A value's text and its displays, which may only take back what a code says; and the unit of a number."""
    yield text_of(value) or ""
    if isinstance(value, Quantity):
        yield from (value.unit or "", value.code or "")
    if isinstance(value, CodeableConcept):
        yield from (coding.display or "" for coding in value.coding or ())


def _codes(lore: Lore, value: Any, scale: str) -> bool:
    """Does a coding ask for the scale, or say a class of it, and of no other?"""
    if not isinstance(value, CodeableConcept):
        return False
    for coding in value.coding or ():
        mine, others = (_class_of(lore, name, coding) for name in (scale, _SCALES[scale][2]))
        if (mine and not others) or scale in lore.asked[coding.system, coding.code]:
            return True
    return False


def _class_of(lore: Lore, scale: str, coding: Any) -> tuple[str, ...]:
    table = lore.values.get(scale)
    return table[coding.system, coding.code] if table is not None else ()
