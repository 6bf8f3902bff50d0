"""Called: a diagnosis whose code says more than its own words do (clinical.md §2.0, §2.2 E-04, E-06).

C78.0 called 肺结节 is no metastasis for sure, I21.9 called 陈旧性心肌梗死 no infarction of this year: somebody chose
the wrong code, or the wrong words. A display text is believed only where it takes something back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.words import Words
from natars_fhir.mapping.readers.origin import of_concept
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

#: (place, what is told there)
Found = list[tuple[str, Told]]

_CODE = "Condition.code"
_MALIGNANCY = "second-malignancy"
_NOT_SO = "The code of this diagnosis says more than its words do: it is shown, and does not decide."


def as_called(lore: Lore) -> Callable[[Any, Found, Sink], Found]:
    """What the codes of a Condition say, as far as its own words agree: what they do not name is suspected."""
    agrees, denied = _agrees(lore.words), _denied(lore.words)
    whole = lore.words.characters.whole
    #: concepts of which one in words alone is told
    named = frozenset((*lore.words["diagnoses.called"].words, _MALIGNANCY))

    def weigh(resource: Any, coded: Found, sink: Sink) -> Found:
        concepts = {
            told.concept
            for place, told in coded
            if told.concept in named and told.value == "present" and place.startswith(_CODE)
        }
        if not concepts:
            return coded
        names = [whole(text) for _, text, _ in of_concept(resource.code, _CODE)]
        doubted = {one for one in concepts if any(not agrees(one, text) for text in names)}
        if resource.note is not None:
            notes = [whole(note.text) for note in resource.note if note.text]
            doubted |= {one for one in concepts if any(denied(one, text) for text in notes)}
        if not doubted:
            return coded
        sink.tell("value", _CODE, _NOT_SO)
        if _MALIGNANCY in doubted:  # nor is its organ then the origin of a tumour
            doubted.add("primary-site")
        return [(place, _doubted(told) if told.concept in doubted else told) for place, told in coded]

    return weigh


def _doubted(told: Told) -> Told:
    if told.concept == "primary-site":
        return told._replace(standing="hedged")
    return told._replace(value="suspected") if told.value == "present" else told


def _agrees(words: Words) -> Callable[[str, str], bool]:
    """Is a name one of such a diagnosis, and of no other year's?"""
    tables = ("malignant", "benign", "old", "undiagnosed")
    malignant, benign, old, undiagnosed = (_any(words, f"diagnoses.{table}") for table in tables)
    called = _called(words)

    @lru_cache(maxsize=4_096)
    def agrees(concept: str, name: str) -> bool:
        if undiagnosed.search(name) is not None:
            return False
        if concept == _MALIGNANCY:
            return malignant.search(name) is not None or benign.search(name) is None
        if called[concept].search(name) is None:
            return False
        return concept == "metastasis" or old.search(name) is None

    return agrees


def _denied(words: Words) -> Callable[[str, str], bool]:
    """Does a note take back what was coded: 误诊, 排除乳腺癌, 不支持转移?"""
    taken_back = _any(words, "diagnoses.taken-back")
    names = {**_called(words), _MALIGNANCY: _any(words, "diagnoses.malignant")}

    @lru_cache(maxsize=1_024)
    def denied(concept: str, note: str) -> bool:
        if taken_back.search(note) is not None:
            return True
        return any(names[concept].search(said[1]) for said in _EXCLUDED.finditer(note))

    return denied


_EXCLUDED = re.compile(
    r"(?:(?<![不未难无待])(?:排除|除外)|不支持|不符合|否定|并非|excluded?|ruled? out|not consistent with)"
    r"([^,;。\n]{0,12})"
)


def _called(words: Words) -> dict[str, re.Pattern[str]]:
    lexicon = words["diagnoses.called"]
    return {concept: _pattern(lexicon.words[concept]) for concept in lexicon.words}


def _any(words: Words, table: str) -> re.Pattern[str]:
    return _pattern(words[table].words["word"])


def _pattern(names: Any) -> re.Pattern[str]:
    return re.compile("|".join(_names(names)))


def _names(names: Any) -> Iterator[str]:
    """A short Latin name must stand as a word of its own."""
    for name in sorted(names, key=len, reverse=True):
        short = name.isascii() and len(name) <= 4
        yield rf"(?<![a-z]){re.escape(name)}(?![a-z])" if short else re.escape(name)
