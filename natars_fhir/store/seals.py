"""Seals: the rows of a site's audit as a chain. They are sealed after their commit, in order, by one sealer at a time.

The digest is an HMAC with the installation's key, not a plain hash: whoever can write to the database could work out a
plain chain anew from the first row that suits them, and nobody would see it. The price is that a check needs the key.
Against the holder of both, a head that is kept elsewhere helps: no other past comes to the same digest.
"""

from __future__ import annotations

import hmac
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, exists, func, select, text, union

from natars_fhir.store.audit import canonical, genuine, unmarked
from natars_fhir.store.rows import add, add_up
from natars_fhir.store.tables.audit import audit, audit_seal, audit_tally

#: A transaction that began earlier may commit its row after a later one is sealed: so many rows back it is looked for.
_SLACK = 1_000
#: As many rows as one transaction seals.
PAGE = 1_000
#: What the first row of a chain is sealed upon.
_BEGINNING = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a site's chain: kept elsewhere, it proves later that nothing was cut off."""

    site: str
    position: int
    digest: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with an audit, and where: the position in the chain and the row's number; 0 for none."""

    site: str
    position: int
    row: int
    what: str


def sites(connection: Connection) -> list[str]:
    """Every site that the audit or its chain knows."""
    asked = union(select(audit.c.site).distinct(), select(audit_seal.c.site).distinct())
    return sorted(connection.execute(asked).scalars())


def waiting(connection: Connection, site: str, *, whole: bool = False, most: int = PAGE) -> list[Mapping[Any, Any]]:
    """The first rows of a site that are not sealed yet; with *whole*, looked for from the beginning."""
    sealed = exists().where(audit_seal.c.audit == audit.c.seq)
    asked = select(audit).where(audit.c.site == site, ~sealed).order_by(audit.c.seq).limit(most)
    if not whole:
        newest = select(func.max(audit_seal.c.audit)).where(audit_seal.c.site == site)
        asked = asked.where(audit.c.seq > (connection.execute(newest).scalar() or 0) - _SLACK)
    return [*connection.execute(asked).mappings()]


def seal(connection: Connection, key: bytes, site: str, *, whole: bool = False) -> int:
    """Seals what waits, up to a page, and adds it to the sums; how many rows that was.

    Raises IntegrityError where another sealer was first: nothing is lost then, for it has done the work.
    """
    _alone(connection, site)
    rows = waiting(connection, site, whole=whole, most=PAGE)
    before = head(connection, site)
    position, digest = (before.position, before.digest) if before else (0, _BEGINNING)
    seals = []
    for row in rows:
        position += 1
        digest = _digest(key, digest, position, row)
        seals.append({"site": site, "position": position, "audit": row["seq"], "digest": digest})
    if seals:
        add(connection, audit_seal, seals)
        _add_up(connection, site, rows)
    return len(seals)


def head(connection: Connection, site: str) -> Head | None:
    """The end of a site's chain; None where nothing is sealed."""
    here = audit_seal.c
    asked = select(here.position, here.digest).where(here.site == site).order_by(here.position.desc()).limit(1)
    row = connection.execute(asked).first()
    return None if row is None else Head(site, row.position, row.digest)


def holds(connection: Connection, head: Head) -> bool:
    """Does the chain still hold what was its end once?"""
    here = audit_seal.c
    asked = select(here.digest).where(here.site == head.site, here.position == head.position)
    found = connection.execute(asked).scalar()
    return found is not None and hmac.compare_digest(found, head.digest)


def flaws(connection: Connection, key: bytes, site: str) -> Iterator[Flaw]:
    """Everything that is wrong with a site's audit: the chain row by row, then what is not sealed yet."""
    yield from _chain(connection, key, site)
    first = head(connection, site) is None
    for row in _every_waiting(connection, site):
        first = first and unmarked(row)
        if not (first or genuine(key, row)):
            yield Flaw(site, 0, row["seq"], "the row was not written by this program, or was edited")
    twice = select(func.max(audit.c.seq)).where(audit.c.site == site).group_by(audit.c.mark).having(func.count() > 1)
    for seq in connection.execute(twice).scalars():
        yield Flaw(site, 0, seq, "the row is a copy of another one")


def _chain(connection: Connection, key: bytes, site: str) -> Iterator[Flaw]:
    """Each seal is checked upon the one that stands before it, so that one fault is told once. The rows of the first
    release bear no mark: they can only stand before all others."""
    position, digest, first = 0, _BEGINNING, True
    for row in _sealed(connection, site):
        first = first and row["seq"] is not None and unmarked(row)
        whole = row["position"] == position + 1
        if not whole:
            yield Flaw(site, position + 1, 0, "the seal is gone, and its row with it")
        position = row["position"]
        if row["seq"] is None:
            yield Flaw(site, position, row["sealed"], "the row is gone")
        elif row["site"] != site or not (first or genuine(key, row)):
            yield Flaw(site, position, row["seq"], "the row was edited")
        elif whole and not hmac.compare_digest(_digest(key, digest, position, row), row["digest"]):
            yield Flaw(site, position, row["seq"], "the seal does not fit: rows were moved, or the seal was edited")
        digest = row["digest"]


def _sealed(connection: Connection, site: str) -> Iterator[Mapping[Any, Any]]:
    there = select(audit_seal.c.position, audit_seal.c.digest, audit_seal.c.audit.label("sealed"), audit)
    asked = there.select_from(audit_seal.outerjoin(audit, audit.c.seq == audit_seal.c.audit))
    ordered = asked.where(audit_seal.c.site == site).order_by(audit_seal.c.position)
    yield from connection.execute(ordered, execution_options={"yield_per": PAGE}).mappings()


def _every_waiting(connection: Connection, site: str) -> Iterator[Mapping[Any, Any]]:
    sealed = exists().where(audit_seal.c.audit == audit.c.seq)
    asked = select(audit).where(audit.c.site == site, ~sealed).order_by(audit.c.seq)
    yield from connection.execute(asked).mappings()


def _alone(connection: Connection, site: str) -> None:
    """One sealer of a site at a time. SQLite has one writer; on PostgreSQL a lock that ends with the transaction."""
    if connection.dialect.name == "postgresql":
        number = crc32(f"natars-fhir audit {site}".encode())
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def _digest(key: bytes, before: str, position: int, row: Mapping[Any, Any]) -> str:
    sealed = json.dumps([before, position, row["seq"], row["mark"], canonical(row)], separators=(",", ":"))
    return hmac.new(key, f"natars-fhir audit seal {sealed}".encode(), "sha256").hexdigest()


def _add_up(connection: Connection, site: str, rows: list[Mapping[Any, Any]]) -> None:
    """The sums of acts by status and of their counts; they cost no writer anything."""
    sums: Counter[tuple[str, str]] = Counter()
    when: dict[tuple[str, str], list[datetime]] = {}
    for row in rows:
        for name, number in ((str(row["status"]), 1), *json.loads(row["counts"]).items()):
            sums[row["act"], name] += number
            when.setdefault((row["act"], name), []).append(row["at"])
    told = [
        {"site": site, "act": act, "name": name, "count": sums[act, name], "first": min(at), "last": max(at)}
        for (act, name), at in when.items()
    ]
    add_up(connection, audit_tally, told)
