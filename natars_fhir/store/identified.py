"""Identified: by which business identifiers and for which patient a resource is found, as numbers that tell nothing.

A number is 64 bits of a hash: the rows stay slim, and hold no identifier once more. Two names may share one, and a
resource may have dropped a name, so whoever finds something here looks into its bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256

from sqlalchemy import Connection, delete, func, select

from natars_fhir.store.readings import first_known_as
from natars_fhir.store.rows import keep_latest, keep_new
from natars_fhir.store.tables.door import condition, identified

#: As many numbers as one question holds.
_MANY = 400
#: As much of a version's hash tells it from the others of a resource.
_MARK = 16
#: Alias → the key under which it was first heard of.
Ask = Callable[[Collection[str]], Mapping[str, str]]
#: An address stands for a key, and that key may have been joined to another.
_HOPS = 3


def by_identifier(kind: str, system: str, value: str) -> str:
    """The name of a resource by business identifier."""
    return f"{kind}?identifier={system}|{value}"


def by_subject(kind: str, subject: str) -> str:
    """The name of a resource by the key of its patient."""
    return f"{kind}?subject={subject}"


def by_version(key: str, hash_: str) -> str:
    """The key of a resource with a mark of one version: for what holds of that version alone."""
    return f"{key} {hash_[:_MARK]}"


def number(name: str) -> int:
    """The number that stands for a name."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)


def note(connection: Connection, site: str, names: Iterable[tuple[str, str]]) -> None:
    """Remembers pairs of a name and the key of the resource that it finds."""
    rows = {(number(name), key) for name, key in names}
    keep_new(connection, identified, [{"site": site, "name": name, "key": key} for name, key in rows])


def found(connection: Connection, site: str, names: Collection[str]) -> dict[str, set[str]]:
    """Name → the keys that were once noted under it."""
    numbers = {number(name): name for name in names}
    here, told = identified.c, {name: set[str]() for name in names}
    ordered = sorted(numbers)
    for start in range(0, len(ordered), _MANY):
        asked = select(here.name, here.key).where(here.site == site, here.name.in_(ordered[start : start + _MANY]))
        for row in connection.execute(asked):
            told[numbers[row.name]].add(row.key)
    return told


def marked(noted: str) -> tuple[str, str]:
    """The key, and the mark, of what `by_version` made."""
    key, _, mark = noted.rpartition(" ")
    return key, mark


def forget(connection: Connection, site: str, names: Collection[str]) -> tuple[int, int]:
    """By nothing are these resources found any more, nor by these names any; and no condition asks for them. How many
    rows that were: of what is found, and of conditions."""
    here, there, gone, asked = identified.c, condition.c, 0, 0
    for name in names:
        of_version = here.key.startswith(f"{name} ", autoescape=True) & (func.length(here.key) == len(name) + _MARK + 1)
        mine = (here.key == name) | of_version | (here.name == number(name))
        gone += connection.execute(delete(identified).where(here.site == site, mine)).rowcount
        asks = delete(condition).where(there.site == site, there.name == number(name))
        asked += connection.execute(asks).rowcount
    return gone, asked


def hold(connection: Connection, site: str, names: Collection[str], now: datetime) -> None:
    """From here to the end of the transaction nobody else asks under these conditions: the rows are ours."""
    rows = [{"site": site, "name": one, "at": now} for one in {number(name) for name in names}]
    keep_latest(connection, condition, rows)


def known_as(connection: Connection, site: str, names: Collection[str], ask: Ask | None = None) -> dict[str, str]:
    """Address or key → the key by which the resource is known now: itself, or that of what it was joined to. *ask* asks
    in the place of `first_known_as`."""
    ask = ask or partial(first_known_as, connection, site)
    now = {name: name for name in names}
    for _ in range(_HOPS):
        moved = ask({f"={key}" for key in now.values()})
        if not moved:
            break
        now = {name: moved.get(f"={key}", key) for name, key in now.items()}
    return now
