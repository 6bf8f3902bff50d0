"""Page: a text made ready for the readers: normal form, clauses, cues, and what no reader may read.

A cue acts by where it stands (clinical.md §5.3): a denial or a doubt reaches to the end of its clause, advice to the
end of its sentence, a corrected report is void where it is quoted.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from natars_fhir.mapping.narrative.lexicon import Hit, Lexicon
from natars_fhir.mapping.narrative.normal import Normal, normal
from natars_fhir.mapping.narrative.words import Words

_HAN = re.compile("[\u3400-\u9fff]")
_ENDS = re.compile(r"[。;!?\n,.]")
_QUOTE = re.compile('"[^"\n]{0,200}"')
#: nothing else before the clause ends
_ONE_CLAUSE = 120
_ONE_SENTENCE = 240
_STANDS_ALONE = re.compile(r'[\s)"]*(?=[。;!?\n,.、]|$)')


class Stance(NamedTuple):
    """How a word is said."""

    denied: bool = False
    hedged: bool = False

    def also(self, other: Stance) -> Stance:
        """Said in both ways."""
        return Stance(self.denied or other.denied, self.hedged or other.hedged)


@dataclass(frozen=True, slots=True)
class Page:
    """One text, ready to be read. Positions are those of ``text`` until :meth:`span` maps them back."""

    normal: Normal
    text: str
    #: no Chinese character in it
    latin: bool
    #: where sentences and clauses end
    stops: tuple[int, ...]
    clauses: tuple[int, ...]
    cues: tuple[Hit, ...]
    cue_starts: tuple[int, ...]
    #: stretches that no reader reads, sorted and apart
    voids: tuple[tuple[int, int], ...]
    #: stretches of a supplement or correction
    amended: tuple[tuple[int, int], ...]

    def find(self, words: Lexicon, start: int = 0, end: int | None = None) -> Iterator[Hit]:
        """The words of a list, in order."""
        return (words.latin if self.latin else words.whole).find(self.text, self.normal.cased, start, end)

    def overlapping(self, words: Lexicon) -> Iterator[Hit]:
        """The words of a list, also those that begin within another."""
        return (words.latin if self.latin else words.whole).overlapping(self.text, self.normal.cased)

    def at(self, words: Lexicon, place: int) -> Hit | None:
        """The word that begins right here."""
        return words.whole.at(self.text, self.normal.cased, place)

    def has(self, words: Lexicon, tag: str, start: int, end: int) -> bool:
        """Does a word of this tag stand there?"""
        return any(hit.tag == tag for hit in self.find(words, start, end))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """In the original text."""
        return self.normal.span(start, end)

    def sentence(self, place: int) -> tuple[int, int]:
        """The sentence around a place, without its end sign."""
        return _around(self.stops, place, len(self.text))

    def clause(self, place: int) -> tuple[int, int]:
        """The clause around a place: from comma to comma."""
        return _around(self.clauses, place, len(self.text))

    def void(self, place: int) -> bool:
        """Is it advice, a condition, someone else's, or a value that was corrected?"""
        return _inside(self.voids, place)

    def is_amended(self, place: int) -> bool:
        """Does it stand in a supplement or correction?"""
        return _inside(self.amended, place)

    def stance(self, start: int, end: int) -> Stance:
        """How the word between is said, by the cues of its clause."""
        return self.before(start).also(self.after(end))

    def before(self, start: int, low: int | None = None) -> Stance:
        """What the cues to the left, in the clause or down to *low*, make of it."""
        low = max(self.clause(start)[0], start - _ONE_CLAUSE) if low is None else max(low, start - _ONE_SENTENCE)
        denied = hedged = False
        for cue in reversed(self.cues[bisect_left(self.cue_starts, low) : bisect_left(self.cue_starts, start)]):
            if cue.tag in ("definite", "stop"):
                break
            if cue.end > start:
                continue
            denied = denied or cue.tag in ("deny-before", "deny-both")
            hedged = hedged or cue.tag in ("hedge-before", "hedge-both")
        return Stance(denied, hedged)

    def after(self, end: int) -> Stance:
        """What the cues to the right, in the clause, make of it."""
        high = min(self.clause(end)[1], end + _ONE_CLAUSE)
        denied = hedged = False
        for cue in self.cues[bisect_left(self.cue_starts, end) : bisect_left(self.cue_starts, high + 1)]:
            if cue.tag == "stop":
                break
            last = _STANDS_ALONE.match(self.text, cue.end) is not None
            denied = denied or cue.tag == "deny-after" or (cue.tag == "deny-both" and last)
            denied = denied or (cue.tag == "deny-before" and last)
            hedged = hedged or cue.tag == "hedge-after" or (cue.tag in ("hedge-both", "hedge-before") and last)
        return Stance(denied, hedged)


def _inside(stretches: tuple[tuple[int, int], ...], place: int) -> bool:
    """Does the place lie in one of the stretches, which are sorted and apart?"""
    index = bisect_right(stretches, place, key=lambda stretch: stretch[0]) - 1
    return index >= 0 and place < stretches[index][1]


def _around(ends: tuple[int, ...], place: int, length: int) -> tuple[int, int]:
    index = bisect_left(ends, place)
    return (ends[index - 1] + 1 if index else 0), (ends[index] if index < len(ends) else length)


def page(text: str, words: Words) -> Page:
    """Make a text ready."""
    form = normal(text, words.characters, words.joins)
    ends = _ends(form.text)
    stops = tuple(place for place in ends if form.text[place] != ",")
    latin = _HAN.search(form.text) is None
    known = words["cues.cue"].latin if latin else words["cues.cue"].whole
    cues = tuple(known.find(form.text, form.cased))
    corrections = tuple(cue.start for cue in cues if cue.tag == "becomes")
    formers = tuple(cue.start for cue in cues if cue.tag == "former")
    bounds = Bounds(form.text, stops, tuple(ends), cues, corrections, formers)
    voids = _merged([stretch for cue in cues if cue.tag in _VOIDING and (stretch := _void(cue, bounds))])
    amended = _merged(_amended(bounds))
    return Page(form, form.text, latin, stops, tuple(ends), cues, tuple(cue.start for cue in cues), voids, amended)


def _ends(text: str) -> list[int]:
    """Where clauses end; a full stop before a letter or a digit ends nothing."""
    ends = [found.start() for found in _ENDS.finditer(text)]
    if "." not in text:
        return ends
    return [place for place in ends if text[place] != "." or not _is_latin(text[place + 1 : place + 2])]


def _is_latin(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()


class Bounds(NamedTuple):
    """The text, its cues, and where its sentences and clauses end."""

    text: str
    stops: tuple[int, ...]
    clauses: tuple[int, ...]
    cues: tuple[Hit, ...]
    #: where corrections and the reports that they correct begin
    becomes: tuple[int, ...]
    former_starts: tuple[int, ...]

    def sentence(self, place: int) -> tuple[int, int]:
        """The sentence around a place."""
        return _around(self.stops, place, len(self.text))


Stretch = tuple[int, int]
_VOIDING = frozenset({"advice", "relative", "differential", "becomes", "former"})


def _void(cue: Hit, bounds: Bounds) -> Stretch | None:
    """What a cue puts out of reach."""
    low, high = bounds.sentence(cue.start)
    if cue.tag == "advice":
        return cue.start, high
    if cue.tag in ("relative", "differential"):
        return low, high
    if cue.tag == "becomes":
        several = bisect_left(bounds.becomes, low) < bisect_left(bounds.becomes, cue.start)
        return (_around(bounds.clauses, cue.start, high)[0] if several else low), cue.end
    if cue.tag == "former":
        return cue.start, _former_end(cue, bounds, high)
    return None


def _former_end(cue: Hit, bounds: Bounds, high: int) -> int:
    """The quoted old result ends with its quotation, else with the word that corrects it, else with its sentence."""
    quoted = _QUOTE.search(bounds.text, cue.end, high)
    if quoted and quoted.start() - cue.end < 6:
        return quoted.end()
    index = bisect_left(bounds.becomes, cue.end)
    return min(high, bounds.becomes[index]) if index < len(bounds.becomes) else high


def _amended(bounds: Bounds) -> list[Stretch]:
    """From a heading such as 补充报告 to where the old report begins, else to the end of the text."""
    stretches = []
    for cue in bounds.cues:
        if cue.tag in ("amended", "becomes"):
            index = bisect_left(bounds.former_starts, cue.end)
            known = index < len(bounds.former_starts)
            stretches.append((cue.start, bounds.former_starts[index] if known else len(bounds.text)))
    return stretches


def _merged(stretches: list[Stretch]) -> tuple[Stretch, ...]:
    merged: list[Stretch] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
