"""Markers: which antigen a name means, and where a text names one (clinical.md §5.2)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.words import Words

#: between a name and the word that makes it a gene's; an alias in brackets may close there
_TO_GENE = re.compile(r"[\s)(]{0,3}(?:检测|蛋白)?[\s(]{0,2}")


class Mention(NamedTuple):
    """A marker's name. ``gene``: it speaks of the gene (FISH), not of the stain."""

    concept: str
    start: int
    end: int
    gene: bool


def marker(text: str, words: Words) -> str | None:
    """The one marker that a short text names, such as an Observation's ``code.text``; None for none or several."""
    folded = words.characters.whole(text)
    cased = text.translate(words.characters)
    found = {hit.tag for hit in words["markers.marker"].find(folded, cased if len(cased) == len(folded) else folded)}
    return found.pop() if len(found) == 1 else None


def mentions(page: Page, words: Words) -> tuple[Mention, ...]:
    """Every marker that the text names, in order."""
    methods = [hit for hit in page.find(words["fish.method"]) if hit.tag in ("fish", "ihc", "sequencing")]
    found = []
    for hit in page.find(words["markers.marker"]):
        while methods and len(methods) > 1 and methods[1].end <= hit.start:
            methods.pop(0)
        header = methods[0] if methods and methods[0].end <= hit.start else None
        low = page.sentence(hit.start)[0]
        under = header is not None and header.start >= low and header.tag != "ihc"
        found.append(Mention(hit.tag, hit.start, hit.end, under or _is_gene(page, hit.start, hit.end, words)))
    return tuple(found)


def _is_gene(page: Page, start: int, end: int, words: Words) -> bool:
    """Does a word such as 基因, FISH or "amplification of" stand at the name?"""
    gap = _TO_GENE.match(page.text, end)
    place = gap.end() if gap else end
    cased = page.normal.cased
    at = words["fish.gene"].at
    after = at(page.text, cased, place) or at(page.text, cased, end)
    if after is not None and after.tag == "after":
        return True
    return _before_gene(words).search(page.text[max(0, start - 30) : start]) is not None


@lru_cache(maxsize=8)
def _before_gene(words: Words) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z]){words.any('fish.gene', 'before')}\s*$")
