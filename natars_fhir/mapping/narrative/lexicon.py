"""Lexicon: many words compiled into one regular expression, the longest first; linear in the text.

A word keeps to these signs: a space is any white space, "…" a gap of up to eight characters within a clause. A word
in capitals only, without digits, is read in capitals only ("UPS" is no "ups").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

GAP = "…"
_GAP = r"[^,;。\n!?()]{0,8}?"
_LATIN = re.compile(r"[a-z0-9]")
#: spaces and hyphens that a scanner or a typist leaves within a name: "MDM 2", "C D K 4", "Ki - 67", "MDM\n2"
_APART = re.compile(r"[\s-]")
_WITHIN_LETTERS, _BEFORE_DIGIT = "[ -]{0,2}", r"[\s-]{0,3}"

Node = dict[str, Any]


class Hit(NamedTuple):
    """A word found: where in the normal text, and what it stands for."""

    start: int
    end: int
    tag: str


#: a third of the time that a named tuple's own constructor takes
_new = tuple.__new__


class Form(NamedTuple):
    """One compiled pattern. ``capitals`` are the leaves that must be written so."""

    pattern: re.Pattern[str]
    tags: tuple[str, ...]
    capitals: frozenset[int]

    def find(self, text: str, cased: str, start: int, end: int) -> list[Hit]:
        """All hits in order, none overlapping, traps left out; *cased* is the same text before lower case."""
        tags, capitals = self.tags, self.capitals
        hits: list[Hit] = []
        for match in self.pattern.finditer(text, start, end):
            leaf = (match.lastindex or 1) - 1
            tag = tags[leaf]
            if tag != "trap":
                low, high = match.span()
                if leaf not in capitals or cased[low:high].isupper():
                    hits.append(_new(Hit, (low, high, tag)))
        return hits

    def at(self, text: str, cased: str, start: int) -> Hit | None:
        """The word that begins right here."""
        match = self.pattern.match(text, start)
        return self._hit(match, cased) if match else None

    def _hit(self, match: re.Match[str], cased: str) -> Hit | None:
        leaf = (match.lastindex or 1) - 1
        tag = self.tags[leaf]
        if tag == "trap":
            return None
        start, end = match.span()
        if leaf in self.capitals and not cased[start:end].isupper():
            return None
        return _new(Hit, (start, end, tag))


class Names(NamedTuple):
    """Names that may hold spaces and hyphens, compiled without a group for each: quicker where a text is full of them.

    ``known``: for every name without those, its tag, and whether it must be written in capitals.
    """

    pattern: re.Pattern[str]
    known: Mapping[str, tuple[str, bool]]

    def meaning(self, name: str) -> tuple[str, bool]:
        """What a name stands for, however it is spelled."""
        return self.known.get(name) or self.known[_APART.sub("", name)]


class Entry(NamedTuple):
    """One word of a list, in normal form. ``capitals``: it must be written so."""

    tag: str
    word: str
    capitals: bool


class Lexicon(NamedTuple):
    """A list of words that stand for tags. ``scanned``: they are looked for in whole texts, all lists at once."""

    name: str
    words: Mapping[str, tuple[str, ...]]
    entries: tuple[Entry, ...]
    whole: Form
    scanned: bool = False


def lexicon(name: str, table: Mapping[str, list[str]], fold: Callable[[str], str]) -> Lexicon:
    """Compile a table of words by tag."""
    folded = {tag: tuple(fold(word) for word in words) for tag, words in table.items()}
    entries = tuple(
        Entry(tag, plain, _in_capitals(word))
        for tag, words in table.items()
        for word, plain in zip(words, folded[tag], strict=True)
    )
    return Lexicon(name, folded, entries, form(entries))


def names(entries: Iterable[Entry], following: str = "") -> Names:
    """Spaces, hyphens and a line break may stand within a word. The first of several tags of one word counts.

    *following* is a pattern that may match right after a name.
    """
    tree: Node = {}
    known: dict[str, tuple[str, bool]] = {}
    for tag, word, must in entries:
        _insert(tree, _fragments(word, names=True), word, 0)
        name = _APART.sub("", word)
        first, also = known.get(name, (tag, True))
        known[name] = first, also and must
    return Names(re.compile(f"(?:{_source(tree, [], mark='') or '(?!)'}){following}"), known)


def _in_capitals(word: str) -> bool:
    return word.isupper() and word.isascii() and word.isalpha()


def form(entries: Iterable[Entry]) -> Form:
    """The first of several tags of one word counts; capitals are asked for unless it is also written without."""
    tree: Node = {}
    tags: list[str] = []
    capitals: dict[int, bool] = {}
    for tag, word, must in entries:
        leaf = _insert(tree, _fragments(word), word, len(tags))
        if leaf == len(tags):
            tags.append(tag)
        capitals[leaf] = capitals.get(leaf, True) and must
    order: list[int] = []
    pattern = re.compile(_source(tree, order) or "(?!)")
    must_be = frozenset(place for place, leaf in enumerate(order) if capitals[leaf])
    return Form(pattern, tuple(tags[leaf] for leaf in order), must_be)


def _fragments(word: str, names: bool = False) -> list[str]:
    """The word as pieces of a pattern, one a character."""
    if names:
        word = re.sub(r"(?<=[a-z0-9])[ -]+(?=[a-z0-9])", "", word)
    pieces: list[str] = []
    for place, sign in enumerate(word):
        if sign == GAP:
            pieces.append(_GAP)
        elif sign == " ":
            pieces.append(r"\s{1,3}")
        elif place == 0 and _LATIN.match(sign):
            # a look-behind after the first character keeps the engine's quick search by first characters
            pieces.append(f"{sign}(?<![a-z0-9]{sign})")
        else:
            pieces.append(_within(word, place, names) + re.escape(sign))
    return pieces


def _within(word: str, place: int, names: bool) -> str:
    """What may stand before a character of a name."""
    if not names or place == 0 or not (_LATIN.match(word[place]) and _LATIN.match(word[place - 1])):
        return ""
    if word[place].isdigit():
        return "" if word[place - 1].isdigit() else _BEFORE_DIGIT
    return _WITHIN_LETTERS if len(word) > 3 else ""


def _insert(tree: Node, fragments: list[str], word: str, leaf: int) -> int:
    """Add a word; the leaf that stands there, an earlier one where the word is known already."""
    node = tree
    for fragment in fragments:
        node = node.setdefault(fragment, {})
    end = "(?![a-z0-9])" if _LATIN.match(word[-1]) else ""
    place, _ = node.setdefault("", (leaf, end))
    return int(place)


def _source(node: Node, order: list[int], mark: str = "()") -> str:
    """The pattern below a node; with *mark* every leaf is an empty group, so the last group says which word it was."""
    if not node:
        return ""
    options = [piece + _source(child, order, mark) for piece, child in _longest_first(node)]
    if "" in node:
        leaf, end = node[""]
        order.append(leaf)
        options.append(end + mark)
    return options[0] if len(options) == 1 else "(?:" + "|".join(options) + ")"


def _longest_first(node: Node) -> list[tuple[str, Node]]:
    """Children, characters before gaps."""
    return sorted(((piece, child) for piece, child in node.items() if piece), key=lambda pair: pair[0] == _GAP)
