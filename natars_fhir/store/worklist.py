"""Worklist: the narrow rows of a site's patients in scope, kept with each screening, counted, filtered and paged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select

from natars_fhir.store import driver
from natars_fhir.store.rows import among, keep_latest, row_of
from natars_fhir.store.tables.core import patient, reading, resource_version
from natars_fhir.store.tables.worklist import worklist

_here = worklist.c


#: When the findings were last another, and when data came last.
Moments = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Line:
    """One patient of the worklist; the lists are of criterion ids, ``waits`` of what a person is waited for."""

    key: str
    pseudonym: str
    number: str
    place: str
    verdict: str
    with_people: str
    bars: tuple[str, ...]
    open: tuple[str, ...]
    waits: tuple[str, ...]
    used: bool
    changed: datetime
    came: datetime

    @property
    def bar(self) -> str:
        """The first that bars, in protocol order; empty where nothing does."""
        return self.bars[0] if self.bars else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; what is empty does not matter. ``sort`` is a name of `SORTS`."""

    place: str = ""
    bars: str = ""
    lacks: str = ""
    waits: str = ""
    since: datetime | None = None
    sort: str = "changed"
    down: bool = True


#: How the list may be sorted: name → columns.
SORTS: Final[Mapping[str, tuple[Any, ...]]] = MappingProxyType(
    {
        "changed": (_here.changed,),
        "came": (_here.came,),
        "number": (_here.number,),
        "place": (_here.place, _here.bar),
        "bar": (_here.bar,),
        "lacks": (_here.lacks,),
    }
)


def put(connection: Connection, site: str, lines: Iterable[Line]) -> None:
    """The lines of these patients are these now."""
    keep_latest(connection, worklist, [_row(site, line) for line in lines])


def _row(site: str, line: Line) -> dict[str, Any]:
    lists = {name: _listed(getattr(line, name)) for name in ("bars", "open", "waits")}
    return {"site": site, **row_of(line), **lists, "bar": line.bar, "lacks": len(line.open)}


def drop(connection: Connection, site: str, keys: Collection[str]) -> None:
    """These keys have no line any more."""
    if keys:
        connection.execute(delete(worklist).where(among(_here.site, _here.key)), {"of_site": site, "names": keys})


_MOMENTS = select(_here.key, _here.changed, _here.came).where(among(_here.site, _here.key))


def moments(connection: Connection, site: str, names: Collection[str]) -> dict[str, Moments]:
    """Key → when the findings were last another, and when data came last, of those of *names* who have a line."""
    rows = driver.rows(connection, _MOMENTS, {"of_site": site, "names": names})
    return {row.key: (row.changed, row.came) for row in rows}


_came, _read = resource_version.c, reading.c
_LAST_CAME = (
    select(func.max(_came.received))
    .join(reading, (_read.site == _came.site) & (_read.key == _came.key))
    .where(among(_read.site, _read.subject))
)


def last_came(connection: Connection, site: str, names: Collection[str]) -> datetime | None:
    """When something came last of the patient who goes by *names*."""
    found: datetime | None = connection.execute(_LAST_CAME, {"of_site": site, "names": names}).scalar()
    return found


def places(connection: Connection, site: str) -> dict[tuple[str, str, bool], int]:
    """Place, first bar, and may they be shown → how many patients."""
    asked = select(_here.place, _here.bar, _here.used, func.count()).where(_here.site == site)
    rows = connection.execute(asked.group_by(_here.place, _here.bar, _here.used))
    return {(row.place, row.bar, row.used): row[3] for row in rows}


def count(connection: Connection, site: str, asked: Asked) -> int:
    """How many lines are found."""
    return connection.execute(select(func.count()).select_from(worklist).where(_found(site, asked))).scalar_one()


def page(connection: Connection, site: str, asked: Asked, start: int, most: int) -> list[Line]:
    """The lines that are found, from *start* on."""
    columns = SORTS.get(asked.sort, SORTS["changed"])
    order = [one.desc() if asked.down else one.asc() for one in columns]
    rows = connection.execute(
        select(worklist).where(_found(site, asked)).order_by(*order, _here.key).offset(start).limit(most)
    )
    return [_line(row) for row in rows]


def named(connection: Connection, site: str, pseudonym: str) -> Line | None:
    """The line of a subject of the site."""
    row = connection.execute(select(worklist).where(_here.site == site, _here.pseudonym == pseudonym)).first()
    return None if row is None else _line(row)


def numbered(connection: Connection, site: str, part: str, keys: Collection[str], most: int) -> list[Line]:
    """The lines whose number holds *part*, and those of *keys*."""
    mine = and_(_here.site == site, _here.used, _here.number.contains(part, autoescape=True))
    own = and_(_here.used, among(_here.site, _here.key))
    asked = select(worklist).where(or_(mine, own)).order_by(_here.number, _here.key).limit(most)
    return [_line(row) for row in connection.execute(asked, {"of_site": site, "names": keys})]


def without_line(connection: Connection, site: str, most: int, after: str = "") -> list[str]:
    """Patients in scope who have no line, by their keys, behind *after*: of a store that was filled before there were
    any."""
    has = exists().where(_here.site == patient.c.site, _here.key == patient.c.key)
    asked = select(patient.c.key).where(patient.c.site == site, patient.c.in_scope, patient.c.key > after, ~has)
    return list(connection.execute(asked.order_by(patient.c.key).limit(most)).scalars())


def _found(site: str, asked: Asked) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [_here.site == site, _here.used]
    if asked.place:
        found.append(_here.place == asked.place)
    for column, name in ((_here.bars, asked.bars), (_here.open, asked.lacks), (_here.waits, asked.waits)):
        if name:
            found.append(column.contains(f" {name} ", autoescape=True))
    if asked.since is not None:
        found.append(_here.changed >= asked.since)
    return and_(*found)


def _listed(names: Iterable[str]) -> str:
    """Each between spaces; of nothing nothing."""
    told = " ".join(names)
    return f" {told} " if told else ""


def _line(row: Any) -> Line:
    bars, missing, waits = (tuple(str(text).split()) for text in (row.bars, row.open, row.waits))
    told = (row.key, row.pseudonym, row.number, row.place, row.verdict, row.with_people)
    return Line(*told, bars, missing, waits, row.used, row.changed, row.came)
