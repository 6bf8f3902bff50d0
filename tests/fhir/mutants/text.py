"""JSON as it is written: names that stand twice, tokens and blanks stay what they are. https://www.rfc-editor.org/rfc/rfc8259"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


class Token(str):
    """A scalar, or a name, as it stands in the text: ``"final"`` with its quotes, ``1.50``, ``null``."""

    __slots__ = ()


class Pairs(list[Any]):
    """An object: ``[name, value]`` lists, in their order."""

    __slots__ = ()


#: Where something stands: in an array at an index, or in an object as the value of a pair (whose index is 1).
Spot = tuple[list[Any], int]


def token(value: Any) -> Token:
    """The text of a scalar."""
    return Token(json.dumps(value, ensure_ascii=False))


def tree(value: Any) -> Any:
    """Objects as `Pairs`, scalars as `Token`."""
    if isinstance(value, Token):
        return value
    if isinstance(value, Pairs):
        return Pairs([token(name), tree(inner)] for name, inner in value)
    if isinstance(value, dict):
        return Pairs([token(name), tree(inner)] for name, inner in value.items())
    return [tree(inner) for inner in value] if isinstance(value, list) else token(value)


def read(raw: bytes) -> Any:
    """The tree of a sound JSON text; ValueError where it is none."""
    return tree(json.loads(raw, object_pairs_hook=Pairs, parse_float=Token, parse_int=Token))


def write(node: Any) -> str:
    """The text of a tree."""
    if isinstance(node, Pairs):
        return "{" + ",".join([f"{name}:{write(value)}" for name, value in node]) + "}"
    return "[" + ",".join(map(write, node)) + "]" if isinstance(node, list) else node


#: Characters of private use that stand for bytes which are no UTF-8.
BROKEN: Mapping[str, bytes] = {
    "\ue001": b"\xff",
    "\ue002": b"\x80",
    "\ue003": b"\xc0\x80",
    "\ue004": b"\xf4\x90\x80\x80",
    "\ue005": b"\xe4\xb8",
}


def octets(text: str) -> bytes:
    """UTF-8; but half characters stay the halves they are, and those of `BROKEN` become what they stand for."""
    raw = text.encode("utf-8", "surrogatepass")
    if b"\xee\x80" in raw:
        for mark, broken in BROKEN.items():
            raw = raw.replace(mark.encode(), broken)
    return raw


def copied(node: Any) -> Any:
    """The same tree, to be changed alone."""
    if isinstance(node, Pairs):
        return Pairs([name, copied(value)] for name, value in node)
    return [copied(inner) for inner in node] if isinstance(node, list) else node


def spots(node: Any) -> Iterator[Spot]:
    """Every place below the root, from the outside inward."""
    for at, item in enumerate(node if isinstance(node, list) else ()):
        spot = (item, 1) if isinstance(node, Pairs) else (node, at)
        yield spot
        yield from spots(spot[0][spot[1]])


def objects(node: Any) -> Iterator[Pairs]:
    """Every object, the root first."""
    if isinstance(node, Pairs):
        yield node
    for holder, at in spots(node):
        if isinstance(holder[at], Pairs):
            yield holder[at]


def word(name: Any) -> str:
    """The name or text that a token holds; empty where it holds none."""
    try:
        return str(json.loads(name)) if isinstance(name, Token) and name.strip().startswith('"') else ""
    except ValueError:
        return ""
