"""Mapped: every version of what a site's people mapped over its file, who made it, and which counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, select

from natars_fhir.store.tables.mapped import site_mapping, site_mapping_turn


@dataclass(frozen=True, slots=True)
class Version:
    """A version: its text, who made it and when."""

    number: int
    text: str
    by: str
    made: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """From ``at`` on this version counts; ``newest`` was the last one then."""

    version: int
    newest: int
    by: str
    at: datetime


def versions(connection: Connection, site: str) -> list[Version]:
    """Every version of a site, the newest first."""
    here = site_mapping.c
    asked = select(site_mapping).where(here.site == site).order_by(here.version.desc())
    return [Version(row.version, row.text, row.by, row.made) for row in connection.execute(asked)]


def turns(connection: Connection, site: str) -> list[Turn]:
    """What counted since when, the newest first."""
    here = site_mapping_turn.c
    asked = select(site_mapping_turn).where(here.site == site).order_by(here.seq.desc())
    return [Turn(row.version, row.newest, row.by, row.at) for row in connection.execute(asked)]


def newest(connection: Connection, site: str) -> int:
    """The number of the last version; 0 where there is none."""
    here = site_mapping.c
    return connection.execute(select(func.max(here.version)).where(here.site == site)).scalar() or 0


def keep(connection: Connection, site: str, text: str, by: str, now: datetime) -> int:
    """Adds a version, which does not count yet; its number."""
    number = newest(connection, site) + 1
    row = {"site": site, "version": number, "text": text, "by": by, "made": now}
    connection.execute(insert(site_mapping).values(row))
    return number


def turn(connection: Connection, site: str, version: int, by: str, now: datetime) -> None:
    """From now on this version counts."""
    row = {"site": site, "version": version, "newest": newest(connection, site), "by": by, "at": now}
    connection.execute(insert(site_mapping_turn).values(row))


def last_turn(connection: Connection) -> int:
    """How many turns there were, at all sites. It tells whether another version counts now: the greatest number would
    not, for of two sites' turns the later number may be there first."""
    return connection.execute(select(func.count()).select_from(site_mapping_turn)).scalar_one()


def active(connection: Connection) -> dict[str, str]:
    """Site → the text that counts; a site that is back at its file is not among them."""
    last = select(func.max(site_mapping_turn.c.seq)).group_by(site_mapping_turn.c.site)
    there, here = site_mapping_turn.c, site_mapping.c
    beside = and_(here.site == there.site, here.version == there.version)
    asked = select(here.site, here.text).join(site_mapping_turn, beside).where(there.seq.in_(last))
    return {row.site: row.text for row in connection.execute(asked)}
