"""Pull subscriptions: those that we have at a site's server, the events that they told, what is still to be fetched."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select, update

from natars_fhir.store.rows import keep_latest
from natars_fhir.store.tables.pull import pull_event, pull_subscription

_here, _event = pull_subscription.c, pull_event.c
_FIELDS = ("site", "topic", "id", "asked", "place", "status", "secret", "seen", "told", "heard", "made", "behind")


@dataclass(frozen=True, slots=True)
class Held:
    """A subscription of ours: ``place`` is its id there, ``seen`` the last event before which nothing is missing,
    ``told`` the last that it spoke of; ``behind``: a search must catch up."""

    site: str
    topic: str
    id: str
    asked: str
    place: str
    status: str
    secret: bytes = field(repr=False)
    seen: int
    told: int
    heard: datetime
    made: datetime
    behind: bool = True

    @property
    def gap(self) -> bool:
        """Did it speak of events that never came?"""
        return self.told > self.seen


@dataclass(frozen=True, slots=True)
class Waiting:
    """A resource that we were told of: ``gone`` where it was deleted."""

    key: str
    gone: bool
    at: datetime


def put(connection: Connection, one: Held) -> None:
    """Adds it, or puts it in the place of the one for its topic."""
    keep_latest(connection, pull_subscription, [{name: getattr(one, name) for name in _FIELDS}])


def remove(connection: Connection, one: Held) -> None:
    """We are not told by it any more."""
    connection.execute(delete(pull_subscription).where(_here.site == one.site, _here.topic == one.topic))


def void(connection: Connection, one: Held) -> None:
    """It was another server's: we are not told by it any more, and what it told of is not there where we ask now."""
    remove(connection, one)
    connection.execute(delete(pull_event).where(_event.site == one.site))


def of_site(connection: Connection, site: str) -> list[Held]:
    """Every one of a site, by topic."""
    asked = select(pull_subscription).where(_here.site == site).order_by(_here.topic)
    return [_held(row) for row in connection.execute(asked).mappings()]


def by_id(connection: Connection, site: str, ident: str) -> Held | None:
    """The one that our address names."""
    asked = select(pull_subscription).where(_here.site == site, _here.id == ident)
    row = connection.execute(asked).mappings().first()
    return None if row is None else _held(row)


def settle(connection: Connection, one: Held, **news: object) -> None:
    """What changed of it, unless another stands in its place by now."""
    mine = update(pull_subscription).where(_here.site == one.site, _here.topic == one.topic, _here.id == one.id)
    connection.execute(mine.values(**news))


def fall_behind(connection: Connection, site: str) -> None:
    """A search must catch up with every one of a site."""
    connection.execute(update(pull_subscription).where(_here.site == site).values(behind=True))


def tell(connection: Connection, site: str, found: Collection[Waiting]) -> None:
    """These are to be fetched."""
    rows = {one.key: {"site": site, "key": one.key, "gone": one.gone, "at": one.at} for one in found}
    keep_latest(connection, pull_event, [*rows.values()])


def waiting(connection: Connection, site: str, most: int) -> list[Waiting]:
    """What is to be fetched, the earliest first."""
    asked = select(pull_event).where(_event.site == site).order_by(_event.at, _event.key).limit(most)
    return [Waiting(row.key, row.gone, row.at) for row in connection.execute(asked)]


def fetched(connection: Connection, site: str, found: Collection[Waiting]) -> None:
    """These are taken in; of what was told once more since then the second telling stays."""
    for one in found:
        mine = delete(pull_event).where(_event.site == site, _event.key == one.key, _event.at == one.at)
        connection.execute(mine)


def _held(row: RowMapping) -> Held:
    told: dict[str, Any] = {name: row[name] for name in _FIELDS}
    return Held(**told | {"secret": bytes(row["secret"])})
