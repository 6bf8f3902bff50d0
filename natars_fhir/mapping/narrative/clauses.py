"""Clauses: which words of the lists may stand in a stretch of text, and which markers it names, remembered.

Hospitals write the same clauses again and again: what depends on nothing but a clause's own characters is looked for
once. A text is cut only where no word and no result in brackets lies across the cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.mapping.narrative.lexicon import Names, names
from natars_fhir.mapping.narrative.scan import Candidate
from natars_fhir.mapping.narrative.words import Words

#: a full stop may be a decimal point or an abbreviation's: nothing is cut there
_STOP = "."
#: beyond a line break, with a space that OCR left, a name may go on
_GOES_ON = frozenset("abcdefghijklmnopqrstuvwxyz0123456789 -")
#: brackets right after a name that say all of a result, and what follows them
_OWN = r"(\([^()\n]{0,40}\))(?:([,])|[;。、\n]|$)"
_OWN_REACH = 42
_BRACKET = re.compile("[()]")


class Named(NamedTuple):
    """A marker's name within a clause. ``own``: brackets right after it; ``listed``: a comma follows those."""

    concept: str
    start: int
    end: int
    own: str | None
    listed: bool


class Clause(NamedTuple):
    """The candidates of every list that has any, and the names; places count from the clause's beginning."""

    found: tuple[tuple[str, tuple[Candidate, ...]], ...]
    named: tuple[Named, ...]


def clauses(text: str, cased: str, ends: tuple[int, ...], words: Words) -> Iterator[tuple[int, Clause]]:
    """The clauses of a text with where each begins; *ends* is where they may end, *cased* the text before lower
    case."""
    start = 0
    for end in ends:
        if _may_cut(text, start, end, words.seams):
            yield start, _clause(text[start : end + 1], cased[start : end + 1], words)
            start = end + 1
    if start < len(text):
        yield start, _clause(text[start:], cased[start:], words)


def _may_cut(text: str, start: int, end: int, seams: frozenset[str]) -> bool:
    """Does no word, and no result in brackets, lie across the place after the sign at *end*?"""
    sign, following = text[end], text[end + 1 : end + 2]
    if sign == "\n":
        if following in _GOES_ON:
            return False
        sign = " "
    if sign == _STOP or sign + following in seams:
        return False
    if text[end - 1 : end] == ")":
        return True
    bracket = text.rfind("(", max(start, end - _OWN_REACH), end)
    return bracket < 0 or text.find(")", bracket, end) >= 0


def closes(text: str) -> bool:
    """Does every bracket that it opens close in it, and none before?"""
    depth = 0
    for sign in _BRACKET.findall(text):
        depth += 1 if sign == "(" else -1
        if depth < 0:
            return False
    return depth == 0


@lru_cache(maxsize=8192)
def _clause(text: str, cased: str, words: Words) -> Clause:
    found = tuple((name, tuple(candidates)) for name, candidates in words.scanner(text).items())
    return Clause(found, tuple(named(text, cased, words)))


def named(text: str, cased: str, words: Words) -> list[Named]:
    """Every name of a marker; *cased* is the text before lower case."""
    every = _names(words)
    known, found = every.known, []
    for match in every.pattern.finditer(text):
        start, end = match.span()
        name = text[start:end]
        concept, capitals = known.get(name) or every.meaning(name)
        if concept != "trap" and not (capitals and not cased[start:end].isupper()):
            found.append(Named(concept, start, end, match[1], match[2] is not None))
    return found


@lru_cache(maxsize=8)
def _names(words: Words) -> Names:
    return names(words["markers.marker"].entries, f"(?:(?={_OWN}))?")
