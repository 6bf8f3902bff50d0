"""Figures: sentences that differ in the figures of one size alone say the same, but for that size.

Every scan's own sentence is new, and only by its measures: ``大小约9.3×7.6×4.7cm`` is remembered for all figures of as
many digits. What the figures are bears upon nothing else where no grade, count, class or stain is told beside them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from natars_fhir.domain.interval import Number
from natars_fhir.mapping.narrative.markers import names_any
from natars_fhir.mapping.narrative.measures import Measure, largest
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.quantity import comparator
from natars_fhir.mapping.narrative.said import Reading, Said
from natars_fhir.mapping.narrative.size import CONCEPT
from natars_fhir.mapping.narrative.words import STATEMENTS, TREATMENTS, Words

_UNITS = ("cm", "mm")
_FIGURE = r"(\d{1,3}(?:\.\d{1,2})?)"
#: a size as scans tell it, with nothing before or after it that a number or a unit could go on with
_SIZE = re.compile(
    rf"(?<=[约为小径围：:]){_FIGURE}[×xX*]{_FIGURE}(?:[×xX*]{_FIGURE})?([cm]m)(?=[，。；,;、)）]|$)", re.ASCII
)
#: how a word that holds some of a size's characters would have to look: it begins before it, within it, or is in it
_OF_SIZE = re.compile(r"[约为小径围:]\d|^[\d.x*]*\d[\d.x*]*(?:[cm].*)?$")
#: the lists whose readers look at numbers
_OF_NUMBERS = frozenset({"grade.mark", "counts.name", TREATMENTS})
#: a third of the time that a named tuple's own constructor takes
_new = tuple.__new__
_DIGITS = "0123456789"
_BLANK = str.maketrans(_DIGITS, "5" * len(_DIGITS))


def found(text: str) -> re.Match[str] | None:
    """The first size of a text as it was written."""
    for unit in _UNITS:
        if unit in text:
            return _SIZE.search(text)
    return None


def blank(text: str, sized: re.Match[str]) -> str:
    """The text with other figures, the same for all."""
    low, high = sized.span()
    return text[:low] + text[low:high].translate(_BLANK) + text[high:]


def compared(text: str, leaf: Page, words: Words, measured: list[Measure]) -> str | None:
    """What compares the figures of the one size that was *measured* in a text of no grade, often nothing; None where
    they may bear upon something else."""
    sized = found(text)
    if sized is None or leaf.normal.starts or _tells_numbers(leaf, words) or not _are_apart(words):
        return None
    before = comparator(leaf.text, sized.start(), words)
    figures = [each for each in sized.groups()[:-1] if each]
    [each] = measured
    begins = sized.start() - len(before) <= each.start <= sized.start()
    return before if begins and (each.end, each.dimensions) == (sized.end(), len(figures)) else None


def _tells_numbers(leaf: Page, words: Words) -> bool:
    """May a number in it be a stain's, a count, a class or a treatment's?"""
    if names_any(leaf) or not _OF_NUMBERS.isdisjoint(leaf.found):
        return True
    return any(hit.tag.startswith("scale") for hit in leaf.overlapping(words[STATEMENTS]))


@lru_cache(maxsize=8)
def _are_apart(words: Words) -> bool:
    """Do the lists hold no word that a size could be a part of, or that could be a part of a size? And is a figure read
    as itself?"""
    if any(words.characters.fold(digit) != digit for digit in _DIGITS):
        return False
    return not any(_OF_SIZE.search(entry.word) for each in words.lexicons.values() for entry in each.entries)


def value(before: str, sized: re.Match[str], words: Words) -> Number | None:
    """The largest of the figures, with what compares them."""
    *figures, unit = sized.groups()
    return largest(before, [each for each in figures if each], unit, words)


def told(reading: Reading, value: Number) -> Reading:
    """The reading with that size instead of its own."""
    said = [
        each if each.concept != CONCEPT else _new(Said, (CONCEPT, value, each.span, each.standing, each.detail))
        for each in reading.said
    ]
    return _new(Reading, (tuple(said), reading.unread))
