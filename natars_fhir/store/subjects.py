"""Subjects: what people caused of a subject, what was noticed, where it stood, and what the site declined."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, select

from natars_fhir.domain.life import Event
from natars_fhir.store.rows import among
from natars_fhir.store.tables import patient
from natars_fhir.store.tables_subject import allocation, declined, subject_move, subject_state

#: The cause under which an allocation moves a subject.
ALLOCATED = "allocated"


@dataclass(frozen=True, slots=True)
class Whose:
    """Which patient of which site, in which trial."""

    site: str
    patient: str
    trial: str


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a subject stood, as it was noticed."""

    state: str
    cause: str
    day: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Declined:
    """A request for data that somebody declined."""

    criteria: frozenset[str]
    by: str
    reason: str
    at: datetime


def _of(table: Table) -> Any:
    here = table.c
    mine = (here.site == bindparam("site"), here.trial == bindparam("trial"), among(here.patient))
    return select(table).where(*mine).order_by(here.seq)


_ALLOCATIONS, _MOVES, _STATES, _DECLINED = (_of(one) for one in (allocation, subject_move, subject_state, declined))


def caused(connection: Connection, site: str, trial: str, names: Collection[str]) -> list[Event]:
    """What people caused of the person who goes by *names*, and what was noticed, in the order in which it came."""
    asked = {"site": site, "trial": trial, "names": names}
    told = [
        Event(row.cause, row.day, row.at, row.by, row.role, row.reason, strikes=row.strikes)
        for row in connection.execute(_MOVES, asked)
    ]
    told += [
        Event(ALLOCATED, row.day, row.at, row.by, row.role, arm=row.arm)
        for row in connection.execute(_ALLOCATIONS, asked)
    ]
    return sorted(told, key=lambda one: one.at.timestamp() if one.at else 0.0)


def cause(connection: Connection, whose: Whose, event: Event) -> None:
    """Keeps what moves a subject. Raises ValueError for an event without its moment."""
    if event.at is None:
        raise ValueError("what is kept has its moment")
    told = {"day": event.day, "by": event.by, "role": event.role, "at": event.at}
    if event.cause == ALLOCATED:
        connection.execute(insert(allocation).values(**asdict(whose), arm=event.arm, **told))
        return
    more = {"cause": event.cause, "reason": event.reason, "strikes": event.strikes}
    connection.execute(insert(subject_move).values(**asdict(whose), **more, **told))


def stood(connection: Connection, site: str, trial: str, names: Collection[str]) -> list[Stood]:
    """Where the person stood each time that it came out differently, the earliest first."""
    found = connection.execute(_STATES, {"site": site, "trial": trial, "names": names})
    return [Stood(row.state, row.cause, row.day, row.at) for row in found]


def stands(connection: Connection, whose: Whose, where: Stood) -> None:
    """The subject stands there now."""
    connection.execute(insert(subject_state).values(**asdict(whose), **asdict(where)))


def refused(connection: Connection, site: str, trial: str, names: Collection[str]) -> list[Declined]:
    """What of this person the site declined to look up, the earliest first."""
    found = connection.execute(_DECLINED, {"site": site, "trial": trial, "names": names})
    return [Declined(frozenset(json.loads(row.criteria)), row.by, row.reason, row.at) for row in found]


def decline(connection: Connection, whose: Whose, said: Declined) -> None:
    """Keeps that a request was declined."""
    row = {"criteria": json.dumps(sorted(said.criteria)), "by": said.by, "reason": said.reason, "at": said.at}
    connection.execute(insert(declined).values(**asdict(whose), **row))


def told_as(connection: Connection, target: str, site: str = "") -> Iterator[tuple[str, str]]:
    """Site and patient who are told of as *target*."""
    here = patient.c
    asked = select(here.site, here.key).where(here.target == target)
    for row in connection.execute(asked.where(here.site == site) if site else asked):
        yield row.site, row.key
