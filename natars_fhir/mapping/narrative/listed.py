"""Listed: stains told one after the other, each with its result in brackets; counts with commas between them.

Hospitals write ``MDM2(+)，CDK4(弱+)，SMA(-)`` in ever new mixtures of the same few parts: each part is remembered. It
says by itself what it says in its list only where nothing else in it bears upon its neighbours, nor they upon it.
"""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from natars_fhir.mapping.narrative import counts, grade, histology, ihc, size, staging
from natars_fhir.mapping.narrative.clauses import closes
from natars_fhir.mapping.narrative.markers import is_of_genes, is_share, mentions, names_any
from natars_fhir.mapping.narrative.page import Page, page
from natars_fhir.mapping.narrative.said import Kind, Said, once
from natars_fhir.mapping.narrative.words import Words

#: the lists whose words say nothing alone; of cues, those that reach no further than their clause; of names, those of
#: counts
_SILENT = frozenset(
    {"fish.method", "fish.gene", "size.thing", "sites.lesion", "sites.elsewhere", "cues.cue", "counts.name"}
)
#: results that may be those of the markers after them
_BEFORE = frozenset({"results.before"})
_DENIALS = frozenset({"deny-before", "deny-after", "deny-both"})
_PLACE = attrgetter("span", "concept")
#: so many brackets make a list; fields are counted
_MANY, _FIELDS = 3, "HPF"
#: longer parts hardly come again
_SHORT = 60
#: a third of the time that a named tuple's own constructor takes
_new = tuple.__new__


class Part(NamedTuple):
    """What a part of a list says, with places that count from its beginning, and the stains that it names. ``share``:
    after a stain it would go with that one's result."""

    said: tuple[Said, ...]
    stains: tuple[str, ...]
    share: bool


def may_be(text: str) -> bool:
    """Does it look like a list?"""
    return text.count("(") + text.count("（") >= _MANY or _FIELDS in text


def read(text: str, at: int, words: Words, kind: Kind) -> list[Said] | None:
    """What a sentence that is a list says, with places that count from *at* characters before it; None where it is
    none, or where a stain is named twice, so that one name may be the other's alias."""
    comma = "，" if "，" in text else ","
    pieces = text.split(comma)
    said = _together(pieces, comma, at, words, kind)
    if said is None and len(whole := _closed(pieces, comma)) < len(pieces):
        return _together(whole, comma, at, words, kind)
    return said


def _closed(pieces: list[str], comma: str) -> list[str]:
    """Commas within brackets part nothing: Ki-67(+，约20%)."""
    whole, before = list[str](), ""
    for piece in pieces:
        before += piece
        if sum(map(before.count, "(（")) > sum(map(before.count, ")）")):
            before += comma
        else:
            whole.append(before)
            before = ""
    return [*whole, before.removesuffix(comma)] if before else whole


def _together(pieces: list[str], comma: str, at: int, words: Words, kind: Kind) -> list[Said] | None:
    """What the parts say; None where one bears upon another."""
    said, named, before, last = list[Said](), list[str](), False, len(pieces) - 1
    for place, piece in enumerate(pieces):
        part = _part(piece, comma if place < last else "", words, kind) if len(piece) <= _SHORT else None
        if part is None or (before and part.share):
            return None
        told, stains, _ = part
        for concept, value, (low, high), standing, more in told:
            said.append(_new(Said, (concept, value, (low + at, high + at), standing, more)))
        named += stains
        before = stains != ()
        at += len(piece) + 1
    return said if len(set(named)) == len(named) else None


@lru_cache(maxsize=4096)
def _part(text: str, comma: str, words: Words, kind: Kind) -> Part | None:
    leaf, last = page(text + comma, words), not comma
    if not _stands_alone(leaf, words, last):
        return None
    named = mentions(leaf, words)
    said = ihc.listed(leaf, words, named)
    if said is None:
        return None
    if "counts.name" in leaf.found:
        counted = counts.alone(leaf, words, kind, last)
        if counted is None:
            return None
        said += counted
    return Part(tuple(sorted(once(said), key=_PLACE)), tuple([each.concept for each in named]), is_share(leaf.text))


def _stands_alone(leaf: Page, words: Words, last: bool) -> bool:
    """Does nobody but the readers of stains and counts read anything in it, and does nothing lie across its ends?"""
    silent = _SILENT | _BEFORE if last and not names_any(leaf) else _SILENT
    return (
        silent.issuperset(leaf.found)
        and _DENIALS.issuperset([cue.tag for cue in leaf.cues])
        and not leaf.normal.starts
        and "\n" not in leaf.text
        and closes(leaf.text)
        and (last or leaf.text[-2:] not in words.seams)
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
