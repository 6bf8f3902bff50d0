"""Mutations of names: left out, twice, misspelt, unknown, of a sibling, of another type of a choice."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from random import Random
from typing import Any

from natars_fhir.fhir.definitions.tables import r4
from tests.fhir.mutants import nasty
from tests.fhir.mutants.places import an_object, escaped, holders, insert, spot
from tests.fhir.mutants.text import Token, copied, token, word


def delete(root: Any, dice: Random) -> None:
    """An element, or an entry of an array, is not there."""
    holder = dice.choice([node for node in (root, *holders(root)) if node])
    del holder[dice.randrange(len(holder))]


def twice(root: Any, dice: Random) -> None:
    """A name stands twice, before or after, with the same value or another one, plain or escaped."""
    node = an_object(root, dice)
    if node:
        name, value = dice.choice(node)
        other = value if dice.random() < 0.4 else spot(root, dice)
        other = other[0][other[1]] if isinstance(other, tuple) else other
        insert(node, escaped(name, dice) if dice.random() < 0.2 else name, copied(other), dice)


def rename(root: Any, dice: Random) -> None:
    """One letter more, less or other; another case; the name of another element."""
    node = an_object(root, dice)
    if node:
        pair = dice.choice(node)
        pair[0] = token(dice.choice(_misspelt(word(pair[0]), dice)))


def _misspelt(name: str, dice: Random) -> tuple[str, ...]:
    at = dice.randint(0, len(name))
    edits = (
        name[:at] + name[at + 1 :],
        name[:at] + "x" + name[at:],
        name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
    )
    return (*edits, name.upper(), name.capitalize(), f"_{name}", name[1:], dice.choice(nasty.NAMES))


def unknown(root: Any, dice: Random) -> None:
    """An element that is not one here."""
    value = dice.choice((*nasty.STRINGS[:20], *nasty.NUMBERS[:5], *nasty.OTHERS))
    insert(an_object(root, dice), token(dice.choice(nasty.NAMES)), value, dice)


def sibling(root: Any, dice: Random) -> None:
    """``_name`` beside a name, or in its stead."""
    node = an_object(root, dice)
    if node:
        pair = dice.choice(node)
        if dice.random() < 0.4:
            node.remove(pair)
        insert(node, token("_" + word(pair[0])), dice.choice(nasty.SIBLINGS), dice)


def transplant(root: Any, dice: Random) -> None:
    """An element of one object stands in another one too."""
    there = an_object(root, dice)
    if there:
        name, value = dice.choice(there)
        insert(an_object(root, dice), name, copied(value), dice)


def choose_again(root: Any, dice: Random) -> None:
    """A second type of a choice, empty or with a value that is sound."""
    node = an_object(root, dice)
    stems = [stem for name, _ in node for stem in (_choices().get(word(name), ""),) if stem]
    if stems:
        stem = dice.choice(stems)
        name = dice.choice([name for name, known in _choices().items() if known == stem])
        insert(node, token(name), dice.choice((*map(token, ("x", "2024", True, 1)), *map(Token, _SOUND))), dice)


_SOUND = ('{"text":"x"}', '{"value":1.50,"unit":"cm"}', '{"start":"2024"}', '{"reference":"Medication/1"}')


@cache
def _choices() -> Mapping[str, str]:
    """``valueString`` → ``value``, for every choice of R4."""
    stems = [
        (element.name.removesuffix("[x]"), code)
        for elements in r4().types.values()
        for element in elements.values()
        if element.name.endswith("[x]")
        for code in element.types
    ]
    return {stem + code[:1].upper() + code[1:]: stem for stem, code in stems}


def escape_name(root: Any, dice: Random) -> None:
    """A name written with escapes: the same name."""
    node = an_object(root, dice)
    if node:
        pair = dice.choice(node)
        pair[0] = escaped(pair[0], dice)
