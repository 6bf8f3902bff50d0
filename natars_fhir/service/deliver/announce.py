"""Announce: what a site's subscribers are to be told of is written down in the transaction of its cause."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from natars_fhir.emit.subscription_topic import BY_TYPE
from natars_fhir.fhir import typed
from natars_fhir.store import outbox, subscriptions
from natars_fhir.store.outbox import News


def wanted(connection: Connection, site: str) -> set[str]:
    """Of what anybody at the site wants to be told."""
    return subscriptions.topics(connection, site)


def letters(connection: Connection, site: str, told: Sequence[News], now: datetime, wanted: Collection[str]) -> None:
    """Announces each letter whose resource has another status than the site was told last, before it is queued; of what
    is *wanted*."""
    for kind, target, body in told if wanted else ():
        topic = BY_TYPE.get(kind, "")
        before, after = _head(outbox.last_said(connection, site, target)), _head(body)
        if topic in wanted and before.status != after.status:
            subscriptions.happened(connection, site, topic, (kind, after.id, target), now)


def verdicts(connection: Connection, site: str, targets: Sequence[str], now: datetime, wanted: Collection[str]) -> None:
    """Announces that the data says another verdict of the subjects who are told of as *targets*, where that is
    *wanted*."""
    topic = "screening-changed"
    for target in targets if topic in wanted else ():
        ident = _head(outbox.last_said(connection, site, target)).id
        subscriptions.happened(connection, site, topic, ("ResearchSubject", ident, target), now)


class _Head(msgspec.Struct):
    id: str = ""
    status: str = ""


def _head(body: bytes | None) -> _Head:
    return _Head() if body is None else typed.decode(body, _Head)
