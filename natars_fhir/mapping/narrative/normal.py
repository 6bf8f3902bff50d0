"""Normal text: one way to write what reports write in many, with a map back to the original characters.

Full-width forms, Greek and Roman signs, dashes, brackets, traditional characters (clinical.md §5.1), then the spaces
that OCR and line ends put inside words.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

_HAN = "\u3400-\u9fff"
#: one Chinese character a time, each with a space after it, as OCR leaves them
_SPACED = re.compile(rf"(?<![{_HAN}])[{_HAN}](?:[ ][{_HAN}]){{2,}}(?![{_HAN}])")
_BREAK = re.compile(r"[ ]*\n[ ]*|(?<=[" + _HAN + r"])[ ]+(?=[" + _HAN + "])")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SPACES = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\v\f"


class Characters(dict[int, str]):
    """A table for ``str.translate`` that learns: one character for one, the rest (㎝) is left for later."""

    def __init__(self, same: Mapping[str, str], simplified: Mapping[str, str]) -> None:
        super().__init__()
        self._same = {other: sign for sign, others in same.items() for other in others}
        self._simplified = dict(simplified)

    def __missing__(self, code: int) -> str:
        folded = self[code] = self._fold(chr(code))
        return folded

    def _fold(self, sign: str) -> str:
        if sign in _SPACES:
            return " "
        if sign in "\r\u2028\u2029\u0085":
            return "\n"
        sign = self._same.get(sign, sign)
        plain = unicodedata.normalize("NFKC", sign)
        sign = plain if len(plain) == 1 else sign
        sign = self._same.get(sign, sign)
        return self._simplified.get(sign, sign)

    def whole(self, text: str) -> str:
        """A word of the word lists, in normal form; its gaps stay."""
        return "…".join(self._whole(piece) for piece in text.split("…"))

    def _whole(self, text: str) -> str:
        return unicodedata.normalize("NFKC", text.translate(self)).translate(self).lower()


@dataclass(frozen=True, slots=True)
class Normal:
    """``text`` in lower case and ``cased`` as it was, of one length; ``places`` are known points of the map."""

    text: str
    cased: str
    #: (first character of a piece in the normal text, its first and last in the original); empty: the texts align
    starts: tuple[int, ...] = ()
    pieces: tuple[tuple[int, int, bool], ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original text for a stretch of the normal one."""
        if not self.starts:
            return start, end
        return self._place(start)[0], self._place(end - 1)[1]

    def _place(self, index: int) -> tuple[int, int]:
        place = bisect_right(self.starts, index) - 1
        low, high, even = self.pieces[place]
        offset = index - self.starts[place]
        return (low + offset, low + offset + 1) if even else (low, high)


def normal(text: str, characters: Characters, glued: re.Pattern[str], wrapped: re.Pattern[str]) -> Normal:
    """*glued* finds words that must not be torn, *wrapped* lines that go on in the next one."""
    folded = text.translate(characters)
    changes = [*_widened(folded), *_torn(folded, glued, wrapped)]
    if not changes:
        return Normal(_lower(folded), folded)
    return _rebuilt(folded, sorted(set(changes)))


Change = tuple[int, int, str]


def _widened(text: str) -> list[Change]:
    """Characters that stand for several (㎝), and those that nobody sees."""
    if text.isascii():
        return []
    changes = [(found.start(), found.end(), "") for found in _INVISIBLE.finditer(text)]
    if len(unicodedata.normalize("NFKC", text)) != len(text):
        for place, sign in enumerate(text):
            wide = unicodedata.normalize("NFKC", sign) if sign > "\u00ff" else sign
            if len(wide) > 1:
                changes.append((place, place + 1, wide))
    return changes


def _torn(text: str, glued: re.Pattern[str], wrapped: re.Pattern[str]) -> list[Change]:
    """Spaces and line breaks within a word go; a line that goes on in the next is one line."""
    changes: list[Change] = []
    for run in _SPACED.finditer(text):
        changes.extend((place, place + 1, "") for place in range(run.start() + 1, run.end(), 2))
    loose = {change[0] for change in changes}
    for gap in _BREAK.finditer(text):
        start, end = gap.span()
        if start in loose:
            continue
        if _straddled(text, start, end, glued):
            changes.append((start, end, ""))
        elif "\n" in gap.group() and _goes_on(text, start, end, wrapped):
            changes.append((start, end, " "))
    return changes


def _straddled(text: str, start: int, end: int, glued: re.Pattern[str]) -> bool:
    """Does a known word lie across the gap?"""
    before = text[max(0, start - 12) : start].lower()
    joined = before + text[end : end + 12].lower()
    return any(found.start() < len(before) < found.end() for found in glued.finditer(joined))


def _goes_on(text: str, start: int, end: int, wrapped: re.Pattern[str]) -> bool:
    """A line that ends in the middle of a phrase, or in English in the middle of a sentence."""
    tail = text[max(0, start - 24) : start].lower()
    if wrapped.search(tail):
        return True
    following = text[end : end + 1]
    return bool(re.search(r"[a-z,]$", tail)) and "a" <= following <= "z"


def _rebuilt(text: str, changes: list[Change]) -> Normal:
    """Apply the changes and note where every piece came from."""
    parts: list[str] = []
    starts: list[int] = []
    pieces: list[tuple[int, int, bool]] = []
    done = length = 0
    for low, high, new in [*changes, (len(text), len(text), "")]:
        if low < done:
            continue
        if low > done:
            starts.append(length)
            pieces.append((done, low, True))
            parts.append(text[done:low])
            length += low - done
        if new:
            starts.append(length)
            pieces.append((low, high, False))
            parts.append(new)
            length += len(new)
        done = high
    cased = "".join(parts)
    return Normal(_lower(cased), cased, tuple(starts), tuple(pieces))


def _lower(text: str) -> str:
    """Lower case of the same length (a dotted capital I would grow)."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(s.lower() if len(s.lower()) == 1 else s for s in text)
