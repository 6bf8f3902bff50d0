"""Rescreen: patients are screened again from all that is known of them, and what is new is written down and told.

Nothing is taken from the push that brought it about but its names: the order of pushes does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from natars_fhir import pipeline
from natars_fhir.domain.again import again
from natars_fhir.domain.life import may_be_used
from natars_fhir.domain.people import stands_until
from natars_fhir.domain.request import request
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Study
from natars_fhir.emit.prefilled import prefilled
from natars_fhir.mapping.reading import Reading
from natars_fhir.mapping.schema import Site
from natars_fhir.service.deliver.tell import Known, tell
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.before import Before, before
from natars_fhir.service.screening.cause import Cause, Causes, came, cause
from natars_fhir.service.screening.foreseen import NOTHING, Foreseen, foreseen, not_now
from natars_fhir.service.screening.lives import Noticed, life_of, notice
from natars_fhir.service.screening.news import News, Rescreened, write
from natars_fhir.service.screening.screened import findings, peoples_part, read_of, today
from natars_fhir.service.worklist import worklist_line
from natars_fhir.service.worklist.worklist_line import Brought
from natars_fhir.store import due, screenings, worklist
from natars_fhir.store.opened import Coming
from natars_fhir.store.packed import pack_json
from natars_fhir.store.patients import Standing
from natars_fhir.store.persons import Persons, every_name

#: Asks when data came last of one person.
LastCame = Callable[[], datetime | None]
#: As many persons are held in memory at once.
_MANY = 50


def rescreen(
    connection: Connection, intake: Intake, site: Site, persons: Persons, causes: Causes, now: datetime,
    act: str = "push",
) -> Rescreened:  # fmt: skip
    """Screens these persons (the key that stands for each, and its names); *causes* tells which resource versions
    touched a name, *act* what brought it about. Whoever was due is no more. What it comes to in all."""
    return Rescreened.of(rescreen_each(connection, intake, site, persons, causes, now, act).values())


def rescreen_each(
    connection: Connection, intake: Intake, site: Site, persons: Persons, causes: Causes, now: datetime,
    act: str = "push", along: Causes | None = None, known: Mapping[str, Reading] = MappingProxyType({}),
    ahead: Foreseen = NOTHING,
) -> dict[str, Rescreened]:  # fmt: skip
    """The same, and what it comes to by person. *along*: see `cause`; *known* is what was read just now, *ahead* what
    was foreseen."""
    done, keys = dict[str, Rescreened](), [*persons]
    for start in range(0, len(keys), _MANY):
        some = {key: persons[key] for key in keys[start : start + _MANY]}
        owed = due.settle(connection, site.site, every_name(some))
        why = {
            key: Cause(cause(names, causes, owed, along), act, came(names, causes, owed)) for key, names in some.items()
        }
        news = found_of(connection, intake, site, some, why, now, known, ahead)
        told = write(connection, intake.study.id, site.site, news, now)
        for (key, names), one in zip(some.items(), told, strict=True):
            since = min((mark.since for mark in owed if mark.name in names), default=None)
            done[key] = replace(one, since=since)
    return done


def found_of(
    connection: Connection, intake: Intake, site: Site, persons: Persons, why: Mapping[str, Cause], now: datetime,
    known: Mapping[str, Reading] = MappingProxyType({}), ahead: Foreseen = NOTHING,
) -> list[News]:  # fmt: skip
    """What these persons come to now, in their order; nothing of it is written."""
    seen = before(connection, intake.study, site.site, persons, today(now), known)
    return [
        ahead.of(key, seen[key], why[key], now)
        or _person(
            intake, site, key, seen[key], why[key], now, partial(worklist.last_came, connection, site.site, names)
        )
        for key, names in persons.items()
    ]


def foresee(connection: Connection, intake: Intake, site: Site, coming: Collection[Coming], now: datetime) -> Foreseen:
    """What these readings will make of their patients, before anything is held; nothing of it is written."""

    def screen(key: str, seen: Before, cause: Cause, now: datetime) -> News:
        return _person(intake, site, key, seen, cause, now, not_now)

    return foreseen(connection, intake, site, coming, now, screen)


def _person(intake: Intake, site: Site, key: str, seen: Before, cause: Cause, now: datetime, ask: LastCame) -> News:
    found = read_of(intake.study, site.site, seen.readings, today(now), seen.told)
    if found is None:
        return News(seen.standing, lines=seen.lines)
    screening, people = found.screening, peoples_part(found, intake.study, seen.said)
    noticed = _noticed(intake.study, seen, found, people, now)
    asked = request(people, noticed.way, seen.declined)
    target, letters = tell(intake, site, Known(found, people, noticed.way, asked))
    days = again(screening) if screening.in_scope else None
    day, digested = _first_day(found, people, days or {}), findings(screening, people)
    stands = Standing(key, digested, screening.in_scope, screening.verdict, target, day.isoformat() if day else None)
    changed = all((one.key, one.findings) != (key, digested) for one in seen.standing)
    told = changed and may_be_used(noticed.way) and any(one.in_scope for one in (stands, *seen.standing))
    body = prefilled(screening, found.record.facts, found.issues, people, days) if told else None
    brought = Brought(cause.act, bool(cause.versions), changed, ask, cause.came)
    line = worklist_line.after(intake, site, key, (found, people, noticed.way), seen.lines, brought, now)
    told_of = _found(stands, body, cause, now) if body else None
    return News(seen.standing, stands, letters, noticed, changed, told_of, line, seen.lines)


def _noticed(study: Study, seen: Before, found: pipeline.Outcome, people: PeoplesPart, now: datetime) -> Noticed:
    """Where the person stands; written down only of those in scope, for nobody else is a subject."""
    if found.screening.in_scope:
        return notice(study, (found, people, seen.told), seen.stood, now)
    return Noticed(life_of(study, found, people, seen.told))


def _found(stands: Standing, body: dict[str, Any], cause: Cause, now: datetime) -> screenings.Found:
    return screenings.Found(
        now, body["asOf"], stands.verdict, stands.in_scope, stands.findings, body, cause.versions, cause.act,
        pack_json(body),
    )  # fmt: skip


def _first_day(found: pipeline.Outcome, part: PeoplesPart, days: Mapping[str, date]) -> date | None:
    """The first day on which time alone may change what is found: a fact dated later than today; of a patient in scope
    also an answer of the data (*days*), or a statement that grows too old."""
    told = [found.later] if found.later else []
    if not found.screening.in_scope:
        return min(told, default=None)
    told += days.values()
    for criterion, _ in part.people.findings:
        standing_ = part.people.said.get(criterion.id)
        last = stands_until(criterion, standing_.statement) if standing_ and standing_.idle is None else None
        told += [last + timedelta(days=1)] if last else []
    return min(told, default=None)
