"""Endpoints out of the store: every subject's record, and what it came to, under its pseudonym."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection

from natars_fhir import pipeline
from natars_fhir.domain import life
from natars_fhir.domain.endpoints.derive import derive
from natars_fhir.domain.record import Fact, Patient, Source
from natars_fhir.domain.screening import bars
from natars_fhir.domain.screening_log import arm_of
from natars_fhir.domain.study import Study
from natars_fhir.emit.identity import identity
from natars_fhir.export.subject import Subject
from natars_fhir.mapping.gathered import Gathered
from natars_fhir.mapping.schema import Site
from natars_fhir.service.intake import Intake
from natars_fhir.service.lives import caused, life_of
from natars_fhir.service.rescreen import concluded, outcome, peoples_part
from natars_fhir.store import attestations, patients, readings
from natars_fhir.store.engine import Store


class Allocated(NamedTuple):
    """An allocation that the trial office recorded: the arm as registered, and the day."""

    arm: str
    when: str


#: Called for each subject whose data is not to be used: the site, the arm as registered (empty where there is none),
#: and the pseudonym.
Withheld = Callable[[str, str, str], object]
#: Called after each patient who was looked at: (done, of all).
Seen = Callable[[int, int], None]
NO_ALLOCATIONS: Mapping[str, Allocated] = MappingProxyType({})


def subjects(
    store: Store,
    intake: Intake,
    sites: Iterable[Site],
    as_of: date,
    allocations: Mapping[str, Allocated] = NO_ALLOCATIONS,
    seen: Seen | None = None,
    withheld: Withheld = lambda *_: None,
) -> Iterator[Subject]:
    """Every subject of *sites* who was enrolled by *as_of*, site by site. *allocations*: pseudonym → what the trial
    office recorded; it stands for what the hospital's record says. Who withdrew the use of the data is left out, and
    told to *withheld*; who withdrew from treatment or follow-up is told as of that day (clinical §6)."""
    with store.read() as connection:
        told = [(site, names) for site in sites for names in _persons(connection, site.site)]
        for done, (site, names) in enumerate(told, 1):
            kept, until = _use(connection, intake, site, names, as_of)
            if kept is not None:
                withheld(*kept)
            elif (found := _subject(connection, intake, site, names, until, allocations)) is not None:
                yield found
            if seen is not None:
                seen(done, len(told))


def _persons(connection: Connection, site: str) -> Iterable[Collection[str]]:
    return patients.persons(connection, site, patients.in_scope(connection, site)).values()


def _use(
    connection: Connection, intake: Intake, site: Site, names: Collection[str], as_of: date
) -> tuple[tuple[str, str, str] | None, date]:
    """Is the person's data withheld, as people have said up to now; else to which day at most may it be used?"""
    study = intake.study
    told = caused(connection, study, site.site, names, date.max)
    found = concluded(connection, study, site.site, names, as_of, told)
    if found is None:
        return None, as_of
    part = peoples_part(found, study, attestations.said_of(connection, site.site, study.id, names))
    way = life_of(study, found, part, told)
    if life.may_be_used(way):
        return None, min(as_of, life.kept_until(way) or as_of)
    arm = arm_of(found.record, study)
    return (site.site, arm.name if arm else "", pseudonym_of(found.record.patient, intake, site)), as_of


def _subject(
    connection: Connection,
    intake: Intake,
    site: Site,
    names: Collection[str],
    as_of: date,
    allocations: Mapping[str, Allocated],
) -> Subject | None:
    found = outcome(connection, intake.study, site.site, names, as_of)
    if found is None:
        return None
    pseudonym = pseudonym_of(found.record.patient, intake, site)
    if pseudonym in allocations:
        found = _with(allocations[pseudonym], connection, intake.study, site.site, names, as_of)
    endpoints = derive(
        found.record,
        as_of,
        intake.study.conventions,
        planned_cycles=_planned(found, intake.study),
        excluded=_excluded(found),
    )
    return Subject(pseudonym, site.site, found.record.known_by(as_of), endpoints) if endpoints else None


def pseudonym_of(patient: Patient, intake: Intake, site: Site) -> str:
    """What the subject is called in everything that goes out."""
    primary = site.identifiers[0] if site.identifiers else ""
    return identity(patient, intake.study.id, intake.key, intake.canonical_base, primary).pseudonym


def _with(
    told: Allocated, connection: Connection, study: Study, site: str, names: Collection[str], as_of: date
) -> pipeline.Outcome:
    """The person again, from the same readings, with the trial office's allocation in the place of any other: which
    resection is the index surgery, and which doses open cycles, depend on it."""
    gathered = Gathered(site)
    for reading in readings.about(connection, site, names):
        gathered.add(reading if reading.kind == "Patient" else replace(reading, aliases=()))
    patient, facts, issues = next(gathered.outcomes())
    own = Fact("allocation", told.arm, told.when, Source(site, "allocation"), "allocation")
    kept = [fact for fact in facts if fact.concept != "allocation"]
    return pipeline.conclude(patient, [*kept, own], issues, gathered.shared, study, as_of)


def _planned(found: pipeline.Outcome, study: Study) -> int:
    """The cycles that the subject's arm is to have: the experimental arm alone is treated before surgery."""
    told = {fact.value for fact in found.record.about("allocation") if fact.standing == "final"}
    treated = any(arm.kind == "experimental" and arm.name in told for arm in study.arms)
    return study.conventions.cycles if treated else 0


def _excluded(found: pipeline.Outcome) -> bool:
    """Does what the surgery showed bar the subject (E-02)?"""
    screening = found.screening
    return screening.phase == "operated" and any(c.off_study and bars(c, f) for c, f in screening.findings)
