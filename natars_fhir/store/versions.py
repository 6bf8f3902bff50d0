"""Versions: what came of each resource, in its bytes. Append-only; only a purge takes bytes out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, Integer, bindparam, delete, func, select, update

from natars_fhir.domain.identity import Version
from natars_fhir.store.packed import pack, unpack
from natars_fhir.store.rows import add, among, numbers
from natars_fhir.store.tables.core import parcel, resource_version

#: As many bytes as one parcel holds, so that one resource is found without unpacking many.
_FULL = 256_000
#: As many parcels are written at once: more would only hold more in memory.
_PARCELS = 16


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a resource, as it came. ``counted`` is its number among those that counted; 0 of one that came
    late."""

    seq: int
    key: str
    kind: str
    version: Version
    hash: str
    raw: bytes
    received: datetime
    counted: int


class Came(Struct, frozen=True):
    """One version of a resource, about to be kept; without bytes it says that the resource is gone."""

    key: str
    kind: str
    version: Version
    hash: str
    raw: bytes
    counted: int = 0


def keep(connection: Connection, site: str, came: Sequence[Came], now: datetime) -> list[int]:
    """Keeps versions; gives the numbers under which they are kept, in the same order."""
    if not came:
        return []
    seqs, rows = numbers(connection, resource_version, len(came), parcel), list[dict[str, object]]()
    left, packed = 0, list[dict[str, object]]()
    for parcelled in _parcels(came):
        number = seqs[left]  # that of the first version in it
        packed.append({"seq": number, "site": site, "body": pack(b"".join([one.raw for one in parcelled]))})
        if len(packed) == _PARCELS:
            add(connection, parcel, packed)
            packed = []
        start = 0
        for one in parcelled:
            place = {"seq": seqs[left], "site": site, "parcel": number, "start": start, "length": len(one.raw)}
            rows.append({**place, **_row(one, now)})
            start, left = start + len(one.raw), left + 1
    add(connection, parcel, packed)
    add(connection, resource_version, rows)
    return seqs


def _parcels(came: Sequence[Came]) -> Iterator[list[Came]]:
    """As many together as fill a parcel."""
    parcelled: list[Came] = []
    size = 0
    for one in came:
        if parcelled and size + len(one.raw) > _FULL:
            yield parcelled
            parcelled, size = [], 0
        parcelled.append(one)
        size += len(one.raw)
    yield parcelled


def _row(one: Came, now: datetime) -> dict[str, object]:
    return {
        "key": one.key,
        "kind": one.kind,
        "number": one.version.number,
        "updated": one.version.updated,
        "hash": one.hash,
        "counted": one.counted,
        "received": now,
    }


@dataclass(frozen=True, slots=True)
class Named:
    """A version by the name of its resource; ``number`` as its meta says it."""

    key: str
    number: int | None
    deleted: bool


def named(connection: Connection, site: str, seqs: Sequence[int]) -> list[Named]:
    """The versions that are kept under these numbers, in the order in which they came."""
    here = resource_version.c
    asked = select(here.key, here.number, here.hash).where(here.site == site, here.seq.in_(list(seqs)))
    return [Named(row.key, row.number, not row.hash) for row in connection.execute(asked.order_by(here.seq))]


_KNOWN = (
    select(resource_version.c.seq)
    .where(
        resource_version.c.site == bindparam("site"),
        resource_version.c.key == bindparam("key"),
        resource_version.c.hash == bindparam("hash"),
    )
    .limit(1)
)


def known(connection: Connection, site: str, key: str, hash_: str) -> bool:
    """Did these bytes of this resource come before?"""
    return connection.execute(_KNOWN, {"site": site, "key": key, "hash": hash_}).first() is not None


def last_came(connection: Connection, site: str, key: str, hash_: str) -> datetime | None:
    """When these bytes of a resource came last; without a hash, when it was told to be gone."""
    here = resource_version.c
    asked = select(func.max(here.received)).where(here.site == site, here.key == key, here.hash == hash_)
    found: datetime | None = connection.execute(asked).scalar()
    return found


def versions(connection: Connection, site: str, key: str) -> Iterator[Kept]:
    """Every version of a resource, in the order in which they came."""
    here, opened = resource_version.c, Parcels(connection)
    asked = select(resource_version).where(here.site == site, here.key == key).order_by(here.seq)
    for row in connection.execute(asked).all():
        version = Version(row.number, row.updated)
        raw = opened.bytes_of(row.parcel, row.start, row.length)
        yield Kept(row.seq, row.key, row.kind, version, row.hash, raw, row.received, row.counted)


def every(connection: Connection, site: str) -> Iterator[tuple[str, bytes]]:
    """Every version of every resource of a site, with its key, parcel after parcel: for who must look through all."""
    here, opened = resource_version.c, Parcels(connection)
    asked = select(here.key, here.parcel, here.start, here.length).where(here.site == site, here.length > 0)
    for row in connection.execute(asked.order_by(here.parcel, here.start)).all():
        yield row.key, opened.bytes_of(row.parcel, row.start, row.length)


class Parcels:
    """Parcels as they are opened; the last one stays open, for resources that are asked for together came together."""

    BODY = select(parcel.c.body).where(parcel.c.seq == bindparam("seq", type_=Integer))

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._open: tuple[int, bytes] = (0, b"")

    def bytes_of(self, number: int, start: int, length: int) -> bytes:
        """A part of a parcel."""
        if not length:
            return b""
        if self._open[0] != number:
            body = self._connection.execute(self.BODY, {"seq": number}).scalar_one()
            self._open = (number, unpack(body))
        return self._open[1][start : start + length]


_VERSIONS_OF = select(
    resource_version.c.seq, resource_version.c.parcel, resource_version.c.start, resource_version.c.length
).where(among(resource_version.c.site, resource_version.c.key))


def forget(connection: Connection, site: str, keys: Collection[str]) -> int:
    """Takes out every version of these resources, and their bytes from the parcels that hold others' too. How many
    versions that were. What is left has the places that it had."""
    rows = connection.execute(_VERSIONS_OF, {"of_site": site, "names": keys}).all()
    holes: dict[int, list[tuple[int, int]]] = {}
    for row in rows:
        holes.setdefault(row.parcel, []).append((row.start, row.length))
    for number, parts in holes.items():
        _blank(connection, number, parts)
    here = resource_version.c
    connection.execute(delete(resource_version).where(among(here.site, here.key)), {"of_site": site, "names": keys})
    return len(rows)


def _blank(connection: Connection, number: int, parts: Collection[tuple[int, int]]) -> None:
    body = bytearray(unpack(connection.execute(Parcels.BODY, {"seq": number}).scalar_one()))
    for start, length in parts:
        body[start : start + length] = b" " * length
    put = update(parcel).where(parcel.c.seq == number).values(body=pack(bytes(body)))
    connection.execute(put)
