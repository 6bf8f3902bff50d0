"""Located: which readings of all chunks count and where they stand, decided by the same code as in one process.

`Gathered` is given the stubs of all documents in the order of the input. It joins patients, lets later versions take
the place of earlier ones, knows a resource by its business identifier; the facts it never sees.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from natars_fhir.bulk.spool import Spool, Stub
from natars_fhir.domain.identity import Patients, Version
from natars_fhir.domain.record import Fact, Source
from natars_fhir.mapping.gathered import Gathered
from natars_fhir.mapping.reading import Reading

#: Stands for the facts of a reading that tells some.
_TELLS = (Fact("", "", None, Source("", ""), ""),)

#: Where a reading stands: row and slot.
Place = tuple[int, int]
#: (spool, offset, length, slots): a row and those of its readings that count
Row = tuple[int, int, int, tuple[int, ...]]


class Person(NamedTuple):
    """One patient: the key, the rows that tell of it, and those of what it refers to, by key."""

    key: str
    rows: tuple[Row, ...]
    shared: dict[str, Row]


class Located:
    """Holds of each reading its version, whose it is and its place, in the way of `mapping.gathered.Held`."""

    def __init__(self) -> None:
        self._at: dict[str, tuple[Version, str | None, int, int]] = {}
        #: Medications that the reading at a place refers to
        self._needs: dict[Place, tuple[str, ...]] = {}
        self._spool, self._offset, self._length = array("L"), array("Q"), array("Q")

    def get(self, key: str) -> Reading | None:
        """The reading under *key*, without what it tells."""
        if (found := self._at.get(key)) is None:
            return None
        version, subject, row, slot = found
        return Reading(key, "", "read", f"{row}.{slot}", version, subject, _TELLS)

    def put(self, key: str, reading: Reading) -> None:
        """Keeps a reading."""
        row, _, slot = reading.place.partition(".")
        self._at[key] = reading.version, reading.subject, int(row), int(slot)

    def drop(self, key: str) -> None:
        """Forgets a reading."""
        self._at.pop(key, None)

    def by_patient(self, patients: Patients) -> Iterator[tuple[str, list[Reading]]]:
        """The patients' keys alone: what tells of them is read elsewhere, see `persons`."""
        yield from ((person.key, []) for person in self.persons(patients))

    def row(self, spool: int, offset: int, length: int) -> int:
        """A number for a row."""
        self._spool.append(spool)
        self._offset.append(offset)
        self._length.append(length)
        return len(self._spool) - 1

    def refers(self, place: Place, needs: tuple[str, ...]) -> None:
        """The reading at a place refers to Medications."""
        self._needs[place] = needs

    def persons(self, patients: Patients) -> Iterator[Person]:
        """Every patient in the order of their keys, with the rows that count."""
        grouped: dict[str, list[Place]] = {}
        for _, subject, row, slot in self._at.values():
            if subject is not None:
                grouped.setdefault(patients.one(subject), []).append((row, slot))
        for key in sorted(grouped):
            places = grouped.pop(key)
            yield Person(key, tuple(self._rows(places)), self._shared(places))

    def _rows(self, places: list[Place]) -> Iterator[Row]:
        slots: dict[int, list[int]] = {}
        for row, slot in sorted(places):
            slots.setdefault(row, []).append(slot)
        for row, some in slots.items():
            yield self._spool[row], self._offset[row], self._length[row], tuple(some)

    def _shared(self, places: Iterable[Place]) -> dict[str, Row]:
        wanted = {key for place in places for key in self._needs.get(place, ())} if self._needs else ()
        found = {key: self._at[key][2:] for key in wanted if key in self._at}
        return {key: next(self._rows([place])) for key, place in found.items()}


def located(site: str, spools: Iterable[Path]) -> tuple[Located, Gathered]:
    """What counts of all *spools*, which stand in the order of the input."""
    held = Located()
    gathered = Gathered(site, held)
    for number, path in enumerate(spools):
        for group in Spool(path).groups():
            rows = [held.row(number, offset, length) for offset, length in group.rows]
            for stubs in group.documents:
                gathered.take([_reading(stub, rows, held) for stub in stubs])
    return held, gathered


def _reading(stub: Stub, rows: list[int], held: Located) -> Reading:
    """The stub as `Gathered` takes it: with facts where it tells something, and its place in the place's stead."""
    tells = stub.row >= 0
    row = rows[stub.row] if tells else -1
    if stub.needs:
        held.refers((row, stub.slot), stub.needs)
    return Reading(
        stub.key, stub.kind, stub.fate, f"{row}.{stub.slot}" if tells else "", stub.version, stub.subject,
        _TELLS if tells else (), aliases=stub.aliases,
    )  # fmt: skip
