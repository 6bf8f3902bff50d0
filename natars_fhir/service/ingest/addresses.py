"""Addresses: where under our base a resource is found. A hospital's own id is kept; what has none gets one of ours.

``Observation/17`` stays ``Observation/17``. A resource that came without an id, or from another server of the site, is
known by its business identifier, by its fullUrl or by its content (`fhir.references`), and that stays its key: evidence
and what we tell the site refer to it so. Its address is a keyed hash of that key, the same every time, and is
remembered as another name of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import Connection

from natars_fhir.emit.identity import Key, keyed
from natars_fhir.store import readings

_LITERAL = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}")
_MINTED = re.compile(r"[A-Z][A-Za-z]+/[0-9a-f]{32}")


def address(secret: Key, site: str, kind: str, key: str) -> str:
    """``Type/id`` of the resource that is known by *key*."""
    return key if _LITERAL.fullmatch(key) else f"{kind}/{keyed(secret, 'address', site, kind, key)}"


def looks_minted(name: str) -> bool:
    """May this be an address of our making? Only those are looked up; a hospital's own id may look the same."""
    return _MINTED.fullmatch(name) is not None


def remember(connection: Connection, secret: Key, site: str, known: Iterable[tuple[str, str]]) -> None:
    """From now on the resources, told by type and key, are found at their addresses."""
    made = {f"={address(secret, site, kind, key)}": key for kind, key in known if not _LITERAL.fullmatch(key)}
    if made:
        readings.name(connection, site, made)
