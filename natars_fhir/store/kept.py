"""Kept: the versions of one resource by number, and the newest of many, to be given back. https://hl7.org/fhir/R4/http.html#versioning

A version has a number when it counted: one that came late, after a newer, is kept and has none. Which those are is
worked out as `service.take` decided it, from what each version says of itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from natars_fhir.domain.identity import Version
from natars_fhir.store.packed import unpack
from natars_fhir.store.readings import Head, heads, parts
from natars_fhir.store.tables import reading, resource_version


@dataclass(frozen=True, slots=True)
class Numbered:
    """One version that counted: where it is kept, its number, and when it came; without a hash it is a deletion."""

    seq: int
    number: int
    hash: str
    received: datetime


@dataclass(frozen=True, slots=True)
class Newest:
    """What a resource is now: in its bytes, with when they came."""

    head: Head
    raw: bytes
    received: datetime


def numbered(connection: Connection, site: str, key: str) -> list[Numbered]:
    """The versions of a resource that counted, the first first."""
    here = resource_version.c
    asked = select(here.seq, here.number, here.updated, here.hash, here.received)
    rows = connection.execute(asked.where(here.site == site, here.key == key).order_by(here.seq))
    return list(_counted(rows))


def _counted(rows: Iterable[Any]) -> Iterator[Numbered]:
    known: Version | None = None
    count = 0
    for row in rows:
        said = Version(row.number, row.updated)
        if row.hash and known is not None and not known.replaced_by(said):
            continue
        known, count = said, count + 1
        yield Numbered(row.seq, count, row.hash, row.received)


def octets(connection: Connection, seqs: Collection[int]) -> dict[int, bytes]:
    """The bytes that are kept under these numbers."""
    here = resource_version.c
    asked = select(here.seq, here.raw).where(here.seq.in_(sorted(seqs)), here.hash != "")
    return {row.seq: unpack(row.raw) for row in connection.execute(asked)}


def newest(connection: Connection, site: str, keys: Collection[str]) -> dict[str, Newest]:
    """What these resources are now; those that are deleted are not among them."""
    known = {key: head for key, head in heads(connection, site, keys).items() if not head.deleted}
    here, found = resource_version.c, dict[str, Newest]()
    for some in parts(known):
        last = (
            select(func.max(here.seq).label("seq"))
            .join(reading, (reading.c.site == here.site) & (reading.c.key == here.key) & (reading.c.hash == here.hash))
            .where(here.site == site, here.key.in_(some))
            .group_by(here.key)
            .subquery()
        )
        asked = select(here.key, here.raw, here.received).join(last, last.c.seq == here.seq)
        for row in connection.execute(asked):
            found[row.key] = Newest(known[row.key], unpack(row.raw), row.received)
    return found


def of_kind(connection: Connection, site: str, kind: str, after: str, most: int) -> list[str]:
    """The keys of a type that follow *after*, in order."""
    here = reading.c
    asked = select(here.key).where(here.site == site, here.kind == kind, here.key > after, ~here.deleted)
    return list(connection.execute(asked.order_by(here.key).limit(most)).scalars())


def of_subjects(connection: Connection, site: str, kind: str, subjects: Collection[str]) -> set[str]:
    """The keys of a type whose readings are about these patients."""
    here, found = reading.c, set[str]()
    for some in parts(subjects):
        asked = select(here.key).where(here.site == site, here.subject.in_(some), here.kind == kind, ~here.deleted)
        found.update(connection.execute(asked).scalars())
    return found
