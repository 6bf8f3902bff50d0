"""Figures: what the store comes to by site, for whoever watches it: sums, and what waits and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from natars_fhir.store.tables.audit import audit_tally
from natars_fhir.store.tables.core import outbox, quarantine


@dataclass(frozen=True, slots=True)
class Sum:
    """What sealed acts of a site come to: how many of a status, or how much of one of their counts."""

    site: str
    act: str
    name: str
    count: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters of a site in one state, and when the oldest was queued."""

    site: str
    state: str
    count: int
    oldest: datetime


def sums(connection: Connection) -> Iterator[Sum]:
    """Every sum of every site."""
    here = audit_tally.c
    asked = select(audit_tally).order_by(here.site, here.act, here.name)
    for row in connection.execute(asked).mappings():
        yield Sum(row["site"], row["act"], row["name"], row["count"], row["last"])


def letters(connection: Connection) -> Iterator[Letters]:
    """What waits in the outbox, and what was given up."""
    here = outbox.c
    asked = select(here.site, here.state, func.count(), func.min(here.queued)).where(
        here.state.in_(("waiting", "dead"))
    )
    for site, state, count, oldest in connection.execute(asked.group_by(here.site, here.state)):
        yield Letters(site, state, count, oldest)


def set_apart(connection: Connection) -> dict[str, int]:
    """Site → how much of it is in quarantine."""
    asked = select(quarantine.c.site, func.count()).group_by(quarantine.c.site)
    return {row.site: row[1] for row in connection.execute(asked)}
