"""Where mutants come from: fixtures, hospitals' bundles, made patients, resources grown from the definitions."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from benchmarks import generate
from natars_fhir.fhir.r4.structs import RESOURCES
from tests import ward
from tests.fhir.mutants.grown import grown
from tests.fhir.mutants.names import (
    choose_again,
    delete,
    escape_name,
    rename,
    sibling,
    transplant,
    twice,
    unknown,
)
from tests.fhir.mutants.text import Pairs, copied, octets, read, word, write
from tests.fhir.mutants.values import blank, character, corrupt, displace, nothing, other, retype, swap
from tests.fhir.mutants.wholes import again, contain, echo, nest, outside, torn

SHARED = ward.ROOT.parent / "shared" / "data"
CASES = Path(__file__).parents[1] / "check_cases" / "valid.json"
_KINDS = sorted(RESOURCES)

#: Each takes a tree and dice, and changes one place; what does not apply changes nothing.
MUTATIONS: tuple[Callable[[Any, Random], None], ...] = (
    delete, twice, rename, unknown, sibling, transplant, choose_again, escape_name, retype, nothing, other, swap,
    displace, corrupt, character, blank, again, nest, contain, echo, outside,
)  # fmt: skip


def mutants(seed: str, count: int) -> Iterator[bytes]:
    """*count* texts, the same ones for the same seed; as many of each source."""
    dice = Random(seed)  # noqa: S311
    for _, source in zip(range(count), cycle(originals()), strict=False):
        yield mutant(source, dice)


def mutant(source: Sequence[Pairs], dice: Random) -> bytes:
    """A sound resource of *source* with one to three mutations, and now and then a tear in the text."""
    root = _original(source, dice)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        if root:
            dice.choice(MUTATIONS)(root, dice)
    raw = octets(write(root))
    return torn(raw, dice) if dice.random() < 0.04 else raw


def _original(source: Sequence[Pairs], dice: Random) -> Pairs:
    return copied(dice.choice(source)) if source else grown(dice.choice(_KINDS), dice)


@cache
def originals() -> tuple[tuple[Pairs, ...], ...]:
    """The sources, which have their turns; the empty one stands for what is grown anew."""
    found = (_of_fixtures(), _of_hospitals(), _of_made_patients(), _of_cases())
    return (*(source for source in found if source), ())


def _of_fixtures() -> tuple[Pairs, ...]:
    return tuple(one for case in ward.cases() for raw in ward.sent_in(case) for one in _within(raw))


def _of_hospitals() -> tuple[Pairs, ...]:
    """Some of what stands beside the checkout, if anything does."""
    found: list[Pairs] = []
    for path in sorted(SHARED.glob("*.ndjson.gz")):
        with gzip.open(path) as lines:
            found += [one for line in islice(lines, 2) for one in _within(line)]
    return tuple(found)


def _of_made_patients() -> tuple[Pairs, ...]:
    encode = msgspec.json.Encoder(decimal_format="number").encode
    return tuple(one for number in range(2) for made in generate.chart(number, 3) for one in _within(encode(made)))


def _of_cases() -> tuple[Pairs, ...]:
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    return tuple(one for case in cases for one in _within(_text(case).encode()))


def _text(case: dict[str, Any]) -> str:
    return str(case["text"]) if "text" in case else json.dumps(case["resource"], ensure_ascii=False)


def _within(raw: bytes) -> Iterator[Pairs]:
    """The resources of a document whose type is read."""
    try:
        root = read(raw)
    except ValueError:
        return
    yield from _resources(root)


def _resources(node: Any) -> Iterator[Pairs]:
    if isinstance(node, Pairs):
        said = {word(name): value for name, value in node}
        if word(said.get("resourceType", "")) in RESOURCES:
            yield node
            return
        for entry in said.get("entry", ()):
            yield from (one for name, value in entry if word(name) == "resource" for one in _resources(value))
