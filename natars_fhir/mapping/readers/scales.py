"""Scales: an ASA class or an ECOG status, and never one for the other (clinical.md §3.5).

Both count in small whole numbers, so that a code or a word of the other scale, at the question or at the value, is all
that tells them apart: where there is one, nothing is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
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
Coding = tuple[str | None, str | None]
_TAGS = {"asa-class": "asa", "ecog": "ecog"}


def class_(lore: Lore) -> ReadValue:
    """ASA class or ECOG status: a code, a whole number, or words such as ``ASA Ⅱ级`` and ``3E``."""
    of_the_other = _of_the_other(lore)

    def read(value: Any, concept: str, node: Any) -> tuple[Told, ...]:
        low, high, _ = _SCALES[concept]
        question = getattr(node, "code", None)
        if of_the_other(concept, _asked(node, question), _words(value), (*_codings(question), *_codings(value))):
            return NOTHING
        word = word_of(lore, concept, value) or word_of(lore, "class", value)
        count = int(word) if word is not None else whole(value)
        if count is None:
            return spoken(lore, value, concept)
        return numbered(concept, count) if low <= count <= high else NOTHING

    return read


#: Told the concept, the words of the question and of the value, and the codings of both.
OfTheOther = Callable[[str, tuple[str, ...], tuple[str, ...], tuple[Coding, ...]], bool]


def _of_the_other(lore: Lore) -> OfTheOther:
    """Is the other scale named at the question, or at the value and not this one beside it? Few words and codes come
    again and again."""
    names = {concept: _name(lore, concept) for concept in _SCALES}

    @lru_cache(maxsize=1_024)
    def of_the_other(concept: str, asked: tuple[str, ...], said: tuple[str, ...], codings: tuple[Coding, ...]) -> bool:
        other = _SCALES[concept][2]
        if names[other].search(" ".join(asked)) or any(_is_of(lore, other, coding) for coding in codings):
            return True
        value = " ".join(said)
        return names[other].search(value) is not None and names[concept].search(value) is None

    return of_the_other


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


def _asked(node: Any, code: Any) -> tuple[str, ...]:
    """What the question is called: an Observation's code, an item's text."""
    return (*_words(code), *_words(getattr(node, "text", None)))


def _words(value: Any) -> tuple[str, ...]:
    """A value's text and its displays, which may only take back what a code says; and the unit of a number."""
    text = text_of(value) or ""
    if isinstance(value, Quantity):
        return text, value.unit or "", value.code or ""
    if isinstance(value, CodeableConcept):
        return text, *[coding.display or "" for coding in value.coding or ()]
    return (text,)


def _codings(value: Any) -> tuple[Coding, ...]:
    if not isinstance(value, CodeableConcept) or value.coding is None:
        return ()
    return tuple([(coding.system, coding.code) for coding in value.coding])


def _is_of(lore: Lore, scale: str, coding: Coding) -> bool:
    """Does a coding ask for the scale, or say a class of it, and of no other?"""
    mine, others = (_class_of(lore, name, coding) for name in (scale, _SCALES[scale][2]))
    return bool(mine and not others) or scale in lore.asked[coding]


def _class_of(lore: Lore, scale: str, coding: Coding) -> tuple[str, ...]:
    table = lore.values.get(scale)
    return table[coding] if table is not None else ()
