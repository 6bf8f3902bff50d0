"""Hearing: a hospital's server speaks to us by a subscription; what it tells of is written down, and fetched later."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from natars_fhir.mapping.pull import Pull
from natars_fhir.service.pull.notice import Notice, notice
from natars_fhir.service.upkeep.sealed import opened
from natars_fhir.store import pull_subscriptions
from natars_fhir.store.engine import Store
from natars_fhir.store.pull_subscriptions import Held, Waiting

Said = Literal["taken", "unknown", "nobody", "unreadable"]


def hear(
    store: Store, key: bytes, site: str, plan: Pull, base: str, ident: str, secret: str, raw: bytes, now: datetime
) -> Said:
    """What becomes of a notification to the address *ident* of a site, whose server's base is *base*."""

    def work(connection: Connection) -> Said:
        held = pull_subscriptions.by_id(connection, site, ident)
        if held is None:
            return "unknown"
        if not is_secret(key, held, secret):
            return "nobody"
        told = notice(raw, base)
        if told is None:
            return "unreadable"
        _write(connection, held, plan, told, now)
        return "taken"

    return store.of(site).done([f"pull subscription {ident}"], work)


def is_secret(key: bytes, held: Held, given: str) -> bool:
    """Does it say what we agreed upon?"""
    try:
        expected = opened(key, held.secret).get("secret", "")
    except ValueError:
        return False
    return bool(expected) and hmac.compare_digest(expected.encode(), given.encode())


def _write(connection: Connection, held: Held, plan: Pull, told: Notice, now: datetime) -> None:
    wanted = {key: gone for key, gone in told.keys.items() if key.partition("/")[0] in plan.types}
    pull_subscriptions.tell(connection, held.site, [Waiting(key, gone, now) for key, gone in wanted.items()])
    seen, most, behind = reckoned(held, told)
    status = "active" if told.type == "handshake" else told.status or held.status
    news = {"seen": seen, "told": most, "behind": behind, "status": status, "heard": now}
    pull_subscriptions.settle(connection, held, **news)


def reckoned(held: Held, told: Notice) -> tuple[int, int, bool]:
    """The last event before which nothing is missing, the last that was spoken of, and whether a search must catch up.

    A handshake, and a count that is lower than before, begin the counting anew.
    """
    if told.type == "handshake" or (told.type == "heartbeat" and told.told < held.seen):
        return told.told, told.told, True
    seen = held.seen
    for number in told.numbers:
        seen = number if number == seen + 1 else seen
    return seen, max(held.told, told.told), held.behind or told.blind
