"""Margins told edge by edge: one that is involved makes the resection R1 (clinical.md §3.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.said import Kind, Said, Unread, firmness
from natars_fhir.mapping.narrative.words import Words

CONCEPT = "resection-margin"
_REACH = 160


def read(page: Page, words: Words, kind: Kind) -> Iterable[Said]:
    """R0 or R1 for every list of edges."""
    return _edges(page, words, kind) if page.may_hold(words["margins.name"]) else ()


def _edges(page: Page, words: Words, kind: Kind) -> Iterator[Said]:
    name, edge = patterns(words)
    for found in name.finditer(page.text):
        start, end = found.span()
        high = min(_end_of_list(page, end), end + _REACH)
        states: list[str] = []
        while item := edge.match(page.text, end, high):
            end = item.end()
            states.append(str(item.lastgroup))
        if states and not page.void(start):
            value = "R1" if "involved" in states else "R0"
            unsure = "unsure" in states and value == "R0"
            yield Said(
                CONCEPT, value, page.span(start, end), firmness(unsure or page.hedged(start, end)), (("method", kind),)
            )


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


@lru_cache(maxsize=8)
def patterns(words: Words) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The name of the margins with its colon; one edge with its state."""
    state = {tag: words.any("margins.state", tag) for tag in ("involved", "free", "unsure")}
    filler = words.any("margins.between", "filler")
    return (
        re.compile(rf"(?:{words.any('margins.name', 'margin')})\s*[:(]"),
        re.compile(
            rf"[\s,、;]*[^\s,、;:()+\-\d][^,、;:()+\-\d]{{0,11}}?(?:[\s:]|{filler})*"
            rf"(?:(?P<free>{state['free']})|(?P<involved>(?<![未无不]){state['involved']})|(?P<unsure>{state['unsure']}))"
        ),
    )
