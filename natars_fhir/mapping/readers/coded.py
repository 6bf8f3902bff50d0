"""Values that are one of a concept's words: there or not, yes or no, a class of its own; and plain days."""

from __future__ import annotations

import re
from typing import Any

from natars_fhir.fhir.r4.structs import CodeableConcept
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.page import page
from natars_fhir.mapping.readers.spoken import spoken, text_of, word_of
from natars_fhir.mapping.told import NOTHING, ReadValue, Told


def presence(lore: Lore) -> ReadValue:
    """There or not: yes or no as a code, a boolean, or words; and what else the concept can be, in its own spelling."""
    spelt = spellings(lore)

    def read(value: Any, concept: str, _: Any) -> tuple[Told, ...]:
        if (said := spelt[concept].get((text_of(value) or "").strip().casefold())) is not None:
            return (Told(concept, said),)
        if isinstance(value, bool):
            return (Told(concept, "present" if value else "absent"),)
        if (word := word_of(lore, "presence", value)) is not None:
            return (Told(concept, word),)
        return spoken(lore, value, concept) or _yes_or_no(lore, value, concept)

    return read


#: No yes and no no is longer.
_SHORT = 16


def _yes_or_no(lore: Lore, value: Any, concept: str) -> tuple[Told, ...]:
    """A text that is a yes, a no or a doubt and nothing else (是, 否认, none)."""
    text = (text_of(value) or "").strip()
    if not text or len(text) > _SHORT:
        return NOTHING
    leaf = page(text, lore.words)
    hits = list(leaf.find(lore.words["statements.answer"]))
    if len(hits) != 1 or (hits[0].start, hits[0].end) != (0, len(leaf.text)):
        return NOTHING
    word = hits[0].tag
    return (Told(concept, word, (), "hedged" if word == "suspected" else "final"),)


def answer(lore: Lore) -> ReadValue:
    """What people attest: yes or no."""
    there = presence(lore)
    words = {"present": "yes", "absent": "no"}

    def read(value: Any, concept: str, node: Any) -> tuple[Told, ...]:
        return tuple(
            Told(t.concept, words[str(t.value)], t.detail, t.standing, t.span)
            for t in there(value, concept, node)
            if t.value in words
        )

    return read


def coded(lore: Lore) -> ReadValue:
    """One of the concept's values: by code, or by a declared spelling of the text or of the code itself."""
    spelt = spellings(lore)

    def read(value: Any, concept: str, _: Any) -> tuple[Told, ...]:
        for coding in value.coding or () if isinstance(value, CodeableConcept) else ():
            for meant in lore.says[coding.system, coding.code]:
                if meant.concept == concept:
                    return _with_implied(lore, Told(concept, meant.value, meant.detail, meant.standing))
            word = word_of(lore, "ihc", value) if concept == "hcg" else None
            if word or (word := spelt[concept].get((coding.code or "").casefold())):
                return _with_implied(lore, Told(concept, word))
        found = spelt[concept].get((text_of(value) or "").strip().casefold())
        return _with_implied(lore, Told(concept, found)) if found else NOTHING

    return read


def _with_implied(lore: Lore, told: Told) -> tuple[Told, ...]:
    """A value and what it says of other concepts too: progressive disease is a progression."""
    implied = lore.concepts[told.concept].implies.get(str(told.value), {})
    return (told, *(Told(other, value, told.detail, told.standing) for other, value in implied.items()))


_DAY = re.compile(r"\d{4}(-\d\d){0,2}(T.*)?")


def day(_: Lore) -> ReadValue:
    """A day as it was written, of a date or of words that are nothing else."""

    def read(value: Any, concept: str, _: Any) -> tuple[Told, ...]:
        text = (text_of(value) or "").strip()
        return (Told(concept, text),) if _DAY.fullmatch(text) else NOTHING

    return read


def spellings(lore: Lore) -> dict[str, dict[str, str]]:
    """Concept → declared spelling, in lower case → value."""
    return {
        name: {
            text.casefold(): value
            for value in (*concept.values, *concept.spelt)
            for text in _ways(concept.spelt, value)
        }
        for name, concept in lore.concepts.items()
    }


def _ways(spelt: Any, value: str) -> tuple[str, ...]:
    return (value, *spelt.get(value, ()))
