"""The worklist as a page shows it: some of the site's patients, found and sorted by the store, and what is new of each;
and the counts of the screening log, which agree with it.

Nothing is screened here: a line is kept with each screening, and who is due by the day alone is screened in the rounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.mapping.schema import Site
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.rescreen import rescreen
from natars_fhir.service.worklist.asking import keys_of
from natars_fhir.service.worklist.history import Step, recent
from natars_fhir.store import due, patients, screenings, worklist
from natars_fhir.store.engine import Store
from natars_fhir.store.worklist import Asked, Line

#: As many lines as one page has, and as many as a search by number shows.
MOST = 25
#: As many patients as one transaction screens.
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A line, and what changed of the patient since yesterday."""

    line: Line
    news: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """What the screening log counts, by place; ``bars``: by which first bar how many are excluded. ``hidden`` are those
    whose data is not to be shown."""

    known: int
    in_scope: int
    places: Mapping[str, int]
    bars: Mapping[str, int]
    hidden: int


@dataclass(frozen=True, slots=True)
class Listed:
    """One page: its rows, how many there are in all, and which page it is, of how many. ``due``: of how many names
    newer data is kept that no screening, and so no row, has taken up yet (`service.screening.due`)."""

    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int
    counts: Counts
    due: int


def listed(store: Store, site: str, asked: Asked, page: int, now: datetime) -> Listed:
    """A page of the patients who are looked for; a page that there is not is the last one."""
    with store.of(site).read() as connection:
        total = worklist.count(connection, site, asked)
        pages = max(1, -(-total // MOST))
        here = min(max(page, 1), pages)
        found = worklist.page(connection, site, asked, (here - 1) * MOST, MOST)
        rows = tuple(_row(connection, site, line, yesterday(now)) for line in found)
        return Listed(rows, total, here, pages, _counts(connection, site), due.count(connection, site))


def found(store: Store, site: Site, number: str, now: datetime) -> tuple[Row, ...]:
    """Patients of the site by the hospital's number, or a part of it."""
    with store.of(site.site).read() as connection:
        named = list(keys_of(number, site.identifiers))
        keys = {name for names in patients.persons(connection, site.site, named).values() for name in names}
        lines = worklist.numbered(connection, site.site, number, keys, MOST)
        return tuple(_row(connection, site.site, line, yesterday(now)) for line in lines)


def yesterday(now: datetime, days: int = 1) -> datetime:
    """The beginning of the day before, or of so many days before, in the trial's zone."""
    day = now.astimezone(SHANGHAI).date() - timedelta(days=days)
    return datetime.combine(day, time(), SHANGHAI)


def fill(store: Store, intake: Intake, site: Site, now: datetime) -> int:
    """Gives a line to everybody in scope who has none, as in a store that was filled before there were any; to how
    many."""
    done, after = 0, ""
    while True:
        with store.of(site.site).write() as connection:
            waiting = worklist.without_line(connection, site.site, _PAGE, after)
            if not waiting:
                return done
            persons = patients.persons(connection, site.site, waiting)
            rescreen(connection, intake, site, persons, {}, now, "day")
            left = worklist.without_line(connection, site.site, _PAGE, after)
        done += len({*waiting} - {*left})
        after = waiting[-1]  # who stays without a line keeps nobody behind them from one


def _row(connection: Connection, site: str, line: Line, since: datetime) -> Row:
    return Row(line, tuple(recent(connection, site, line.key, since)) if line.changed >= since else ())


def _counts(connection: Connection, site: str) -> Counts:
    places, bars, hidden = Counter[str](), Counter[str](), 0
    for (place, bar, used), count in worklist.places(connection, site).items():
        places[place] += count
        hidden += 0 if used else count
        if place == "excluded" and bar:
            bars[bar] += count
    places["left"] = len(_left(connection, site))
    return Counts(patients.known(connection, site), places.total(), places, bars, hidden)


def _left(connection: Connection, site: str) -> Collection[str]:
    """Who was in scope once and is no more, a key a person."""
    gone = screenings.of_nobody_in_scope(connection, site)
    if not gone:
        return ()
    here = set(patients.in_scope(connection, site))
    return [key for key, names in patients.persons(connection, site, gone).items() if not names & here]
