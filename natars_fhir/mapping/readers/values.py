"""How the value of an asked concept is read: one function a kind, named in `KINDS`.

A reader that does not understand a value tells nothing, and the caller says so: no guess is ever made.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from natars_fhir.domain.answer import Answer
from natars_fhir.domain.interval import Interval, Number, number
from natars_fhir.domain.record import detail
from natars_fhir.fhir.r4.structs import CodeableConcept, Quantity, Range
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.reader import one, yes_or_no
from natars_fhir.mapping.narrative.said import Said
from natars_fhir.mapping.narrative.statements import ANSWER, ATTESTED
from natars_fhir.mapping.readers.histology import histology
from natars_fhir.mapping.told import NOTHING, ReadValue, Told
from natars_fhir.mapping.units import measured

#: Values such as ``阳性（+++）`` come again and again: each is read once.
_SHORT = 40
_one_short = lru_cache(maxsize=4_096)(one)


def _text(value: Any) -> str | None:
    """The words of a value: a string's, or a CodeableConcept's own text. Never a display."""
    if isinstance(value, str):
        return value
    return value.text if isinstance(value, CodeableConcept) else None


def _spoken(lore: Lore, value: Any, concept: str) -> tuple[Told, ...]:
    """A value's words, read as a short text about *concept*."""
    text = _text(value)
    return _of((_one_short if len(text) <= _SHORT else one)(text, lore.words, concept) if text else None)


def _of(said: Said | None) -> tuple[Told, ...]:
    return () if said is None else (Told(said.concept, said.value, said.detail, said.standing, said.span),)


def _word(lore: Lore, kind: str, value: Any) -> str | None:
    """The word that a coded value stands for among the values of *kind*."""
    table = lore.values.get(kind)
    if table is None or not isinstance(value, CodeableConcept):
        return None
    return next((words[0] for c in value.coding or () if (words := table[c.system, c.code])), None)


def ihc(lore: Lore) -> ReadValue:
    """Immunohistochemistry: a code, words such as ``阳性（+++）``, a percentage of positive cells, or yes and no."""

    def read(value: Any, concept: str, _: Any) -> tuple[Told, ...]:
        if (word := _word(lore, "ihc", value)) is not None:
            return (Told(concept, word),)
        if isinstance(value, Quantity):
            return _share(value, concept)
        if isinstance(value, bool):
            return (Told(concept, "positive" if value else "negative"),)
        return _spoken(lore, value, concept)

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

    def read(value: Any, concept: str, _: Any) -> tuple[Told, ...]:
        if (word := _word(lore, "fish", value)) is not None:
            return (Told(concept, word),)
        if isinstance(value, bool):
            return (Told(concept, "amplified" if value else "not-amplified"),)
        return _spoken(lore, value, concept)

    return read


_FNCLCC = ("fnclcc", "法国", "federation nationale")


def grade(lore: Lore) -> ReadValue:
    """FNCLCC grade: 1 to 3 unless the method names another scheme; a word without a number has no scheme."""

    def read(value: Any, concept: str, node: Any) -> tuple[Told, ...]:
        if (word := _word(lore, "grade", value)) is not None:
            return (Told("histologic-grade", word),)
        told = _spoken(lore, value, concept)
        whole = _whole(value)
        if not told and whole is not None and 1 <= whole <= 3:
            told = (Told(concept, number(whole)),)
        if any(_names_another_scheme(thing) for thing in (getattr(node, "method", None), value)):
            return tuple(Told("histologic-grade", _digit(t), detail(scheme="other")) for t in told)
        return told

    return read


def _digit(told: Told) -> str:
    return told.value if isinstance(told.value, str) else str(told.value.low)


def _names_another_scheme(method: Any) -> bool:
    """Does a method speak of a grading scheme that is not FNCLCC? (``G1–G4`` of carcinoma templates)"""
    if not isinstance(method, CodeableConcept):
        return False
    words = " ".join(filter(None, [method.text, *(c.display for c in method.coding or ())])).casefold()
    if any(name in words for name in _FNCLCC):
        return False
    return any(name in words for name in ("ajcc", "nottingham", "gleason", "fuhrman", "who grade", "isup"))


def _whole(value: Any) -> int | None:
    """A whole number, told as such or as a quantity without a unit that counts something."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, Quantity) and value.value is not None and value.comparator is None:
        exact = Decimal(value.value)
        return int(exact) if exact == exact.to_integral_value() else None
    return None


def class_(lore: Lore) -> ReadValue:
    """ASA class or ECOG status: a code, a whole number, or words such as ``ASA Ⅱ级`` and ``3E``."""

    def read(value: Any, concept: str, _: Any) -> tuple[Told, ...]:
        word = _word(lore, "class", value)
        whole = int(word) if word is not None else _whole(value)
        if whole is None:
            return _spoken(lore, value, concept)
        low, high = (1, 6) if concept == "asa-class" else (0, 5)
        return (Told(concept, number(whole)),) if low <= whole <= high else NOTHING

    return read


def quantity(lore: Lore) -> ReadValue:
    """A number in an accepted unit, with its comparator; a range; or words, where the narrative reader has a rule."""

    def read(value: Any, concept: str, _: Any) -> tuple[Told, ...]:
        if isinstance(value, Quantity):
            found = _measure(lore, value, concept)
        elif isinstance(value, Range):
            found = _range(lore, value, concept)
        elif isinstance(value, int) and not isinstance(value, bool) and "" in lore.units[concept].accepts:
            found = number(value)
        else:
            return _spoken(lore, value, concept)
        return NOTHING if found is None else (Told(concept, found),)

    return read


def _measure(lore: Lore, value: Quantity, concept: str) -> Number | None:
    units = lore.units[concept]
    factor = units.factor(value.code, value.unit, value.system)
    if value.value is None or factor is None or value.value < 0 or (value.value == 0 and lore.kind(concept) == "size"):
        return None  # nothing that is measured here can be negative, and no tumour has no size
    return measured(value.value, value.comparator, factor, units.unit)


def _range(lore: Lore, value: Range, concept: str) -> Number | None:
    low, high = (_measure(lore, end, concept) if end else None for end in (value.low, value.high))
    if (value.low and low is None) or (value.high and high is None) or (low is None and high is None):
        return None
    ends = low.low if low else None, high.high if high else None
    if ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
        return None
    return Interval(*ends, unit=lore.units[concept].unit)


def presence(lore: Lore, among: str = ANSWER) -> ReadValue:
    """There or not: yes or no as a code, a boolean, or words; and what else the concept can be, in its own spelling."""
    spelt = _spellings(lore)

    def read(value: Any, concept: str, _: Any) -> tuple[Told, ...]:
        if (said := spelt[concept].get((_text(value) or "").strip().casefold())) is not None:
            return (Told(concept, said),)
        if isinstance(value, bool):
            return (Told(concept, "present" if value else "absent"),)
        if (word := _word(lore, "presence", value)) is not None:
            return (Told(concept, word),)
        return _spoken(lore, value, concept) or _of(yes_or_no(_text(value) or "", lore.words, concept, among))

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
    spelt = _spellings(lore)

    def read(value: Any, concept: str, _: Any) -> tuple[Told, ...]:
        for coding in value.coding or () if isinstance(value, CodeableConcept) else ():
            for meant in lore.says[coding.system, coding.code]:
                if meant.concept == concept:
                    return (Told(concept, meant.value, meant.detail, meant.standing),)
            word = _word(lore, "ihc", value) if concept == "hcg" else None
            if word or (word := spelt[concept].get((coding.code or "").casefold())):
                return (Told(concept, word),)
        found = spelt[concept].get((_text(value) or "").strip().casefold())
        return (Told(concept, found),) if found else NOTHING

    return read


def _spellings(lore: Lore) -> dict[str, dict[str, str]]:
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
    return lambda value, concept, _: _spoken(lore, value, concept)


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
    "drug": drugs_at_all,
    "text": words,
}
