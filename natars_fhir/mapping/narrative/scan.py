"""Scan: where the words of many lists stand in a text, found in one pass (Aho and Corasick, 1975).

The pass finds where words may stand. Whether one does (no letters beside it, in capitals, in no longer word) is
settled only for the lists that a reader asks for.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from natars_fhir.mapping.narrative.lexicon import GAP, Entry, Form, Hit, Lexicon, form

_ALNUM = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
#: white space that one space of a word stands for
_WIDE = re.compile(r"(?<=\S)\s{2,3}(?=\S)")
#: from so many on, those between two places are looked up
_MANY = 12
_PLACE, _START = itemgetter(0), itemgetter(1)
#: a third of the time that a named tuple's own constructor takes
_new = tuple.__new__


class Sense(NamedTuple):
    """What a word stands for in one list; or the piece before the first gap of a word with gaps."""

    tag: str
    #: a letter or digit ends it: no other may follow
    closed: bool
    #: it must be written so
    capitals: bool
    #: the words with gaps that begin with the piece
    gaps: Form | None


#: Where a word may begin and end, and what it would be. Lists of them go from left to right, the longest first.
Candidate = tuple[int, int, Sense]
#: Where a piece of a text begins, and the candidates in it, whose places count from there. Lists of them go from left
#: to right.
Piece = tuple[int, tuple[Candidate, ...]]
#: (word, start, end), as the automaton tells them
Match = tuple[int, int, int]


class Scanner:
    """The words of many lists as one automaton."""

    def __init__(self, lexicons: Iterable[Lexicon]) -> None:
        senses: dict[str, list[tuple[str, Sense]]] = {}
        for each in lexicons:
            for piece, sense in _senses(each):
                senses.setdefault(piece, []).append((each.name, sense))
        #: for every word: does a letter or digit begin it, and what it stands for in which list
        self._meant = [(piece[0] in _ALNUM, meant) for piece, meant in senses.items()]
        self._automaton = AhoCorasick(senses, implementation=Implementation.ContiguousNFA)

    def __call__(self, text: str) -> dict[str, list[Candidate]]:
        """The candidates of each list that has any, by the list's name; *text* is in normal form and lower case."""
        meant = self._meant
        found: defaultdict[str, list[Candidate]] = defaultdict(list)
        for word, start, end in self._matches(text):
            opened, senses = meant[word]
            if opened and start and text[start - 1] in _ALNUM:
                continue
            for name, sense in senses:
                found[name].append((start, end, sense))
        return found

    def _matches(self, text: str) -> list[Match]:
        """Every word, from left to right, the longest first. A line end and several spaces count as one space."""
        flat = text.replace("\n", " ")
        narrow = "  " in flat
        matches = self._automaton.find_matches_as_indexes(_WIDE.sub(" ", flat) if narrow else flat, overlapping=True)
        matches.reverse()  # they come by their ends
        matches.sort(key=_START)
        return list(_widened(matches, flat)) if narrow else matches


def _widened(matches: list[Match], text: str) -> Iterator[Match]:
    """Matches in a text whose wide spaces were narrowed, at their places in the text itself."""
    places, shifts = [0], [0]
    for gap in _WIDE.finditer(text):
        shifts.append(shifts[-1] + gap.end() - gap.start() - 1)
        places.append(gap.end() - shifts[-1])
    for word, start, end in matches:
        first, last = (shifts[bisect_right(places, place) - 1] for place in (start, end - 1))
        yield word, start + first, end + last


def _senses(lexicon: Lexicon) -> Iterator[tuple[str, Sense]]:
    """The words of a list with what they stand for; of one piece, the words with gaps are tried first."""
    gapped: dict[str, list[Entry]] = {}
    plain: dict[str, Sense] = {}
    for entry in lexicon.entries:
        piece, gap, _ = entry.word.partition(GAP)
        if gap:
            gapped.setdefault(piece, []).append(entry)
        else:
            first = plain.get(piece, Sense(entry.tag, piece[-1] in _ALNUM, True, None))
            plain[piece] = first._replace(capitals=first.capitals and entry.capitals)
    yield from ((piece, Sense("", False, False, form(entries))) for piece, entries in gapped.items())
    yield from plain.items()


def between(pieces: list[Piece], low: int, high: int) -> list[Candidate]:
    """Those that begin from *low* on, and before *high*."""
    return [
        (start + offset, end + offset, sense)
        for offset, candidates in _near(pieces, low, high)
        for start, end, sense in candidates
        if low <= start + offset < high
    ]


def _near(pieces: list[Piece], low: int, high: int) -> list[Piece]:
    """The pieces that may hold a place from *low* on, and before *high*."""
    if len(pieces) <= _MANY:
        return pieces
    first = max(0, bisect_right(pieces, low, key=_PLACE) - 1)
    return pieces[first : bisect_left(pieces, high, first, key=_PLACE)]


def hits(pieces: list[Piece], text: str, cased: str, low: int, high: int, apart: bool = True) -> list[Hit]:
    """The words of one list between two places, in order, traps left out; *cased* is the text before lower case.

    A word swallows what begins within it; unless *apart*, only a trap does.
    """
    found: list[Hit] = []
    done = low
    for offset, candidates in _near(pieces, low, high):
        for begins, ends, (tag, closed, capitals, gaps) in candidates:
            start = begins + offset
            if start < done:
                continue
            end = ends + offset
            if gaps is not None:
                match = gaps.pattern.match(text, start, high)
                if match is None:
                    continue
                end, tag = match.end(), gaps.tags[(match.lastindex or 1) - 1]
            elif end > high or (closed and end < high and text[end] in _ALNUM):
                continue
            done = end
            if tag != "trap" and not (capitals and not cased[start:end].isupper()):
                found.append(_new(Hit, (start, end, tag)))
                if not apart:
                    done = start + 1
    return found
