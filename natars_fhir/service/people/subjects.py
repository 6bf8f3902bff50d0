"""Subjects: the patients of the store in the trial's scope, by their pseudonyms, and where each of them stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from natars_fhir.domain import life
from natars_fhir.domain.life import Event, Life
from natars_fhir.domain.request import Request, request
from natars_fhir.domain.screening_log import arm_of
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Arm, Study
from natars_fhir.emit.identity import identity
from natars_fhir.mapping.schema import Site
from natars_fhir.pipeline import Outcome
from natars_fhir.service.deliver.tell import subject_target
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.lives import caused, declines, life_of
from natars_fhir.service.screening.screened import concluded, peoples_part, today
from natars_fhir.store import attestations, forgetting, patients, subjects
from natars_fhir.store.persons import Persons
from natars_fhir.store.subjects import Declined, Stood, Whose


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject, as known now. ``key`` stands for the person at the site, ``names`` are all that it goes by."""

    pseudonym: str
    site: str
    key: str
    names: frozenset[str]
    outcome: Outcome
    part: PeoplesPart
    way: Life
    arm: Arm | None
    request: Request

    @property
    def whose(self) -> Whose:
        """As the store asks for it."""
        return Whose(self.site, self.key, self.outcome.screening.study)


def kept_until(subject: Subject) -> date | None:
    """The day to which the subject's data is kept, and censored at: the subject withdrew; None where it goes on."""
    return life.kept_until(subject.way)


def may_be_used(subject: Subject) -> bool:
    """May the subject's data be emitted and exported? Not after its use was withdrawn."""
    return life.may_be_used(subject.way)


def subject_of(connection: Connection, intake: Intake, pseudonym: str, now: datetime, site: str = "") -> Subject | None:
    """The subject of this pseudonym, of *site* or of any; None where nobody is."""
    target = subject_target(pseudonym, intake.canonical_base)
    for where, key in subjects.told_as(connection, target, site):
        (names,) = patients.persons(connection, where, [key]).values()
        return _subject(connection, intake.study, where, (key, names, pseudonym), now)
    return None


def site_of(connection: Connection, intake: Intake, pseudonym: str) -> str | None:
    """The site of a pseudonym, or where its purge was certified; None where nobody has it."""
    told = subjects.told_as(connection, subject_target(pseudonym, intake.canonical_base))
    return next((site for site, _ in told), None) or forgetting.certified_at(connection, pseudonym)


def subjects_of(
    connection: Connection, intake: Intake, site: Site, now: datetime, some: Persons | None = None
) -> Iterator[Subject]:
    """Every subject of a site, in the order of the patients' keys; or of *some* persons, where they are told."""
    primary = site.identifiers[0] if site.identifiers else ""
    if some is None:
        some = patients.persons(connection, site.site, patients.in_scope(connection, site.site))
    for key, names in some.items():
        found = _subject(connection, intake.study, site.site, (key, names, ""), now)
        if found is None:
            continue
        patient = found.outcome.screening.patient
        who = identity(patient, intake.study.id, intake.key, intake.canonical_base, primary)
        yield _named(found, who.pseudonym)


def history(connection: Connection, subject: Subject) -> tuple[list[Event], list[Stood], list[Declined]]:
    """What people caused and what was noticed; where the subject stood each time; what the site declined."""
    site, _, trial = subject.site, subject.key, subject.whose.trial
    names = subject.names
    return (
        subjects.caused(connection, site, trial, names),
        subjects.stood(connection, site, trial, names),
        subjects.refused(connection, site, trial, names),
    )


def _named(subject: Subject, pseudonym: str) -> Subject:
    told = (subject.outcome, subject.part, subject.way, subject.arm, subject.request)
    return Subject(pseudonym, subject.site, subject.key, subject.names, *told)


def _subject(
    connection: Connection, study: Study, site: str, who: tuple[str, Collection[str], str], now: datetime
) -> Subject | None:
    key, names, pseudonym = who
    told = caused(connection, study, site, names, today(now))
    found = concluded(connection, study, site, names, today(now), told)
    if found is None or not found.screening.in_scope:
        return None
    part = peoples_part(found, study, attestations.said_of(connection, site, study.id, names))
    way = life_of(study, found, part, told)
    asked = request(part, way, declines(connection, study, site, names))
    return Subject(pseudonym, site, key, frozenset(names), found, part, way, arm_of(found.record, study), asked)


def as_json(subject: Subject) -> dict[str, Any]:
    """The subject as plain values; no value of the patient is among them."""
    study_life, until = subject.way.course, kept_until(subject)
    known_state = study_life.states.get(subject.way.state)
    return {
        "pseudonym": subject.pseudonym,
        "site": subject.site,
        "state": subject.way.state,
        "stateText": dict(known_state.text) if known_state else {},
        "since": subject.way.steps[-1].since or None,
        "arm": subject.arm.slug if subject.arm else None,
        "keptUntil": until.isoformat() if until else None,
        "mayBeUsed": may_be_used(subject),
        "request": {"status": subject.request.status, "criteria": [one.id for one, _ in subject.request.wanted]},
        "steps": [step_object(step) for step in subject.way.steps],
    }


def step_object(step: life.Step) -> dict[str, Any]:
    """One step of the way."""
    event = step.event
    return {
        "state": step.state,
        "since": step.since or None,
        "cause": event.cause if event else None,
        "by": (event.by or None) if event else None,
        "reason": dict(step.move.reason) if step.move else None,
        "source": step.move.source if step.move else None,
    }
