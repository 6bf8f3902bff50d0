"""Markers: which antigen a name means, and where a text names one (clinical.md §5.2)."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.words import Words

_new = tuple.__new__
_ALIAS = re.compile(r"\s{0,2}\(\s{0,2}")
#: between a name and the word that makes it a gene's; a bracket may close there
_TO_GENE = re.compile(r"(?:\s?\([^()]{1,10}\)\s?|[\s)(]{0,3})(?:检测|蛋白)?[\s(]{0,2}")


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
    cased = cased if len(cased) == len(folded) else folded
    found = {hit.tag for hit in words.names.find(folded, cased, 0, len(folded))}
    return found.pop() if len(found) == 1 else None


def mentions(page: Page, words: Words) -> tuple[Mention, ...]:
    """Every marker that the text names, in order; a name and its alias in brackets are one."""
    named = words.names.find(page.text, page.normal.cased, 0, len(page.text))
    if not named:
        return ()
    methods = page.find(words["fish.method"])
    genes = bool(page.find(words["fish.gene"])) or _gene_before(words).search(page.text) is not None
    stains = not genes and {"ihc"}.issuperset([hit.tag for hit in methods])
    if stains and len({concept for _, _, concept in named}) == len(named):
        return tuple([_new(Mention, (concept, start, end, False)) for start, end, concept in named])
    ends = [hit.end for hit in methods]
    found: list[Mention] = []
    for start, end, concept in named:
        before = bisect_right(ends, start) - 1
        under = before >= 0 and methods[before].tag != "ihc" and methods[before].start >= page.sentence(start)[0]
        if found and found[-1].concept == concept and _ALIAS.fullmatch(page.text, found[-1].end, start):
            start = found.pop().start
            end += page.text[end : end + 1] == ")"
        found.append(Mention(concept, start, end, under or (genes and _is_gene(page, start, end, words))))
    return tuple(found)


def _is_gene(page: Page, start: int, end: int, words: Words) -> bool:
    """Does a word such as 基因, FISH or "amplification of" stand at the name?"""
    gap = _TO_GENE.match(page.text, end)
    place = gap.end() if gap else end
    after = page.at(words["fish.gene"], place) or page.at(words["fish.gene"], end)
    if after is not None and after.tag == "after":
        return True
    return _right_before(words).search(page.text[max(0, start - 30) : start]) is not None


@lru_cache(maxsize=8)
def _gene_before(words: Words) -> re.Pattern[str]:
    return re.compile(words.any("fish.gene", "before"))


@lru_cache(maxsize=8)
def _right_before(words: Words) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z]){words.any('fish.gene', 'before')}\s*$")
