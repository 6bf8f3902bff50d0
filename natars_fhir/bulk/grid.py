"""The grid: an input cut into pieces by arithmetic alone, so that workers need no list of them.

A line belongs to the piece in which its first byte stands. The numbers of the pieces are the order of reading.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from natars_fhir.bulk.chunks import CHUNK, Chunk, Stamp, stamp
from natars_fhir.fhir.found import files
from natars_fhir.fhir.ndjson import in_lines

#: More pieces than this, and their tasks cost a driver more than they spare: then pieces grow.
_MOST = 50_000


class Sheet(Struct, frozen=True):
    """A file: its name as it was found, its place among the pieces, and whether it may be cut."""

    path: str
    first: int
    stamp: Stamp
    lines: bool


class Grid(Struct, frozen=True):
    """All files of an input, and how long their pieces are."""

    sheets: tuple[Sheet, ...]
    size: int
    pieces: int

    @property
    def tasks(self) -> int:
        """In how many stretches the pieces are best done: small files go together."""
        return min(self.pieces, -(-sum(sheet.stamp.size for sheet in self.sheets) // self.size) or 1)

    def piece(self, number: int) -> Chunk:
        """The piece of that number; of a file of lines without the line that began before it."""
        sheet = self.sheets[bisect_right(self.sheets, number, key=lambda one: one.first) - 1]
        if not sheet.lines:
            return Chunk(sheet.path, sheet.path, stamp=sheet.stamp)
        start = (number - sheet.first) * self.size
        stop = min(start + self.size, sheet.stamp.size)
        return _aligned(Chunk(sheet.path, sheet.path, start, stop, sheet.stamp))


def grid(inputs: Iterable[Path], size: int = 0) -> Grid:
    """The grid of files and folders, in the order in which one process reads them."""
    found = [path for one in inputs for path in (list(files([one])) or [one])]
    stamps = [stamp(path) for path in found]
    size = size or max(CHUNK, sum(one.size for one in stamps) // _MOST)
    sheets, number = [], 0
    for path, now in zip(found, stamps, strict=True):
        lines = now.size > size and in_lines(path)
        sheets.append(Sheet(str(path), number, now, lines))
        number += -(-now.size // size) if lines else 1
    return Grid(tuple(sheets), size, number)


def _aligned(piece: Chunk) -> Chunk:
    """The piece from the first line on that begins in it."""
    if not piece.start:
        return piece
    try:
        with Path(piece.path).open("rb") as stream:
            stream.seek(piece.start - 1)
            stream.readline()
            return replace(piece, start=stream.tell())
    except OSError:
        return piece  # who reads it tells why it cannot be opened
