"""Markers: which antigen a name means, and where a text names one (clinical.md §5.2)."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.mapping.narrative.clauses import named
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.words import Words

_new = tuple.__new__
_ALIAS = re.compile(r"\s{0,2}\(\s{0,2}")
#: between a name and the word that makes it a gene's; a bracket may close there
_TO_GENE = re.compile(r"(?:\s?\([^()]{1,10}\)\s?|[\s)(]{0,3})(?:检测|蛋白)?[\s(]{0,2}")


#: what goes with the result before it: a share of cells, or a part of them that stained otherwise (-,局灶+)
SHARE = (
    r",(?:\s*[^,;。、\n\d()]{0,6}\d{1,3}(?:\.\d)?(?:\s?[-~]\s?\d{1,3})?\s?%"
    r"|\s?(?:小?灶性?|局灶性?|局部|部分|少数|少量|散在|个别)[弱强中]{0,2}\(?(?:\+{1,4}(?![a-z0-9])|阳性?(?!细胞|率)))"
)
#: brackets right after a name that say all of a result
_OWN = rf"(\([^()\n]{{0,40}}\))(?:[;。、\n]|$|(?!{SHARE}),)"
_OWN_HERE = re.compile(_OWN)
_SHARE = re.compile(SHARE)
_ONLY_STAINS = frozenset({"ihc"})


class Mention(NamedTuple):
    """A marker's name. ``gene``: it speaks of the gene (FISH), not of the stain; ``own``: its result in brackets."""

    concept: str
    start: int
    end: int
    gene: bool = False
    own: str | None = None


def marker(text: str, words: Words) -> str | None:
    """The one marker that a short text names, such as an Observation's ``code.text``; None for none or several."""
    folded = words.characters.whole(text)
    cased = text.translate(words.characters)
    cased = cased if len(cased) == len(folded) else folded
    found = {name.concept for name in named(folded, cased, words)}
    return found.pop() if len(found) == 1 else None


def mentions(page: Page, words: Words) -> tuple[Mention, ...]:
    """Every marker that the text names, in order; a name and its alias in brackets are one."""
    found = _named(page)
    if not found:
        return ()
    methods = page.find(words["fish.method"])
    genes = _names_genes(page, words)
    stains = not genes and _ONLY_STAINS.issuperset([hit.tag for hit in methods])
    if stains and len({mention.concept for mention in found}) == len(found):
        return tuple(found)
    return _told_apart(page, words, found, methods, genes)


def _told_apart(page: Page, words: Words, named: list[Mention], methods: list[Hit], genes: bool) -> tuple[Mention, ...]:
    """A name and its alias in brackets made one; a gene's names told from a stain's."""
    ends = [hit.end for hit in methods]
    found: list[Mention] = []
    for concept, start, end, _, own in named:
        before = bisect_right(ends, start) - 1
        under = before >= 0 and methods[before].tag != "ihc" and methods[before].start >= page.sentence(start)[0]
        if found and found[-1].concept == concept and _ALIAS.fullmatch(page.text, found[-1].end, start):
            start = found.pop().start
            end += page.text[end : end + 1] == ")"
            bracket = _OWN_HERE.match(page.text, end)
            own = bracket[1] if bracket else None
        found.append(Mention(concept, start, end, under or (genes and _is_gene(page, start, end, words)), own))
    return tuple(found)


def _named(page: Page) -> list[Mention]:
    """Every name of a marker, as a stain's."""
    found: list[Mention] = []
    for offset, clause in page.pieces:
        for concept, start, end, own, listed in clause.named:
            low, high = start + offset, end + offset
            if listed and own is not None and _SHARE.match(page.text, high + len(own)):
                own = None
            found.append(_new(Mention, (concept, low, high, False, own)))
    return found


def _is_gene(page: Page, start: int, end: int, words: Words) -> bool:
    """Does a word such as 基因, FISH or "amplification of" stand at the name?"""
    gap = _TO_GENE.match(page.text, end)
    place = gap.end() if gap else end
    after = page.at(words["fish.gene"], place) or page.at(words["fish.gene"], end)
    if after is not None and after.tag == "after":
        return True
    return _right_before(words).search(page.text[max(0, start - 30) : start]) is not None


def speaks_of_genes(page: Page, words: Words) -> bool:
    """Does it name a marker, and may it speak of that marker's gene, or of a test of it?"""
    return names_any(page) and is_of_genes(page, words)


def names_any(page: Page) -> bool:
    """Does it name a marker?"""
    return [clause for _, clause in page.pieces if clause.named] != []


def is_of_genes(page: Page, words: Words) -> bool:
    """May the markers that stand beside these words be genes?"""
    return _names_genes(page, words) or not _ONLY_STAINS.issuperset(
        [hit.tag for hit in page.find(words["fish.method"])]
    )


def is_share(text: str) -> bool:
    """After a comma, would the text go with the result before it?"""
    return _SHARE.match(f",{text}") is not None


def _names_genes(page: Page, words: Words) -> bool:
    return bool(page.find(words["fish.gene"])) or [word for word in _leading(words) if word in page.text] != []


@lru_cache(maxsize=8)
def _leading(words: Words) -> tuple[str, ...]:
    """The first words of all that may stand before a gene's name."""
    return tuple({word.split()[0] for word in words["fish.gene"].words["before"]})


@lru_cache(maxsize=8)
def _right_before(words: Words) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z]){words.any('fish.gene', 'before')}\s*$")
