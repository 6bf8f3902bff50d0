"""The screening log and the list of what is missing, out of the store: data for the command line, pages and FHIR."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlalchemy import Connection

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.life import Event
from natars_fhir.domain.record import Patient
from natars_fhir.domain.screening_log import Consort, Entry, Missing, consort, entry, gone, missing
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Study
from natars_fhir.emit.screening_list import Listing, identity_of, missing_list, screening_list
from natars_fhir.fhir.build import Node
from natars_fhir.mapping.schema import Site
from natars_fhir.pipeline import Outcome
from natars_fhir.service.deliver.tell import target_of
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.lives import caused, is_used
from natars_fhir.service.screening.screened import outcome, peoples_part, today
from natars_fhir.store import attestations, outbox, patients, screenings
from natars_fhir.store.engine import Store


@dataclass(frozen=True, slots=True)
class Log:
    """A site's log on a day, in the order in which its patients were first looked at."""

    site: str
    as_of: date
    entries: tuple[Entry, ...]
    consort: Consort


def log_of(store: Store, study: Study, site: str, now: datetime) -> Log:
    """Everybody who is in scope, or was."""
    with store.read() as connection:
        book = Book(connection, study, site, now)
        for names, found, part in _screened(connection, study, site, now):
            book.enter(names, found, part, caused(connection, study, site, names, today(now)))
        return book.log()


class Book:
    """A site's log while it is written: everybody is entered as they are looked at."""

    def __init__(self, connection: Connection, study: Study, site: str, now: datetime) -> None:
        self._connection, self._study, self._site, self._now = connection, study, site, now
        self._looked = screenings.looked_at(connection, site)
        self._entries: list[Entry] = []
        self._here: set[str] = set()

    def enter(self, names: Collection[str], found: Outcome, part: PeoplesPart, told: Sequence[Event]) -> None:
        """One person, as screened on the day; *told* is what people caused by then."""
        self._here.update(names)
        seen = [day for name in names for day in _days(self._looked.get(name))]
        days = (min(seen), max(seen)) if seen else None
        self._entries.append(entry(found.record, found.screening, part, self._study, days, told))

    def log(self) -> Log:
        """The whole, with those who were in scope once."""
        left = {name: one for name, one in self._looked.items() if name not in self._here}
        entries = [*self._entries, *_gone(self._connection, self._site, left)]
        counts = consort(entries, patients.known(self._connection, self._site))
        ordered = sorted(entries, key=lambda one: (one.first, one.patient.reference))
        return Log(self._site, today(self._now), tuple(ordered), counts)


def missing_of(store: Store, study: Study, site: str, now: datetime, *, barred_too: bool = False) -> list[Missing]:
    """What is unknown over all patients of a site in scope."""
    with store.read() as connection:
        screened = [
            (found.screening, part)
            for names, found, part in _screened(connection, study, site, now)
            if is_used(connection, study, site, names, found, part)
        ]
    return missing(screened, barred_too=barred_too)


def log_list(store: Store, intake: Intake, site: str, now: datetime) -> Node:
    """The log as a FHIR List."""
    log = log_of(store, intake.study, site, now)
    return screening_list(log.entries, log.consort, _listing(intake, site, now))


def tell_log(store: Store, intake: Intake, site: Site, now: datetime) -> int:
    """Queues the log for a site that asks for it, once a day; how many letters that makes."""
    if site.endpoint is None or "List" not in site.endpoint.also:
        return 0
    day, named = today(now).isoformat(), identity_of("screening-log", _listing(intake, site.site, now))
    target = target_of({"resourceType": "List", "identifier": [named]}, intake.canonical_base)
    with store.of(site.site).read() as connection:
        said = outbox.last_said(connection, site.site, target)
    if said is not None and msgspec.json.decode(said)["date"] == day:
        return 0
    made = {**log_list(store, intake, site.site, now), "date": day}
    with store.of(site.site).write() as connection:
        return outbox.queue(connection, site.site, [("List", target, msgspec.json.encode(made))], now)


def missing_as_list(store: Store, intake: Intake, site: str, now: datetime) -> Node:
    """What is missing as a FHIR List."""
    rows = missing_of(store, intake.study, site, now)
    return missing_list(rows, _listing(intake, site, now))


def _listing(intake: Intake, site: str, now: datetime) -> Listing:
    return Listing(intake.study, site, intake.canonical_base, intake.key, now)


def _gone(connection: Connection, site: str, looked: Mapping[str, screenings.Looked]) -> Iterator[Entry]:
    """Those who were in scope once, a line a person."""
    for key, names in patients.persons(connection, site, looked).items():
        found = [looked[name] for name in names if name in looked]
        days = [day for one in found for day in _span(one)]
        last = max(found, key=lambda one: one.last)
        yield gone(Patient(site, key), (min(days), max(days)), last.verdict)


def _screened(
    connection: Connection, study: Study, site: str, now: datetime
) -> Iterator[tuple[set[str], Outcome, PeoplesPart]]:
    """Every person in scope, screened today, with people's part."""
    persons = patients.persons(connection, site, patients.in_scope(connection, site))
    for names in persons.values():
        found = outcome(connection, study, site, names, today(now))
        if found is not None and found.screening.in_scope:
            yield names, found, peoples_part(found, study, attestations.said_of(connection, site, study.id, names))


def _days(looked: screenings.Looked | None) -> tuple[date, ...]:
    return () if looked is None else _span(looked)


def _span(looked: screenings.Looked) -> tuple[date, date]:
    first, last = (at.astimezone(SHANGHAI).date() for at in (looked.first, looked.last))
    return first, last
