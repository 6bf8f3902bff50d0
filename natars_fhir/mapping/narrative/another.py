"""Another: names of tumours of another place, or of another organ in the words of the past (clinical.md §2.1 I-02)."""

from __future__ import annotations

import re
from functools import lru_cache

from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.words import Words

_NEAR = 30
#: no organ that a name belongs to ends before these
_BREAKS = frozenset(")。,;\n")
_OF = re.compile(r"\s(?:of|in) (?:the )?(?:left |right )?")
#: carcinomas that are named after their organ
_NAMES_ORGAN = re.compile("乳腺|甲状腺|前列腺|胰腺|肾上腺|涎腺|唾液腺")


def is_of_another(page: Page, words: Words, row: list[Hit]) -> bool:
    """右大腿去分化脂肪肉瘤; 子宫平滑肌肉瘤 in the words of the past: not the tumour that the report is about."""
    place, end = row[0].start, row[-1].end
    low, high = page.clause(place)
    near = max(low, place - _NEAR)
    if page.may_hold(words["sites.elsewhere"]):
        named = page.find(words["sites.elsewhere"], near, place)
        if named and not page.find(words["sites.here"], named[-1].end, place):
            return True
    of_other = row[0].tag == "OTHER" and _NAMES_ORGAN.match(page.text, place) is not None
    behind = place > near and page.text[place - 1] not in _BREAKS
    if not of_other and not (behind and _follows_organ(page.text[near:place], words)):
        after = _OF.match(page.text, end) if page.text[end : end + 1] == " " else None
        if after is None or not _of_other(page, words, after.end()):
            return False
        end = after.end()
    return bool(page.find(words["histology.past"], low, min(high, end + _NEAR)))


@lru_cache(maxsize=4096)
def _follows_organ(left: str, words: Words) -> bool:
    """Does the name of another organ end a text, with none of the tumour's own place in it?"""
    organs = words["statements.elsewhere"].whole.find(left, left, 0, len(left)) if left else []
    if not organs or left[organs[-1].end :].strip("(: "):
        return False
    return {organ.tag for organ in organs} == {"other"}


def _of_other(page: Page, words: Words, place: int) -> bool:
    """Is it another organ, or another part of the body, that stands here?"""
    organ = words["statements.elsewhere"].whole.at(page.text, page.normal.cased, place)
    return (organ is not None and organ.tag == "other") or page.at(words["sites.elsewhere"], place) is not None
