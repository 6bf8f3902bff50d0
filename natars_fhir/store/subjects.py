"""Subjects: what people caused of a subject, what was noticed, where it stood, and what the site declined."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, select

from natars_fhir.domain.life import Event
from natars_fhir.store.rows import add, among
from natars_fhir.store.tables import patient
from natars_fhir.store.tables_subject import allocation, declined, subject_move, subject_state


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
    return select(table).where(here.trial == bindparam("trial"), among(here.site, here.patient)).order_by(here.seq)


_STATES, _DECLINED = (_of(one) for one in (subject_state, declined))
_MOVES = _of(subject_move).add_columns(allocation.c.arm).outerjoin(allocation, allocation.c.move == subject_move.c.seq)


def caused(connection: Connection, site: str, trial: str, names: Collection[str]) -> list[Event]:
    """What people caused of the person who goes by *names*, and what was noticed, in the order in which it came."""
    asked = {"of_site": site, "trial": trial, "names": names}
    return [
        Event(
            row.cause,
            row.day,
            row.at,
            row.by,
            row.role,
            row.reason,
            arm=row.arm or "",
            strikes=row.strikes,
            seq=row.seq,
        )
        for row in connection.execute(_MOVES, asked)
    ]


def cause(connection: Connection, whose: Whose, event: Event) -> None:
    """Keeps what moves a subject; of an allocation also the arm. Raises ValueError for an event without its moment."""
    if event.at is None:
        raise ValueError("what is kept has its moment")
    told = {**asdict(whose), "day": event.day, "by": event.by, "role": event.role, "at": event.at}
    more = {"cause": event.cause, "reason": event.reason, "strikes": event.strikes}
    if not event.arm:
        add(connection, subject_move, [{**told, **more}])
        return
    adding = insert(subject_move).values(**told, **more).returning(subject_move.c.seq)
    seq = connection.execute(adding).scalar_one()
    add(connection, allocation, [{**told, "arm": event.arm, "move": seq}])


def stood(connection: Connection, site: str, trial: str, names: Collection[str]) -> list[Stood]:
    """Where the person stood each time that it came out differently, the earliest first."""
    found = connection.execute(_STATES, {"of_site": site, "trial": trial, "names": names})
    return [Stood(row.state, row.cause, row.day, row.at) for row in found]


def stands(connection: Connection, whose: Whose, where: Stood) -> None:
    """The subject stands there now."""
    add(connection, subject_state, [{**asdict(whose), **asdict(where)}])


def refused(connection: Connection, site: str, trial: str, names: Collection[str]) -> list[Declined]:
    """What of this person the site declined to look up, the earliest first."""
    found = connection.execute(_DECLINED, {"of_site": site, "trial": trial, "names": names})
    return [Declined(frozenset(json.loads(row.criteria)), row.by, row.reason, row.at) for row in found]


def decline(connection: Connection, whose: Whose, said: Declined) -> None:
    """Keeps that a request was declined."""
    row = {"criteria": json.dumps(sorted(said.criteria)), "by": said.by, "reason": said.reason, "at": said.at}
    add(connection, declined, [{**asdict(whose), **row}])


def told_as(connection: Connection, target: str, site: str = "") -> Iterator[tuple[str, str]]:
    """Site and patient who are told of as *target*."""
    here = patient.c
    asked = select(here.site, here.key).where(here.target == target)
    for row in connection.execute(asked.where(here.site == site) if site else asked):
        yield row.site, row.key
