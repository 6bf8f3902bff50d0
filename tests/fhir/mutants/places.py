"""Where a mutation strikes, and what several of them do there."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tests.fhir.mutants.text import Pairs, Spot, Token, objects, spots, word


def spot(root: Any, dice: Random) -> Spot:
    return dice.choice(list(spots(root)))


def an_object(root: Any, dice: Random) -> Pairs:
    return dice.choice(list(objects(root)))


def scalar(root: Any, dice: Random) -> Spot:
    """The place of a scalar; of anything where there is none."""
    places = list(spots(root))
    return dice.choice([(holder, at) for holder, at in places if isinstance(holder[at], Token)] or places)


def insert(node: Pairs, name: Any, value: Any, dice: Random) -> None:
    node.insert(dice.randint(0, len(node)), [name, value])


def holders(root: Any) -> list[Any]:
    return [holder[at] for holder, at in spots(root) if isinstance(holder[at], list)]


def escaped(text: Any, dice: Random) -> Token:
    r"""The same string with one or all of its characters as \u escapes."""
    said = word(text)
    every = dice.random() < 0.3
    at = dice.randrange(len(said) or 1)
    written = [
        f"\\u{ord(it):04x}" if (every or i == at) and ord(it) < 0xD800 else _plain(it) for i, it in enumerate(said)
    ]
    return Token('"' + "".join(written) + '"')


def _plain(character: str) -> str:
    return json.dumps(character, ensure_ascii=False)[1:-1]
