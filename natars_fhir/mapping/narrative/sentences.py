"""Sentences: all that a report says, read sentence by sentence where none bears upon another, each remembered.

Hospitals write the same sentences again and again. A sentence by itself says what it says in its text only where nothing
reaches over its end: where something may, the text is read as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from natars_fhir.mapping.narrative import (
    counts,
    fish,
    grade,
    histology,
    ihc,
    margins,
    sites,
    size,
    staging,
    statements,
    treatments,
)
from natars_fhir.mapping.narrative.markers import mentions, speaks_of_genes
from natars_fhir.mapping.narrative.measures import Measure
from natars_fhir.mapping.narrative.normal import Normal
from natars_fhir.mapping.narrative.page import Page, ready
from natars_fhir.mapping.narrative.reach import AMENDING
from natars_fhir.mapping.narrative.said import Kind, Reading, Said, Unread
from natars_fhir.mapping.narrative.words import Words

_SPAN, _PLACE = attrgetter("span"), attrgetter("span", "concept")
#: a third of the time that a named tuple's own constructor takes
_new = tuple.__new__
#: longer sentences hardly come again
_SHORT = 240
#: cues that reach over the end of their sentence
_FAR = AMENDING | {"former", "hedge-next"}


class Sentence(NamedTuple):
    """What a sentence says by itself, with places that count from its beginning.

    ``apart``: nothing in it reaches over its ends. ``graded``, ``measured``: grades and sizes look at those nearby, so
    that one sentence of a text may have them. ``leans``: a measure whose thing may be named earlier.
    """

    reading: Reading
    apart: bool
    graded: bool = False
    measured: bool = False
    leans: bool = False


_NOT_APART = Sentence(Reading(), apart=False)


def read(form: Normal, words: Words, kind: Kind) -> Reading:
    """Everything that a text says."""
    ends = list(_ends(form.text))
    told = _by_sentences(form, ends, words, kind) if len(ends) > 1 else None
    return everything(ready(form, words), words, kind) if told is None else told


def everything(leaf: Page, words: Words, kind: Kind) -> Reading:
    """Everything that a page says, read as a whole."""
    return _everything(leaf, words, kind, size.found(leaf, words))


def _everything(leaf: Page, words: Words, kind: Kind, measured: list[Measure]) -> Reading:
    mentioned = mentions(leaf, words)
    names = leaf.find(words["histology.name"])
    found: list[Said | Unread] = [
        *ihc.read(leaf, words, mentioned),
        *fish.read(leaf, words, mentioned),
        *size.read(leaf, words, kind, measured),
        *grade.read(leaf, words),
        *counts.read(leaf, words, kind),
        *histology.read(leaf, words, kind, names),
        *sites.read(leaf, words, kind, names),
        *statements.read(leaf, words, kind),
        *margins.read(leaf, words, kind),
        *staging.read(leaf, kind),
        *treatments.read(leaf, words),
    ]
    said = [each for each in found if isinstance(each, Said)]
    unread = [each for each in found if isinstance(each, Unread)] if len(said) < len(found) else []
    said = _once(said)
    if leaf.amended:
        said = _corrected(leaf, said)
    return Reading(tuple(sorted(said, key=_PLACE)), tuple(sorted(unread, key=_SPAN)) if unread else ())


def _ends(text: str) -> Iterator[int]:
    """Where sentences end: after a full stop or semicolon that no brackets enclose. No word of the lists holds one."""
    start = place = 0
    while place < len(text):
        stop, semicolon = text.find("。", place), text.find(";", place)
        found = min(stop, semicolon) if stop >= 0 and semicolon >= 0 else max(stop, semicolon)
        place = found + 1 if found >= 0 else len(text)
        if place == len(text) or text.count("(", start, place) == text.count(")", start, place):
            yield place
            start = place


def _by_sentences(form: Normal, ends: list[int], words: Words, kind: Kind) -> Reading | None:
    """Sentence by sentence; None where one bears upon another."""
    told: list[tuple[int, Sentence]] = []
    start, graded, measured = 0, False, False
    for end in ends:
        text, cased = form.text[start:end], form.cased[start:end]
        each = (_sentence if end - start <= _SHORT else _sentence.__wrapped__)(text, cased, kind, words)
        if not each.apart or (graded and each.graded) or (measured and each.measured) or (start and each.leans):
            return None
        graded, measured = graded or each.graded, measured or each.measured
        told.append((start, each))
        start = end
    said = [
        _new(Said, (concept, value, form.span(low + at, high + at), standing, more))
        for at, each in told
        for concept, value, (low, high), standing, more in each.reading.said
    ]
    unread = [
        Unread(concept, form.span(low + at, high + at), why)
        for at, each in told
        for concept, (low, high), why in each.reading.unread
    ]
    return Reading(tuple(histology.with_parts(said, kind)), tuple(unread))


@lru_cache(maxsize=4096)
def _sentence(text: str, cased: str, kind: Kind, words: Words) -> Sentence:
    leaf = ready(Normal(text, cased), words)
    if not _is_apart(leaf, words, kind):
        return _NOT_APART
    found = size.found(leaf, words)
    reading = _everything(leaf, words, kind, found)
    return Sentence(reading, True, grade.may_be_told(leaf, words), bool(found), size.leans(leaf, words, found))


def _is_apart(leaf: Page, words: Words, kind: Kind) -> bool:
    """Does nothing in it reach over its ends: no correction, no gene, no grade of a specimen that may be too low, no
    other hospital's diagnosis?"""
    return (
        _FAR.isdisjoint([cue.tag for cue in leaf.cues])
        and leaf.text.count("(") == leaf.text.count(")")
        and not speaks_of_genes(leaf, words)
        and not grade.may_be_higher(leaf, words)
        and not (kind == "pathology" and histology.quotes(leaf, words))
    )


def _once(said: list[Said]) -> list[Said]:
    """The same words say the same thing once."""
    if len({each.span for each in said}) == len(said):
        return said
    words = {
        (each.concept, each.span, each.standing, each.value if isinstance(each.value, str) else ""): each
        for each in said
    }
    return list(words.values())


def _corrected(leaf: Page, said: list[Said]) -> list[Said]:
    """What a supplement or correction says of a concept replaces what the rest of the text says of it."""
    ends = [(leaf.span(low, low + 1)[0], leaf.span(high - 1, high)[1]) for low, high in leaf.amended]

    def amended(each: Said) -> bool:
        return any(low <= each.span[0] < high for low, high in ends)

    renewed = {each.concept for each in said if amended(each) and each.standing != "pending"}
    return [each for each in said if amended(each) or each.concept not in renewed]
