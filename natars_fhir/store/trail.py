"""The trail: what was done, what was let go, and what was answered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, select

from natars_fhir.store.packed import pack, unpack
from natars_fhir.store.rows import keep_new
from natars_fhir.store.tables.core import answered, let_go


def let(connection: Connection, site: str, gone: Collection[tuple[str, str, str]], now: datetime) -> None:
    """Type, id and hash of what no view reads."""
    rows = [{"site": site, "kind": kind, "id": id_, "hash": hash_, "at": now} for kind, id_, hash_ in {*gone}]
    keep_new(connection, let_go, rows)


def let_counts(connection: Connection, site: str) -> dict[str, int]:
    """How many resources of each type were let go."""
    asked = select(let_go.c.kind, func.count(let_go.c.id.distinct())).where(let_go.c.site == site)
    return {row.kind: row[1] for row in connection.execute(asked.group_by(let_go.c.kind))}


def answer(connection: Connection, site: str, identifier: str, hash_: str) -> bytes | None:
    """What was answered to this very document before."""
    here = answered.c
    asked = select(here.answer).where(here.site == site, here.identifier == identifier, here.hash == hash_)
    found = connection.execute(asked).scalar()
    return None if found is None else unpack(found)


def keep_answer(connection: Connection, site: str, identifier: str, hash_: str, said: bytes) -> None:
    """Keeps what is answered to a document."""
    row = {"site": site, "identifier": identifier, "hash": hash_, "answer": pack(said)}
    keep_new(connection, answered, [row])
