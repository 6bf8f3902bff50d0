"""Feeds: the pushes of a site in the audit, the latest first; nothing of them is a patient's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, select

from natars_fhir.store.tables.audit import audit

#: What a feed brings is written down under these names.
PUSHES = ("push", "push again", "create", "update", "delete", "load")


#: Name and number, of everything that was counted.
Counts = tuple[tuple[str, int], ...]


class Push(NamedTuple):
    """When something came, how it was answered, and the counts that were told."""

    at: datetime
    status: int
    counts: Counts


def pushes(connection: Connection, site: str, since: datetime, most: int) -> Iterator[Push]:
    """What came since a moment, the latest first, *most* of it; where nothing did, the last that came before."""
    here = audit.c
    asked = select(here.at, here.status, here.counts).where(here.site == site, here.act.in_(PUSHES))
    for place, row in enumerate(connection.execute(asked.order_by(here.seq.desc()).limit(most))):
        if row.at < since and place:
            return
        yield Push(row.at, row.status, _counts(row.counts))


@lru_cache(maxsize=4_096)
def _counts(text: str) -> Counts:
    """Remembered: most pushes of a feed are alike."""
    return tuple(json.loads(text).items())
