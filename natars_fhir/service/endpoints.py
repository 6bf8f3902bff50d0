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
from natars_fhir.domain.finding import Finding
from natars_fhir.domain.life import Event, Life
from natars_fhir.domain.record import Fact, Patient, Source
from natars_fhir.domain.screening import bars
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Criterion, Study
from natars_fhir.emit.identity import identity
from natars_fhir.export.subject import Subject
from natars_fhir.mapping.gathered import Gathered
from natars_fhir.mapping.schema import Site
from natars_fhir.service.intake import Intake
from natars_fhir.service.lives import caused, life_of
from natars_fhir.service.rescreen import concluded, peoples_part
from natars_fhir.store import attestations, patients, readings
from natars_fhir.store.engine import Store


class Allocated(NamedTuple):
    """An allocation that the trial office recorded: the arm as registered, and the day."""

    arm: str
    when: str


class Known(NamedTuple):
    """One subject with all that was found out on the way: the screening as it stands, people's part, and the way."""

    subject: Subject
    names: frozenset[str]
    findings: tuple[tuple[Criterion, Finding], ...]
    way: Life


#: Called after each patient who was looked at: (done, of all).
Seen = Callable[[int, int], None]
#: Called for who withdrew the use of the data: (site, arm).
Withheld = Callable[[str, str], object]
NO_ALLOCATIONS: Mapping[str, Allocated] = MappingProxyType({})


def nobody(_: str, __: str) -> None:
    """Of whom is left out nothing is told."""


def subjects(
    store: Store,
    intake: Intake,
    sites: Iterable[Site],
    as_of: date,
    allocations: Mapping[str, Allocated] = NO_ALLOCATIONS,
    seen: Seen | None = None,
    withheld: Withheld = nobody,
    named: Callable[[str], object] = lambda _: None,
) -> Iterator[Subject]:
    """Every subject of *sites* who was enrolled by *as_of*, site by site. *allocations*: pseudonym → what the trial
    office recorded; it stands for what the hospital's record says. Who withdrew the use of the data is left out, and
    told to *withheld* by site and arm, and then to *named* by pseudonym; who withdrew from treatment or follow-up is
    told as of that day (clinical.md §6)."""
    with store.read() as connection:
        for one in known(connection, intake, sites, as_of, allocations, seen, withheld, named):
            yield one.subject


def known(
    connection: Connection,
    intake: Intake,
    sites: Iterable[Site],
    as_of: date,
    allocations: Mapping[str, Allocated] = NO_ALLOCATIONS,
    seen: Seen | None = None,
    withheld: Withheld = nobody,
    named: Callable[[str], object] = lambda _: None,
) -> Iterator[Known]:
    """The same, with what was found out on the way."""
    told = [(site, names) for site in sites for names in _persons(connection, site.site)]
    for done, (site, names) in enumerate(told, 1):
        who = _Who(connection, intake, site, names, as_of)
        used, until = who.use()
        if not used:
            withheld(site.site, who.arm)
            named(who.pseudonym)
        elif (found := who.known(until, allocations)) is not None:
            yield found
        if seen is not None:
            seen(done, len(told))


def known_one(connection: Connection, intake: Intake, site: Site, names: Collection[str], as_of: date) -> Known | None:
    """One person of a site with what was found out on the way; None for who was never enrolled, or withdrew the use of
    the data."""
    who = _Who(connection, intake, site, names, as_of)
    used, until = who.use()
    return who.known(until, NO_ALLOCATIONS) if used else None


def _persons(connection: Connection, site: str) -> Iterable[Collection[str]]:
    return patients.persons(connection, site, patients.in_scope(connection, site)).values()


class _Who:
    """One person of a site: screened once, and again only where consent ended before the day that is asked for."""

    def __init__(self, connection: Connection, intake: Intake, site: Site, names: Collection[str], as_of: date) -> None:
        self._connection, self._intake, self._site, self._names = connection, intake, site, names
        study = intake.study
        self._as_of = as_of
        self._told = caused(connection, study, site.site, names, date.max)
        self._found = concluded(connection, study, site.site, names, as_of, self._told)
        found = self._found
        self._part = None if found is None else self._peoples(found)
        self._way = None if found is None or self._part is None else life_of(study, found, self._part, self._told)

    def _peoples(self, found: pipeline.Outcome) -> PeoplesPart:
        study = self._intake.study
        said = attestations.said_of(self._connection, self._site.site, study.id, self._names)
        return peoples_part(found, study, said)

    @property
    def arm(self) -> str:
        """The first arm that the person was allocated to."""
        facts = self._found.record.about("allocation") if self._found else ()
        return next((str(fact.value) for fact in facts if fact.standing == "final"), "")

    @property
    def pseudonym(self) -> str:
        """What the person is called outside; empty where nothing is known."""
        return pseudonym_of(self._found.record.patient, self._intake, self._site) if self._found else ""

    def use(self) -> tuple[bool, date]:
        """May the person's data be used, as people have said up to now, and to which day at most?"""
        if self._way is None:
            return True, self._as_of
        return life.may_be_used(self._way), min(self._as_of, life.kept_until(self._way) or self._as_of)

    def known(self, until: date, allocations: Mapping[str, Allocated]) -> Known | None:
        """The subject as known by the end of *until*; None for who was never enrolled."""
        found = self._then(until)
        if found is None or self._way is None:
            return None
        study, site = self._intake.study, self._site
        pseudonym = pseudonym_of(found.record.patient, self._intake, site)
        if pseudonym in allocations:
            told = allocations[pseudonym]
            found = _with(told, self._connection, study, site.site, self._names, until)
        endpoints = derive(
            found.record, until, study.conventions, planned_cycles=_planned(found, study), excluded=_excluded(found)
        )
        if endpoints is None:
            return None
        subject = Subject(pseudonym, site.site, found.record.known_by(until), endpoints)
        part, way = self._part, self._way
        if part is None or found is not self._found:
            part = self._peoples(found)
            way = life_of(study, found, part, self._told_by(until))  # nothing of it is later than the record
        return Known(subject, frozenset(self._names), part.people.findings, way)

    def _told_by(self, until: date) -> list[Event]:
        return [one for one in self._told if one.day <= until.isoformat()]

    def _then(self, until: date) -> pipeline.Outcome | None:
        """What was known by the end of *until*: mostly the same as what is known now."""
        told = self._told_by(until)
        if until == self._as_of and len(told) == len(self._told):
            return self._found
        return concluded(self._connection, self._intake.study, self._site.site, self._names, until, told)


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
