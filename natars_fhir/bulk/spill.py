"""Readings in a temporary SQLite file once they are too many for memory, so that a file of any size is read."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from natars_fhir.domain.identity import Patients
from natars_fhir.mapping.gathered import InMemory
from natars_fhir.mapping.reading import Reading

_SCHEMA = """
create table reading (key text primary key, subject text, body blob not null) without rowid;
create table name (key text primary key, one text not null) without rowid;
"""
_PAGE = 20_000

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Reading).decode


class Spilling(InMemory):
    """Holds up to *most* facts in memory, then writes all readings to a temporary file and starts anew.

    The file is private to the process, needs no durability, and is gone when the object is closed.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most, self._facts = most, 0
        self._file: sqlite3.Connection | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        #: hashes of the keys in the file: most keys are in neither place, and asking SQLite each time is slow
        self._written: set[int] = set()

    @property
    def spilled(self) -> bool:
        """Has anything been written to the file?"""
        return self._file is not None

    def get(self, key: str) -> Reading | None:
        """The reading under *key*, from memory or from the file."""
        if (found := self._readings.get(key)) is not None or hash(key) not in self._written:
            return found
        if self._file is None:
            return None
        row = self._file.execute("select body from reading where key = ?", (key,)).fetchone()
        return None if row is None else _decode(row[0])

    def put(self, key: str, reading: Reading) -> None:
        """Keeps a reading; the many are written away together."""
        self._readings[key] = reading
        self._facts += len(reading.facts)
        if self._facts > self._most:
            self._spill()

    def drop(self, key: str) -> None:
        """Forgets a reading, in memory and in the file."""
        super().drop(key)
        if self._file is not None and hash(key) in self._written:
            self._file.execute("delete from reading where key = ?", (key,))

    def by_patient(self, patients: Patients) -> Iterator[tuple[str, list[Reading]]]:
        """The readings of each patient, patients in the order of their keys."""
        if self._file is None:
            yield from super().by_patient(patients)
            return
        self._spill()
        self._name_patients(patients)
        query = "select one, body from reading join name on name.key = subject order by one, reading.key"
        last, found = "", list[Reading]()
        for one, body in self._file.execute(query):
            if one != last and found:
                yield last, found
                found = []
            last = one
            found.append(_decode(body))
        if found:
            yield last, found

    def close(self) -> None:
        """Removes the file."""
        if self._file is not None and self._folder is not None:
            self._file.close()
            self._folder.cleanup()
            self._file = None

    def _spill(self) -> None:
        file = self._file or self._open()
        rows = ((key, reading.subject, _encode(reading)) for key, reading in self._readings.items())
        file.executemany("insert or replace into reading values (?, ?, ?)", rows)
        self._written.update(map(hash, self._readings))
        self._readings.clear()
        self._facts = 0

    def _open(self) -> sqlite3.Connection:
        self._folder = tempfile.TemporaryDirectory(prefix="natars-")
        self._file = sqlite3.connect(Path(self._folder.name) / "readings.sqlite", isolation_level=None)
        self._file.execute("pragma journal_mode = off")
        self._file.execute("pragma synchronous = off")
        self._file.executescript(_SCHEMA)
        return self._file

    def _name_patients(self, patients: Patients) -> None:
        """Writes which key stands for each subject, a page at a time."""
        assert self._file is not None  # noqa: S101 (for the type checker: only called once spilled)
        self._file.execute("delete from name")
        subjects = self._file.execute("select distinct subject from reading where subject is not null")
        while page := subjects.fetchmany(_PAGE):
            rows = [(key, patients.one(key)) for (key,) in page]
            self._file.executemany("insert into name values (?, ?)", rows)
