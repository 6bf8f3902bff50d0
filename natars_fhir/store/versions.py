"""Versions: what came of each resource, in its bytes. Append-only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from natars_fhir.domain.identity import Version
from natars_fhir.store.packed import pack, unpack
from natars_fhir.store.tables import resource_version


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a resource, as it came."""

    seq: int
    key: str
    kind: str
    version: Version
    hash: str
    raw: bytes
    received: datetime


@dataclass(frozen=True, slots=True)
class Came:
    """One version of a resource, about to be kept."""

    key: str
    kind: str
    version: Version
    hash: str
    raw: bytes


def keep(connection: Connection, site: str, came: Sequence[Came], now: datetime) -> list[int]:
    """Keeps versions; gives the numbers under which they are kept, in the same order."""
    if not came:
        return []
    adding = insert(resource_version).returning(resource_version.c.seq, sort_by_parameter_order=True)
    rows = [
        {
            "site": site,
            "key": one.key,
            "kind": one.kind,
            "number": one.version.number,
            "updated": one.version.updated,
            "hash": one.hash,
            "raw": pack(one.raw),
            "received": now,
        }
        for one in came
    ]
    return list(connection.execute(adding, rows).scalars())


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


def known(connection: Connection, site: str, key: str, hash_: str) -> bool:
    """Did these bytes of this resource come before?"""
    here = resource_version.c
    asked = select(here.seq).where(here.site == site, here.key == key, here.hash == hash_)
    return connection.execute(asked.limit(1)).first() is not None


def last_came(connection: Connection, site: str, key: str, hash_: str) -> datetime | None:
    """When these bytes of a resource came last; without a hash, when it was told to be gone."""
    here = resource_version.c
    asked = select(func.max(here.received)).where(here.site == site, here.key == key, here.hash == hash_)
    found: datetime | None = connection.execute(asked).scalar()
    return found


def versions(connection: Connection, site: str, key: str) -> Iterable[Kept]:
    """Every version of a resource, in the order in which they came."""
    here = resource_version.c
    asked = select(resource_version).where(here.site == site, here.key == key).order_by(here.seq)
    for row in connection.execute(asked):
        version = Version(row.number, row.updated)
        yield Kept(row.seq, row.key, row.kind, version, row.hash, unpack(row.raw), row.received)
