"""Screened: one person, screened from all that is known of them; nothing of it is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from natars_fhir import pipeline
from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.life import Event
from natars_fhir.domain.people import with_people
from natars_fhir.domain.record import Fact, Record
from natars_fhir.domain.screening import Screening
from natars_fhir.domain.signing import PeoplesPart, standing
from natars_fhir.domain.study import Study
from natars_fhir.mapping.gathered import Gathered
from natars_fhir.mapping.reading import Reading
from natars_fhir.service.screening.lives import caused, told_by_office
from natars_fhir.store import opened
from natars_fhir.store.attestations import Said
from natars_fhir.store.packed import digest


def today(now: datetime) -> date:
    """The day that a screening stands for: today in the trial's time zone."""
    return now.astimezone(SHANGHAI).date()


def outcome(
    connection: Connection, study: Study, site: str, names: Collection[str], as_of: date
) -> pipeline.Outcome | None:
    """One person, who goes by *names*, from all that is known; None where nothing is."""
    return concluded(connection, study, site, names, as_of, caused(connection, study, site, names, as_of))


def concluded(
    connection: Connection, study: Study, site: str, names: Collection[str], as_of: date, told: Sequence[Event],
    known: Mapping[str, Reading] = MappingProxyType({}),
) -> pipeline.Outcome | None:  # fmt: skip
    """The same, where what people caused (*told*) is at hand. *known*: see `opened.one`."""
    return read_of(study, site, opened.one(connection, site, names, known), as_of, told)


def read_of(
    study: Study, site: str, known: Iterable[Reading], as_of: date, told: Sequence[Event]
) -> pipeline.Outcome | None:
    """The same of these readings."""
    return next(pipeline.outcomes(gathered(site, known), study, as_of, told_by_office(site, told)), None)


def gathered(site: str, known: Iterable[Reading]) -> Gathered:
    """What is known of one person, as it counts together."""
    found = Gathered(site)
    for reading in known:
        # under which key a resource counts was settled when it came: only Patients bring names along
        bare = reading.kind == "Patient" or not reading.aliases
        found.add(reading if bare else replace(reading, aliases=()))
    return found


def peoples_part(found: pipeline.Outcome, study: Study, said: Said) -> PeoplesPart:
    """What people said of this patient, as it stands beside the screening."""
    people = with_people(found.screening, said.statements)
    signed = standing(said.signatures, found.record, study, (found.screening, people), said.statements)
    return PeoplesPart(people, signed)


def is_dead(record: Record) -> bool:
    """Is the patient recorded as dead? The criteria do not ask."""
    return any(fact.value == "present" and fact.standing == "final" for fact in record.about("death"))


def findings(screening: Screening, part: PeoplesPart) -> str:
    """A digest of what was found and of the facts that it rests on: it changes when they do, and not with the day."""
    said = [
        (criterion.id, finding.answer.word, finding.reason, [_basis(fact) for fact in finding.facts])
        for criterion, finding in screening.findings
    ]
    told = (screening.patient, screening.in_scope, screening.verdict, said)
    people = (part.people.said, part.signed) if part.people.said or part.signed else ()
    return digest(msgspec.json.encode((*told, *people)))[:32]


def _basis(fact: Fact) -> tuple[object, ...]:
    return fact.concept, fact.value, fact.when, fact.standing, fact.detail, fact.source.reference, fact.path
