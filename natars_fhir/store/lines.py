"""Lines: at each site's server one deliverer is at work at a time, and all of them know when the server is not well.

A line is held by a lease, which the holder renews while it lives; of one that died it ends within seconds. When a
server failed as a whole nothing is tried before `until`; then one letter probes it, and what comes of that closes the
line or opens it again. https://martinfowler.com/bliki/CircuitBreaker.html, kept where every worker sees it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select, update

from natars_fhir.store.outbox import FARTHEST
from natars_fhir.store.rows import keep_new
from natars_fhir.store.tables.core import outbox
from natars_fhir.store.tables.line import site_line

#: So long a holder that says nothing is believed to live.
LEASE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Line:
    """How a site's server does: ``failures`` in a row, ``since`` when, what it said last, and ``until`` when it is let
    alone."""

    site: str
    failures: int = 0
    since: datetime | None = None
    until: datetime | None = None
    outcome: str = ""

    @property
    def well(self) -> bool:
        """Did it take what it was sent last?"""
        return self.failures == 0

    def state(self, now: datetime) -> str:
        """``closed``: all goes; ``open``: nothing is tried; ``half-open``: one letter is."""
        if self.well:
            return "closed"
        return "open" if self.until is not None and now < self.until <= now + FARTHEST else "half-open"

    def failed(self, now: datetime, pause: timedelta, outcome: str) -> Line:
        """The line after the server failed as a whole."""
        return Line(self.site, self.failures + 1, self.since or now, now + pause, outcome)


def ready(connection: Connection, sites: Collection[str], now: datetime) -> list[str]:
    """The sites for which something waits, and whose server may be tried."""
    here = outbox.c
    held = select(site_line.c.site).where(~_over(site_line.c.until, now))
    asked = select(here.site).distinct().where(here.site.in_(sorted(sites)), here.state == "waiting")
    due = or_(here.due <= now, here.due > now + FARTHEST)
    return sorted(connection.execute(asked.where(due, here.site.not_in(held))).scalars())


def take(connection: Connection, site: str, holder: str, now: datetime) -> Line | None:
    """The line, for *holder* alone; None where another has it, or the server is to be let alone."""
    if _taken(connection, site, holder, now):
        return line(connection, site)
    return line(connection, site) if _made(connection, site) and _taken(connection, site, holder, now) else None


def _taken(connection: Connection, site: str, holder: str, now: datetime) -> bool:
    here = site_line.c
    free = or_(here.holder.is_(None), here.holder == holder, _over(here.lease, now))
    mine = update(site_line).where(here.site == site, free, _over(here.until, now))
    return connection.execute(mine.values(holder=holder, lease=now + LEASE)).rowcount == 1


def _made(connection: Connection, site: str) -> bool:
    if connection.execute(select(site_line.c.site).where(site_line.c.site == site)).first():
        return False
    keep_new(connection, site_line, [{"site": site, "failures": 0, "outcome": ""}])
    return True


def keep(connection: Connection, holder: str, now: datetime) -> list[str]:
    """The holder lives: its leases are renewed. The sites whose lines it still has."""
    mine = site_line.c.holder == holder
    connection.execute(update(site_line).where(mine).values(lease=now + LEASE))
    return list(connection.execute(select(site_line.c.site).where(mine)).scalars())


def mark(connection: Connection, told: Line, holder: str, now: datetime) -> bool:
    """Writes down how the server does; False where another has taken the line over, and nothing is to be said."""
    mine = update(site_line).where(site_line.c.site == told.site, site_line.c.holder == holder)
    news: dict[str, Any] = {"failures": told.failures, "since": told.since, "until": told.until}
    values = mine.values(**news, outcome=told.outcome, lease=now + LEASE)
    return connection.execute(values).rowcount == 1


def leave(connection: Connection, site: str, holder: str) -> None:
    """The line is free for anybody."""
    mine = update(site_line).where(site_line.c.site == site, site_line.c.holder == holder)
    connection.execute(mine.values(holder=None, lease=None))


def try_now(connection: Connection, site: str) -> None:
    """Somebody has seen to the server: it is probed at once."""
    connection.execute(update(site_line).where(site_line.c.site == site).values(until=None))


def line(connection: Connection, site: str) -> Line:
    """How the server of a site does."""
    return next(lines(connection, [site]), Line(site))


def lines(connection: Connection, sites: Collection[str]) -> Iterator[Line]:
    """The same of many; of one that was never tried nothing."""
    here = site_line.c
    for row in connection.execute(select(site_line).where(here.site.in_(sorted(sites))).order_by(here.site)):
        yield Line(row.site, row.failures, row.since, row.until, row.outcome)


def _over(moment: Any, now: datetime) -> Any:
    """Has it passed, or was it written before the clock was set back?"""
    return or_(moment.is_(None), moment <= now, moment > now + FARTHEST)
