"""Patients: which names of one site are one person, and where each patient stands now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from sqlalchemy import Connection, bindparam, delete, func, select, union

from natars_fhir.domain.identity import Patients
from natars_fhir.store import driver
from natars_fhir.store.persons import Persons, every_name, of_each
from natars_fhir.store.rows import among, keep_latest, keep_new, row_of
from natars_fhir.store.tables.core import patient, patient_name


@dataclass(frozen=True, slots=True)
class Standing:
    """What was found last of a patient; ``target`` is the ResearchSubject that the site was told of,
    ``again`` the first day on which time alone may change it."""

    key: str
    findings: str
    in_scope: bool
    verdict: str
    target: str | None = None
    again: str | None = None


_EDGES = union(
    select(patient_name.c.key, patient_name.c.name).where(among(patient_name.c.site, patient_name.c.key)),
    select(patient_name.c.key, patient_name.c.name).where(among(patient_name.c.site, patient_name.c.name)),
)


#: A Patient resource's key, and a name that it says its person goes by.
Naming = tuple[str, str]


def persons(connection: Connection, site: str, names: Collection[str]) -> dict[str, set[str]]:
    """The persons behind these names: the name that stands for each, and all names that it goes by."""
    return grouped(names, said_of(connection, site, names))


def said_of(connection: Connection, site: str, names: Collection[str]) -> set[Naming]:
    """Everything that Patient resources say of the persons behind these names."""
    seen, asked, said = set[str](), set(names), set[Naming]()
    while asked:
        seen |= asked
        found = driver.rows(connection, _EDGES, {"of_site": site, "names": asked})
        said.update(map(tuple, found))
        asked = {end for edge in found for end in edge} - seen
    return said


def grouped(names: Iterable[str], said: Iterable[Naming]) -> dict[str, set[str]]:
    """These names, and those that are *said*, by the persons whom they mean: the name that stands for each, and all of
    them."""
    patients, seen = Patients(), set(names)
    for key, name in said:
        patients.join(key, (name,))
        seen.update((key, name))
    found: dict[str, set[str]] = {}
    for name in sorted(seen):
        found.setdefault(patients.one(name), set()).add(name)
    return found


_UNNAME = delete(patient_name).where(among(patient_name.c.site, patient_name.c.key))


def rename(
    connection: Connection, site: str, said: Mapping[str, Collection[str]], before: Collection[str] | None = None
) -> None:
    """Patient resource → the names that its newest version says its person goes by; what it said before is void. Of no
    others than *before* is anything known, where the caller has looked."""
    if not said:
        return
    if void := said.keys() if before is None else said.keys() & before:
        connection.execute(_UNNAME, {"of_site": site, "names": void})
    rows = [{"site": site, "key": key, "name": name} for key, names in said.items() for name in {*names}]
    keep_new(connection, patient_name, rows)


_STANDING = select(
    patient.c.key, patient.c.findings, patient.c.in_scope, patient.c.verdict, patient.c.target, patient.c.again
).where(among(patient.c.site, patient.c.key))


def standing(connection: Connection, site: str, names: Collection[str]) -> list[Standing]:
    """Where the patients stand who are known by these names."""
    return [Standing(*row) for row in driver.rows(connection, _STANDING, {"of_site": site, "names": names})]


def standing_of(connection: Connection, site: str, persons: Persons) -> dict[str, list[Standing]]:
    """The same of several persons, by person."""
    return of_each(standing(connection, site, every_name(persons)), persons, attrgetter("key"))


def stand(connection: Connection, site: str, where: Sequence[Standing]) -> None:
    """The patients stand there now."""
    keep_latest(connection, patient, [{"site": site, **row_of(one)} for one in where])


def gone(connection: Connection, site: str, keys: Collection[str]) -> None:
    """No patient goes by these keys any more."""
    if keys:
        here = patient.c
        connection.execute(delete(patient).where(among(here.site, here.key)), {"of_site": site, "names": keys})


_CLAIMED = (
    select(patient.c.key).where(patient.c.site == bindparam("site"), patient.c.target == bindparam("target")).limit(1)
)


def claimed(connection: Connection, site: str, target: str) -> bool:
    """Is some patient told of as *target*?"""
    return bool(driver.rows(connection, _CLAIMED, {"site": site, "target": target}))


def known(connection: Connection, site: str) -> int:
    """How many patients of a site are known."""
    return connection.execute(select(func.count()).where(patient.c.site == site)).scalar_one()


def due(connection: Connection, site: str, day: date) -> list[str]:
    """The patients of a site whose findings time alone may have changed by *day*."""
    here = patient.c
    asked = select(here.key).where(here.site == site, here.again <= day.isoformat()).order_by(here.key)
    return list(connection.execute(asked).scalars())


def in_scope(connection: Connection, site: str) -> list[str]:
    """The patients of a site who are in the trial's scope, in the order of their keys."""
    asked = select(patient.c.key).where(patient.c.site == site, patient.c.in_scope).order_by(patient.c.key)
    return list(connection.execute(asked).scalars())
