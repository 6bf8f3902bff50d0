"""Lives: where the store's subjects stand, by what the record tells, what people caused, and what was noticed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.life import Event, Life, may_be_used
from natars_fhir.domain.record import Fact, Source
from natars_fhir.domain.request import Decline
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Study
from natars_fhir.domain.subject import OFFICE, allocations, life, news
from natars_fhir.pipeline import Outcome
from natars_fhir.store import subjects
from natars_fhir.store.subjects import Stood, Whose


def caused(connection: Connection, study: Study, site: str, names: Collection[str], as_of: date) -> list[Event]:
    """What people caused, and what was noticed, by the end of *as_of*."""
    found = subjects.caused(connection, site, study.id, names)
    return [one for one in found if one.day <= as_of.isoformat()]


def told_by_office(site: str, told: Sequence[Event]) -> tuple[Fact, ...]:
    """The allocations that people told, as the record has them."""
    source = Source(site, OFFICE)
    return tuple(Fact("allocation", one.arm, one.day, source, "allocation") for one in allocations(told))


def life_of(study: Study, found: Outcome, part: PeoplesPart, told: Sequence[Event]) -> Life:
    """The way of a subject, with what *told* says beside the record."""
    return life(study, found.record, found.screening, part, told)


def is_used(
    connection: Connection, study: Study, site: str, names: Collection[str], found: Outcome, part: PeoplesPart
) -> bool:
    """May the person's data be shown, counted and told?"""
    told = caused(connection, study, site, names, found.screening.as_of)
    return not told or may_be_used(life_of(study, found, part, told))


def notice(
    connection: Connection, study: Study, whose: Whose, names: Collection[str],
    seen: tuple[Outcome, PeoplesPart, Sequence[Event]], now: datetime,
) -> Life:  # fmt: skip
    """Writes down what is new of verdict and signature, and of the state that follows; gives the way."""
    found, part, told = seen
    day = now.astimezone(SHANGHAI).date().isoformat()
    last = max((one.seq for one in told), default=0)
    fresh = [Event(cause, day, now, seq=last + at) for at, cause in enumerate(news(told, part), 1)]
    for event in fresh:
        subjects.cause(connection, whose, event)
    way = life_of(study, found, part, [*told, *fresh])
    stood, step = subjects.stood(connection, whose.site, whose.trial, names)[-1:], way.steps[-1]
    if not stood or (stood[0].state, stood[0].day) != (step.state, step.since):
        by = step.event.cause if step.event else ""
        subjects.stands(connection, whose, Stood(step.state, by, step.since, now))
    return way


def declines(connection: Connection, study: Study, site: str, names: Collection[str]) -> list[Decline]:
    """What the site declined to look up of this person."""
    return [Decline(one.criteria, one.reason) for one in subjects.refused(connection, site, study.id, names)]
