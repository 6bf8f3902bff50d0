"""Sieve: which lines can hold a needle at all, told quickly; a line that it lets go holds none. Pure.

An automaton of all needles takes a step for each byte. A few patterns, of which every needle holds one, are looked for
with vector instructions, ten times as quickly: https://docs.rs/aho-corasick/latest/aho_corasick/packed/index.html.
Needles that begin with no Latin letter are too many and too short for that; what is not of their kind is taken out of
the text first, which leaves a tenth of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind
from msgspec import Struct

from natars_fhir.fhir.r4 import structs

#: What is not read of a text for needles that begin with no Latin letter: ASCII, but for the ends of lines and what
#: stands in a gap (`mapping.hidden`).
_GONE = bytes(code for code in range(0x80) if code not in b"\n \\<&")
#: Bytes of which few texts have many: the library jumps from one to the next.
_SELDOM = frozenset(b"\\<&")
#: So long is a pattern at least, if its needles are; so many at most are looked for with vector instructions at once.
_LENGTH, _AT_ONCE = 4, 64
#: Bytes of a text whose rest is made at once: few enough lines to be counted where something is found in it.
_PIECE = 16 * 1024
#: A look costs half of what a search does: it pays where less than a fourth is left; so many texts at most are not
#: looked at.
_MUCH, _UNSEEN = 4, 64

#: Where lines begin and end.
Lines = list[tuple[int, int]]
#: Which patterns stand in a text, where each begins, and where it ends: one at least where there are any.
_Find = Callable[[bytes], list[tuple[int, int, int]]]


class Sieve:
    """Tells the lines of a text in lower case that may hold one of the *needles*; all of it, where they are much of it.

    Where that was so, the texts that follow are told to be so too, without a look: a few, and each time twice as many.
    """

    def __init__(self, needles: Iterable[bytes]) -> None:
        known = set(needles)
        latin = {one for one in known if one[:1].isascii()}
        self._by_line = not any(b"\n" in one for one in known)
        self._patterns = [_finding(some) for some in _groups(patterns(latin))]
        rest = sorted({one.translate(None, _GONE) for one in known - latin})
        self._rest = _finding(rest) if rest else None
        self._vain, self._unseen = 0, 0

    def __call__(self, text: bytes) -> Lines:
        if self._by_line and not self._unseen:
            found = [(begin, _end(text, begin)) for begin in sorted(set(self.begins(text)))]
            if sum(end - begin for begin, end in found) * _MUCH <= len(text):
                self._vain = 0
                return found
            self._vain = min(self._vain * 2 or 4, _UNSEEN)
            self._unseen = self._vain + 1
        self._unseen = max(self._unseen - 1, 0)
        return [(0, len(text))]

    def begins(self, text: bytes) -> Iterator[int]:
        """Where lines begin that may hold one, some of them told twice."""
        for find in self._patterns:
            yield from (text.rfind(b"\n", 0, start) + 1 for _, start, _ in find(text))
        if self._rest is not None and not text.isascii():
            yield from _by_rest(self._rest, text)


def _by_rest(find: _Find, text: bytes) -> Iterator[int]:
    """Where those lines begin in whose rest something is found. A piece and its rest have as many ends of lines."""
    pieces = [text[at : at + _PIECE].translate(None, _GONE) for at in range(0, len(text), _PIECE)]
    rest, begins = b"".join(pieces), [0, *accumulate(map(len, pieces))]
    for _, start, _ in find(rest):
        piece = bisect_right(begins, start) - 1
        place = piece * _PIECE
        for _ in range(rest.count(b"\n", begins[piece], start)):
            place = text.index(b"\n", place) + 1
        yield text.rfind(b"\n", 0, place) + 1


def _end(text: bytes, begin: int) -> int:
    end = text.find(b"\n", begin)
    return len(text) if end < 0 else end


def _finding(found: Sequence[bytes]) -> _Find:
    made: Any = BytesAhoCorasick(found, matchkind=MatchKind.LeftmostFirst, implementation=Implementation.DFA)
    return made.find_matches_as_indexes  # type: ignore[no-any-return]


def _groups(found: Iterable[bytes]) -> Iterator[list[bytes]]:
    """What is looked for together: by length, for the shortest one tells how much of each is looked at first; and what
    begins alike apart, for where all begin with a quote, the library looks at every quote."""
    short, long, seldom = list[bytes](), list[bytes](), list[bytes]()
    for one in sorted(found):
        (seldom if _SELDOM & {*one} else short if len(one) < _LENGTH else long).append(one)
    for some in (seldom, short, long):
        parts = -(-len(some) // _AT_ONCE)
        yield from (some[part::parts] for part in range(parts))


def patterns(needles: Iterable[bytes]) -> list[bytes]:
    """Few patterns, of which every needle holds one: what is short, as it is; of the others again and again the part
    that most of them hold, and no name of FHIR's if it can be helped, made as long as it can be."""
    left, names = set(needles), _names()
    found = [one for one in left if len(one) < _LENGTH]
    rare = {one for one in left if _SELDOM & {*one}}
    left = _without(left - rare, found)
    counts = Counter(part for one in left for part in _parts(one))
    while left:
        best = max(counts, key=lambda part: (part not in names, counts[part], part))
        holding = {one for one in left if best in one}
        found.append(_longest(best, holding))
        left -= holding
        counts -= Counter(part for one in holding for part in _parts(one))
    return [*found, *_without(rare, found)]


def _without(needles: set[bytes], found: Iterable[bytes]) -> set[bytes]:
    """Those that hold none of what is found already."""
    known = tuple(found)
    return {one for one in needles if not any(part in one for part in known)}


def _names() -> set[bytes]:
    """Parts of what stands in every line: names of elements and types."""
    kinds = [one for one in vars(structs).values() if isinstance(one, type) and issubclass(one, Struct)]
    told = {name for one in kinds for name in (one.__name__, *one.__struct_encode_fields__)}
    return {part for name in told for part in _parts(name.lower().encode())}


def _parts(needle: bytes) -> set[bytes]:
    """Of a code only its beginning, with the quote: digits alone stand everywhere."""
    places = 1 if needle.startswith(b'"') else len(needle) - _LENGTH + 1
    return {needle[at : at + _LENGTH] for at in range(places)}


def _longest(part: bytes, holding: set[bytes]) -> bytes:
    """What all of them hold, around a part of them."""
    first = min(holding)
    begin = first.index(part)
    end = begin + len(part)
    while end < len(first) and all(first[begin : end + 1] in one for one in holding):
        end += 1
    while begin and all(first[begin - 1 : end] in one for one in holding):
        begin -= 1
    return first[begin:end]
