"""Told patients: by which identifiers the patients in scope of one site are known."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, select

from natars_fhir.domain.record import Patient
from natars_fhir.mapping.gathered import patient_of
from natars_fhir.mapping.reading import Reading
from natars_fhir.store import patients
from natars_fhir.store.packed import unpack_reading
from natars_fhir.store.rows import among
from natars_fhir.store.tables.core import reading

_PATIENTS = select(reading.c.key, reading.c.body).where(
    among(reading.c.site, reading.c.key), reading.c.kind == "Patient", ~reading.c.deleted
)


def in_scope(connection: Connection, site: str) -> Iterator[Patient]:
    """Each person in the trial's scope, with all identifiers that its Patient resources tell."""
    persons = patients.persons(connection, site, patients.in_scope(connection, site))
    for key, names in persons.items():
        yield patient_of(site, key, _told(connection, site, names))


def _told(connection: Connection, site: str, names: Collection[str]) -> Iterator[Reading]:
    for _, body in sorted(connection.execute(_PATIENTS, {"of_site": site, "names": names})):
        yield unpack_reading(body)
