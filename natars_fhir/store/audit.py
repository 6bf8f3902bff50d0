"""The audit: what was done, by whom, to whom, with which counts; pseudonyms alone, and never a value.

Each row bears a mark that only the holder of the key can make (HMAC-SHA256, https://www.rfc-editor.org/rfc/rfc2104), so
that a row of another hand is known even before it is sealed. What seals and checks the chain: `seals.py`.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from natars_fhir.store.actor import actor
from natars_fhir.store.rows import add
from natars_fhir.store.tables.audit import audit

#: The "site" of what concerns the whole installation: a backup, a change of the mappings.
EVERYWHERE = ""
_NONCE = 16
#: What stands in the place of a mark in the rows of the first release, which had none; the row's number follows.
FIRST_RELEASE = "first release"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done. ``by`` and ``request`` are those of the moment (`actor.py`) unless they are said.

    ``about`` is the subject's pseudonym and ``person`` a keyed hash of who spoke: never a name, a number or an id.
    """

    site: str
    at: datetime
    act: str
    hash: str = ""
    status: int = 200
    counts: Mapping[str, int] = field(default_factory=dict)
    about: str = ""
    person: str = ""
    by: str = ""
    request: str = ""


def write(connection: Connection, key: bytes, *acts: Act) -> None:
    """Adds to the audit."""
    add(connection, audit, [_row(key, act) for act in acts])


def _row(key: bytes, act: Act) -> dict[str, Any]:
    here = actor()
    said = replace(act, by=act.by or here.by, request=act.request or here.request)
    row = {name: getattr(said, name) for name in ("site", "at", "act", "by", "person", "about", "hash", "status")}
    row |= {"counts": json.dumps(dict(said.counts), sort_keys=True), "request": said.request}
    nonce = secrets.token_hex(_NONCE // 2)
    return {**row, "mark": nonce + _mark(key, nonce, row)}


def acts(connection: Connection, site: str) -> Iterator[Act]:
    """The audit of a site, the earliest first."""
    for _, act in numbered(connection, site):
        yield act


def numbered(connection: Connection, site: str, since: datetime | None = None) -> Iterator[tuple[int, Act]]:
    """The same, each with the number of its row; from a moment on."""
    asked = select(audit).where(audit.c.site == site).order_by(audit.c.seq)
    if since is not None:
        asked = asked.where(audit.c.at >= since)
    for row in connection.execute(asked):
        yield row.seq, _act(row)


def canonical(row: Mapping[Any, Any]) -> str:
    """A row as one text, the same on every database: what marks and seals are made over."""
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    names = ("site", "act", "by", "person", "about", "hash", "status", "counts", "request")
    return json.dumps([at, *(row[name] for name in names)], ensure_ascii=True, separators=(",", ":"))


def genuine(key: bytes, row: Mapping[Any, Any]) -> bool:
    """Was the row written by a holder of the key, and is it as it was written?"""
    nonce, made = row["mark"][:_NONCE], row["mark"][_NONCE:]
    return hmac.compare_digest(made.encode(), _mark(key, nonce, row).encode())


def unmarked(row: Mapping[Any, Any]) -> bool:
    """Is it a row of the first release, as the migration left it? Such rows stand before all others of a site."""
    return bool(row["mark"] == f"{FIRST_RELEASE} {row['seq']}")


def _mark(key: bytes, nonce: str, row: Mapping[Any, Any]) -> str:
    return hmac.new(key, f"natars-fhir audit row {nonce} {canonical(row)}".encode(), "sha256").hexdigest()


def _act(row: Row[Any]) -> Act:
    said = (row.site, row.at, row.act, row.hash, row.status, json.loads(row.counts))
    return Act(*said, about=row.about, person=row.person, by=row.by, request=row.request)
