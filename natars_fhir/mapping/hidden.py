"""Hidden words: in what forms a word may stand in JSON so that its bytes are not those of the word, and what shows it.

JSON may write any character as an escape (RFC 8259, section 7); reports break words over lines, and mark them up;
characters have other forms (traditional, full-width, compatibility, ligatures). The readers see through all of that
(`mapping.narrative.normal`, `mapping.readers.attachment`): so must whoever searches bytes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

import msgspec
from ahocorasick_rs import AhoCorasick

from natars_fhir.mapping.narrative.normal import Characters
from natars_fhir.mapping.readers.attachment import unmarked

#: An escaped character; one as a character reference of HTML; a string that begins with what may be white space.
_ALWAYS = (b"\\u", b"&#", b'"\\', b'"  ', b'"\xc2\xa0', b'"\xe2\x80', b'"\xe3\x80\x80', b'"m  ', b'"m-  ', b'"-  ')
#: What may begin a gap within a word: white space of any kind, escaped or not, a tag, a character reference.
_GAPS = (
    b" ", b"\\", b"<", b"&", b"\xc2", b"\xe1\x9a\x80", b"\xe2\x80", b"\xe2\x81", b"\xe3\x80\x80", b"\xef\xbb\xbf",
)  # fmt: skip
#: Tags that stand within a line, and what is no text at all (`mapping.readers.attachment`).
_WITHIN_LINES = rb"<(?:[!?]|style|script|/?(?:a|b|em|font|i|small|span|strong|sub|sup|u)\b)"
#: Of a Latin word that is so long, all but the first letters are searched: a tag amid these does not hide it.
LONG, UNTORN = 7, 2
#: Surrogates, which no text has.
_HALVES = range(0xD800, 0xE000)


#: What makes sure of a match, from its beginning on; None where none is needed.
Check = re.Pattern[bytes] | None


def guards_of(words: Iterable[str]) -> dict[bytes, Check]:
    """What shows that one of the *words* may be hidden by an escape or torn apart."""
    found: dict[bytes, Check] = dict.fromkeys(_ALWAYS)
    for word in words:
        for place in range(1, len(word)):
            found.update(_torn(word, place))
    return found


def _torn(word: str, place: int) -> Iterator[tuple[bytes, Check]]:
    """The word as it stands before a gap at *place*."""
    left, before, after = word[:place].encode(), word[place - 1], word[place]
    if after == " ":
        yield left + b"  ", None
        yield from ((left + gap, None) for gap in _GAPS if gap != b" ")
    elif not (before.isascii() and after.isascii()):
        yield from ((left + gap, None) for gap in _GAPS)
    elif before != " " and (place > UNTORN or len(word) < LONG):
        # a tag amid a Latin word; where a long one is torn before its third letter, the rest of it tells
        yield left + b"<", re.compile(re.escape(left) + _WITHIN_LINES, re.IGNORECASE)


def variants(words: Iterable[str], characters: Characters) -> set[str]:
    """The characters that are read as others, of which one stands in some of the *words*."""
    wanted = tuple(words)
    single = set("".join(wanted)) - {" "}
    return {
        sign
        for sign, plain in _folds(characters)
        if (plain in single if len(plain) == 1 else _may_join(plain, wanted)) and sign not in single
    }


def _may_join(plain: str, words: tuple[str, ...]) -> bool:
    """Can a character that stands for several be a part of one of the words? No letter stands beside a Latin word."""
    ends = tuple(plain[place:] for place in range(1, len(plain)) if not _latin(plain[place - 1]))
    starts = tuple(plain[:place] for place in range(1, len(plain)) if not _latin(plain[place]))
    return any(
        plain in word or word in plain or word.startswith(ends or "\0") or word.endswith(starts or "\0")
        for word in words
    )


def _latin(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()


def _folds(characters: Characters) -> Iterator[tuple[str, str]]:
    """Every character that is read as others, with those; plain capitals are looked for in lower case anyway."""
    for code in range(0x80, sys.maxunicode + 1):
        if code not in _HALVES:
            sign = chr(code)
            plain = characters.fold(sign).lower()
            if plain != sign and plain.strip():
                yield sign, plain


Look = Callable[[bytes], bool]


def second_look(bare: Iterable[str], characters: Characters) -> Look:
    """Does a document hold one of the words or codes, as the readers see it? *bare*: without white space.

    What cannot be read is taken, so that it is told.
    """
    find = AhoCorasick(sorted(bare)).find_matches_as_indexes
    seen = lru_cache(maxsize=4_096)(lambda text: _seen(text, characters))

    def holds(raw: bytes) -> bool:
        try:
            said = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return True
        return bool(find("".join([seen(text) for text in _strings(said)])))

    return holds


def _seen(text: str, characters: Characters) -> str:
    """A string between quotes, in normal form, without white space; with marks and without them."""
    forms = {text, unmarked(text)} if "<" in text or "&" in text else {text}
    return "".join('"' + "".join(characters.folded(one).lower().split()) + '"' for one in forms)


def _strings(said: Any) -> Iterator[str]:
    """Every string of a JSON value, the names too."""
    waiting = [said]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            yield from one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
