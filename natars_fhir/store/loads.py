"""Loads: how far each file was taken in. Written with what was taken in, so that neither is there without the other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, select, update

from natars_fhir.store.rows import keep_latest
from natars_fhir.store.tables.load import load

State = Literal["under-way", "done", "cut-off"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file, known by its name and its content, and where the rest of it begins; ``counts`` since its beginning."""

    name: str
    hash: str
    size: int
    at: int = 0
    line: int = 0
    state: State = "under-way"
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Was everything taken in that is there?"""
        return self.state != "under-way"


def named(connection: Connection, site: str, name: str) -> Loaded | None:
    """What is known of a file of this name."""
    return _first(connection, select(load).where(load.c.site == site, load.c.name == name))


def same(connection: Connection, site: str, hash_: str) -> Loaded | None:
    """A file with this content that was taken in to its end, whatever its name."""
    here = load.c
    asked = select(load).where(here.site == site, here.hash == hash_, here.state != "under-way")
    return _first(connection, asked.order_by(here.name).limit(1))


def begin(connection: Connection, site: str, file: Loaded, now: datetime) -> None:
    """From its beginning; what was known of another file of this name is void."""
    keep_latest(connection, load, [{"site": site, **_row(file), "started": now, "changed": now}])


def go_on(connection: Connection, site: str, before: Loaded, after: Loaded, now: datetime) -> bool:
    """So far now; False where another run was there *before*."""
    here = load.c
    there = (here.site == site, here.name == before.name, here.hash == before.hash, here.at == before.at)
    done = connection.execute(update(load).where(*there, here.state == "under-way").values(**_row(after), changed=now))
    return done.rowcount == 1


def _row(file: Loaded) -> dict[str, Any]:
    return {
        "name": file.name,
        "hash": file.hash,
        "size": file.size,
        "at": file.at,
        "line": file.line,
        "state": file.state,
        "counts": json.dumps(dict(file.counts), sort_keys=True),
    }


def _first(connection: Connection, asked: Any) -> Loaded | None:
    row = connection.execute(asked).first()
    if row is None:
        return None
    return Loaded(row.name, row.hash, row.size, row.at, row.line, row.state, json.loads(row.counts))
