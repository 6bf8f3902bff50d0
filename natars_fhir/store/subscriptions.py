"""Subscriptions: who is told, and the events of each, numbered without a gap and kept so that they can be asked for.

An event is written in the transaction of its cause. To whom is spoken is a claim, a lease that ends by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, insert, literal, or_, select, update

from natars_fhir.emit.notification import Event
from natars_fhir.emit.subscription import Subscription
from natars_fhir.store import driver
from natars_fhir.store.tables.bedside import subscription, subscription_event
from natars_fhir.store.tables.core import Moment

_here, _there = subscription.c, subscription_event.c
_FIELDS = (
    "site", "id", "status", "version", "topic", "endpoint", "content", "reason", "heartbeat", "timeout", "most", "ends",
    "events", "told", "failures", "error",
)  # fmt: skip
#: Nothing is to be said until something happens.
_NEVER = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A subscription whose endpoint is to be spoken to, its sealed headers, and when that was done last."""

    of: Subscription
    headers: bytes | None
    spoken: datetime | None


def make(connection: Connection, one: Subscription, headers: bytes | None, now: datetime) -> None:
    """Adds a subscription; it is spoken to at once."""
    told = {name: getattr(one, name) for name in _FIELDS}
    connection.execute(insert(subscription).values(**told, headers=headers, due=now))


def replace(connection: Connection, one: Subscription, headers: bytes | None, now: datetime) -> bool:
    """Puts it in the place of the one with its id; the numbering of events goes on. False where there is none."""
    counted = ("site", "id", "events", "told")
    told = {name: getattr(one, name) for name in _FIELDS if name not in counted}
    mine = update(subscription).where(_here.site == one.site, _here.id == one.id)
    return connection.execute(mine.values(**told, headers=headers, due=now, lease=None, holder=None)).rowcount == 1


def remove(connection: Connection, site: str, ident: str) -> bool:
    """Nobody is told by it any more, and its events are gone; False where there is none."""
    connection.execute(delete(subscription_event).where(_there.site == site, _there.subscription == ident))
    return connection.execute(delete(subscription).where(_here.site == site, _here.id == ident)).rowcount == 1


def subscriptions(connection: Connection, site: str) -> list[Subscription]:
    """Every subscription of a site."""
    asked = select(subscription).where(_here.site == site).order_by(_here.id)
    return [_subscription(row) for row in connection.execute(asked)]


def one(connection: Connection, site: str, ident: str) -> Subscription | None:
    """The subscription of this id."""
    row = connection.execute(select(subscription).where(_here.site == site, _here.id == ident)).first()
    return None if row is None else _subscription(row)


_TOPICS = select(_here.topic).distinct().where(_here.site == bindparam("site"), _here.status != "off")


def topics(connection: Connection, site: str) -> set[str]:
    """Of what anybody at the site wants to be told."""
    return {row.topic for row in driver.rows(connection, _TOPICS, {"site": site})}


def happened(connection: Connection, site: str, topic: str, what: tuple[str, str, str], now: datetime) -> None:
    """Writes an event (type, id and target of the resource) into every subscription to the topic."""
    kind, resource, target = what
    mine = (_here.site == site, _here.topic == topic, _here.status != "off")
    due = case((_here.failures == 0, _moment(now)), else_=_here.due)
    for ident in connection.execute(select(_here.id).where(*mine).order_by(_here.id)).scalars().all():
        own = (_here.site == site, _here.id == ident)
        connection.execute(update(subscription).where(*own).values(events=_here.events + 1, due=due))
        number = connection.execute(select(_here.events).where(*own)).scalar_one()
        told = {"site": site, "subscription": ident, "number": number, "kind": kind, "target": target}
        connection.execute(insert(subscription_event).values(**told, ident=resource, at=now))


def events(connection: Connection, of: Subscription, first: int, last: int, most: int) -> list[Event]:
    """The events from a number to a number, both included; no more than *most*."""
    mine = (_there.site == of.site, _there.subscription == of.id, _there.number >= first, _there.number <= last)
    asked = select(subscription_event).where(*mine).order_by(_there.number).limit(most)
    return [Event(row.number, row.kind, row.ident, row.target, row.at) for row in connection.execute(asked)]


def claim(
    connection: Connection, sites: Collection[str], holder: str, now: datetime, until: datetime
) -> Claimed | None:
    """The next subscription that is to be spoken to, for *holder* alone until then; None where there is none."""
    free = or_(_here.lease.is_(None), _here.lease <= now)
    waits = (_here.status.in_(("requested", "active")), _here.due <= now, _here.site.in_(sorted(sites)))
    asked = select(subscription).where(*waits, free).order_by(_here.due, _here.site, _here.id).limit(1)
    row = connection.execute(asked.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    mine = update(subscription).where(_here.site == row.site, _here.id == row.id)
    connection.execute(mine.values(lease=until, holder=holder))
    return Claimed(_subscription(row), row.headers, row.spoken)


def settle(connection: Connection, one: Subscription, holder: str, now: datetime, due: datetime | None) -> bool:
    """How it stands after it was spoken to, and when it is to be again: *due*, or as soon as there is something that it
    was not told. False where somebody else holds it by now, or it was changed."""
    told: dict[str, Any] = {name: getattr(one, name) for name in ("status", "told", "failures", "error")}
    next_ = now + _NEVER if due is None else due
    waits = case((_here.events > one.told, _moment(now)), else_=_moment(next_)) if not one.failures else due
    mine = update(subscription).where(_here.site == one.site, _here.id == one.id, _here.holder == holder)
    values = {**told, "due": waits, "spoken": now, "lease": None, "holder": None}
    return connection.execute(mine.values(values)).rowcount == 1


def counted(connection: Connection, site: str) -> int:
    """How many there are of a site."""
    return connection.execute(select(func.count()).where(_here.site == site)).scalar_one()


def forget(connection: Connection, site: str, targets: Sequence[str]) -> int:
    """Of forgotten subjects only the number of each event stays."""
    mine = update(subscription_event).where(_there.site == site, _there.target.in_(list(targets)))
    return connection.execute(mine.values(target="", ident="")).rowcount


def _moment(at: datetime) -> Any:
    """A moment as the tables keep it."""
    return literal(at, Moment())


def _subscription(row: Any) -> Subscription:
    return Subscription(**{name: getattr(row, name) for name in _FIELDS})
