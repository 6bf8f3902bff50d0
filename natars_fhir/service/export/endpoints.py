"""Endpoints out of the store: every subject's record, and what it came to, under its pseudonym."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

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
from natars_fhir.mapping.schema import Site
from natars_fhir.service.export.enrolled import Kept, everybody, kept_each, possible
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.lives import life_of, told_by_office
from natars_fhir.service.screening.screened import gathered, peoples_part
from natars_fhir.store.engine import Store
from natars_fhir.store.persons import Persons


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
    """One person of a site in scope: all names, what was found by the day, with people's part and what they caused;
    and the subject, of whom was enrolled and lets the data be used. ``used``: may it be shown?"""

    names: frozenset[str]
    found: pipeline.Outcome
    part: PeoplesPart
    told: Sequence[Event]
    used: bool
    known: Known | None


#: Called after each patient who was looked at: how many subjects were given, of how many there may be.
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
    asked: frozenset[str] = frozenset(),
) -> Iterator[Known]:
    """The same, with what was found out on the way; of the pseudonyms *asked*, where some are."""
    count = _Counted(asked, seen)
    whom = [(site, _whom(connection, intake, site, allocations)) for site in sites]
    count.left = sum(len(persons) for _, persons in whom)
    for site, persons in whom:
        for kept in kept_each(connection, intake.study, site.site, persons):
            who = _Who(intake, site, kept, as_of)
            found = None
            if not asked or who.pseudonym in asked:
                found = who.subject(allocations, withheld, named)
            if found is not None:
                yield found
            count.one(who.pseudonym, told=found is not None)


def _whom(
    connection: Connection, intake: Intake, site: Site, allocations: Mapping[str, Allocated]
) -> dict[str, Collection[str]]:
    """Whom to look at: everybody, where somebody may be enrolled of whom the store knows nothing of it."""
    return everybody(connection, site.site) if allocations else possible(connection, intake.study, site.site)


@dataclass(slots=True)
class _Counted:
    """Tells how many subjects were given, of how many at most: who turns out to be none is not counted any more."""

    asked: frozenset[str]
    seen: Seen | None
    left: int = 0
    done: int = 0
    met: int = 0

    def one(self, pseudonym: str, *, told: bool) -> None:
        """One more was looked at."""
        self.left -= 1
        self.done += told
        self.met += pseudonym in self.asked
        if self.seen is not None:
            more = min(self.left, len(self.asked) - self.met) if self.asked else self.left
            self.seen(self.done, self.done + more)


def each_person(
    connection: Connection, intake: Intake, site: Site, asked: Persons, as_of: date, withheld: Withheld = nobody,
    one_more: Callable[[], object] = bool,
) -> Iterator[Person]:  # fmt: skip
    """Each of these persons of a site, looked at once: for who asks about all of them, and about the subjects too."""
    for kept in kept_each(connection, intake.study, site.site, asked):
        one_more()
        who = _Who(intake, site, kept, as_of)
        known = who.subject(NO_ALLOCATIONS, withheld, lambda _: None)
        found = who.by_then()
        if found is not None:
            yield Person(kept.names, found, who.part_of(found), who.told(as_of), who.use()[0], known)


def known_one(connection: Connection, intake: Intake, site: Site, names: Collection[str], as_of: date) -> Known | None:
    """One person of a site with what was found out on the way; None for who was never enrolled, or withdrew the use of
    the data."""
    (kept,) = kept_each(connection, intake.study, site.site, {"": names})
    who = _Who(intake, site, kept, as_of)
    used, until = who.use()
    return who.known(until, NO_ALLOCATIONS) if used else None


class _Who:
    """One person of a site: opened once, and screened once, and again only where the allocation is another one by the
    day that is asked for, or consent ended before it."""

    def __init__(self, intake: Intake, site: Site, kept: Kept, as_of: date) -> None:
        self._intake, self._site, self._as_of = intake, site, as_of
        self._names, self._told, self._said = kept.names, kept.told, kept.said
        together = gathered(site.site, kept.readings)
        self._open = next(((*told, together.shared) for told in together.outcomes()), None)

    def _concluded(self, until: date, own: Sequence[Fact]) -> pipeline.Outcome | None:
        """The person as known by the end of *until*, with facts that the record does not hold."""
        if self._open is None:
            return None
        patient, facts, issues, shared = self._open
        return pipeline.conclude(patient, [*facts, *own], issues, shared, self._intake.study, until)

    @cached_property
    def _found(self) -> pipeline.Outcome | None:
        return self._concluded(self._as_of, told_by_office(self._site.site, self._told))

    @cached_property
    def _part(self) -> PeoplesPart | None:
        return None if self._found is None else peoples_part(self._found, self._intake.study, self._said)

    @cached_property
    def _way(self) -> Life | None:
        found, part = self._found, self._part
        return None if found is None or part is None else life_of(self._intake.study, found, part, self._told)

    @property
    def arm(self) -> str:
        """The first arm that the person was allocated to."""
        facts = self._found.record.about("allocation") if self._found else ()
        return next((str(fact.value) for fact in facts if fact.standing == "final"), "")

    @cached_property
    def pseudonym(self) -> str:
        """What the person is called outside; empty where nothing is known."""
        return pseudonym_of(self._open[0], self._intake, self._site) if self._open else ""

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

    def told(self, until: date) -> list[Event]:
        """What people caused by the end of the day."""
        return [one for one in self._told if one.day <= until.isoformat()]

    def by_then(self) -> pipeline.Outcome | None:
        """What was known by the end of the day that is asked for."""
        return self._then(self._as_of, self.told(self._as_of), None)

    def part_of(self, found: pipeline.Outcome) -> PeoplesPart:
        """People's part beside what was found."""
        if found is self._found and self._part is not None:
            return self._part
        return peoples_part(found, self._intake.study, self._said)

    def known(self, until: date, allocations: Mapping[str, Allocated]) -> Known | None:
        """The subject as known by the end of *until*; None for who was never enrolled."""
        told = self.told(until)
        found = self._then(until, told, allocations.get(self.pseudonym))
        if found is None or self._way is None or self._part is None:
            return None
        study = self._intake.study
        endpoints = derive(
            found.record, until, study.conventions, planned_cycles=_planned(found, study), excluded=_excluded(found),
            left=life.left_on(self._way),
        )  # fmt: skip
        if endpoints is None:
            return None
        subject = Subject(self.pseudonym, self._site.site, found.record.known_by(until), endpoints)
        part = self.part_of(found)
        same = found is self._found and len(told) == len(self._told)
        way = self._way if same else life_of(study, found, part, told)  # nothing of it is later than the record
        return Known(subject, self._names, part.people.findings, way)

    def _then(self, until: date, told: Sequence[Event], office: Allocated | None) -> pipeline.Outcome | None:
        """What was known by the end of *until*: mostly the same as what is known now."""
        if office is not None:
            return self._allocated(office, until)
        own = told_by_office(self._site.site, told)
        if until == self._as_of and own == told_by_office(self._site.site, self._told):
            return self._found
        return self._concluded(until, own)

    def _allocated(self, told: Allocated, until: date) -> pipeline.Outcome | None:
        """With the trial office's allocation in the place of any other: which resection is the index surgery, and which
        doses open cycles, depend on it."""
        if self._open is None:
            return None
        patient, facts, issues, shared = self._open
        own = Fact("allocation", told.arm, told.when, Source(self._site.site, "allocation"), "allocation")
        kept = [fact for fact in facts if fact.concept != "allocation"]
        return pipeline.conclude(patient, [*kept, own], issues, shared, self._intake.study, until)


def pseudonym_of(patient: Patient, intake: Intake, site: Site) -> str:
    """What the subject is called in everything that goes out."""
    primary = site.identifiers[0] if site.identifiers else ""
    return identity(patient, intake.study.id, intake.key, intake.canonical_base, primary).pseudonym


def _planned(found: pipeline.Outcome, study: Study) -> int:
    """The cycles that the subject's arm is to have: the experimental arm alone is treated before surgery."""
    told = {fact.value for fact in found.record.about("allocation") if fact.standing == "final"}
    treated = any(arm.kind == "experimental" and arm.name in told for arm in study.arms)
    return study.conventions.cycles if treated else 0


def _excluded(found: pipeline.Outcome) -> bool:
    """Does what the surgery showed bar the subject (E-02)?"""
    screening = found.screening
    return screening.phase == "operated" and any(c.off_study and bars(c, f) for c, f in screening.findings)
