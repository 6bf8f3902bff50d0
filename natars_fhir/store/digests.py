"""Digests: which mails went out. A row a site and slot: whoever claims it sends it, and nobody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from natars_fhir.store.rows import keep_new
from natars_fhir.store.tables.bedside import digest_slot

_here = digest_slot.c


def waits(connection: Connection, site: str, slot: str, now: datetime) -> bool:
    """Is it still to be sent, and not in somebody's hands?"""
    row = connection.execute(select(_here.state, _here.due).where(_here.site == site, _here.slot == slot)).first()
    return row is None or (row.state == "waiting" and row.due <= now)


def claim(connection: Connection, site: str, slot: str, now: datetime, until: datetime) -> int:
    """How often it was tried, this time included, where it is the caller's until then; 0 where it is not."""
    row = {"site": site, "slot": slot, "state": "waiting", "attempts": 0, "due": now}
    keep_new(connection, digest_slot, [row])
    own = (_here.site == site, _here.slot == slot)
    free = update(digest_slot).where(*own, _here.state == "waiting", _here.due <= now)
    if connection.execute(free.values(due=until, attempts=_here.attempts + 1)).rowcount != 1:
        return 0
    return int(connection.execute(select(_here.attempts).where(*own)).scalar_one())


def settle(connection: Connection, site: str, slot: str, state: str, due: datetime) -> None:
    """It was sent, or failed for good, or waits until *due*."""
    mine = update(digest_slot).where(_here.site == site, _here.slot == slot)
    connection.execute(mine.values(state=state, due=due))
