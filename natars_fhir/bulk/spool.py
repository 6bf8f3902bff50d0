"""The spool of a chunk: one file with everything that was read from it, finished or not there at all.

First the readings that tell something, grouped by whom they are about (rows); then of every reading its stub: what
decides which version counts and whose it is, without the facts. The tally closes it. Stubs are few bytes, so that one
process can go through those of all chunks in the order of the input, while the facts stay on disk.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from natars_fhir.bulk.screen import Tally
from natars_fhir.domain.identity import Version
from natars_fhir.domain.issue import Issue
from natars_fhir.mapping.gathered import ALWAYS_KEPT
from natars_fhir.mapping.reading import Fate, Reading
from natars_fhir.mapping.sink import NotUnderstood
from natars_fhir.store.settled import settle

#: Facts that are held before their rows are written.
_MOST_FACTS = 20_000
#: Documents whose stubs are held before they are written.
_MOST_DOCUMENTS = 20_000


class Stub(Struct, frozen=True, gc=False, array_like=True):
    """A reading without what it tells; ``row`` and ``slot`` are where that stands, row -1 where it tells nothing."""

    key: str
    kind: str
    fate: Fate
    number: int | None
    updated: str | None
    subject: str | None
    row: int
    slot: int
    aliases: tuple[str, ...]
    #: the keys of the Medications that its facts refer to
    needs: tuple[str, ...]

    @property
    def version(self) -> Version:
        """Its version."""
        return Version(self.number, self.updated)


class Group(Struct, frozen=True, gc=False, array_like=True):
    """Rows that were written together, (offset, length) each, and the stubs of the documents that they come from."""

    rows: list[tuple[int, int]]
    documents: list[list[Stub]]


class _Footer(Struct, array_like=True):
    groups: list[tuple[int, int]]
    lines: int
    documents: int
    unreadable: int
    fates: dict[str, int]
    let_go: dict[str, int]
    not_understood: list[tuple[NotUnderstood, int]]
    problems: list[tuple[str, int | None, Issue]]


_encode = msgspec.msgpack.Encoder().encode
_row = msgspec.msgpack.Decoder(list[Reading]).decode
_group = msgspec.msgpack.Decoder(Group).decode
_footer = msgspec.msgpack.Decoder(_Footer).decode
_LENGTH = 8


class Writer:
    """Writes a spool; nothing stands under its name before `close`."""

    def __init__(self, path: Path) -> None:
        self._path, self._made = path, path.with_name(f"{path.name}.{os.getpid()}")
        self._file: BinaryIO = self._made.open("wb")
        self._groups: list[tuple[int, int]] = []
        self._rows: dict[str | None, list[Reading]] = {}
        self._numbers: dict[str | None, int] = {}
        self._documents: list[list[Stub]] = []
        self._facts = 0

    def take(self, readings: Sequence[Reading]) -> None:
        """The readings of one document."""
        stubs = [self._stub(one) for one in readings if one.fate in ("read", "not-asked", "deleted")]
        if stubs:
            self._documents.append(stubs)
        if self._facts > _MOST_FACTS or len(self._documents) > _MOST_DOCUMENTS:
            self._flush()

    def close(self, tally: Tally, lines: int) -> None:
        """Writes what is held and the tally; the file stands under its name from now on."""
        self._flush()
        footer = _encode(_closing(self._groups, tally, lines))
        self._file.write(footer + len(footer).to_bytes(_LENGTH, "big"))
        self._file.close()
        settle(self._made, self._path)

    def discard(self) -> None:
        """Forgets what was written."""
        self._file.close()
        self._made.unlink(missing_ok=True)

    def _stub(self, one: Reading) -> Stub:
        row, slot = -1, 0
        if one.fate == "read" and (one.facts or one.issues or one.kind in ALWAYS_KEPT):
            row = self._numbers.setdefault(one.subject, len(self._numbers))
            rows = self._rows.setdefault(one.subject, [])
            slot = len(rows)
            rows.append(one)
            self._facts += len(one.facts) + 1
        number, updated = one.version
        return Stub(one.key, one.kind, one.fate, number, updated, one.subject, row, slot, one.aliases, _needs(one))

    def _flush(self) -> None:
        if not self._documents:
            return
        places: list[tuple[int, int]] = []
        for rows in self._rows.values():
            packed = _encode(rows)
            places.append((self._file.tell(), len(packed)))
            self._file.write(packed)
        group = _encode(Group(places, self._documents))
        self._groups.append((self._file.tell(), len(group)))
        self._file.write(group)
        self._rows, self._numbers, self._documents, self._facts = {}, {}, [], 0


def _needs(one: Reading) -> tuple[str, ...]:
    """The Medications whose facts are asked for when the record is made (`mapping.referred`)."""
    named = (fact.said("medication") for fact in one.facts if fact.concept == "antineoplastic-drug")
    return tuple({key: None for key in named if isinstance(key, str)})


def _closing(groups: list[tuple[int, int]], tally: Tally, lines: int) -> _Footer:
    return _Footer(
        groups,
        lines,
        tally.documents,
        tally.unreadable,
        dict(tally.fates),
        dict(tally.let_go),
        list(tally.not_understood.items()),
        tally.problems,
    )


class Spool:
    """A finished spool."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            file.seek(-_LENGTH, os.SEEK_END)
            end = file.tell()
            length = int.from_bytes(file.read(_LENGTH), "big")
            file.seek(end - length)
            self._footer = _footer(file.read(length))

    @property
    def lines(self) -> int:
        """How many lines the chunk has."""
        return self._footer.lines

    def groups(self) -> Iterator[Group]:
        """The stubs, in the order of the documents."""
        with self.path.open("rb") as file:
            for offset, length in self._footer.groups:
                file.seek(offset)
                yield _group(file.read(length))

    def tally(self, before: int = 0) -> Tally:
        """What the chunk came to; *before* are the lines of the file that stand before it."""
        said = self._footer
        return Tally(
            said.documents,
            Counter(said.fates),
            Counter(said.let_go),
            Counter(dict(said.not_understood)),
            [(name, line + before if line else line, issue) for name, line, issue in said.problems],
            said.unreadable,
        )


def row(file: BinaryIO, offset: int, length: int) -> list[Reading]:
    """The readings of a row."""
    file.seek(offset)
    return _row(file.read(length))
