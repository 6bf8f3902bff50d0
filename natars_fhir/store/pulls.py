"""Pulls: one at a time at each site, and how far each type was read; a mark moves with its holder's lease alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select, update

from natars_fhir.store.outbox import FARTHEST
from natars_fhir.store.rows import keep_latest, keep_new
from natars_fhir.store.tables.pull import pull, pull_mark

#: So long a holder that says nothing is believed to live.
LEASE = timedelta(seconds=20)
_here, _mark = pull.c, pull_mark.c


@dataclass(frozen=True, slots=True)
class State:
    """How the pulls of a site do: the last, the last good one, ``failures`` in a row since, and ``until`` when none is
    made by itself."""

    site: str
    began: datetime | None = None
    ended: datetime | None = None
    failures: int = 0
    outcome: str = ""
    until: datetime | None = None
    lease: datetime | None = None

    def busy(self, now: datetime) -> bool:
        """Is one at work?"""
        return self.lease is not None and now < self.lease <= now + FARTHEST

    @property
    def broken_off(self) -> bool:
        """Did the last neither end well nor fail?"""
        return not self.failures and self.began is not None and (self.ended is None or self.ended < self.began)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a type was read, by the hospital's clock."""

    kind: str
    asked: str
    at: datetime
    moved: datetime


class OvertakenError(Exception):
    """Another pull of the site is at work, and nothing more is to be written here."""


def take(connection: Connection, site: str, holder: str, now: datetime) -> bool:
    """The turn, for *holder* alone; False while another has it."""
    keep_new(connection, pull, [{"site": site, "failures": 0, "outcome": ""}])
    lease = _here.lease
    free = or_(_here.holder.is_(None), _here.holder == holder, lease <= now, lease > now + FARTHEST)
    mine = update(pull).where(_here.site == site, free).values(holder=holder, lease=now + LEASE)
    return connection.execute(mine).rowcount == 1


def keep(connection: Connection, site: str, holder: str, now: datetime) -> bool:
    """The holder lives: its lease is renewed. False where another has the turn."""
    mine = update(pull).where(_here.site == site, _here.holder == holder)
    return connection.execute(mine.values(lease=now + LEASE)).rowcount == 1


def leave(connection: Connection, site: str, holder: str) -> None:
    """The turn is free for anybody."""
    mine = update(pull).where(_here.site == site, _here.holder == holder)
    connection.execute(mine.values(holder=None, lease=None))


def begun(connection: Connection, site: str, now: datetime) -> None:
    """A pull begins."""
    connection.execute(update(pull).where(_here.site == site).values(began=now))


def ended(connection: Connection, site: str, outcome: str, now: datetime, until: datetime | None) -> None:
    """A pull ended: well where *outcome* is empty; else nothing is tried by itself before *until*."""
    mine = update(pull).where(_here.site == site)
    if outcome:
        connection.execute(mine.values(failures=_here.failures + 1, outcome=outcome, until=until))
    else:
        connection.execute(mine.values(ended=now, failures=0, outcome="", until=None))


def state(connection: Connection, site: str) -> State:
    """How the pulls of a site do."""
    return next((one for one in states(connection) if one.site == site), State(site))


def states(connection: Connection) -> Iterator[State]:
    """The same of every site of which something was ever pulled."""
    for row in connection.execute(select(pull).order_by(_here.site)):
        told = (row.site, row.began, row.ended, row.failures, row.outcome, row.until)
        yield State(*told, lease=row.lease)


def marks(connection: Connection, site: str | None = None) -> Iterator[tuple[str, Mark]]:
    """Every mark with its site; or those of one site."""
    asked = select(pull_mark).order_by(_mark.site, _mark.kind)
    for row in connection.execute(asked if site is None else asked.where(_mark.site == site)):
        yield row.site, Mark(row.kind, row.asked, row.mark, row.moved)


def mark_of(connection: Connection, site: str, kind: str, asked: str) -> datetime | None:
    """How far a type was read; None where it never was, or where something else was asked for then."""
    mine = select(_mark.mark).where(_mark.site == site, _mark.kind == kind, _mark.asked == asked)
    return connection.execute(mine).scalar()


def move(connection: Connection, site: str, holder: str, mark: Mark) -> bool:
    """The mark goes on, never back. False where it stands there already. Raises OvertakenError."""
    if not keep(connection, site, holder, mark.moved):
        raise OvertakenError
    before = mark_of(connection, site, mark.kind, mark.asked)
    if before is not None and before >= mark.at:
        return False
    row = {"site": site, "kind": mark.kind, "asked": mark.asked, "mark": mark.at, "moved": mark.moved}
    keep_latest(connection, pull_mark, [row])
    return True


def back(connection: Connection, site: str, holder: str, kind: str, before: Mark | None, now: datetime) -> None:
    """What came was not all: the mark of a type stands again where it stood *before*. Raises OvertakenError."""
    if not keep(connection, site, holder, now):
        raise OvertakenError
    connection.execute(delete(pull_mark).where(_mark.site == site, _mark.kind == kind))
    if before is not None:
        move(connection, site, holder, before)


def unmark(connection: Connection, site: str) -> None:
    """Everything is asked for again from its beginning."""
    connection.execute(delete(pull_mark).where(_mark.site == site))
