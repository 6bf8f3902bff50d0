"""Aside: what of a push is not for the record: a request of ours that comes back declined, and what concerns a person
who is forgotten. It is heard, or let go, before anything is taken in."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import Connection

from natars_fhir.domain.issue import Issue
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.reading import Reading
from natars_fhir.service.ingest.arrival import FORGOTTEN, Arrival, Arrived
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.ingest.returned import hear
from natars_fhir.service.upkeep.purge import tomb
from natars_fhir.service.upkeep.traces import names_in
from natars_fhir.store import forgetting

_TEXT = "The use of this person's data was withdrawn, and it is forgotten here: let go, nothing of it is kept."


def aside(
    connection: Connection, intake: Intake, reader: DocumentReader, arrivals: Sequence[Arrival], now: datetime
) -> list[Arrival]:
    """The documents without what is of a forgotten person, and with what is told of our own requests."""
    buried = forgetting.hashes(connection, reader.site)
    return [_aside(connection, intake, reader, one, buried, now) for one in arrivals]


def _aside(
    connection: Connection,
    intake: Intake,
    reader: DocumentReader,
    arrival: Arrival,
    buried: dict[str, str],
    now: datetime,
) -> Arrival:
    told = hear(connection, intake, reader.mapping.site, arrival.arrived, now)
    arrived = [_told(one, told) for one in arrival.arrived] if told else list(arrival.arrived)
    if buried:
        arrived = _without(connection, intake, reader.site, arrived, buried, now)
    return replace(arrival, arrived=tuple(arrived)) if told or buried else arrival


def forgotten(connection: Connection, intake: Intake, site: str, raw: bytes) -> bool:
    """Does a document that cannot be used name a forgotten person? Then it is not set apart."""
    buried = forgetting.hashes(connection, site)
    return bool(buried) and any(tomb(intake.key, site, name) in buried for name in names_in(raw))


def _told(one: Arrived, told: Mapping[int, Issue]) -> Arrived:
    issue = told.get(id(one))
    return one.as_read(replace(one.reading, issues=(*one.reading.issues, issue))) if issue else one


def _without(
    connection: Connection, intake: Intake, site: str, arrived: list[Arrived], buried: dict[str, str], now: datetime
) -> list[Arrived]:
    """A Patient who comes under a name of a forgotten person is that person, under all its names: these too are
    *buried* from then on."""
    gone: dict[str, str] = {}
    for one in arrived:
        known = [buried[h] for name in _names(one.reading) if (h := tomb(intake.key, site, name)) in buried]
        if known and one.reading.kind == "Patient":
            gone |= dict.fromkeys(_names(one.reading), known[0])
    for pseudonym in {*gone.values()}:
        fresh = [tomb(intake.key, site, name) for name, whose in gone.items() if whose == pseudonym]
        forgetting.bury(connection, site, pseudonym, [one for one in fresh if one not in buried], now)
    for name, pseudonym in gone.items():
        buried.setdefault(tomb(intake.key, site, name), pseudonym)
    return [_spared(one) if _concerns(intake, site, one, buried) else one for one in arrived]


def _concerns(intake: Intake, site: str, one: Arrived, buried: Container[str]) -> bool:
    """By whom it is told of; where that was not read, by whoever it names."""
    reading = one.reading
    names = _names(reading)
    if reading.subject is None and reading.kind != "Patient":
        names |= names_in(one.raw)
    return any(tomb(intake.key, site, name) in buried for name in names)


def _names(reading: Reading) -> set[str]:
    """Whom a reading is of: its subject; of a Patient all its names; and the resource itself."""
    own = reading.aliases if reading.kind == "Patient" else ()
    return {reading.key, *own, *filter(None, (reading.subject, reading.replaced_by))}


def _spared(one: Arrived) -> Arrived:
    issue = Issue("information", FORGOTTEN, one.reading.place or one.reading.kind, _TEXT)
    bare = Reading(one.reading.key, one.reading.kind, "let-go", one.reading.place, issues=(issue,))
    return one.as_read(bare)
