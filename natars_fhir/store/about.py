"""What the store says of itself: by which digest the key that goes with it is known."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from natars_fhir.store.tables.core import store


def key_check(connection: Connection) -> str | None:
    """The digest of the key that this store's identifiers were made with; None before the first."""
    return connection.execute(select(store.c.key_check)).scalar()


def keep_key_check(connection: Connection, digest: str) -> None:
    """From now on only the key of this digest goes with the store."""
    connection.execute(update(store).values(key_check=digest))
