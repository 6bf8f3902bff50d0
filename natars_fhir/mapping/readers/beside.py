"""Beside: a coded value and its own words that say different things.

A code is believed before words. Words that are understood, and say something else, are no decoration of it: somebody
chose the wrong one, and nobody here can tell which. https://hl7.org/fhir/R4/datatypes.html#CodeableConcept
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from natars_fhir.domain.interval import Interval
from natars_fhir.domain.record import Value
from natars_fhir.fhir.r4.structs import CodeableConcept
from natars_fhir.mapping.readers.spoken import SHORT
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import NOTHING, ReadValue, Told

#: Words that decide: two of them contradict each other, and a person looks. Any other leaves the code in doubt.
_DEFINITE = frozenset({"absent", "amplified", "negative", "no", "not-amplified", "positive", "present", "yes"})
_TYPES = frozenset({"DDLPS", "LMS", "OTHER", "SFT", "UPS", "WDLPS"})
#: A dedifferentiated tumour has well differentiated parts: beside each other the two would be one.
_COMPONENTS = frozenset({"DDLPS", "WDLPS"})
#: Words of nothing but these signs say the same as the word, so that they need not be read as a text is.
_PLAIN: dict[object, frozenset[str]] = {
    "positive": frozenset("阳性弱强灶弥漫（）()+＋ "),
    "negative": frozenset("阴性（）()－- "),
    "present": frozenset("有"),
    "absent": frozenset("无"),
    "yes": frozenset("是"),
    "no": frozenset("否"),
}
_CLASS = re.compile(r"(?:ASA|ECOG)? ?([0-6ⅠⅡⅢⅣⅤⅥ])[级分]?")
_ROMAN = {sign: number for number, sign in enumerate("ⅠⅡⅢⅣⅤⅥ", start=1)}
#: What names no type, and so contradicts none.
_UNTYPED = "SARCOMA-NOS"
#: Different words that are remembered.
_MOST = 4_096

_TWO_THINGS = "The code and the words of this value say different things: which is meant, a person must say."

#: (the value, the concept, what was read of it, its place, the sink) → what is told of the code
Beside = Callable[[Any, str, tuple[Told, ...], str, Sink], tuple[Told, ...]]


def beside(read: ReadValue) -> Beside:
    """What a coded value comes to beside its own short words; where those say something else, that is told too."""
    known: dict[tuple[str, str], tuple[Told, ...]] = {}
    #: words that plainly say a value
    same: dict[tuple[str, str], Value] = {}

    def words(concept: str, text: str) -> tuple[Told, ...]:
        if len(known) >= _MOST:
            known.clear()
        said = read(CodeableConcept(text=text), concept, None) if len(text) <= SHORT else NOTHING
        found = known[concept, text] = tuple([one for one in said if one.value != _UNTYPED])
        return found

    def weigh(value: Any, concept: str, told: tuple[Told, ...], place: str, sink: Sink) -> tuple[Told, ...]:
        key = concept, value.text
        met, word = same.get(key), told[0].value
        if met is word or met == word:
            return told
        said = known.get(key)
        if said is None:
            if len(same) < _MOST and _plainly(value.text, word):
                same[key] = word
                return told
            said = words(concept, value.text)
        if not said or told[0].span is not None:  # it is the words that were read
            return told
        others = _against(told, said)
        if not others:
            return told
        definite = all(map(_decides, others)) and not _of_one_tumour(told, others)
        sink.tell("value", place, _TWO_THINGS)
        sink.add_all(others if definite else map(_doubted, others), f"{place}.text")
        return told if definite else tuple(map(_doubted, told))

    return weigh


def _plainly(text: str, value: Value) -> bool:
    """Do the words plainly say this value?"""
    if isinstance(value, Interval):
        found = _CLASS.fullmatch(text)
        return found is not None and value.low == value.high == (_ROMAN.get(found[1]) or int(found[1]))
    signs = _PLAIN.get(value)
    return signs is not None and signs.issuperset(text)


def _against(told: tuple[Told, ...], said: tuple[Told, ...]) -> list[Told]:
    """What the words say of the same concepts, where none of it is what the code says."""
    concepts = {one.concept for one in told}
    others = [one for one in said if one.concept in concepts]
    return [] if any(_alike(one, other) for one in told for other in others) else others


def _alike(one: Told, other: Told) -> bool:
    return one.concept == other.concept and (one.value == other.value or one.value == _UNTYPED)


def _decides(one: Told) -> bool:
    if one.standing != "final":
        return False
    return isinstance(one.value, Interval) or one.value in _DEFINITE or one.value in _TYPES


def _of_one_tumour(told: tuple[Told, ...], others: list[Told]) -> bool:
    types = {one.value for one in (*told, *others) if one.concept == "histology"}
    return bool(types) and types <= _COMPONENTS


def _doubted(one: Told) -> Told:
    return one if one.standing != "final" else one._replace(standing="hedged")
