"""Margins told edge by edge: one that is involved makes the resection R1 (clinical.md §3.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.said import Kind, Said, Unread, firmness
from natars_fhir.mapping.narrative.words import Words

CONCEPT = "resection-margin"
_REACH = 160


def read(page: Page, words: Words, kind: Kind) -> Iterable[Said]:
    """R0 or R1 for every list of edges."""
    return _edges(page, words, kind) if page.may_hold(words["margins.name"]) else ()


def _edges(page: Page, words: Words, kind: Kind) -> Iterator[Said]:
    shape = patterns(words)
    for found in shape.name.finditer(page.text):
        start, end = found.span()
        high = min(_end_of_list(page, end), end + _REACH)
        whole = shape.whole.match(page.text, end, high)
        items = [whole] if whole else []
        while item := shape.edge.match(page.text, items[-1].end() if items else end, high):
            if whole and not shape.named.search(item[0]):
                break
            items.append(item)
        if items and not page.void(start):
            end = items[-1].end()
            value, unsure = _made_of([_state(item, shape) for item in items])
            standing = firmness(unsure or page.hedged(start, end))
            yield Said(CONCEPT, value, page.span(start, end), standing, (("method", kind),))


def _state(item: re.Match[str], shape: Patterns) -> str:
    """What is said of an edge; of one whose state is doubted or turned round, so much alone."""
    state = str(item.lastgroup)
    before = item.string[item.start() : item.start(state)]
    if shape.denial.search(before):
        return "unsure"
    return f"{state}?" if shape.doubt.search(before) else state


def _made_of(states: list[str]) -> tuple[str, bool]:
    """R1 where an edge is involved, else R0; and whether that is not certain."""
    if "involved" in states:
        return "R1", False
    if "involved?" in states:
        return "R1", True
    return "R0", states != ["free"] * len(states)


def goes_on(page: Page) -> bool:
    """May a list of edges go on after the semicolon that ends a text?"""
    return "margins.name" in page.found and page.text.endswith(";")


def without_edges(told: list[Said | Unread], listed: list[Said]) -> list[Said | Unread]:
    """A single edge's state (上切缘（-）) is not that of all the margins: the list that it stands in tells that."""
    spans = [each.span for each in listed]
    return [each for each in told if each.concept != CONCEPT or not any(_within(each.span, span) for span in spans)]


def _within(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return other[0] <= span[0] and span[1] <= other[1]


def _end_of_list(page: Page, place: int) -> int:
    """近端（-）；远端（+）: a list goes on over semicolons."""
    end = page.sentence(place)[1]
    while page.text[end : end + 1] == ";":
        end = page.sentence(end + 1)[1]
    return end


class Patterns(NamedTuple):
    """What margins and their edges look like."""

    #: the name of the margins with its colon
    name: re.Pattern[str]
    #: right after it, the state of all of them, and nothing else
    whole: re.Pattern[str]
    #: one edge with its state
    edge: re.Pattern[str]
    #: what names an edge; what doubts, or turns round, the state that follows
    named: re.Pattern[str]
    doubt: re.Pattern[str]
    denial: re.Pattern[str]


@lru_cache(maxsize=8)
def patterns(words: Words) -> Patterns:
    """Compiled for one set of word lists."""
    state = {tag: words.any("margins.state", tag) for tag in ("involved", "free", "unsure")}
    filler = words.any("margins.between", "filler")
    any_state = (
        rf"(?:(?P<free>{state['free']})|(?P<involved>(?<![未无不]){state['involved']})|(?P<unsure>{state['unsure']}))"
    )
    return Patterns(
        re.compile(rf"(?:{words.any('margins.name', 'margin')})\s*[:(]"),
        re.compile(
            rf"(?:\s|{filler})*{any_state}(?:\s+(?:for|of) (?:tumou?r|malignancy|sarcoma))?(?=\s*(?:[,.;。?\n)]|$))"
        ),
        re.compile(rf"[\s,、;]*[^\s,、;:()+\-\d][^,、;:()+\-\d]{{0,11}}?(?:[\s:]|{filler})*{any_state}"),
        re.compile(words.any("margins.edge", "name")),
        re.compile(f"{state['unsure']}|考虑|倾向|可能|疑"),
        re.compile("非|不|未|无(?!论)"),
    )
