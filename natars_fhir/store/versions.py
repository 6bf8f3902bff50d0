"""Versions: what came of each resource, in its bytes. Append-only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

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


def keep(
    connection: Connection, site: str, key: str, kind: str, version: Version, said: tuple[str, bytes], now: datetime
) -> int:
    """Keeps a version, *said* being hash and bytes; gives the number under which it is kept."""
    row = insert(resource_version).values(
        site=site,
        key=key,
        kind=kind,
        number=version.number,
        updated=version.updated,
        hash=said[0],
        raw=pack(said[1]),
        received=now,
    )
    return int(connection.execute(row.returning(resource_version.c.seq)).scalar_one())


def known(connection: Connection, site: str, key: str, hash_: str) -> bool:
    """Did these bytes of this resource come before?"""
    here = resource_version.c
    asked = select(here.seq).where(here.site == site, here.key == key, here.hash == hash_)
    return connection.execute(asked.limit(1)).first() is not None


def versions(connection: Connection, site: str, key: str) -> Iterable[Kept]:
    """Every version of a resource, in the order in which they came."""
    here = resource_version.c
    asked = select(resource_version).where(here.site == site, here.key == key).order_by(here.seq)
    for row in connection.execute(asked):
        version = Version(row.number, row.updated)
        yield Kept(row.seq, row.key, row.kind, version, row.hash, unpack(row.raw), row.received)
