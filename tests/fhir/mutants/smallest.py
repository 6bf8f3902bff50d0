"""The smallest text that still breaks the law, so that a failure can be read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from tests.fhir.mutants.law import judged
from tests.fhir.mutants.text import Pairs, octets, read, write


def smallest(raw: bytes) -> bytes:
    """What is left of *raw* when everything is left out that it need not have to break the law as it does."""
    broken = judged(raw).broken
    while shorter := next((less for less in _less(raw) if judged(less).broken == broken), None):
        raw = shorter
    return raw


def _less(raw: bytes) -> Iterator[bytes]:
    """The text without one of its parts, the outermost first; nothing of a text that is no sound JSON."""
    try:
        parts = sum(1 for _ in _parts(read(raw)))
    except ValueError:
        return
    for number in range(parts):
        root = read(raw)
        holder, at = next(islice(_parts(root), number, None))
        del holder[at]
        yield octets(write(root))


def _parts(node: Any) -> Iterator[tuple[list[Any], int]]:
    if isinstance(node, list):
        yield from ((node, at) for at in range(len(node)))
        for inner in node:
            yield from _parts(inner[1] if isinstance(node, Pairs) else inner)
