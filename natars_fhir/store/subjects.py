"""Subjects: what people caused of a subject, what was noticed, where it stood, and what the site declined."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, select

from natars_fhir.domain.life import Event
from natars_fhir.store import driver
from natars_fhir.store.persons import Persons, every_name, of_each
from natars_fhir.store.rows import add, among, row_of
from natars_fhir.store.tables.core import patient
from natars_fhir.store.tables.subject import allocation, declined, subject_move, subject_state


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
    return caused_of(connection, site, trial, {"": names})[""]


def caused_of(connection: Connection, site: str, trial: str, persons: Persons) -> dict[str, list[Event]]:
    """The same of several persons, by person."""
    found = _rows(connection, _MOVES, site, trial, persons)
    return {key: [_event(row) for row in rows] for key, rows in found.items()}


def _rows(connection: Connection, asked: Any, site: str, trial: str, persons: Persons) -> dict[str, list[Any]]:
    rows = driver.rows(connection, asked, {"of_site": site, "trial": trial, "names": every_name(persons)})
    return of_each(rows, persons, attrgetter("patient"))


def _event(row: Any) -> Event:
    said = (row.cause, row.day, row.at, row.by, row.role, row.reason)
    return Event(*said, arm=row.arm or "", strikes=row.strikes, seq=row.seq)


def cause(connection: Connection, whose: Whose, event: Event) -> None:
    """Keeps what moves a subject; of an allocation also the arm. Raises ValueError for an event without its moment."""
    if event.at is None:
        raise ValueError("what is kept has its moment")
    if not event.arm:
        notice(connection, [(whose, event)])
        return
    told = {**row_of(whose), "day": event.day, "by": event.by, "role": event.role, "at": event.at}
    more = {"cause": event.cause, "reason": event.reason, "strikes": event.strikes}
    adding = insert(subject_move).values(**told, **more).returning(subject_move.c.seq)
    seq = connection.execute(adding).scalar_one()
    add(connection, allocation, [{**told, "arm": event.arm, "move": seq}])


def notice(connection: Connection, told: Sequence[tuple[Whose, Event]]) -> None:
    """Keeps what moves subjects, none of it an allocation."""
    rows = [
        {**row_of(whose), "day": one.day, "by": one.by, "role": one.role, "at": one.at,
         "cause": one.cause, "reason": one.reason, "strikes": one.strikes}
        for whose, one in told
    ]  # fmt: skip
    add(connection, subject_move, rows)


def stood(connection: Connection, site: str, trial: str, names: Collection[str]) -> list[Stood]:
    """Where the person stood each time that it came out differently, the earliest first."""
    return stood_of(connection, site, trial, {"": names})[""]


def stood_of(connection: Connection, site: str, trial: str, persons: Persons) -> dict[str, list[Stood]]:
    """The same of several persons, by person."""
    found = _rows(connection, _STATES, site, trial, persons)
    return {key: [Stood(row.state, row.cause, row.day, row.at) for row in rows] for key, rows in found.items()}


def stand(connection: Connection, where: Sequence[tuple[Whose, Stood]]) -> None:
    """The subjects stand there now."""
    add(connection, subject_state, [{**row_of(whose), **row_of(one)} for whose, one in where])


def refused(connection: Connection, site: str, trial: str, names: Collection[str]) -> list[Declined]:
    """What of this person the site declined to look up, the earliest first."""
    return refused_of(connection, site, trial, {"": names})[""]


def refused_of(connection: Connection, site: str, trial: str, persons: Persons) -> dict[str, list[Declined]]:
    """The same of several persons, by person."""
    found = _rows(connection, _DECLINED, site, trial, persons)
    return {key: [_declined(row) for row in rows] for key, rows in found.items()}


def _declined(row: Any) -> Declined:
    return Declined(frozenset(json.loads(row.criteria)), row.by, row.reason, row.at)


def decline(connection: Connection, whose: Whose, said: Declined) -> None:
    """Keeps that a request was declined."""
    row = {"criteria": json.dumps(sorted(said.criteria)), "by": said.by, "reason": said.reason, "at": said.at}
    add(connection, declined, [{**row_of(whose), **row}])


def told_as(connection: Connection, target: str, site: str = "") -> Iterator[tuple[str, str]]:
    """Site and patient who are told of as *target*."""
    here = patient.c
    asked = select(here.site, here.key).where(here.target == target)
    for row in connection.execute(asked.where(here.site == site) if site else asked):
        yield row.site, row.key
