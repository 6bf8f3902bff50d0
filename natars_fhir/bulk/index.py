"""The index of a searched chunk: which of its documents may matter, and by numbers whose each of them is.

Names are kept as 32-bit checksums, so that the index is a small part of the data. Where two names have one checksum, a
document more than needed is taken; nothing is ever left out for it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from zlib import crc32

import msgspec
from msgspec import Struct

from natars_fhir.bulk.names import Named


def number(name: str) -> int:
    """A name's checksum."""
    return crc32(name.encode("utf-8", "surrogatepass"))


class _Kept(Struct, array_like=True):
    documents: int
    hits: int
    lines: int
    seeds: list[str]
    always: list[int]
    people: list[tuple[int, ...]]
    arrays: dict[str, bytes]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Kept).decode
_ARRAYS = {
    "start": "Q", "line": "I", "document": "I", "key": "I", "patient": "I",
    "own_of": "I", "own": "I", "about_of": "I", "about": "I", "needs_of": "I", "needs": "I",
}  # fmt: skip


class Index:
    """The documents of a chunk in order; ``line`` and ``start`` say where each stands, if it is a chunk of lines.

    Each resource has a row: its document, its key, the patient that it is about (0 for none). Further names of a row
    stand apart, for few have any.
    """

    def __init__(self) -> None:
        self.documents = self.hits = self.lines = 0
        #: keys of patients of whom a document tells what puts them in scope
        self.seeds: dict[str, None] = {}
        #: documents that are taken whatever they tell
        self.always: list[int] = []
        #: all names of each Patient
        self.people: list[tuple[int, ...]] = []
        self._arrays = {name: array(code) for name, code in _ARRAYS.items()}
        self._numbers: dict[str, int] = {}

    def stands(self, start: int, line: int) -> None:
        """Where the next document stands."""
        self._arrays["start"].append(start)
        self._arrays["line"].append(line)

    def place(self, document: int) -> tuple[int, int]:
        """Where a document stands: its first byte, its line."""
        return self._arrays["start"][document], self._arrays["line"][document]

    def take(self, documents: Iterable[Iterable[Named]]) -> None:
        """The names in the next documents."""
        rows, keys, patients = (self._arrays[name] for name in ("document", "key", "patient"))
        known = self._numbers
        for document, named in enumerate(documents, self.documents):
            for own, about, needs, person in named:
                patient = 0
                if about and (patient := known.get(about[0], 0)) == 0:
                    patient = known[about[0]] = number(about[0])
                if needs or person or len(own) > 1 or len(about) > 1:
                    self._more(len(rows), own, about, needs, person)
                rows.append(document)
                keys.append(number(own[0]))
                patients.append(patient)

    def _more(
        self, row: int, own: tuple[str, ...], about: tuple[str, ...], needs: tuple[str, ...], person: bool
    ) -> None:
        for what, names in (("own", own[1:]), ("about", about[1:]), ("needs", needs)):
            for name in names:
                self._arrays[f"{what}_of"].append(row)
                self._arrays[what].append(number(name))
        if person:
            self.people.append(tuple(map(number, about)))

    def rows(self) -> Iterator[tuple[int, int, int, int]]:
        """(row, document, key, patient)"""
        arrays = self._arrays
        return zip(
            range(len(arrays["document"])), arrays["document"], arrays["key"], arrays["patient"], strict=True
        )  # fmt: skip

    def further(self, what: str) -> dict[int, list[int]]:
        """row → its further names: ``own``, ``about`` or ``needs``."""
        found: dict[int, list[int]] = {}
        for row, name in zip(self._arrays[f"{what}_of"], self._arrays[what], strict=True):
            found.setdefault(row, []).append(name)
        return found

    def write(self, path: Path) -> None:
        """Keeps it in a file."""
        arrays = {name: one.tobytes() for name, one in self._arrays.items()}
        path.write_bytes(
            _encode(_Kept(self.documents, self.hits, self.lines, list(self.seeds), self.always, self.people, arrays))
        )

    @classmethod
    def read(cls, path: Path) -> Index:
        """What `write` kept."""
        kept, made = _decode(path.read_bytes()), cls()
        made.documents, made.hits, made.lines = kept.documents, kept.hits, kept.lines
        made.seeds, made.always, made.people = dict.fromkeys(kept.seeds), kept.always, kept.people
        for name, octets in kept.arrays.items():
            made._arrays[name].frombytes(octets)
        return made
