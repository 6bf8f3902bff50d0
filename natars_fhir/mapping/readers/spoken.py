"""A value's own words, and the word that a coded value stands for: what the readers of values share."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from natars_fhir.fhir.r4.structs import CodeableConcept
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.reader import one
from natars_fhir.mapping.narrative.said import Said
from natars_fhir.mapping.narrative.words import Words
from natars_fhir.mapping.told import Told

#: Values such as ``阳性（+++）`` come again and again: each is read once.
SHORT = 40


def text_of(value: Any) -> str | None:
    """The words of a value: a string's, or a CodeableConcept's own text. Never a display."""
    if isinstance(value, str):
        return value
    return value.text if isinstance(value, CodeableConcept) else None


def spoken(lore: Lore, value: Any, concept: str) -> tuple[Told, ...]:
    """A value's words, read as a short text about *concept*."""
    text = text_of(value)
    if not text:
        return ()
    return (_heard_short if len(text) <= SHORT else _heard)(text, lore.words, concept)


def said(found: Said | None) -> tuple[Told, ...]:
    """What the narrative reader says, as a reader of values tells it."""
    return () if found is None else (Told(found.concept, found.value, found.detail, found.standing, found.span),)


def _heard(text: str, words: Words, concept: str) -> tuple[Told, ...]:
    return said(one(text, words, concept))


_heard_short = lru_cache(maxsize=4_096)(_heard)


def word_of(lore: Lore, kind: str, value: Any) -> str | None:
    """The word that a coded value stands for among the values of *kind*."""
    return words_of(lore, kind)(value)


def words_of(lore: Lore, kind: str) -> Callable[[Any], str | None]:
    """`word_of` for one kind, for those who ask for many values."""
    table = lore.values.get(kind)

    def word(value: Any) -> str | None:
        if table is not None and value.__class__ is CodeableConcept:
            for coding in value.coding or ():
                if words := table[coding.system, coding.code]:
                    return words[0]
        return None

    return word
