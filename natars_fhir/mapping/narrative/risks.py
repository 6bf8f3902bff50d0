"""Risks: what may come, and did not: 复发、转移等风险, 预防转移, 可发生远处转移 (clinical.md §2.1 I-04, §2.2 E-04)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.words import Words

#: how much may stand between what makes it a fear, or a risk, and the word
_TO_FEAR = r"(?:[^,;。\n]{0,8}|[^,;。\n]{0,40}[、和及或与][^,;。\n、]{0,8})$"
_FEAR_REACH = 60
#: 转移灶, 转移瘤 are there; what is feared is 转移
_THINGS = frozenset("灶瘤")


class Patterns(NamedTuple):
    """What stands around a risk: before it; after it up to the word for one; up to where an inclination is named."""

    before: re.Pattern[str]
    chance: re.Pattern[str]
    gap: re.Pattern[str]


def is_risk(page: Page, words: Words, hit: Hit, inclined: bool) -> bool:
    """复发及转移潜能, 预防复发、转移, 出血、复发、转移等风险; of what may be *inclined* to come, 复发倾向 too."""
    shape = _patterns(words)
    if shape.chance.match(page.text, hit.end):
        return True
    gap = shape.gap.match(page.text, hit.end) if inclined else None
    if gap and page.at(words["statements.risk"], gap.end()):
        return True
    if not _THINGS.isdisjoint(page.text[hit.end - 1 : hit.end + 1]):
        return False
    low = max(page.clause(hit.start)[0], hit.start - _FEAR_REACH)
    return shape.before.search(page.text, low, hit.start) is not None


@lru_cache(maxsize=8)
def _patterns(words: Words) -> Patterns:
    spread = words.any("statements.metastasis", "present")
    gap = rf"\s?(?:(?:[、/和及或与]|以及|and|or)?\s?{spread})?"
    listed = rf"{gap}(?:(?:[、和及][^,;。\n、]{{1,6}}?){{0,4}}?等(?:各种|相关|手术)?)?\s?[的性]?"
    return Patterns(
        re.compile(words.any("statements.feared", "before") + _TO_FEAR),
        re.compile(rf"{listed}{words.any('statements.risk', 'chance')}(?![a-z])"),
        re.compile(rf"{gap}\s?[的性]?"),
    )
