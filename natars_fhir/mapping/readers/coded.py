"""Values that are one of a concept's words: there or not, yes or no, a class of its own; and plain days.

A pregnancy test is one too, and its number decides by the reference range beside it (clinical.md §2.2, E-09a).
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from natars_fhir.domain.answer import NO, YES
from natars_fhir.fhir.r4.structs import CodeableConcept, Quantity
from natars_fhir.mapping.codes import Meaning
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.reader import yes_or_no
from natars_fhir.mapping.narrative.statements import ANSWER, ATTESTED
from natars_fhir.mapping.readers.spoken import said, spoken, text_of, words_of
from natars_fhir.mapping.told import NOTHING, ReadValue, Told, plain
from natars_fhir.mapping.units import measured

#: Positive or negative, and no plain class: it is a number as often.
PREGNANCY_TEST = "hcg"


def presence(lore: Lore, among: str = ANSWER) -> ReadValue:
    """There or not: yes or no as a code, a boolean, or words; and what else the concept can be, in its own spelling."""
    spelt, word_of = spellings(lore), words_of(lore, "presence")

    def read(value: Any, concept: str, _: Any) -> tuple[Told, ...]:
        if (word := spelt[concept].get((text_of(value) or "").strip().casefold())) is not None:
            return plain(concept, word)
        if isinstance(value, bool):
            return plain(concept, "present" if value else "absent")
        if (word := word_of(value)) is not None:
            return plain(concept, word)
        return spoken(lore, value, concept) or said(yes_or_no(text_of(value) or "", lore.words, concept, among))

    return read


def answer(lore: Lore) -> ReadValue:
    """What people attest: yes or no. 无 may mean that nobody was asked, and is neither."""
    there = presence(lore, ATTESTED)
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
    spelt, stain_of, says = spellings(lore), words_of(lore, "ihc"), lore.says

    @lru_cache(maxsize=1_024)
    def told(meant: Meaning) -> tuple[Told, ...]:
        return _with_implied(lore, Told(*meant))

    def read(value: Any, concept: str, node: Any) -> tuple[Told, ...]:
        if concept == PREGNANCY_TEST and isinstance(value, Quantity | bool):
            return _of_test(value, node)
        for coding in (value.coding or ()) if value.__class__ is CodeableConcept else ():
            for meant in says[coding.system, coding.code]:
                if meant.concept == concept:
                    return told(meant)
            word = stain_of(value) if concept == PREGNANCY_TEST else None
            if word == "not-done":
                return NOTHING
            if word or (word := spelt[concept].get((coding.code or "").casefold())):
                return told(Meaning(concept, word))
        found = spelt[concept].get((text_of(value) or "").strip().casefold())
        return told(Meaning(concept, found)) if found else NOTHING

    return read


def _of_test(value: Quantity | bool, node: Any) -> tuple[Told, ...]:
    """Yes or no; a number by the one range of whoever is not pregnant, in the same unit: from nought, for everybody."""
    if isinstance(value, bool):
        return (Told(PREGNANCY_TEST, "positive" if value else "negative"),)
    ranges: Any = getattr(node, "referenceRange", None) or ()
    if len(ranges) != 1 or value.value is None:
        return NOTHING
    (one,) = ranges
    high = one.high
    for_all = one.appliesTo is None and one.age is None and (one.low is None or not one.low.value)
    for_all = for_all and (one.type is None or any(coding.code == "normal" for coding in one.type.coding or ()))
    if not for_all or high is None or high.value is None or high.comparator or _unit(high) != _unit(value):
        return NOTHING
    above = measured(value.value, value.comparator, Decimal(1), "").above(high.value)
    word = {YES: "positive", NO: "negative"}.get(above, "equivocal")
    return (Told(PREGNANCY_TEST, word),)


def _unit(quantity: Quantity) -> str:
    return (quantity.code or quantity.unit or "").strip().casefold()


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
