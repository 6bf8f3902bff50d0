"""Found: is anybody set up at all? Asked before a server listens where others can reach it."""

from __future__ import annotations

from dataclasses import dataclass

from natars_fhir.settings import Settings
from natars_fhir.store import bearers, clients
from natars_fhir.store.engine import NoStoreError, open_store


@dataclass(frozen=True, slots=True)
class Configured:
    """Is somebody let in, and are clients among them?"""

    anybody: bool
    clients: bool


def configured(settings: Settings) -> Configured:
    """What the settings and the store say. Raises StoreError; makes no store."""
    named = any(settings.tokens)
    try:
        store = open_store(settings.database, made=False)
    except NoStoreError:
        return Configured(named, clients=False)
    try:
        with store.read() as connection:
            some = [one for one in clients.clients(connection) if one.revoked is None]
            return Configured(named or bearers.configured(connection), bool(some))
    finally:
        store.close()
