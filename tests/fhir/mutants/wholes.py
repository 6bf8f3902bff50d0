"""Mutations of wholes: entries that come again, depth, contained resources, what elements say together, torn text."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.fhir.mutants import nasty
from tests.fhir.mutants.names import delete, twice
from tests.fhir.mutants.places import an_object, holders, insert, spot
from tests.fhir.mutants.text import Pairs, Token, copied, spots, token, tree, word
from tests.fhir.mutants.values import corrupt, nothing


def again(root: Any, dice: Random) -> None:
    """An entry of an array comes again, beside itself or at the end, as it is or with one change."""
    arrays = [it for it in holders(root) if it and not isinstance(it, Pairs)]
    if arrays:
        array = dice.choice(arrays)
        entry = copied(dice.choice(array))
        if isinstance(entry, Pairs) and entry and dice.random() < 0.5:
            dice.choice((corrupt, delete, twice, nothing))(entry, dice)
        array.insert(dice.randint(0, len(array)), entry)


def nest(root: Any, dice: Random) -> None:
    """Extensions in extensions, or arrays in arrays, as deep as one likes."""
    depth = dice.choice((2, 10, 30, 48, 49, 50, 51, 60, 150, 600))
    if dice.random() < 0.7:
        inner = '{"url":"u","extension":[' * depth + '{"url":"u","valueCode":"c"}' + "]}" * depth
        insert(an_object(root, dice), token("extension"), Token(f"[{inner}]"), dice)
    else:
        holder, at = spot(root, dice)
        holder[at] = Token("[" * depth + "]" * depth)


def contain(root: Any, dice: Random) -> None:
    """Another resource within this one, sound or not."""
    insert(root, token("contained"), Token(f"[{dice.choice(_WITHIN)}]"), dice)


_WITHIN = (
    '{"resourceType":"Patient","id":"c"}',
    '{"resourceType":"Patient","id":"c","gender":"x"}',
    '{"id":"c","resourceType":"Observation","status":"final","code":{"text":"x"}}',
    '{"resourceType":"Observation","id":"c"}',
    '{"resourceType":"Device","id":"c"}',
    '{"resourceType":"Zebra","id":"c"}',
    '{"id":"c"}',
    '{"resourceType":"Patient","contained":[{"resourceType":"Patient","_birthDate":{"id":"a"}}]}',
)


def echo(root: Any, dice: Random) -> None:
    """A component that asks what its Observation asks (obs-7), or a value beside the reason for its absence (obs-6)."""
    code = next((copied(value) for name, value in root if word(name) == "code"), tree({"text": "x"}))
    if dice.random() < 0.7:
        insert(root, token("component"), [Pairs([[token("code"), code]])], dice)
    else:
        insert(root, token("dataAbsentReason"), tree({"text": "x"}), dice)


def outside(root: Any, dice: Random) -> None:
    """A CodeableConcept, perhaps one whose codes are required, says another code, or none."""
    concepts = [holder for holder, at in spots(root) if at == 1 and isinstance(holder[0], str) and _codings(holder[1])]
    if concepts:
        dice.choice(concepts)[1] = tree(
            dice.choice(({"coding": [{"code": "x"}]}, {"text": "x"}, {"coding": [{"display": "x"}]}, {"id": "x"}))
        )


def _codings(value: Any) -> bool:
    return isinstance(value, Pairs) and any(word(name) == "coding" for name, _ in value)


def torn(raw: bytes, dice: Random) -> bytes:
    """Bytes that are left out, cut off or put in; text before and after; another encoding."""
    at, odd = dice.randint(0, len(raw)), dice.choice(nasty.BYTES)
    ways = (
        raw[:at] + raw[at + 1 :],
        raw[:at],
        raw[:at] + odd + raw[at:],
        raw[:at] + odd + raw[at + 1 :],
        raw + odd,
        odd + raw,
        raw + raw,
        b"\n" + raw + b"\r\n",
        raw.decode("utf-8", "replace").encode("utf-16"),
    )
    return dice.choice(ways)
