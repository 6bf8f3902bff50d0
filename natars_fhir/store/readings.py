"""Readings: what the newest version of each resource says, under the key by which the resource is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, delete, func, select

from natars_fhir.domain.identity import Version
from natars_fhir.mapping.reading import Reading
from natars_fhir.store.engine import keep_latest, keep_new
from natars_fhir.store.packed import pack_reading, unpack, unpack_reading
from natars_fhir.store.tables import mention, reading, resource_alias, resource_version

#: As many names as one question holds; SQLite's limit is far above.
_MANY = 400


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a resource without opening its reading. ``versions``: how many of them counted so far."""

    key: str
    kind: str
    subject: str | None
    version: Version
    hash: str
    mapping: str
    versions: int
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Current:
    """A resource's newest version, read; without a reading it is deleted."""

    head: Head
    reading: Reading | None


def heads(connection: Connection, site: str, keys: Collection[str]) -> dict[str, Head]:
    """What is known of these resources."""
    columns = [column for column in reading.c if column.name != "body"]
    asked = select(*columns).where(reading.c.site == site)
    return {row.key: _head(row) for some in parts(keys) for row in connection.execute(asked.where(_among(some)))}


def put(connection: Connection, site: str, news: Sequence[Current]) -> None:
    """These are the newest versions now."""
    keep_latest(connection, reading, [_row(site, current) for current in news])
    _unmention(connection, site, [current.head.key for current in news])
    keep_new(connection, mention, [row for current in news for row in _mentions(site, current)])


def drop(connection: Connection, site: str, keys: Collection[str]) -> None:
    """These keys stand for nothing any more: their resource is known by another."""
    _unmention(connection, site, keys)
    for some in parts(keys):
        connection.execute(delete(reading).where(reading.c.site == site, _among(some)))


def about(connection: Connection, site: str, subjects: Collection[str]) -> Iterator[Reading]:
    """What is known of a patient who goes by these names, and the resources that it rests on, each under its key."""
    here, other = reading.c, reading.alias()
    for some in parts(subjects):
        own = select(here.key, here.body).where(here.site == site, here.subject.in_(some), ~here.deleted)
        yield from _opened(connection, own.order_by(here.key))
        rests_on = (
            select(other.c.key, other.c.body)
            .join(mention, (mention.c.site == other.c.site) & (mention.c.other == other.c.key))
            .join(reading, (here.site == mention.c.site) & (here.key == mention.c.key))
            .where(here.site == site, here.subject.in_(some), ~other.c.deleted, other.c.subject.is_(None))
        )
        yield from _opened(connection, rests_on.distinct())


def stale(connection: Connection, site: str, mappings: Collection[str]) -> bool:
    """Is anything known that none of these mappings read?"""
    here = reading.c
    asked = select(here.key).where(here.site == site, ~here.deleted, here.mapping.not_in(mappings))
    return connection.execute(asked.limit(1)).first() is not None


def with_bytes(connection: Connection, site: str, after: str, most: int) -> list[tuple[Head, Reading, bytes, datetime]]:
    """The newest versions under the keys that follow *after*: what is known, what was read, the bytes, and when they
    came."""
    here, came = reading.c, resource_version.c
    newest = select(func.max(came.seq)).where(came.site == here.site, came.key == here.key, came.hash == here.hash)
    columns = [column for column in here if column.name != "body"]
    asked = (
        select(*columns, here.body, came.raw, came.received)
        .join(resource_version, came.seq == newest.correlate(reading).scalar_subquery())
        .where(here.site == site, here.key > after, ~here.deleted)
        .order_by(here.key)
        .limit(most)
    )
    found = connection.execute(asked)
    return [(_head(row), unpack_reading(row.body), unpack(row.raw), row.received) for row in found]


def told_of(connection: Connection, site: str, others: Collection[str]) -> dict[str, set[str]]:
    """Resource → the patients whose facts rest on it; only those that somebody's do."""
    here = reading.c
    found: dict[str, set[str]] = {}
    for some in parts(others):
        asked = (
            select(mention.c.other, here.subject)
            .join(mention, (mention.c.site == here.site) & (mention.c.key == here.key))
            .where(here.site == site, mention.c.other.in_(some), here.subject.is_not(None))
        )
        for other, subject in connection.execute(asked.distinct()):
            found.setdefault(other, set()).add(subject)
    return found


def first_known_as(connection: Connection, site: str, aliases: Collection[str]) -> dict[str, str]:
    """Business identifier → the key under which it was first heard of."""
    here = resource_alias.c
    asked = select(here.alias, here.key).where(here.site == site)
    found = (connection.execute(asked.where(here.alias.in_(some))) for some in parts(aliases))
    return {alias: key for rows in found for alias, key in rows}


def name(connection: Connection, site: str, aliases: dict[str, str]) -> None:
    """These business identifiers are heard of for the first time: each with its key."""
    keep_new(connection, resource_alias, [{"site": site, "alias": a, "key": k} for a, k in aliases.items()])


def parts(names: Iterable[str]) -> Iterator[list[str]]:
    """Names in one order, in as many questions as it takes."""
    ordered = sorted(set(names))
    return (ordered[start : start + _MANY] for start in range(0, len(ordered), _MANY))


def _opened(connection: Connection, asked: Any) -> Iterator[Reading]:
    return (replace(unpack_reading(body), key=key) for key, body in connection.execute(asked) if body is not None)


def _among(keys: list[str]) -> Any:
    return reading.c.key.in_(keys)


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
        "body": None if current.reading is None else pack_reading(current.reading),
    }


def _mentions(site: str, current: Current) -> list[dict[str, str]]:
    facts = () if current.reading is None else current.reading.facts
    others = {other for fact in facts for other in (fact.said("medication"), *fact.source.besides)}
    return [{"site": site, "key": current.head.key, "other": o} for o in others if isinstance(o, str)]


def _unmention(connection: Connection, site: str, keys: Collection[str]) -> None:
    for some in parts(keys):
        connection.execute(delete(mention).where(mention.c.site == site, mention.c.key.in_(some)))
