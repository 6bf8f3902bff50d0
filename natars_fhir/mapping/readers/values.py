"""How the value of an asked concept is read: one function a kind, named in `KINDS`.

A reader that does not understand a value tells nothing, and the caller says so: no guess is ever made.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from natars_fhir.domain.answer import Answer
from natars_fhir.domain.interval import Interval, Number, number
from natars_fhir.domain.record import detail
from natars_fhir.fhir.r4.structs import CodeableConcept, Quantity, Range
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.coded import answer, coded, day, presence
from natars_fhir.mapping.readers.histology import histology
from natars_fhir.mapping.readers.scales import class_, numbered, whole
from natars_fhir.mapping.readers.spoken import SHORT, spoken, words_of
from natars_fhir.mapping.told import NOTHING, ReadValue, Told, plain
from natars_fhir.mapping.units import measured


def ihc(lore: Lore) -> ReadValue:
    """Immunohistochemistry: a code, words such as ``阳性（+++）``, a percentage of positive cells, or yes and no."""

    word_of = words_of(lore, "ihc")

    def read(value: Any, concept: str, _: Any) -> tuple[Told, ...]:
        if (word := word_of(value)) is not None:
            return plain(concept, word)
        if isinstance(value, Quantity):
            return _share(value, concept)
        if isinstance(value, bool):
            return plain(concept, "positive" if value else "negative")
        return spoken(lore, value, concept)

    return read


def _share(value: Quantity, concept: str) -> tuple[Told, ...]:
    """A percentage of stained cells: none is negative, more is positive, and what may be none (``<1 %``) is neither."""
    if value.value is None or "%" not in (value.code, value.unit, (value.unit or "").strip()):
        return NOTHING
    percent = measured(value.value, value.comparator, Decimal(1), "%")
    word = {Answer.YES: "positive", Answer.NO: "negative"}.get(percent.above(Decimal(0)), "equivocal")
    return (Told(concept, word, detail(percent=percent)),)


def fish(lore: Lore) -> ReadValue:
    """Amplification: a code, or words."""

    word_of = words_of(lore, "fish")

    def read(value: Any, concept: str, _: Any) -> tuple[Told, ...]:
        if (word := word_of(value)) is not None:
            return plain(concept, word)
        if isinstance(value, bool):
            return plain(concept, "amplified" if value else "not-amplified")
        return spoken(lore, value, concept)

    return read


_GRADES = ("1", "2", "3")
_OTHER_SCHEME = detail(scheme="other")
#: Schemes that are not FNCLCC's, though they have grades 1 to 3: of other tumours, and NCI's of soft tissue.
_OTHER_GRADING = re.compile(
    r"(?<![a-z])(ajcc|nottingham|elston|bloom|gleason|fuhrman|isup|who|nci|figo|edmondson|broders|markhede|pog)(?![a-z])"
)
_FNCLCC = ("fnclcc", "法国", "federation nationale")


def grade(lore: Lore) -> ReadValue:
    """FNCLCC grade: 1 to 3 unless the method names another scheme; a word without a number has no scheme."""

    word_of = words_of(lore, "grade")

    def read(value: Any, concept: str, node: Any) -> tuple[Told, ...]:
        word = word_of(value)
        if word is not None and word not in _GRADES:  # a word has no scheme, and a fourth grade another one
            return (Told("histologic-grade", word, () if not word.isdigit() else _OTHER_SCHEME),)
        told = spoken(lore, value, concept)
        count = whole(value) if word is None else int(word)
        if not told and count is not None and 1 <= count <= 3:
            told = numbered(concept, count)
        if _names_another_scheme(getattr(node, "method", None)) or _names_another_scheme(value):
            return tuple(Told("histologic-grade", _digit(t), _OTHER_SCHEME) for t in told)
        return told

    return read


def _digit(told: Told) -> str:
    return told.value if isinstance(told.value, str) else str(told.value.low)


def _names_another_scheme(method: Any) -> bool:
    """Does a method speak of a grading scheme that is not FNCLCC? (``G1–G4`` of carcinoma templates)"""
    if method.__class__ is not CodeableConcept:
        return False
    words = method.text or ""
    for coding in method.coding or ():
        if coding.display:
            words = f"{words} {coding.display}"
    return (_other_short if len(words) <= SHORT else _other_scheme)(words)


def _other_scheme(words: str) -> bool:
    words = words.casefold()
    return not any(name in words for name in _FNCLCC) and _OTHER_GRADING.search(words) is not None


_other_short = lru_cache(maxsize=1_024)(_other_scheme)


#: Different values that are remembered.
_MOST = 1_024


def quantity(lore: Lore) -> ReadValue:
    """A number in an accepted unit, with its comparator; a range; or words, where the narrative reader has a rule."""

    known: dict[object, tuple[Told, ...]] = {}

    def measure(value: Quantity, concept: str, written: object) -> tuple[Told, ...]:
        if len(known) >= _MOST:
            known.clear()
        found = _measure(lore, value, concept)
        told = known[written] = NOTHING if found is None else (Told(concept, found),)
        return told

    def read(value: Any, concept: str, _: Any) -> tuple[Told, ...]:
        if value.__class__ is Quantity:
            # Remembered by what was written, for 1.50 equals 1.5 and is not the same: many values come again.
            said = value.value.text if value.value is not None else None
            written = concept, said, value.comparator, value.unit, value.code, value.system
            told = known.get(written)
            return measure(value, concept, written) if told is None else told
        if isinstance(value, Quantity):
            found = _measure(lore, value, concept)
        elif isinstance(value, Range):
            found = _range(lore, value, concept)
        elif isinstance(value, int) and not isinstance(value, bool) and "" in lore.units[concept].accepts:
            found = number(value)
        else:
            return spoken(lore, value, concept)
        return NOTHING if found is None else (Told(concept, found),)

    return read


#: No tumour is larger, in cm.
_LARGEST = 100


def _measure(lore: Lore, value: Quantity, concept: str) -> Number | None:
    units = lore.units[concept]
    factor = units.factor(value.code, value.unit, value.system)
    if value.value is None or factor is None or value.value < 0:
        return None  # nothing that is measured here can be negative
    if lore.kind(concept) == "size" and not 0 < value.value * factor <= _LARGEST:
        return None  # no tumour has no size, and none is as large as a man: millimetres were meant, or nothing
    return measured(value.value, value.comparator, factor, units.unit)


def _range(lore: Lore, value: Range, concept: str) -> Number | None:
    low, high = (_measure(lore, end, concept) if end else None for end in (value.low, value.high))
    if (value.low and low is None) or (value.high and high is None) or (low is None and high is None):
        return None
    ends = low.low if low else None, high.high if high else None
    if ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
        return None
    return Interval(*ends, unit=lore.units[concept].unit)


def drugs_at_all(lore: Lore) -> ReadValue:
    """``antineoplastic-drug`` asked by an Observation: a no says that none was ever given, a yes not which."""
    there = presence(lore)

    def read(value: Any, concept: str, node: Any) -> tuple[Told, ...]:
        said = next((told for told in there(value, concept, node) if told.value in ("present", "absent")), None)
        if said is None:
            return NOTHING
        if said.value == "absent":
            return (Told(concept, "none", detail(given="not-given"), said.standing, said.span),)
        unclear: tuple[str, ...] = ("unclear",)
        return (Told(concept, "unspecified", (("class", unclear), ("given", "given")), said.standing, said.span),)

    return read


def words(lore: Lore) -> ReadValue:
    """A concept that only a text tells."""
    return lambda value, concept, _: spoken(lore, value, concept)


#: kind of a concept → reader of its values
KINDS: dict[str, Callable[[Lore], ReadValue]] = {
    "ihc": ihc,
    "fish": fish,
    "grade": grade,
    "class": class_,
    "number": quantity,
    "size": quantity,
    "histology": histology,
    "coded": coded,
    "presence": presence,
    "answer": answer,
    "date": day,
    "drug": drugs_at_all,
    "text": words,
}
