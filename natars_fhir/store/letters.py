"""Letters: the outbox as those see it who look after it: what waits and what was given up, and every attempt."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select

from natars_fhir.store.outbox import Attempt
from natars_fhir.store.packed import unpack
from natars_fhir.store.tables.core import delivery, outbox

STATES = ("waiting", "dead", "done", "superseded")


@dataclass(frozen=True, slots=True)
class Known:
    """A letter, without what it says; ``last`` is what came of it last."""

    seq: int
    site: str
    kind: str
    target: str
    about: str
    state: str
    queued: datetime
    due: datetime
    attempts: int
    last: Attempt | None


def listed(
    connection: Connection, states: Collection[str], site: str = "", kind: str = "", most: int = 200, after: int = 0
) -> Iterator[Known]:
    """Letters in these states, in the order in which they were queued."""
    here = outbox.c
    asked = _asked().where(here.state.in_(sorted(states)), here.seq > after)
    for name, value in (("site", site), ("kind", kind)):
        if value:
            asked = asked.where(here[name] == value)
    for row in connection.execute(asked.order_by(here.seq).limit(most)):
        yield _known(row)


def letter(connection: Connection, seq: int) -> Known | None:
    """The letter of this number."""
    row = connection.execute(_asked().where(outbox.c.seq == seq)).first()
    return None if row is None else _known(row)


def body(connection: Connection, seq: int) -> bytes:
    """What it says, in R4."""
    return unpack(connection.execute(select(outbox.c.body).where(outbox.c.seq == seq)).scalar_one())


def tries(connection: Connection, seq: int) -> list[Attempt]:
    """Every attempt to deliver it, in order."""
    asked = select(delivery).where(delivery.c.outbox == seq).order_by(delivery.c.seq)
    return [Attempt(row.at, row.outcome, tuple(row.codes.split())) for row in connection.execute(asked)]


def left(connection: Connection, sites: Collection[str]) -> dict[tuple[str, str], int]:
    """(site, state) → how many wait, or were given up."""
    here = outbox.c
    asked = select(here.site, here.state, func.count()).where(
        here.site.in_(sorted(sites)), here.state.in_(("waiting", "dead"))
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(asked.group_by(here.site, here.state))}


_each = delivery.alias()
_latest = select(func.max(_each.c.seq)).where(_each.c.outbox == outbox.c.seq).correlate(outbox).scalar_subquery()


def _asked() -> Any:
    joined = outbox.outerjoin(delivery, and_(delivery.c.outbox == outbox.c.seq, delivery.c.seq == _latest))
    here = outbox.c
    names = (here.seq, here.site, here.kind, here.target, here.about, here.state, here.queued, here.due, here.attempts)
    return select(*names, delivery.c.at, delivery.c.outcome, delivery.c.codes).select_from(joined)


def _known(row: Any) -> Known:
    last = None if row.at is None else Attempt(row.at, row.outcome, tuple(row.codes.split()))
    told = (row.seq, row.site, row.kind, row.target, row.about, row.state, row.queued, row.due, row.attempts)
    return Known(*told, last)
