"""Margins told edge by edge: one that is involved makes the resection R1 (clinical.md §3.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.said import Kind, Said, firmness
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
        high = min(page.sentence(end)[1], end + _REACH)
        states: list[str] = []
        while item := edge.match(page.text, end, high):
            end = item.end()
            states.append(str(item.lastgroup))
        if states and not page.void(start):
            value = "R1" if "involved" in states else "R0"
            yield Said(CONCEPT, value, page.span(start, end), firmness(page.hedged(start, end)), (("method", kind),))


@lru_cache(maxsize=8)
def patterns(words: Words) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The name of the margins with its colon; one edge with its state."""
    state = {tag: words.any("margins.state", tag) for tag in ("involved", "free")}
    filler = words.any("margins.between", "filler")
    return (
        re.compile(rf"(?:{words.any('margins.name', 'margin')})\s*[:(]"),
        re.compile(
            rf"[\s,、;]*[^\s,、;:()+\-\d][^,、;:()+\-\d]{{0,11}}?(?:[\s:]|{filler})*"
            rf"(?:(?P<free>{state['free']})|(?P<involved>{state['involved']}))"
        ),
    )
