"""Kept: the versions of one resource by number, and the newest of many, to be given back.

https://hl7.org/fhir/R4/http.html#versioning. A version has a number when it counted: one that came late, after a newer,
is kept and has none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from natars_fhir.store.readings import Head, heads
from natars_fhir.store.rows import among
from natars_fhir.store.tables.core import mention, reading, resource_version
from natars_fhir.store.versions import Parcels


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


_came, _here = resource_version.c, reading.c
_PLACE = (_came.parcel, _came.start, _came.length)
_NUMBERED = (
    select(_came.seq, _came.counted, _came.hash, _came.received)
    .where(_came.site == bindparam("site"), _came.key == bindparam("key"), _came.counted > 0)
    .order_by(_came.counted, _came.seq)
)


def numbered(connection: Connection, site: str, key: str) -> list[Numbered]:
    """The versions of a resource that counted, the first first."""
    return [Numbered(*row) for row in connection.execute(_NUMBERED, {"site": site, "key": key})]


def octets(connection: Connection, site: str, seqs: Collection[int]) -> dict[int, bytes]:
    """The bytes that are kept under these numbers; of a deletion there are none."""
    asked = select(_came.seq, *_PLACE).where(_came.site == site, _came.seq.in_(sorted(seqs)), _came.hash != "")
    rows = connection.execute(asked).all()
    return dict(zip((row.seq for row in rows), _opened(connection, rows), strict=True))


def _opened(connection: Connection, rows: Sequence[Any]) -> list[bytes]:
    """The bytes of each row; each parcel is opened once."""
    opened, raws = Parcels(connection), dict[int, bytes]()
    for place in sorted(range(len(rows)), key=lambda place: rows[place].parcel):
        raws[place] = opened.bytes_of(rows[place].parcel, rows[place].start, rows[place].length)
    return [raws[place] for place in range(len(rows))]


_LAST = (
    select(func.max(_came.seq).label("seq"))
    .join(reading, (_here.site == _came.site) & (_here.key == _came.key) & (_here.hash == _came.hash))
    .where(among(_came.site, _came.key))
    .group_by(_came.key)
    .subquery()
)
_NEWEST = select(_came.key, _came.received, *_PLACE).join(_LAST, _LAST.c.seq == _came.seq)


def newest(connection: Connection, site: str, keys: Collection[str]) -> dict[str, Newest]:
    """What these resources are now; those that are deleted are not among them."""
    known = {key: head for key, head in heads(connection, site, keys).items() if not head.deleted}
    rows = connection.execute(_NEWEST, {"of_site": site, "names": known.keys()}).all() if known else []
    raws = _opened(connection, rows)
    return {row.key: Newest(known[row.key], raw, row.received) for row, raw in zip(rows, raws, strict=True)}


_OF_KIND = (
    select(_here.key)
    .where(_here.site == bindparam("site"), _here.kind == bindparam("kind"), _here.key > bindparam("after"))
    .where(~_here.deleted)
    .order_by(_here.key)
    .limit(bindparam("most"))
)


def of_kind(connection: Connection, site: str, kind: str, after: str, most: int) -> list[str]:
    """The keys of a type that follow *after*, in order."""
    asked = {"site": site, "kind": kind, "after": after, "most": most}
    return list(connection.execute(_OF_KIND, asked).scalars())


_OF_SUBJECTS = select(_here.key).where(
    among(_here.site, _here.subject), _here.kind == bindparam("kind"), ~_here.deleted
)


def of_subjects(connection: Connection, site: str, kind: str, subjects: Collection[str]) -> set[str]:
    """The keys of a type whose readings are about these patients."""
    asked = {"of_site": site, "kind": kind, "names": subjects}
    return set(connection.execute(_OF_SUBJECTS, asked).scalars())


_ABOUT = select(_here.key).where(among(_here.site, _here.subject))
_MENTIONED = select(mention.c.other).distinct().where(among(mention.c.site, mention.c.key))


def about(connection: Connection, site: str, subjects: Collection[str]) -> list[str]:
    """The keys of everything that is about these patients, or that their facts rest on; deleted ones too."""
    own = connection.execute(_ABOUT, {"of_site": site, "names": subjects}).scalars().all()
    others = connection.execute(_MENTIONED, {"of_site": site, "names": own}).scalars().all() if own else []
    return sorted({*own, *others})
