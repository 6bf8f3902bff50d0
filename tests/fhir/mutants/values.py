"""Mutations of values: of another type, at the edge of what theirs allows, written in another way."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.fhir.mutants import nasty
from tests.fhir.mutants.places import escaped, scalar, spot
from tests.fhir.mutants.text import Pairs, Token, copied, token, tree, word


def retype(root: Any, dice: Random) -> None:
    """Another JSON type: a number as a string, a string as a number, one as many, many as one."""
    holder, at = spot(root, dice)
    value = holder[at]
    if isinstance(value, Token):
        holder[at] = dice.choice(
            (token(value), Token(value.strip('"')), [value], tree({"value": value}), Token("true"))
        )
    elif isinstance(value, Pairs):
        holder[at] = dice.choice(([value], [copied(value), value], token("x"), Token("1")))
    else:
        holder[at] = dice.choice((value[0] if value else token(""), [value], Pairs(), token("x")))


def nothing(root: Any, dice: Random) -> None:
    """null, or an empty array, object or string."""
    holder, at = spot(root, dice)
    holder[at] = dice.choice((Token("null"), [], Pairs(), token(""), [Token("null")]))


def other(root: Any, dice: Random) -> None:
    """Anything in the place of anything."""
    holder, at = spot(root, dice)
    holder[at] = dice.choice((*nasty.OTHERS, *nasty.NUMBERS, *nasty.BROKEN_STRINGS))


def swap(root: Any, dice: Random) -> None:
    """Two scalars change places."""
    (holder, at), (there, where) = scalar(root, dice), scalar(root, dice)
    holder[at], there[where] = there[where], holder[at]


def displace(root: Any, dice: Random) -> None:
    """What stands at one place stands at another one too, be it of the same type or not."""
    (holder, at), (there, where) = spot(root, dice), spot(root, dice)
    holder[at] = copied(there[where])


def corrupt(root: Any, dice: Random) -> None:
    """A date, instant, id, code or address at the edge of what its type allows, or of another type."""
    holder, at = scalar(root, dice)
    holder[at] = dice.choice(_alike(holder[at], dice) if isinstance(holder[at], Token) else nasty.STRINGS)


def _alike(said: Token, dice: Random) -> tuple[Token, ...]:
    text = word(said)
    if said[:1] in "-0123456789":
        return nasty.NUMBERS
    if text[:4].isdigit() and text[4:5] in ("", "-"):
        return tuple(map(token, nasty.DATES))
    if ":" in text or "/" in text:
        return tuple(map(token, nasty.URIS))
    return nasty.STRINGS if dice.random() < 0.5 else tuple(map(token, (*nasty.CODES, *nasty.IDS)))


def character(root: Any, dice: Random) -> None:
    """A character that JSON must escape, half a pair, or an escape for what needs none."""
    holder, at = scalar(root, dice)
    if word(holder[at]):
        inner = dice.choice(nasty.BROKEN_STRINGS)[1:-1]
        holder[at] = escaped(holder[at], dice) if dice.random() < 0.4 else Token(f'{holder[at][:-1]}{inner}"')


def blank(root: Any, dice: Random) -> None:
    """Blanks around a name or a value; some of them are none of JSON's."""
    holder, at = scalar(root, dice)
    at = dice.choice((0, 1)) if isinstance(holder[0], str) and len(holder) == 2 else at
    found = dice.choice(nasty.BLANKS[:5] if dice.random() < 0.7 else nasty.BLANKS)
    holder[at] = Token(f"{found}{holder[at]}{found}") if isinstance(holder[at], str) else holder[at]
