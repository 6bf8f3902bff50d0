"""Chunks: files cut into stretches that are read apart, each of them by any process at any time.

A file of lines is cut at line ends near every so many bytes; a file that is one document, or compressed, is one chunk.
Where the cuts lie changes no answer. NDJSON: https://hl7.org/fhir/R4/nd-json.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from natars_fhir.fhir.found import files
from natars_fhir.fhir.ndjson import Document, Stretch, every_document, in_lines

#: Bytes of a chunk: large enough that starting one costs nothing, small enough that a killed run loses little.
CHUNK = 8 * 1024 * 1024


class Stamp(Struct, frozen=True, gc=False):
    """What tells that a file is still the one that was cut."""

    size: int = 0
    changed: int = 0
    inode: int = 0


class Chunk(Struct, frozen=True, gc=False):
    """A stretch of a file of lines; or, where it has no end, whatever stands under the path."""

    path: str
    name: str
    start: int = 0
    stop: int | None = None
    stamp: Stamp = Stamp()

    def documents(self, told: Stretch) -> Iterator[Document]:
        """Its documents in order; *told* knows afterwards how many lines they took."""
        if self.stop is not None:
            yield from told.documents(Path(self.path), self.name, self.start, self.stop)
            return
        for found in every_document([Path(self.path)]):
            yield found if found.name == self.name else replace(found, name=self.name)

    @property
    def size(self) -> int:
        """How many bytes of the file it is."""
        return self.stamp.size if self.stop is None else self.stop - self.start

    @property
    def intact(self) -> bool:
        """Is the file still the one that was cut?"""
        return stamp(Path(self.path)) == self.stamp

    def named(self, reading: str) -> str:
        """A name that no other chunk, and no other way of *reading* it, has."""
        said = (reading, self.path, self.name, self.start, self.stop, self.stamp.size, self.stamp.changed)
        return sha256(repr((*said, self.stamp.inode)).encode()).hexdigest()[:32]


def stamp(path: Path) -> Stamp:
    """The file as it stands now."""
    try:
        told = path.stat()
    except OSError:
        return Stamp()
    return Stamp(told.st_size, told.st_mtime_ns, told.st_ino)


def cut(inputs: Iterable[Path], size: int = CHUNK) -> Iterator[Chunk]:
    """The chunks of files and folders, in the order in which they are read by one process."""
    for one in inputs:
        none = True
        for path in files([one]):
            none = False
            yield from of_file(path, str(path), size)
        if none:
            yield Chunk(str(one), str(one), stamp=stamp(one))


def of_file(path: Path, name: str, size: int = CHUNK) -> Iterator[Chunk]:
    """The chunks of one file."""
    now = stamp(path)
    if not in_lines(path):
        yield Chunk(str(path), name, stamp=now)
        return
    start = 0
    with path.open("rb") as stream:
        while start < now.size:
            stream.seek(start + size - 1)
            stream.readline()
            stop = min(stream.tell(), now.size)
            yield Chunk(str(path), name, start, stop, now)
            start = stop
