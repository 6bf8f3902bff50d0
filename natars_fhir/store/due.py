"""Due: the persons who are to be screened, marked in the transaction that took in what touched them.

Rows are only added and removed, so that two who mark one person never wait for each other; who screens a person takes
all rows under any name of theirs.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select, update

from natars_fhir.store import driver
from natars_fhir.store.persons import Persons, every_name, of_each
from natars_fhir.store.rows import add, among
from natars_fhir.store.tables.core import Moment
from natars_fhir.store.tables.due import screening_due

_here = screening_due.c


@dataclass(frozen=True, slots=True)
class Owed:
    """What a screening was owed to: the mark's number, a name of the person, the resource versions that touched it, and
    since when."""

    number: int
    name: str
    cause: tuple[int, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many marks of a site wait, and since when the oldest does."""

    site: str
    count: int
    since: datetime


def mark(
    connection: Connection, site: str, causes: Mapping[str, Iterable[int]], now: datetime,
    patience: timedelta = timedelta(),
) -> None:  # fmt: skip
    """These are to be screened: a name of each person, and the resource versions that touched them. Nobody does it by
    themselves within their *patience*."""
    when = {"since": now, "tries": 0, "ready": now + patience}
    rows = [{"site": site, "patient": name, "cause": json.dumps(sorted(seqs)), **when} for name, seqs in causes.items()]
    add(connection, screening_due, rows)


_SETTLED = (
    delete(screening_due)
    .where(among(_here.site, _here.patient))
    .returning(_here.seq, _here.patient, _here.cause, _here.since)
)


def settle(connection: Connection, site: str, names: Collection[str]) -> list[Owed]:
    """Nobody who goes by these names is due any more; what they were due for, the earliest first."""
    return _owed(driver.rows(connection, _SETTLED, {"of_site": site, "names": names}))


def _owed(rows: Sequence[Any]) -> list[Owed]:
    return [Owed(row.seq, row.patient, tuple(json.loads(row.cause)), row.since) for row in sorted(rows)]


_EVER = datetime.max.replace(tzinfo=UTC)
_READY = (
    _here.site == bindparam("site"),
    or_(
        _here.ready <= bindparam("now", type_=Moment),
        and_(_here.tries == 0, _here.ready <= bindparam("early", type_=Moment)),
    ),
)
#: by the rows' numbers, so that of a million marks only so many are looked at
_FIRST = (
    select(_here.patient)
    .where(*_READY, _here.seq <= bindparam("last"))
    .order_by(_here.seq)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)


def first(
    connection: Connection, site: str, now: datetime, most: int, *, last: int, skip: int = 0, early: bool = False
) -> list[str]:
    """The names that have waited longest, of marks up to the number *last*; *early*: also those who may wait still."""
    asked = {"site": site, "now": now, "early": _EVER if early else now, "most": most, "skip": skip, "last": last}
    return [*dict.fromkeys(connection.execute(_FIRST, asked).scalars())]


_MARKS = select(_here.seq, _here.patient, _here.cause, _here.since).where(among(_here.site, _here.patient))


def marks(connection: Connection, site: str, persons: Persons) -> dict[str, list[Owed]]:
    """For what each of these persons is due, the earliest first."""
    rows = connection.execute(_MARKS, {"of_site": site, "names": every_name(persons)}).all()
    return of_each(_owed(rows), persons, attrgetter("name"))


_LAST = select(func.max(_here.seq)).where(*_READY)


def last(connection: Connection, site: str, now: datetime, *, early: bool = False) -> int:
    """The number of the last mark of a site that may be worked off; 0 where there is none. *early*: see `first`."""
    return connection.execute(_LAST, {"site": site, "now": now, "early": _EVER if early else now}).scalar() or 0


_WAITING = (
    select(_here.site, func.count().label("count"), func.min(_here.since).label("since"))
    .where(_here.ready <= bindparam("now", type_=Moment))
    .group_by(_here.site)
    .order_by(_here.site)
)


def waiting(connection: Connection, now: datetime) -> list[Waiting]:
    """How much waits, by site; without what was put off until after *now*."""
    return [Waiting(*row) for row in connection.execute(_WAITING, {"now": now})]


def count(connection: Connection, site: str) -> int:
    """How many names of a site are due."""
    asked = select(func.count(_here.patient.distinct())).where(_here.site == site)
    return connection.execute(asked).scalar_one()


_PUT_OFF = update(screening_due).where(among(_here.site, _here.patient))


def put_off(connection: Connection, site: str, names: Collection[str], ready: datetime) -> None:
    """It failed with these: they are tried again at *ready*."""
    put = _PUT_OFF.values(tries=_here.tries + 1, ready=ready)
    connection.execute(put, {"of_site": site, "names": names})


def tries(connection: Connection, site: str, name: str) -> int:
    """How often it was tried to screen who goes by this name."""
    asked = select(func.max(_here.tries)).where(_here.site == site, _here.patient == name)
    return connection.execute(asked).scalar() or 0
