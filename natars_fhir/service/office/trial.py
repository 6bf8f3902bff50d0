"""Trial: everything that the office's pages show of one site or of all, as of a day, from one moment of the store.

The same functions as the command line: a number on a page and one that a command prints are the same number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from sqlalchemy import Connection

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.screening import Screening
from natars_fhir.domain.screening_log import missing
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Study
from natars_fhir.export.agenda import Appointment, SiteCount, agenda, by_site
from natars_fhir.export.figures.adverse import GRADES, Event, adverse
from natars_fhir.export.figures.consort import Flow, flow
from natars_fhir.export.figures.first_bars import Kept, first_bars
from natars_fhir.export.figures.kaplan_meier import KaplanMeier, kaplan_meier
from natars_fhir.export.figures.lacking import Lack, lacking
from natars_fhir.export.rows import EnrolmentRow, SubjectRow
from natars_fhir.export.subject import Subject
from natars_fhir.export.summary import SHOWN, ArmCurve, NeverRow, never_operated, survival
from natars_fhir.export.survival import StatisticsError
from natars_fhir.export.tables import adverse_events, by_subject, enrolment
from natars_fhir.mapping.schema import Site
from natars_fhir.service.export.endpoints import Seen, Withheld, each_person, pseudonym_of
from natars_fhir.service.export.enrolled import everybody
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.worklist.log import Book, Log
from natars_fhir.store.engine import Store
from natars_fhir.store.persons import Persons


@dataclass(frozen=True, slots=True)
class Trial:
    """What there is to show. ``curves`` and ``survival`` are empty where their library is not installed."""

    as_of: date
    study: Study = field(repr=False)
    sites: tuple[str, ...]
    flow: Flow
    bars: tuple[Kept, ...]
    enrolment: tuple[EnrolmentRow, ...]
    lacks: tuple[Lack, ...]
    visits: tuple[Appointment, ...]
    visits_by_site: tuple[SiteCount, ...]
    subjects: tuple[SubjectRow, ...]
    curves: tuple[KaplanMeier, ...]
    survival: tuple[ArmCurve, ...]
    never: tuple[NeverRow, ...]
    events: tuple[Event, ...]
    #: (site, pseudonym) of those who are signed for and wait for their arm
    waiting: tuple[tuple[str, str], ...] = ()
    #: (site, arm) → how many withdrew the use of their data
    withheld: tuple[tuple[str, str, int], ...] = ()


def trial(store: Store, intake: Intake, sites: Sequence[Site], as_of: date, seen: Seen | None = None) -> Trial:
    """Everything, of *sites*."""
    study, left = intake.study, Counter[tuple[str, str]]()

    def withheld(where: str, arm: str) -> None:
        left[where, arm] += 1

    with store.moment() as then, then.read() as connection:
        walk = _Walk(connection, intake, as_of, seen)
        looked = [walk.site(site, names, withheld) for site, names in walk.all_of(sites)]
    found = tuple(subject for one in looked for subject in one.subjects)
    logs, lacks = [one.log for one in looked], [lack for one in looked for lack in one.lacks]
    arms = Counter[str]()
    for (_, arm), count in left.items():
        arms[arm] += count
    counted = flow([log.consort for log in logs], found, study, arms)
    visits, events, (curves, marks) = agenda(found, as_of), [*adverse_events(found)], _survival(found, study)
    return Trial(
        as_of, study, tuple(one.site for one in sites), counted, first_bars(counted),
        tuple(enrolment(found, study.enrolment)), tuple(lacks), tuple(visits), tuple(by_site(visits)),
        tuple(sorted(by_subject(found), key=lambda one: (one.site, one.subject))), curves, marks,
        tuple(never_operated(found)), tuple(one for kind in GRADES for one in adverse(events, kind)),
        tuple(_waiting(intake, sites, logs)), tuple((*place, count) for place, count in sorted(left.items())),
    )  # fmt: skip


class _Looked(NamedTuple):
    """What one look at a site's patients comes to."""

    subjects: tuple[Subject, ...]
    log: Log
    lacks: tuple[Lack, ...]


class _Walk:
    """Goes through the patients of every site, each of whom is looked at once: for the log, for what is missing and for
    the endpoints; and tells how far it is."""

    def __init__(self, connection: Connection, intake: Intake, as_of: date, seen: Seen | None) -> None:
        self._connection, self._intake, self._as_of, self._seen = connection, intake, as_of, seen
        self._now = datetime.combine(as_of, time(23, 59, 59), SHANGHAI).astimezone(UTC)
        self._done = self._every = 0

    def all_of(self, sites: Sequence[Site]) -> list[tuple[Site, Persons]]:
        """Each site with its persons; how many there are is known from here on."""
        told: list[tuple[Site, Persons]] = [(site, everybody(self._connection, site.site)) for site in sites]
        self._every = sum(len(names) for _, names in told)
        return told

    def site(self, site: Site, names: Persons, withheld: Withheld) -> _Looked:
        """Everybody of one site."""
        study, subjects = self._intake.study, list[Subject]()
        book = Book(self._connection, study, site.site, self._now)

        def looked() -> Iterator[tuple[Screening, PeoplesPart]]:
            asked = (self._connection, self._intake, site, names, self._as_of, withheld, self._one_more)
            for one in each_person(*asked):
                subjects.extend([one.known.subject] if one.known else [])
                if one.found.screening.in_scope:
                    book.enter(one.names, one.found, one.part, one.told)
                    yield from [(one.found.screening, one.part)] if one.used else []

        lacks = lacking(site.site, missing(looked()))
        return _Looked(tuple(subjects), book.log(), tuple(lacks))

    def _one_more(self) -> None:
        self._done += 1
        if self._seen is not None:
            self._seen(self._done, self._every)


def _waiting(intake: Intake, sites: Sequence[Site], logs: Sequence[Log]) -> Iterator[tuple[str, str]]:
    for site, log in zip(sites, logs, strict=True):
        signed = (entry.patient for entry in log.entries if entry.place == "eligible")
        yield from sorted((site.site, pseudonym_of(patient, intake, site)) for patient in signed)


def _survival(found: Sequence[Subject], study: Study) -> tuple[tuple[KaplanMeier, ...], tuple[ArmCurve, ...]]:
    """Curves and landmarks; without their library nothing, and the page says so."""
    try:
        curves = tuple(kaplan_meier(found, parameter) for parameter in SHOWN)
        return curves, tuple(survival(found, study.conventions.landmarks))
    except StatisticsError:
        return (), ()
