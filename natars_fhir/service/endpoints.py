"""Endpoints out of the store: every subject's record, and what it came to, under its pseudonym."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
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
from natars_fhir.mapping.reading import Reading
from natars_fhir.mapping.schema import Site
from natars_fhir.service.intake import Intake
from natars_fhir.service.lives import caused, life_of
from natars_fhir.service.rescreen import concluded, peoples_part, read_of
from natars_fhir.store import attestations, patients, readings
from natars_fhir.store import subjects as attended
from natars_fhir.store.attestations import Said
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


class Person(NamedTuple):
    """One person of a site in scope: all names, what was found by the day, with people's part and what
    they caused; and the subject, of whom was enrolled and lets the data be used. ``used``: may it be shown?"""

    names: frozenset[str]
    found: pipeline.Outcome
    part: PeoplesPart
    told: Sequence[Event]
    used: bool
    known: Known | None


#: Called after each patient who was looked at: (done, of all).
Seen = Callable[[int, int], None]
#: Called for who withdrew the use of the data: (site, arm).
Withheld = Callable[[str, str], object]
#: So many persons are asked for together.
_TOGETHER = 32
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
    told = [(site, names) for site in sites for names in persons(connection, site.site)]
    for done, (site, names) in enumerate(told, 1):
        who = _Who(connection, intake, site, names, as_of)
        found = who.subject(allocations, withheld, named)
        if found is not None:
            yield found
        if seen is not None:
            seen(done, len(told))


def everybody(
    connection: Connection, intake: Intake, site: Site, asked: Iterable[Collection[str]], as_of: date,
    withheld: Withheld = nobody,
) -> Iterator[Person]:  # fmt: skip
    """Each of these persons of a site, looked at once, and the store asked for some together: for who asks about all of
    them, and about the subjects too."""
    waiting = iter(asked)
    while some := {str(at): names for at, names in enumerate(islice(waiting, _TOGETHER))}:
        told = attended.caused_of(connection, site.site, intake.study.id, some)
        said = attestations.said_of_each(connection, site.site, intake.study.id, some)
        read = readings.about_each(connection, site.site, some)
        for key, names in some.items():
            who = _Who(connection, intake, site, names, as_of, _AtHand(told[key], said[key], read[key]))
            known = who.subject(NO_ALLOCATIONS, withheld, lambda _: None)
            found = who.by_then()
            if found is not None:
                yield Person(frozenset(names), found, who.part_of(found), who.told, who.use()[0], known)


def known_one(connection: Connection, intake: Intake, site: Site, names: Collection[str], as_of: date) -> Known | None:
    """One person of a site with what was found out on the way; None for who was never enrolled, or withdrew the use of
    the data."""
    who = _Who(connection, intake, site, names, as_of)
    used, until = who.use()
    return who.known(until, NO_ALLOCATIONS) if used else None


def persons(connection: Connection, site: str) -> Collection[Collection[str]]:
    """The names of every person of a site who is in scope, or was when last looked at."""
    return patients.persons(connection, site, patients.in_scope(connection, site)).values()


class _AtHand(NamedTuple):
    """What of one person was asked for together with others: what people caused, and said, and all readings."""

    told: Sequence[Event]
    said: Said
    read: Iterable[Reading]


class _Who:
    """One person of a site: screened once, and again only where consent ended before the day that is asked for."""

    def __init__(
        self, connection: Connection, intake: Intake, site: Site, names: Collection[str], as_of: date,
        at_hand: _AtHand | None = None,
    ) -> None:  # fmt: skip
        self._connection, self._intake, self._site, self._names = connection, intake, site, names
        study, self._said = intake.study, at_hand.said if at_hand else None
        self._as_of = as_of
        self._told = at_hand.told if at_hand else caused(connection, study, site.site, names, date.max)
        read = at_hand.read if at_hand else readings.about(connection, site.site, names)
        self._found = read_of(study, site.site, read, as_of, self._told)
        found = self._found
        self._part = None if found is None else self._peoples(found)
        self._way = None if found is None or self._part is None else life_of(study, found, self._part, self._told)

    def _peoples(self, found: pipeline.Outcome) -> PeoplesPart:
        study = self._intake.study
        if self._said is None:
            self._said = attestations.said_of(self._connection, self._site.site, study.id, self._names)
        return peoples_part(found, study, self._said)

    @property
    def told(self) -> list[Event]:
        """What people caused by the end of the day that is asked for."""
        return self._told_by(self._as_of)

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

    def subject(
        self, allocations: Mapping[str, Allocated], withheld: Withheld, named: Callable[[str], object]
    ) -> Known | None:
        """The subject as far as the data may be used; whose may not is told."""
        used, until = self.use()
        if used:
            return self.known(until, allocations)
        withheld(self._site.site, self.arm)
        named(self.pseudonym)
        return None

    def by_then(self) -> pipeline.Outcome | None:
        """What was known by the end of the day that is asked for."""
        return self._then(self._as_of)

    def part_of(self, found: pipeline.Outcome) -> PeoplesPart:
        """People's part beside what was found."""
        return self._part if found is self._found and self._part is not None else self._peoples(found)

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
