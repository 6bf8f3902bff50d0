"""Known as: what is asked of names in one transaction, each name once."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from natars_fhir.store.readings import first_known_as


class KnownAs:
    """Asks `first_known_as`, and remembers what it said for as long as nobody else can have written it."""

    def __init__(self, connection: Connection, site: str) -> None:
        self._connection, self._site = connection, site
        self._said: dict[str, str | None] = {}

    def __call__(self, aliases: Collection[str]) -> dict[str, str]:
        """Alias → the key under which it was first heard of."""
        if news := {*aliases} - self._said.keys():
            self._said |= {**dict.fromkeys(news), **first_known_as(self._connection, self._site, news)}
        return {alias: key for alias in aliases if (key := self._said[alias]) is not None}

    def forget(self) -> None:
        """Others may have written meanwhile."""
        self._said.clear()
