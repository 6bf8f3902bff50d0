"""Sentences: all that a report says, read sentence by sentence where none bears upon another, each remembered.

Hospitals write the same sentences again and again. A sentence by itself says what it says in its text only where
nothing reaches over its end: where something may, the text is read as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from natars_fhir.mapping.narrative import (
    counts,
    figures,
    fish,
    grade,
    histology,
    ihc,
    listed,
    margins,
    sites,
    size,
    staging,
    statements,
    treatments,
)
from natars_fhir.mapping.narrative.clauses import closes
from natars_fhir.mapping.narrative.markers import mentions, speaks_of_genes
from natars_fhir.mapping.narrative.measures import Measure
from natars_fhir.mapping.narrative.page import Page, page
from natars_fhir.mapping.narrative.reach import AMENDING, thoughts_end
from natars_fhir.mapping.narrative.said import Kind, Reading, Said, Unread, once
from natars_fhir.mapping.narrative.words import STATEMENTS, TREATMENTS, Words

_SPAN, _PLACE = attrgetter("span"), attrgetter("span", "concept")
#: a third of the time that a named tuple's own constructor takes
_new = tuple.__new__
#: sentences with their ends. No word of the lists holds one of these, and nothing that is read goes over one unless in
#: brackets.
_PIECE = re.compile("[^。；;]+[。；;]?|[。；;]")
#: longer sentences hardly come again
_SHORT = 240
#: cues that reach over the end of their sentence
_FAR = AMENDING | {"former", "hedge-next", "withdrawn"}


class Sentence(NamedTuple):
    """What a sentence says by itself, with places that count from its beginning.

    ``apart``: nothing in it reaches over its ends. ``graded``, ``measured``: grades and sizes look at those nearby, so
    that one sentence of a text may have them. ``leans``: a measure whose thing may be named earlier. ``compared``: what
    compares the figures of its one size, where sentences with other figures say the same but for those. ``part``: a
    tumour that may be a part of one that another sentence names.
    """

    reading: Reading
    apart: bool
    graded: bool = False
    measured: bool = False
    leans: bool = False
    compared: str | None = None
    part: bool = False


_NOT_APART = Sentence(Reading(), apart=False)


def read(text: str, words: Words, kind: Kind) -> Reading:
    """Everything that a text says."""
    pieces = _PIECE.findall(text)
    told = _by_sentences(pieces, words, kind) if len(pieces) > 1 else None
    return everything(page(text, words), words, kind) if told is None else told


def everything(leaf: Page, words: Words, kind: Kind) -> Reading:
    """Everything that a page says, read as a whole."""
    return _everything(leaf, words, kind, size.found(leaf, words))


def _everything(leaf: Page, words: Words, kind: Kind, measured: list[Measure]) -> Reading:
    found = [*_counted_and_named(leaf, words, kind, measured), *_said_to_be(leaf, words, kind)]
    said = [each for each in found if isinstance(each, Said)]
    unread = [each for each in found if isinstance(each, Unread)] if len(said) < len(found) else []
    said = [*once(said)]
    if leaf.amended:
        said = _corrected(leaf, said)
    return Reading(tuple(sorted(said, key=_PLACE)), tuple(sorted(unread, key=_SPAN)) if unread else ())


def _counted_and_named(leaf: Page, words: Words, kind: Kind, measured: list[Measure]) -> list[Said | Unread]:
    """By the readers of stains, numbers and tumours' names whose words may stand in it; the others have nothing to
    say."""
    found: list[Said | Unread] = []
    if mentioned := mentions(leaf, words):
        found += ihc.read(leaf, words, mentioned)
        found += fish.read(leaf, words, mentioned)
    if measured:
        found += size.read(leaf, words, kind, measured)
    if grade.may_be_told(leaf, words):
        found += grade.read(leaf, words)
    if "counts.name" in leaf.found:
        found += counts.read(leaf, words, kind)
    names = leaf.find(words["histology.name"]) if "histology.name" in leaf.found else []
    if names:
        found += histology.read(leaf, words, kind, names)
    if names or "sites.mark" in leaf.found:
        found += sites.read(leaf, words, kind, names)
    return found


def _said_to_be(leaf: Page, words: Words, kind: Kind) -> list[Said | Unread]:
    """By the readers of statements, stages and treatments."""
    found: list[Said | Unread] = []
    if STATEMENTS in leaf.found:
        found += statements.read(leaf, words, kind)
    if "margins.name" in leaf.found and (edges := list(margins.read(leaf, words, kind))):
        found = [*margins.without_edges(found, edges), *edges]
    found += staging.read(leaf, kind)
    if TREATMENTS in leaf.found:
        found += treatments.read(leaf, words)
    return found


def _by_sentences(pieces: list[str], words: Words, kind: Kind) -> Reading | None:
    """Sentence by sentence; None where one bears upon another."""
    said, unread = list[Said](), list[Unread]()
    at, graded, measured, part = 0, False, False, False
    for text in pieces:
        if listed.may_be(text) and (stains := listed.read(text, at, words, kind)) is not None:
            said += stains
            at += len(text)
            continue
        each = _remembered(text, kind, words) if len(text) <= _SHORT else _sentence.__wrapped__(text, kind, words)
        if not each.apart or (graded and each.graded) or (measured and each.measured) or (at and each.leans):
            return None
        graded, measured, part = graded or each.graded, measured or each.measured, part or each.part
        for concept, value, (low, high), standing, more in each.reading.said:
            said.append(_new(Said, (concept, value, (low + at, high + at), standing, more)))
        for concept, (low, high), why in each.reading.unread:
            unread.append(Unread(concept, (low + at, high + at), why))
        at += len(text)
    return _new(Reading, (tuple(histology.with_parts(said, kind) if part else said), tuple(unread)))


def _remembered(text: str, kind: Kind, words: Words) -> Sentence:
    """A short sentence; those that differ in the figures of one size alone are one."""
    sized = figures.found(text)
    if sized is not None:
        like = _sentence(figures.blank(text, sized), kind, words)
        value = None if like.compared is None else figures.value(like.compared, sized, words)
        if value is not None:
            return _new(Sentence, (figures.told(like.reading, value), *like[1:]))
    return _sentence(text, kind, words)


@lru_cache(maxsize=4096)
def _sentence(text: str, kind: Kind, words: Words) -> Sentence:
    leaf = page(text, words)
    if not _is_apart(leaf, words, kind):
        return _NOT_APART
    found = size.found(leaf, words)
    reading, graded = _everything(leaf, words, kind, found), grade.may_be_told(leaf, words)
    compared = figures.compared(text, leaf, words, found) if len(found) == 1 and not graded else None
    leans, part = size.leans(leaf, words, found), _may_be_part(reading.said)
    return Sentence(reading, True, graded, bool(found), leans, compared, part)


def _may_be_part(said: Iterable[Said]) -> bool:
    """Does it name a well differentiated tumour?"""
    return "WDLPS" in [each.value for each in said if each.concept == histology.CONCEPT]


def _is_apart(leaf: Page, words: Words, kind: Kind) -> bool:
    """Does nothing in it reach over its ends: no correction, no gene, no grade of a specimen that may be too low, no
    other hospital's diagnosis?"""
    return (
        _FAR.isdisjoint([cue.tag for cue in leaf.cues])
        and not any(cue.tag == "differential" and thoughts_end(leaf.text, cue) for cue in leaf.cues)
        and closes(leaf.text)
        and not speaks_of_genes(leaf, words)
        and not grade.may_be_higher(leaf, words)
        and not margins.goes_on(leaf)
        and not (kind == "pathology" and histology.quotes(leaf, words))
    )


def _corrected(leaf: Page, said: list[Said]) -> list[Said]:
    """What a supplement or correction says of a concept replaces what the rest of the text says of it."""
    ends = [(leaf.span(low, low + 1)[0], leaf.span(high - 1, high)[1]) for low, high in leaf.amended]

    def amended(each: Said) -> bool:
        return any(low <= each.span[0] < high for low, high in ends)

    renewed = {each.concept for each in said if amended(each) and each.standing != "pending"}
    return [each for each in said if amended(each) or each.concept not in renewed]
