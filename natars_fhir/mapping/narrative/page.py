"""Page: a text made ready for the readers: normal form, clauses, cues, and what no reader may read.

A cue acts by where it stands (clinical.md §5.3): a denial or a doubt reaches to the end of its clause, advice to the
end of its sentence, a corrected report is void where it is quoted.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from typing import NamedTuple

from natars_fhir.mapping.narrative.clauses import Clause, clauses
from natars_fhir.mapping.narrative.lexicon import Hit, Lexicon
from natars_fhir.mapping.narrative.normal import Normal, normal
from natars_fhir.mapping.narrative.reach import REACHING, Stretch, inside, stretches
from natars_fhir.mapping.narrative.scan import Piece, between, hits
from natars_fhir.mapping.narrative.words import Words

_CUES = "cues.cue"
#: where clauses and sentences end; a full stop before a letter or a digit ends nothing
_ENDS = re.compile(r"[。;!?\n,.](?:(?<!\.)|(?![a-zA-Z0-9]))")
#: nothing else before the clause ends
_ONE_CLAUSE = 120
_ONE_SENTENCE = 240
#: how near a clause's beginning a doubt begins it
_SOON = 5
_HEDGES_BEFORE = frozenset({"hedge-before", "hedge-both", "hedge-between"})
_HEDGES_AFTER = frozenset({"hedge-after", "hedge-between", "hedge-next"})
_DOUBTS = _HEDGES_BEFORE | _HEDGES_AFTER
_STANDS_ALONE = re.compile(r'[\s)"]*(?=[。;!?\n,.、]|$)')


class Stance(NamedTuple):
    """How a word is said."""

    denied: bool = False
    hedged: bool = False

    def also(self, other: Stance) -> Stance:
        """Said in both ways."""
        return self if other is PLAIN else Stance(self.denied or other.denied, self.hedged or other.hedged)


PLAIN = Stance()
DOUBTED = Stance(hedged=True)


class Page(NamedTuple):
    """One text, ready to be read. Positions are those of ``text`` until :meth:`span` maps them back."""

    normal: Normal
    text: str
    #: its clauses, and where each begins
    pieces: tuple[tuple[int, Clause], ...]
    #: where words of the scanned lists may stand, by the list's name
    found: Mapping[str, list[Piece]]
    #: where sentences and clauses end
    stops: tuple[int, ...]
    clauses: tuple[int, ...]
    cues: tuple[Hit, ...]
    cue_starts: tuple[int, ...]
    #: some cue says a doubt; some one doubts what the clause before it says
    doubts: bool
    second_thoughts: bool
    #: stretches that no reader reads, sorted and apart
    voids: tuple[tuple[int, int], ...]
    #: stretches of a supplement or correction
    amended: tuple[tuple[int, int], ...]

    def find(self, words: Lexicon, start: int = 0, end: int | None = None) -> list[Hit]:
        """The words of a list, in order."""
        high = len(self.text) if end is None else min(end, len(self.text))
        if not words.scanned:
            return words.whole.find(self.text, self.normal.cased, start, high)
        candidates = self.found.get(words.name)
        return hits(candidates, self.text, self.normal.cased, start, high) if candidates else []

    def may_hold(self, words: Lexicon) -> bool:
        """May a word of a scanned list stand in the text?"""
        return words.name in self.found

    def overlapping(self, words: Lexicon) -> list[Hit]:
        """The words of a scanned list, also those that begin within another."""
        candidates = self.found.get(words.name)
        return hits(candidates, self.text, self.normal.cased, 0, len(self.text), apart=False) if candidates else []

    def at(self, words: Lexicon, place: int) -> Hit | None:
        """The word that begins right here."""
        if not words.scanned:
            return words.whole.at(self.text, self.normal.cased, place)
        here = between(self.found.get(words.name, []), place, place + 1)
        found = hits([(0, tuple(here))], self.text, self.normal.cased, place, len(self.text))
        return found[0] if found else None

    def has(self, words: Lexicon, tag: str, start: int, end: int) -> bool:
        """Does a word of this tag stand there?"""
        return tag in [hit.tag for hit in self.find(words, start, end)]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """In the original text."""
        return self.normal.span(start, end) if self.normal.starts else (start, end)

    def sentence(self, place: int) -> tuple[int, int]:
        """The sentence around a place, without its end sign."""
        stops = self.stops
        index = bisect_left(stops, place)
        return (stops[index - 1] + 1 if index else 0), (stops[index] if index < len(stops) else len(self.text))

    def clause(self, place: int) -> tuple[int, int]:
        """The clause around a place: from comma to comma."""
        ends = self.clauses
        index = bisect_left(ends, place)
        return (ends[index - 1] + 1 if index else 0), (ends[index] if index < len(ends) else len(self.text))

    def void(self, place: int) -> bool:
        """Is it advice, a condition, someone else's, or a value that was corrected?"""
        return bool(self.voids) and inside(self.voids, place)

    def until_void(self, low: int, high: int) -> int:
        """Where a stretch that no reader reads begins between two places; else the second."""
        if not self.voids:
            return high
        index = bisect_left(self.voids, (low, low))
        return min(high, self.voids[index][0]) if index < len(self.voids) else high

    def is_amended(self, place: int) -> bool:
        """Does it stand in a supplement or correction?"""
        return inside(self.amended, place)

    def stance(self, start: int, end: int) -> Stance:
        """How the word between is said, by the cues of its clause."""
        return self.before(start).also(self.after(end))

    def hedged(self, start: int, end: int) -> bool:
        """Is the word between said with doubt?"""
        return self.doubts and self.stance(start, end).hedged

    def before(self, start: int, low: int | None = None) -> Stance:
        """What the cues to the left, in the clause or down to *low*, make of it."""
        index = bisect_left(self.cue_starts, start)
        if not index:
            return PLAIN
        low = max(self.clause(start)[0], start - _ONE_CLAUSE) if low is None else max(low, start - _ONE_SENTENCE)
        if self.cue_starts[index - 1] < low:
            return PLAIN
        denied = hedged = False
        while index and (cue := self.cues[index - 1]).start >= low:
            index -= 1
            if cue.tag in ("definite", "stop"):
                break
            if cue.end > start:
                continue
            denied = denied or cue.tag in ("deny-before", "deny-both")
            hedged = hedged or cue.tag in _HEDGES_BEFORE
        return Stance(denied, hedged) if denied or hedged else PLAIN

    def after(self, end: int) -> Stance:
        """What the cues to the right, in the clause, make of it."""
        index = bisect_left(self.cue_starts, end)
        if index == len(self.cue_starts):
            return PLAIN
        high = self._own_word(min(self.clause(end)[1], end + _ONE_CLAUSE))
        if self.cue_starts[index] > high:
            return PLAIN
        denied = hedged = False
        for cue in self.cues[index : bisect_left(self.cue_starts, high + 1)]:
            if cue.tag == "stop":
                break
            last = _STANDS_ALONE.match(self.text, cue.end) is not None
            denied = denied or cue.tag == "deny-after" or (cue.tag == "deny-both" and last)
            denied = denied or (cue.tag == "deny-before" and last)
            hedged = hedged or cue.tag in _HEDGES_AFTER or (cue.tag in ("hedge-both", "hedge-before") and last)
        return Stance(denied, hedged) if denied or hedged else PLAIN

    def _own_word(self, high: int) -> int:
        """去分化脂肪肉瘤，不除外: a clause that is one cue and nothing else is about the clause before it."""
        if self.text[high : high + 1] != ",":
            return high
        index = bisect_left(self.cue_starts, high)
        if index == len(self.cues) or self.text[high + 1 : self.cue_starts[index]].strip():
            return high
        cue = self.cues[index]
        return cue.start if _STANDS_ALONE.match(self.text, cue.end) else high

    def afterthought(self, end: int) -> Stance:
        """…, 但不能确诊: a doubt that begins the next clause."""
        if not self.second_thoughts:
            return PLAIN
        stop = self.clause(end)[1]
        if self.text[stop : stop + 1] != ",":
            return PLAIN
        index = bisect_left(self.cue_starts, stop)
        near = [cue for cue in self.cues[index : index + 2] if cue.start - stop <= _SOON]
        return DOUBTED if any(cue.tag == "hedge-next" for cue in near) else PLAIN


def page(text: str, words: Words) -> Page:
    """Make a text ready."""
    form = normal(text, words.characters, words.joins)
    low = form.text
    ends = tuple([sign.start() for sign in _ENDS.finditer(low)])
    stops = tuple([end for end in ends if low[end] != ","])
    pieces = tuple(clauses(low, form.cased, ends, words))
    found: dict[str, list[Piece]] = {}
    for start, clause in pieces:
        for name, candidates in clause.found:
            if name in found:
                found[name].append((start, candidates))
            else:
                found[name] = [(start, candidates)]
    cues = tuple(hits(found[_CUES], low, form.cased, 0, len(low))) if _CUES in found else ()
    voids: tuple[Stretch, ...] = ()
    amended: tuple[Stretch, ...] = ()
    tags = {cue.tag for cue in cues}
    if not REACHING.isdisjoint(tags):
        voids, amended = stretches(low, stops, ends, cues)
    starts, doubts = tuple([cue.start for cue in cues]), not _DOUBTS.isdisjoint(tags)
    return Page(form, low, pieces, found, stops, ends, cues, starts, doubts, "hedge-next" in tags, voids, amended)
