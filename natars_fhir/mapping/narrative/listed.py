"""Listed: stains told one after the other, each with its result in brackets; a list is read part by part.

Hospitals write ``MDM2(+)，CDK4(弱+)，SMA(-)`` in ever new mixtures of the same few parts: each part is remembered. It
says by itself what it says in its list only where nothing else in it bears upon its neighbours, nor they upon it.
"""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from natars_fhir.mapping.narrative import grade, histology, ihc, size, staging
from natars_fhir.mapping.narrative.clauses import closes
from natars_fhir.mapping.narrative.markers import is_of_genes, is_share, mentions
from natars_fhir.mapping.narrative.page import Page, page
from natars_fhir.mapping.narrative.said import Said, once
from natars_fhir.mapping.narrative.words import Words

#: the lists whose words say nothing alone
_SILENT = frozenset({"fish.method", "size.thing", "sites.lesion", "sites.elsewhere"})
_PLACE = attrgetter("span", "concept")
#: so many brackets make a list
_MANY = 3
#: longer parts hardly come again
_SHORT = 60
#: a third of the time that a named tuple's own constructor takes
_new = tuple.__new__


class Part(NamedTuple):
    """What a part of a list says, with places that count from its beginning, and the stains that it names."""

    said: tuple[Said, ...]
    stains: tuple[str, ...]


def may_be(text: str) -> bool:
    """Does it look like a list?"""
    return text.count("(") + text.count("（") >= _MANY


def read(text: str, at: int, words: Words) -> list[Said] | None:
    """What a sentence that is a list says, with places that count from *at* characters before it; None where it is
    none, or where a stain is named twice, so that one name may be the other's alias."""
    comma = "，" if "，" in text else ","
    *pieces, last = text.split(comma)
    said, stains = list[Said](), list[str]()
    for piece, end in [*[(piece, comma) for piece in pieces], (last, "")]:
        part = _part(piece, end, words) if len(piece) <= _SHORT else None
        if part is None:
            return None
        for concept, value, (low, high), standing, more in part.said:
            said.append(_new(Said, (concept, value, (low + at, high + at), standing, more)))
        stains += part.stains
        at += len(piece) + 1
    return said if len(set(stains)) == len(stains) else None


@lru_cache(maxsize=4096)
def _part(text: str, comma: str, words: Words) -> Part | None:
    leaf = page(text + comma, words)
    if not _stands_alone(leaf, words):
        return None
    named = mentions(leaf, words)
    said = ihc.listed(leaf, words, named)
    if said is None:
        return None
    return Part(tuple(sorted(once(said), key=_PLACE)), tuple([each.concept for each in named]))


def _stands_alone(leaf: Page, words: Words) -> bool:
    """Does nobody but the reader of stains read anything in it, does nothing lie across its ends, and does it not go
    with what stands before it?"""
    return (
        _SILENT.issuperset(leaf.found)
        and not leaf.normal.starts
        and "\n" not in leaf.text
        and closes(leaf.text)
        and leaf.text[-2:] not in words.seams
        and not is_share(leaf.text)
        and not is_of_genes(leaf, words)
        and not size.found(leaf, words)
        and not grade.may_be_told(leaf, words)
        and not grade.may_be_higher(leaf, words)
        and not staging.may_be_told(leaf)
        and not histology.quotes(leaf, words)
        and _words_stay_within(words)
    )


@lru_cache(maxsize=8)
def _words_stay_within(words: Words) -> bool:
    """Has no word a comma, beyond which it might go on? Where one of a scanned list has, the seams tell."""
    return not any(
        "," in (entry.word[0] if each.scanned else entry.word)
        for each in words.lexicons.values()
        for entry in each.entries
    )
