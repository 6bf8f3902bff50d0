"""Found: is anybody set up at all? Asked before a server listens where others can reach it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from natars_fhir.settings import Settings
from natars_fhir.store import bearers, clients
from natars_fhir.store.engine import open_store


@dataclass(frozen=True, slots=True)
class Configured:
    """Is somebody let in, and are clients among them?"""

    anybody: bool
    clients: bool


def configured(settings: Settings) -> Configured:
    """What the settings and the store say. Raises StoreError; makes no store."""
    named = any(settings.tokens)
    place = settings.database.removeprefix("sqlite:///")
    if place != settings.database and not Path(place).is_file():
        return Configured(named, clients=False)
    store = open_store(settings.database)
    try:
        with store.read() as connection:
            some = [one for one in clients.clients(connection) if one.revoked is None]
            return Configured(named or bearers.configured(connection), bool(some))
    finally:
        store.close()
