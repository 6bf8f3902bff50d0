"""A piece's tally as bytes, for its way to whoever adds them up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from natars_fhir.bulk.screen import Tally
from natars_fhir.domain.issue import Issue
from natars_fhir.mapping.sink import NotUnderstood


class _Packed(Struct, array_like=True):
    name: str
    lines: int
    documents: int
    unreadable: int
    fates: dict[str, int]
    let_go: dict[str, int]
    not_understood: list[tuple[NotUnderstood, int]]
    problems: list[tuple[str, int | None, Issue]]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Packed).decode


def packed(tally: Tally, name: str, lines: int) -> bytes:
    """The tally of a piece of the file *name* that has so many *lines*."""
    return _encode(
        _Packed(
            name, lines, tally.documents, tally.unreadable, dict(tally.fates), dict(tally.let_go),
            list(tally.not_understood.items()), tally.problems,
        )
    )  # fmt: skip


def added(pieces: Iterable[bytes]) -> Tally:
    """The tally of all pieces, which come in the order of the input: lines are counted on from piece to piece."""
    whole, before, last = Tally(), 0, ""
    for one in map(_decode, pieces):
        before = before if one.name == last else 0
        whole.join(_tally(one, before))
        before, last = before + one.lines, one.name
    return whole


def _tally(one: _Packed, before: int) -> Tally:
    return Tally(
        one.documents,
        Counter(one.fates),
        Counter(one.let_go),
        Counter(dict(one.not_understood)),
        [(name, line + before if line else line, issue) for name, line, issue in one.problems],
        one.unreadable,
    )
