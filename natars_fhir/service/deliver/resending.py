"""Resending: what was given up gets another chance, by whoever has seen to the reason."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from natars_fhir.store import audit, lines, outbox
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store


def resend(store: Store, key: bytes, site: str, numbers: Collection[int], now: datetime) -> int:
    """These letters of a site, or all that were given up, wait again, and its server is tried at once; how many."""
    with store.of(site).write() as connection:
        count = outbox.revive(connection, site, now, numbers)
        lines.try_now(connection, site)
        audit.write(connection, key, Act(site, now, "outbox replay", "", 200, {"letters": count}))
    return count
