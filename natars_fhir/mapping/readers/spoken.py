"""A value's own words, and the word that a coded value stands for: what the readers of values share."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from natars_fhir.fhir.r4.structs import CodeableConcept
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.reader import one
from natars_fhir.mapping.narrative.said import Said
from natars_fhir.mapping.told import Told

#: Values such as ``阳性（+++）`` come again and again: each is read once.
_SHORT = 40
_one_short = lru_cache(maxsize=4_096)(one)


def text_of(value: Any) -> str | None:
    """The words of a value: a string's, or a CodeableConcept's own text. Never a display."""
    if isinstance(value, str):
        return value
    return value.text if isinstance(value, CodeableConcept) else None


def spoken(lore: Lore, value: Any, concept: str) -> tuple[Told, ...]:
    """A value's words, read as a short text about *concept*."""
    text = text_of(value)
    return said((_one_short if len(text) <= _SHORT else one)(text, lore.words, concept) if text else None)


def said(found: Said | None) -> tuple[Told, ...]:
    """What the narrative reader says, as a reader of values tells it."""
    return () if found is None else (Told(found.concept, found.value, found.detail, found.standing, found.span),)


def word_of(lore: Lore, kind: str, value: Any) -> str | None:
    """The word that a coded value stands for among the values of *kind*."""
    table = lore.values.get(kind)
    if table is None or not isinstance(value, CodeableConcept):
        return None
    for coding in value.coding or ():
        if words := table[coding.system, coding.code]:
            return words[0]
    return None
