"""Readings: what the newest version of each resource says, under the key by which the resource is known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, func, select

from natars_fhir.domain.identity import Version
from natars_fhir.mapping.reading import Reading
from natars_fhir.store import driver
from natars_fhir.store.packed import pack_reading, unpack_reading
from natars_fhir.store.rows import add, among, keep_latest, keep_new
from natars_fhir.store.tables.core import mention, reading, resource_alias, resource_version
from natars_fhir.store.versions import Parcels


class Head(Struct, frozen=True):
    """What is known of a resource without opening its reading. ``versions``: how many of them counted so far."""

    key: str
    kind: str
    subject: str | None
    version: Version
    hash: str
    mapping: str
    versions: int
    deleted: bool = False


class Current(Struct, frozen=True):
    """A resource's newest version, read; without a reading it is deleted. ``packed``: the reading as it is kept, where
    that is at hand."""

    head: Head
    reading: Reading | None
    packed: bytes = b""


_HEADS = select(*(column for column in reading.c if column.name != "body")).where(among(reading.c.site, reading.c.key))


def heads(connection: Connection, site: str, keys: Collection[str]) -> dict[str, Head]:
    """What is known of these resources."""
    return {row.key: _head(row) for row in driver.rows(connection, _HEADS, {"of_site": site, "names": keys})}


_OF_SUBJECTS = (
    select(*(column for column in reading.c if column.name != "body"))
    .where(among(reading.c.site, reading.c.subject), ~reading.c.deleted)
    .order_by(reading.c.key)
)


def heads_about(connection: Connection, site: str, subjects: Collection[str]) -> dict[str, Head]:
    """What is known of the resources of a patient who goes by these names."""
    return {row.key: _head(row) for row in connection.execute(_OF_SUBJECTS, {"of_site": site, "names": subjects})}


_OF_NOBODY = (
    select(reading.c.key, reading.c.hash)
    .where(reading.c.site == bindparam("site"), reading.c.subject.is_(None), ~reading.c.deleted)
    .order_by(reading.c.key)
)


def of_nobody(connection: Connection, site: str) -> Iterator[tuple[str, str]]:
    """Key and hash of each resource that told nothing of a patient, with the mapping that read it."""
    for row in connection.execute(_OF_NOBODY, {"site": site}):
        yield row.key, row.hash


def put(connection: Connection, site: str, news: Sequence[Current], fresh: Container[str] = ()) -> None:
    """These are the newest versions now; of those whose key is *fresh* nothing was known before. Had another told of
    one of these meanwhile, it is a clash (`locks.is_clash`): the transaction is begun again."""
    add(connection, reading, [_row(site, current) for current in news if current.head.key in fresh])
    keep_latest(connection, reading, [_row(site, current) for current in news if current.head.key not in fresh])
    _unmention(connection, site, [current.head.key for current in news if current.head.key not in fresh])
    keep_new(connection, mention, [row for current in news for row in _mentions(site, current)])


def drop(connection: Connection, site: str, keys: Collection[str]) -> None:
    """These keys stand for nothing any more: their resource is known by another."""
    _unmention(connection, site, keys)
    if keys:
        here = reading.c
        connection.execute(delete(reading).where(among(here.site, here.key)), {"of_site": site, "names": keys})


def stale(connection: Connection, site: str, mappings: Collection[str]) -> bool:
    """Is anything known that none of these mappings read?"""
    here = reading.c
    asked = select(here.key).where(here.site == site, ~here.deleted, here.mapping.not_in(mappings))
    return connection.execute(asked.limit(1)).first() is not None


_came = resource_version.c
_PAGE = (
    select(*(column for column in reading.c if column.name != "body"), reading.c.body)
    .add_columns(_came.parcel, _came.start, _came.length, _came.received)
    .join(
        resource_version,
        _came.seq
        == select(func.max(_came.seq))
        .where(_came.site == reading.c.site, _came.key == reading.c.key, _came.hash == reading.c.hash)
        .correlate(reading)
        .scalar_subquery(),
    )
    .where(reading.c.site == bindparam("site"), reading.c.key > bindparam("after"), ~reading.c.deleted)
    .order_by(reading.c.key)
    .limit(bindparam("most"))
)


def with_bytes(connection: Connection, site: str, after: str, most: int) -> list[tuple[Head, Reading, bytes, datetime]]:
    """The newest versions under the keys that follow *after*: what is known, what was read, the bytes, and when they
    came."""
    rows, raws = _page(connection, site, after, most)
    return [(_head(row), unpack_reading(row.body), raws[place], row.received) for place, row in enumerate(rows)]


def holding(
    connection: Connection, site: str, wanted: Callable[[bytes], bool], most: int = 500
) -> Iterator[tuple[Head, Reading, bytes, datetime]]:
    """The same of every resource of a site whose bytes are *wanted*; of the others nothing is opened."""
    after = ""
    while True:
        rows, raws = _page(connection, site, after, most)
        if not rows:
            return
        for place, row in enumerate(rows):
            after = row.key
            if wanted(raws[place]):
                yield _head(row), unpack_reading(row.body), raws[place], row.received


def _page(connection: Connection, site: str, after: str, most: int) -> tuple[list[Any], dict[int, bytes]]:
    """The next rows, and the bytes that each came in."""
    rows = list(connection.execute(_PAGE, {"site": site, "after": after, "most": most}).all())
    opened, raws = Parcels(connection), dict[int, bytes]()
    for place in sorted(range(len(rows)), key=lambda place: rows[place].parcel):
        raws[place] = opened.bytes_of(rows[place].parcel, rows[place].start, rows[place].length)
    return rows, raws


_MENTIONING = select(mention.c.other, mention.c.key).where(among(mention.c.site, mention.c.other))
_SUBJECTS = select(reading.c.key, reading.c.subject).where(
    among(reading.c.site, reading.c.key), reading.c.subject.is_not(None)
)


def told_of(connection: Connection, site: str, others: Collection[str]) -> dict[str, set[str]]:
    """Resource → the patients whose facts rest on it; only those that somebody's do."""
    rows = driver.rows(connection, _MENTIONING, {"of_site": site, "names": others}) if others else []
    keys = {row.key for row in rows}
    asked = connection.execute(_SUBJECTS, {"of_site": site, "names": keys}) if keys else ()
    subjects = {row.key: row.subject for row in asked}
    found: dict[str, set[str]] = {}
    for row in rows:
        if row.key in subjects:
            found.setdefault(row.other, set()).add(subjects[row.key])
    return found


_FIRST = select(resource_alias.c.alias, resource_alias.c.key).where(
    among(resource_alias.c.site, resource_alias.c.alias)
)


def first_known_as(connection: Connection, site: str, aliases: Collection[str]) -> dict[str, str]:
    """Business identifier → the key under which it was first heard of."""
    return dict(driver.rows(connection, _FIRST, {"of_site": site, "names": aliases}))


def name(connection: Connection, site: str, aliases: dict[str, str]) -> None:
    """These business identifiers are heard of for the first time: each with its key."""
    keep_new(connection, resource_alias, [{"site": site, "alias": a, "key": k} for a, k in aliases.items()])


def _head(row: Any) -> Head:
    version = Version(row.number, row.updated)
    return Head(row.key, row.kind, row.subject, version, row.hash, row.mapping, row.versions, row.deleted)


def _row(site: str, current: Current) -> dict[str, Any]:
    head = current.head
    return {
        "site": site,
        "key": head.key,
        "kind": head.kind,
        "subject": head.subject,
        "number": head.version.number,
        "updated": head.version.updated,
        "hash": head.hash,
        "mapping": head.mapping,
        "versions": head.versions,
        "deleted": head.deleted,
        "body": None if current.reading is None else current.packed or pack_reading(current.reading),
    }


def mentioned(reading: Reading) -> set[str]:
    """The other resources that its facts rest on."""
    others = {other for fact in reading.facts for other in (fact.said("medication"), *fact.source.besides)}
    return {other for other in others if isinstance(other, str)}


def _mentions(site: str, current: Current) -> list[dict[str, str]]:
    others = mentioned(current.reading) if current.reading else ()
    return [{"site": site, "key": current.head.key, "other": other} for other in others]


def _unmention(connection: Connection, site: str, keys: Collection[str]) -> None:
    if keys:
        here = mention.c
        connection.execute(delete(mention).where(among(here.site, here.key)), {"of_site": site, "names": keys})
