"""Told: what a site was told last, or will be, of each thing that we speak of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from natars_fhir.store.packed import unpack
from natars_fhir.store.tables.core import outbox


@dataclass(frozen=True, slots=True)
class Told:
    """The newest letter about one thing; ``version`` counts the letters about it."""

    body: bytes
    version: int
    queued: datetime


def told(connection: Connection, site: str, kind: str) -> list[Told]:
    """Everything of one kind that a site is told, as it was said last."""
    here = outbox.c
    last = (
        select(func.max(here.seq).label("seq"), func.count().label("many"))
        .where(here.site == site, here.kind == kind)
        .group_by(here.target)
        .subquery()
    )
    asked = select(here.body, here.queued, last.c.many).join(last, last.c.seq == here.seq).order_by(here.seq)
    return [Told(unpack(row.body), row.many, row.queued) for row in connection.execute(asked)]
