"""Readings in a temporary SQLite file once they are too many for memory, so that a file of any size is read.

They are written away patient by patient, for so they are read again: a row holds what was known of one patient when
memory was full. Memory keeps, of each reading that was written, in which row its newest version stands.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec

from natars_fhir.domain.identity import Patients
from natars_fhir.mapping.gathered import InMemory
from natars_fhir.mapping.reading import Reading

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(dict[str, Reading]).decode


class Spilling(InMemory):
    """Holds up to *most* facts in memory, then writes all readings to a temporary file and starts anew.

    The file is private to the process, needs no durability, and is gone when the object is closed.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most, self._facts, self._rows = most, 0, 0
        self._file: sqlite3.Connection | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        #: hash of a reading's key → the row that holds its newest version
        self._row_of: dict[int, int] = {}
        #: whom the readings of a row are about → these rows; None for what is nobody's
        self._rows_of: defaultdict[str | None, list[int]] = defaultdict(list)

    @property
    def spilled(self) -> bool:
        """Has anything been written to the file?"""
        return self._file is not None

    def get(self, key: str) -> Reading | None:
        """The reading under *key*, from memory or from the file."""
        found = self._readings.get(key)
        if found is not None or not self._row_of or (row := self._row_of.get(hash(key))) is None:
            return found
        return self._read(row)[key]

    def put(self, key: str, reading: Reading) -> None:
        """Keeps a reading; the many are written away together."""
        self._readings[key] = reading
        if self._row_of:
            self._row_of.pop(hash(key), None)
        self._facts += len(reading.facts)
        if self._facts > self._most:
            self._spill()

    def drop(self, key: str) -> None:
        """Forgets a reading, in memory and in the file."""
        super().drop(key)
        self._row_of.pop(hash(key), None)

    def by_patient(self, patients: Patients) -> Iterator[tuple[str, list[Reading]]]:
        """The readings of each patient, patients in the order of their keys."""
        if self._file is None:
            yield from super().by_patient(patients)
            return
        rows_of: defaultdict[str, list[int]] = defaultdict(list)
        for subject, rows in self._rows_of.items():
            if subject is not None:
                rows_of[patients.one(subject)] += rows
        here = dict(super().by_patient(patients))  # what memory still holds need not go to the file and come back
        for key in sorted(rows_of.keys() | here.keys()):
            held = [reading for row in rows_of.get(key, ()) for reading in self._read(row).values()]
            if held := held + here.pop(key, []):
                yield key, held

    def close(self) -> None:
        """Removes the file."""
        if self._file is not None and self._folder is not None:
            self._file.close()
            self._folder.cleanup()
            self._file = None

    def _read(self, row: int) -> dict[str, Reading]:
        """What a row holds and no later version has taken the place of."""
        assert self._file is not None  # noqa: S101 (for the type checker: only rows that were written are read)
        (body,) = self._file.execute("select body from patient where row = ?", (row,)).fetchone()
        where = self._row_of
        return {key: reading for key, reading in _decode(body).items() if where.get(hash(key)) == row}

    def _spill(self) -> None:
        if self._file is None:
            self._file = self._open()
        told: defaultdict[str | None, dict[str, Reading]] = defaultdict(dict)
        for key, reading in self._readings.items():
            told[reading.subject][key] = reading
        self._file.execute("begin")
        for row, (subject, readings) in enumerate(told.items(), self._rows):
            self._file.execute("insert into patient values (?, ?)", (row, _encode(readings)))
            self._rows_of[subject].append(row)
            self._row_of.update((hash(key), row) for key in readings)
        self._file.execute("commit")
        self._rows += len(told)
        self._readings.clear()
        self._facts = 0

    def _open(self) -> sqlite3.Connection:
        self._folder = tempfile.TemporaryDirectory(prefix="natars-")
        file = sqlite3.connect(Path(self._folder.name) / "readings.sqlite", isolation_level=None)
        file.execute("pragma journal_mode = off")
        file.execute("pragma synchronous = off")
        file.execute("create table patient (row integer primary key, body blob not null)")
        return file
