"""Lives: where the store's subjects stand, by what the record tells, what people caused, and what was noticed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
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
from natars_fhir.store.subjects import Stood


def caused(connection: Connection, study: Study, site: str, names: Collection[str], as_of: date) -> list[Event]:
    """What people caused, and what was noticed, by the end of *as_of*."""
    return by_then(subjects.caused(connection, site, study.id, names), as_of)


def by_then(events: Sequence[Event], as_of: date) -> list[Event]:
    """Those of a day that is not after *as_of*."""
    return [one for one in events if one.day <= as_of.isoformat()]


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


@dataclass(frozen=True, slots=True)
class Noticed:
    """The way of a subject, and what of it is to be written down: new causes, and another state."""

    way: Life
    causes: tuple[Event, ...] = ()
    stands: Stood | None = None


def notice(
    study: Study, seen: tuple[Outcome, PeoplesPart, Sequence[Event]], stood: Sequence[Stood], now: datetime
) -> Noticed:
    """What is new of verdict and signature, and of the state that follows; *stood*: where the subject stood so far."""
    found, part, told = seen
    day = now.astimezone(SHANGHAI).date().isoformat()
    last = max((one.seq for one in told), default=0)
    fresh = [Event(cause, day, now, seq=last + at) for at, cause in enumerate(news(told, part), 1)]
    way = life_of(study, found, part, [*told, *fresh])
    step, before = way.steps[-1], stood[-1] if stood else None
    if before is not None and (before.state, before.day) == (step.state, step.since):
        return Noticed(way, tuple(fresh))
    by = step.event.cause if step.event else ""
    return Noticed(way, tuple(fresh), Stood(step.state, by, step.since, now))


def declines(connection: Connection, study: Study, site: str, names: Collection[str]) -> list[Decline]:
    """What the site declined to look up of this person."""
    return [Decline(one.criteria, one.reason) for one in subjects.refused(connection, site, study.id, names)]
