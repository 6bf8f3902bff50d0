"""Woven: readings tied to all names that could bring them together, so that patients can be gathered in any place.

Two readings have to do with one another only where they share a name: the patient whom they are about, the resource's
key, a business identifier. Whatever hangs together by such names is a thread; a thread read again in the order of the
input, by the same `Gathered`, gives what one process gives. Names are hashes of 64 bits: two that meet by chance join
two threads, which costs a little and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from hashlib import blake2b
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from natars_fhir.domain.identity import Patients
from natars_fhir.domain.study import Study
from natars_fhir.mapping.gathered import ALWAYS_KEPT, Gathered, InMemory
from natars_fhir.mapping.reading import Reading
from natars_fhir.pipeline import Outcome, outcomes

#: Facts and documents that are held before their rows are given.
_MOST = 20_000

#: (piece, document, entry, reading): in this order one process would have met it.
Placed = tuple[int, int, int, Reading]

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Placed]).decode


class Row(NamedTuple):
    """What some documents say of one patient, or of a resource that is nobody's."""

    #: the name of whom it is about; None where it speaks of nobody
    node: int | None
    #: all its names
    names: list[int]
    #: the names of the Medications that it refers to
    needs: list[int]
    #: does it tell something? What tells nothing can only take the place of what did, under a name that both have.
    tells: bool
    packed: bytes


def name(key: str) -> int:
    """A key as a number."""
    return int.from_bytes(blake2b(key.encode(errors="surrogatepass"), digest_size=8).digest(), signed=True)


class Weaver:
    """Takes the documents of one piece, and gives rows."""

    def __init__(self, piece: int) -> None:
        self._piece, self._held = piece, 0
        self._rows: dict[str, list[Placed]] = {}

    def take(self, document: int, readings: Sequence[Reading]) -> bool:
        """Takes a document in. Is it time to give?"""
        for entry, one in enumerate(readings):
            if one.fate in ("read", "not-asked", "deleted"):
                slim = replace(one, not_understood=()) if one.not_understood else one
                self._rows.setdefault(one.subject or one.key, []).append((self._piece, document, entry, slim))
                self._held += len(one.facts) + 1
        return self._held > _MOST

    def give(self) -> Iterator[Row]:
        """The rows of what was taken since."""
        for about, placed in self._rows.items():
            yield _row(about, placed)
        self._rows, self._held = {}, 0


def _row(about: str, placed: list[Placed]) -> Row:
    names, needs, tells = {about: None}, dict[str, None](), False
    for *_, one in placed:
        names[one.key] = None
        names.update(dict.fromkeys(one.aliases))
        needs.update(dict.fromkeys(_needs(one)))
        # of a Patient or a Medication the key may be all that two readings share
        tells = tells or bool(one.facts or one.issues) or one.fate == "deleted" or one.kind in ALWAYS_KEPT
    return Row(name(about), [name(key) for key in names], [name(key) for key in needs], tells, _encode(placed))


def _needs(one: Reading) -> Iterator[str]:
    """The Medications whose facts are asked for when the record is made (`mapping.referred`)."""
    for fact in one.facts:
        if fact.concept == "antineoplastic-drug" and isinstance(key := fact.said("medication"), str):
            yield key


class Thread(NamedTuple):
    """All rows that hang together, and copies of what these refer to."""

    own: list[bytes]
    besides: list[bytes]


def screened(thread: Thread, site: str, study: Study, as_of: date) -> Iterator[Outcome]:
    """The patients of a thread."""
    own = [placed for packed in thread.own for placed in _decode(packed)]
    subjects = {one.subject for *_, one in own if one.subject is not None}
    if not subjects:
        return
    gathered = Gathered(site, _Own(subjects))
    for readings in _documents([*own, *(placed for packed in thread.besides for placed in _decode(packed))]):
        gathered.take(readings)
    yield from outcomes(gathered, study, as_of)


class _Own(InMemory):
    """Of what is held beside, a Medication, another thread gives the patients if it has any."""

    def __init__(self, subjects: set[str]) -> None:
        super().__init__()
        self._subjects = subjects

    def by_patient(self, patients: Patients) -> Iterator[tuple[str, list[Reading]]]:
        own = {patients.one(subject) for subject in self._subjects}
        return ((key, readings) for key, readings in super().by_patient(patients) if key in own)


def _documents(placed: list[Placed]) -> Iterator[list[Reading]]:
    """The readings of each document, in the order of the input."""
    placed.sort(key=lambda one: one[:3])
    readings: list[Reading] = []
    last = None
    for piece, document, _, reading in placed:
        if (piece, document) != last and readings:
            yield readings
            readings = []
        last = piece, document
        readings.append(reading)
    if readings:
        yield readings


def joined(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Names that were met together → the one that stands for all of them: the least."""
    up: dict[int, int] = {}

    def top(one: int) -> int:
        while (above := up.get(one, one)) != one:
            up[one] = up.get(above, above)
            one = above
        return one

    for first, second in pairs:
        low, high = sorted((top(first), top(second)))
        up[high] = up[low] = low
    return {one: top(one) for one in up}
