"""Mapped: what people of a site map at the desk. Each save is a version of its own; one counts once somebody makes it
active, and so does an earlier one, to go back. mappings/README.md
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from natars_fhir.mapping.files import Mappings
from natars_fhir.mapping.overlay import overlaid
from natars_fhir.mapping.terms.crosswalk import Row
from natars_fhir.mapping.terms.site_file import merged, said_of, without
from natars_fhir.store import audit, mapped
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.mapped import Turn, Version

#: The file alone, without anything over it.
FILE = 0


class OvertakenError(Exception):
    """Somebody else mapped the same code meanwhile. ``version`` is theirs, and holds what they made of it."""

    def __init__(self, version: Version) -> None:
        super().__init__(f"version {version.number}")
        self.version = version


@dataclass(frozen=True, slots=True)
class Desk:
    """All versions of a site, the newest first, and what counted when."""

    site: str
    versions: Sequence[Version]
    turns: Sequence[Turn]

    @property
    def active(self) -> int:
        """The version that counts; 0 is the file alone."""
        return self.turns[0].version if self.turns else FILE

    @property
    def newest(self) -> int:
        """The number of the last version that was made."""
        return self.versions[0].number if self.versions else FILE

    @property
    def next_on(self) -> int:
        """The version on which the next one builds: a newer one than the last turn is still being worked on; else what
        counts, for what was taken back is not to come again."""
        seen = self.turns[0].newest if self.turns else FILE
        return self.newest if self.newest > seen else self.active

    @property
    def draft(self) -> int:
        """The version that waits to be made active; 0 where none does."""
        return self.next_on if self.next_on != self.active else FILE

    def text(self, number: int) -> str:
        """What a version says; the file alone says nothing more. Raises KeyError for one that there is not."""
        if number == FILE:
            return ""
        return {one.number: one.text for one in self.versions}[number]


def desk(store: Store, site: str) -> Desk:
    """How things stand at a site."""
    with store.of(site).read() as connection:
        return _desk(connection, site)


def last_turn(store: Store) -> int:
    """Tells whether another version counts now, at whichever site."""
    with store.read() as connection:
        return mapped.last_turn(connection)


def with_desk(store: Store, folder: Mappings) -> tuple[Mappings, int]:
    """The folder with what counts at every site's desk over it, and the last turn. Raises MappingError."""
    with store.read() as connection:
        texts, turn = mapped.active(connection), mapped.last_turn(connection)
    return overlaid(folder, texts), turn


def put(store: Store, key: bytes, folder: Mappings, site: str, base: int, row: Row, by: str, now: datetime) -> int:
    """Adds the row: a new version, which does not count yet; its number. *base* is the version that the person saw.

    Raises OvertakenError, MappingError where the row does not fit, SiteFileError where it is no line.
    """
    table, code = row.code.system, row.code.code

    def news(here: Desk) -> str:
        known = base if base == FILE or base in {one.number for one in here.versions} else here.next_on
        seen, there = (said_of(here.text(one), table, code) for one in (known, here.next_on))
        if seen != there:  # by another version, or by whoever went back to the file
            raise OvertakenError(next((one for one in here.versions if one.number == here.next_on), here.versions[0]))
        return merged(here.text(here.next_on), [row]).lstrip("\n")

    def fits(text: str) -> None:
        overlaid(folder, {site: text})

    return _kept(store, key, site, folder.hash, (news, fits), by, now)


def take_out(
    store: Store, key: bytes, folder: Mappings, site: str, line: tuple[str, str], by: str, now: datetime
) -> int:
    """A new version without the line of one code (table, code); whether the rest fits shows when it is made active, so
    that of several lines which fit no more one can be taken out after the other."""

    def news(here: Desk) -> str:
        return without(here.text(here.next_on), *line)

    return _kept(store, key, site, folder.hash, (news, lambda _: None), by, now)


def _kept(
    store: Store, key: bytes, site: str, folder: str,
    made: tuple[Callable[[Desk], str], Callable[[str], None]], by: str, now: datetime,
) -> int:  # fmt: skip
    """Keeps the version that the first of *made* makes, where the second takes it; *folder* is the folder's hash."""
    news, fits = made

    def work(connection: Connection) -> int:
        here = _desk(connection, site)
        text = news(here)
        if text == here.text(here.next_on):
            return here.next_on
        fits(text)
        number = mapped.keep(connection, site, text, by, now)
        audit.write(connection, key, Act(site, now, "mapping drafted", folder, 200, {"version": number}))
        return number

    return store.of(site).done(None, work)


def make_active(store: Store, key: bytes, folder: Mappings, site: str, number: int, by: str, now: datetime) -> bool:
    """From now on this version counts; False where it did already. Raises MappingError where it does not load (any
    more): what is active stays; KeyError where there is no such version."""

    def work(connection: Connection) -> bool:
        here = _desk(connection, site)
        told = overlaid(folder, {site: here.text(number)})
        if number == here.active:
            return False
        mapped.turn(connection, site, number, by, now)
        audit.write(connection, key, Act(site, now, "mapping", told.hash_of(site), 200, {"version": number}))
        return True

    return store.of(site).done(None, work)


def _desk(connection: Connection, site: str) -> Desk:
    return Desk(site, mapped.versions(connection, site), mapped.turns(connection, site))
