"""Quoted: is it another hospital whose word stands here? (clinical.md §5.1: of two reports the newest counts)"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.words import Words


class Patterns(NamedTuple):
    """Another hospital's name, before its word with none of our own between, and in brackets after it; agreement; a
    grade of our own, of no scheme that is said."""

    before: re.Pattern[str]
    after: re.Pattern[str]
    agrees: re.Pattern[str]
    regraded: re.Pattern[str]


@lru_cache(maxsize=8)
def _patterns(words: Words) -> Patterns:
    around = {tag: words.any("histology.around", tag) for tag in ("elsewhere", "own", "agrees")}
    return Patterns(
        re.compile(rf"{around['elsewhere']}(?:(?!{around['own']})[^。;\n])*$"),
        re.compile(rf"[^,;。()\n]{{0,16}}\({around['elsewhere']}"),
        re.compile(rf"(?<![不未]){around['agrees']}"),
        re.compile(rf"{around['own']}[^。;\n]{{0,24}}?[1-3一二三]\s?级"),
    )


def is_quoted(page: Page, words: Words, place: int) -> bool:
    """外院FNCLCC 1级, FNCLCC 2级（外院）: another hospital's, where the text does not agree with it."""
    if not [word for word in words["histology.around"].words["elsewhere"] if word in page.text]:
        return False
    shape = _patterns(words)
    low, high = page.sentence(place)
    quoted = shape.before.search(page.text[low:place]) or shape.after.match(page.text, place, high)
    return quoted is not None and shape.agrees.search(page.text) is None


def is_regraded(page: Page, words: Words, place: int) -> bool:
    """外院FNCLCC 1级，本院评为2级: does our own word of a grade follow in the sentence?"""
    return _patterns(words).regraded.search(page.text, place, page.sentence(place)[1]) is not None
