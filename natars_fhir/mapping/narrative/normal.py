"""Normal text: one way to write what reports write in many, with a map back to the original characters.

Full-width forms, Greek and Roman signs, dashes, brackets, traditional characters (clinical.md §5.1), then the spaces
that OCR and line ends put inside words.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

_HAN = "\u3400-\u9fff"
#: one Chinese character a time, each with a space before it, as OCR leaves them
_SPACED = re.compile(rf" [{_HAN}] [{_HAN}](?: [{_HAN}])*(?![{_HAN}])")
_BREAK = re.compile(rf"\n| (?= {{0,3}}[{_HAN}])")
#: all but ASCII, the common Chinese characters, comma and full stop: what may need folding wherever it stands
_ODD = "\x80-\u3000\u3003-\u4dff\ua000-\U0010ffff"
#: beyond so many kinds of characters to change, one pass of ``translate`` is quicker than one ``replace`` each
_KINDS = 40
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_SPACES = (
    "\t\v\f\x1c\x1d\x1e\x1f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000"
)
#: what Chinese reports are full of; in most of them nothing else needs folding
_USUAL = "，（）：；×－＋％？～"
#: for halves of characters (surrogates), which no encoding can write
_UNKNOWN = "\ufffd"
_REACH = 12
#: a line that names what it tells of (切缘：, "Margins:"), from where its first word stands
_LABEL = re.compile(r" {0,3}(?!明[确显]|肯定)[^\n:,;。()]{1,24}:")


class Characters(dict[int, str]):
    """A table for ``str.translate`` that learns. Characters that stand for several (㎝) are the only ones to grow."""

    def __init__(self, same: Mapping[str, str], simplified: Mapping[str, str]) -> None:
        super().__init__()
        self._same = {other: sign for sign, others in same.items() for other in others}
        self._simplified = dict(simplified)
        ascii_too = {sign for sign in map(chr, range(128)) if self.fold(sign) != sign}
        every = "".join(sorted(ascii_too | {*self._same, *self._simplified}))
        self._odd = re.compile(f"[{re.escape(every)}{_ODD}]")
        usual = [(sign, self.fold(sign)) for sign in _USUAL]
        self._usual = [(sign, plain) for sign, plain in usual if len(plain) == 1 and self.fold(plain) == plain]

    def __missing__(self, code: int) -> str:
        folded = self[code] = self.fold(chr(code))
        return folded

    def fold(self, sign: str) -> str:
        """What one character is read as."""
        if sign in _SPACES or sign in _INVISIBLE:
            return " "
        if sign in "\r\u2028\u2029\u0085":
            return "\n"
        if 0xD800 <= ord(sign) <= 0xDFFF:
            return _UNKNOWN
        sign = self._same.get(sign, sign)
        sign = unicodedata.normalize("NFKC", sign) or sign
        sign = self._same.get(sign, sign)
        return self._simplified.get(sign, sign)

    def folded(self, text: str) -> str:
        """The text with every character folded; few kinds of characters ever need it."""
        for sign, plain in self._usual:
            text = text.replace(sign, plain)
        if self._odd.search(text) is None:
            return text
        kinds = sorted(set(self._odd.findall(text)))
        signs = [self[ord(sign)] for sign in kinds]
        if len(kinds) > _KINDS or kinds[0].isascii() or max(map(len, signs)) > 1:
            return text.translate(self)
        for sign, folded in zip(kinds, signs, strict=True):
            text = text.replace(sign, folded)
        return text

    def whole(self, text: str) -> str:
        """A word of the word lists, in normal form; its gaps stay."""
        return "…".join(_lower(piece.translate(self)) for piece in text.split("…"))


@dataclass(frozen=True, slots=True)
class Joins:
    """What may be torn: pairs of neighbours within words, the words, and the words that a line may end with."""

    pairs: frozenset[str]
    glued: re.Pattern[str]
    dangling: tuple[str, ...]
    #: what the last end with
    finals: frozenset[str]
    #: those that may be the last word of what is said: a denial, a doubt about what stands before it
    answers: tuple[str, ...] = ()


class Normal(NamedTuple):
    """``text`` in lower case and ``cased`` as it was, of one length, with a map to the original."""

    text: str
    cased: str
    #: where each piece begins in the normal text; empty where the texts align
    starts: tuple[int, ...] = ()
    #: its first and last in the original, and whether it is of the same length there
    pieces: tuple[tuple[int, int, bool], ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original text for a stretch of the normal one."""
        if not self.starts:
            return start, end
        return self._place(start)[0], self._place(max(start, end - 1))[1]

    def _place(self, index: int) -> tuple[int, int]:
        place = bisect_right(self.starts, index) - 1
        low, high, even = self.pieces[place]
        offset = index - self.starts[place]
        return (low + offset, low + offset + 1) if even else (low, high)


def normal(text: str, characters: Characters, joins: Joins) -> Normal:
    """One character for one first; then what changes the length, which is rare."""
    folded = characters.folded(text)
    changes: list[Change] = []
    if len(folded) != len(text):
        changes = [
            (place, place + 1, wide) for place, sign in enumerate(text) if len(wide := characters[ord(sign)]) > 1
        ]
        folded = "".join(wide if len(wide := characters[ord(sign)]) == 1 else sign for sign in text)
    changes += _torn(folded, joins)
    if not changes:
        return Normal(_lower(folded), folded)
    return _rebuilt(folded, sorted(set(changes)))


Change = tuple[int, int, str]


def _torn(text: str, joins: Joins) -> list[Change]:
    """Spaces and line breaks within a word go; a line that goes on in the next is one line."""
    gaps = list(_BREAK.finditer(text)) if " " in text or "\n" in text else []
    if not gaps:
        return []
    changes = list(_spaced(text))
    loose = {change[0] for change in changes}
    for gap in gaps:
        start, end = _widest(text, gap.start())
        if start in loose or (text[start] == " " == gap.group() and not _is_han(text[start - 1 : start])):
            continue
        new = gap.group() == "\n" and _LABEL.match(text, end) is not None
        if not (new and _is_answer(text, start, joins)) and _straddled(text, start, end, joins):
            changes.append((start, end, ""))
        elif gap.group() == "\n" and not (new and _is_told(text, start, joins)) and _goes_on(text, start, end, joins):
            changes.append((start, end, " "))
    return changes


def _spaced(text: str) -> Iterator[Change]:
    """去 分 化: the spaces between single characters."""
    for run in _SPACED.finditer(text):
        start = run.start()
        alone = not _is_han(text[max(0, start - 2) : max(0, start - 1)])
        if _is_han(text[start - 1 : start]) and (alone or run.end() - start >= 6):
            yield from ((place, place + 1, "") for place in range(start, run.end(), 2))


def _widest(text: str, place: int) -> tuple[int, int]:
    """A gap with the spaces on both sides, up to eight."""
    start, end = place, place + 1
    while end < place + 9 and text[end : end + 1] == " ":
        end += 1
    while start > 0 and start > place - 8 and text[start - 1] == " ":
        start -= 1
    return start, end


def _is_answer(text: str, end: int, joins: Joins) -> bool:
    """转移：未见: is what stands before the line's end, after its label if it has one, one word that says all?"""
    low = _begins(text, end)
    return text[max(low, text.rfind(":", low, end) + 1) : end].strip(" 均").lower() in joins.answers


def _is_told(text: str, end: int, joins: Joins) -> bool:
    """Does the line tell by a label, and is its last word a denial or a doubt of its own? It ends before a label."""
    low = _begins(text, end)
    if not _ends_with(text[low:end], joins.answers):
        return False
    return _LABEL.match(text, low, end) is not None or _is_answer(text, end, joins)


def _begins(text: str, end: int) -> int:
    """Where the line that ends here begins, or its last sentence."""
    return max(text.rfind("\n", 0, end), text.rfind("。", 0, end), text.rfind(";", 0, end)) + 1


def _is_han(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff"


def _straddled(text: str, start: int, end: int, joins: Joins) -> bool:
    """Does a known word lie across the gap?"""
    if text[start - 1 : start] + text[end : end + 1] not in joins.pairs:
        return False
    before = text[max(0, start - _REACH) : start]
    joined = (before + text[end : end + _REACH]).lower()
    return any(found.start() < len(before) < found.end() for found in joins.glued.finditer(joined))


def _goes_on(text: str, start: int, end: int, joins: Joins) -> bool:
    """A line that ends in the middle of a phrase, or in English in the middle of a sentence."""
    last, following = text[start - 1 : start], text[end : end + 1]
    if last in ",、(/+:" and last:
        return True
    if ("a" <= last <= "z") and "a" <= following <= "z":
        return True
    if last.lower() not in joins.finals:
        return False
    return _ends_with(text[max(0, start - _REACH) : start], joins.dangling)


def _ends_with(text: str, words: tuple[str, ...]) -> bool:
    """Is one of the words its last? An English one is not the end of another."""
    tail = text.lower()
    for word in words if tail.endswith(words) else ():
        if tail.endswith(word) and not (word[0].isascii() and tail[: -len(word)][-1:].isalnum()):
            return True
    return False


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
