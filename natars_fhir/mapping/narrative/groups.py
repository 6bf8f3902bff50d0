"""Groups: markers that are told together, and the stretch of text that may hold their result (clinical.md §5.2)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.markers import SHARE, Mention
from natars_fhir.mapping.narrative.page import Page

#: between markers that share a result
_AND = re.compile(r"\)?\s*(?:(?:[、,/&]|和|及|与|以及|and\b|or\b|as well as\b)\s*)*")
#: what follows a marker up to the end of its clause; brackets are read through, one within another too
REGION = re.compile(r"(?:[^,;。、\n()!?.]|\.(?=\d)|\((?:[^()\n]|\([^()\n]{0,40}\)){0,80}\))*(?:\([^(),;。、\n]{0,8})?")
#: the usual one: brackets, and the clause ends
_BRACKETS = re.compile(r"\([^()\n]{0,80}\)(?=[,;。、\n]|$)")
_SHARE_NEXT = re.compile(rf"{SHARE}(?=\s*(?:[,;。、)\n.]|$))")
#: no result stands further away
REACH = 160


class Group(NamedTuple):
    """Markers side by side; the result region after them; the word before them that may be their result."""

    members: tuple[Mention, ...]
    low: int
    high: int
    before: Hit | None
    #: where the bracket closes that holds them behind their result; 0 where there is none
    close: int = 0


def groups(
    page: Page, mentioned: tuple[Mention, ...], befores: dict[int, Hit], closes: dict[int, int]
) -> Iterator[Group]:
    """The groups of a text. *befores*: the word before a marker that leads up to it; *closes*: where the bracket closes
    that a marker begins behind its result."""
    ends = sorted([hit.start for hit in befores.values()])
    inherited: Hit | None = None
    reached, close = -1, 0
    for index, size in _runs(page, mentioned, befores, closes):
        members = mentioned[index : index + size]
        limit = mentioned[index + size].start if index + size < len(mentioned) else len(page.text)
        low = members[-1].end
        place = bisect_left(ends, low)
        if place < len(ends) and ends[place] < limit:
            limit = ends[place]
        close = closes.get(index, close if members[0].start < close else 0)
        high = _region_end(page, low, min(limit, close) if close else limit)
        own = befores.get(index)
        if own is None and inherited and _continues(page.text[reached : members[0].start]):
            own = inherited
        inherited, reached = own, high
        if not members[0].gene:
            yield Group(members, low, high, own, close)


def _runs(
    page: Page, mentioned: tuple[Mention, ...], befores: dict[int, Hit], closes: dict[int, int]
) -> Iterator[tuple[int, int]]:
    """Index and length of each run of markers with nothing but "and" between them."""
    start = close = 0
    for index in range(1, len(mentioned)):
        close = closes.get(index - 1, close)
        beyond = mentioned[index - 1].start < close <= mentioned[index].start
        if index in befores or beyond or not _together(page, mentioned[index - 1], mentioned[index]):
            yield start, index - start
            start = index
    yield start, len(mentioned) - start


def _together(page: Page, left: Mention, right: Mention) -> bool:
    if right.start - left.end > 12 or left.gene != right.gene:
        return False
    if page.text[left.end] == "(" and left.end < right.start:
        return False
    if page.text[left.end] == ")" and "," in page.text[left.end : right.start]:
        return False  # (SMA、MDM2），Ki-67（30%+）: the list in brackets is over
    return _AND.fullmatch(page.text, left.end, right.start) is not None


def _continues(gap: str) -> bool:
    return len(gap) <= 8 and _AND.fullmatch(gap) is not None


def _region_end(page: Page, low: int, limit: int) -> int:
    text = page.text
    if limit > low + REACH:
        limit = low + REACH
    found = _BRACKETS.match(text, low, limit)
    found = found or REGION.match(text, low + 1 if text[low : low + 1] == ")" else low, limit)
    high = found.end() if found else low
    if text[high : high + 1] == "," and (share := _SHARE_NEXT.match(text, high, limit)):
        return share.end()
    # a dash or a plus right before the next letter joins two names, unless that name has a sign as well
    if high == limit and high > low and text[high - 1] in "+-" and text[high : high + 1].isalnum():
        sign_follows = re.match(r"[a-z0-9]+\s?[+\-±](?![a-z0-9])", text[high : high + 20])
        return high if text[high - 1] == "+" and sign_follows else high - 1
    return high
