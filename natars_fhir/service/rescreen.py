"""Rescreen: patients are screened again from all that is known of them, and what is new is written down and told.

Nothing is taken from the push that brought it about but its names: the order of pushes does not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from natars_fhir import pipeline
from natars_fhir.domain.again import again
from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.life import Event, Life, may_be_used
from natars_fhir.domain.people import stands_until, with_people
from natars_fhir.domain.record import Fact, Record
from natars_fhir.domain.request import request
from natars_fhir.domain.screening import Screening
from natars_fhir.domain.signing import PeoplesPart, standing
from natars_fhir.domain.study import Study
from natars_fhir.emit.prefilled import prefilled
from natars_fhir.mapping.gathered import Gathered
from natars_fhir.mapping.reading import Reading
from natars_fhir.mapping.schema import Site
from natars_fhir.service import announce, worklist_line
from natars_fhir.service.intake import Intake
from natars_fhir.service.lives import caused, declines, life_of, notice, told_by_office
from natars_fhir.service.tell import Known, retract, tell
from natars_fhir.service.worklist_line import Brought
from natars_fhir.store import attestations, patients, readings, screenings, worklist
from natars_fhir.store.attestations import Said
from natars_fhir.store.packed import digest
from natars_fhir.store.patients import Standing
from natars_fhir.store.subjects import Whose


@dataclass(frozen=True, slots=True)
class Rescreened:
    """How many patients were screened, how many have new findings, and how many letters wait for the site."""

    screened: int = 0
    changed: int = 0
    queued: int = 0


@dataclass(frozen=True, slots=True)
class Cause:
    """What brought a screening about: the resource versions that touched the person, and the act that brought them."""

    versions: tuple[int, ...]
    act: str
    known: Mapping[str, Reading] = field(default_factory=dict, repr=False)


def today(now: datetime) -> date:
    """The day that a screening stands for: today in the trial's time zone."""
    return now.astimezone(SHANGHAI).date()


def outcome(
    connection: Connection, study: Study, site: str, names: Collection[str], as_of: date
) -> pipeline.Outcome | None:
    """One person, who goes by *names*, from all that is known; None where nothing is."""
    return concluded(connection, study, site, names, as_of, caused(connection, study, site, names, as_of))


def concluded(
    connection: Connection, study: Study, site: str, names: Collection[str], as_of: date, told: Sequence[Event],
    known: Mapping[str, Reading] = MappingProxyType({}),
) -> pipeline.Outcome | None:  # fmt: skip
    """The same, where what people caused (*told*) is at hand. *known*: see `readings.about`."""
    gathered = Gathered(site)
    for reading in readings.about(connection, site, names, known):
        # under which key a resource counts was settled when it came: only Patients bring names along
        gathered.add(reading if reading.kind == "Patient" else replace(reading, aliases=()))
    return next(pipeline.outcomes(gathered, study, as_of, told_by_office(site, told)), None)


def rescreen(
    connection: Connection, intake: Intake, site: Site, persons: Mapping[str, Collection[str]],
    causes: Mapping[str, Iterable[int]], now: datetime, act: str = "push",
    known: Mapping[str, Reading] = MappingProxyType({}),
) -> Rescreened:  # fmt: skip
    """Screens these persons (the key that stands for each, and its names); *causes* tells which resource versions
    touched a name, *act* what brought it about, *known* what was read just now."""
    done = [
        _person(connection, intake, site, (key, names), Cause(_cause(names, causes), act, known), now)
        for key, names in persons.items()
    ]
    return Rescreened(sum(d.screened for d in done), sum(d.changed for d in done), sum(d.queued for d in done))


def _cause(names: Collection[str], causes: Mapping[str, Iterable[int]]) -> tuple[int, ...]:
    """What touched the person; else, where only names were joined or parted, everything that came along."""
    own = {seq for name in names for seq in causes.get(name, ())}
    return tuple(sorted(own or {seq for seqs in causes.values() for seq in seqs}))


def _person(
    connection: Connection, intake: Intake, site: Site, who: tuple[str, Collection[str]], cause: Cause, now: datetime,
) -> Rescreened:  # fmt: skip
    key, names = who
    earlier = patients.standing(connection, site.site, names)
    told = caused(connection, intake.study, site.site, names, today(now))
    found = concluded(connection, intake.study, site.site, names, today(now), told, cause.known)
    patients.gone(connection, site.site, [one.key for one in earlier])
    if found is None:
        worklist.drop(connection, site.site, names)
        return Rescreened(queued=_retracted(connection, site, earlier, None, now))
    screening = found.screening
    said = attestations.said_of(connection, site.site, intake.study.id, names)
    people = peoples_part(found, intake.study, said)
    way = _way(connection, intake.study, Whose(site.site, key, intake.study.id), names, (found, people, told), now)
    asked = request(people, way, declines(connection, intake.study, site.site, names))
    target, queued = tell(connection, intake, site, Known(found, people, way, asked), now)
    before = next((one for one in earlier if one.key == key), None)
    day = next_day(found, people)
    digested = findings(screening, people)
    stands = Standing(key, digested, screening.in_scope, screening.verdict, target, day.isoformat() if day else None)
    patients.stands(connection, site.site, stands)
    if before is None or before.verdict != stands.verdict:
        announce.verdict(connection, site.site, target, now)
    changed = before is None or before.findings != stands.findings
    brought = Brought(cause.act, data=bool(cause.versions), changed=changed)
    listed = [one.key for one in earlier if one.in_scope]
    worklist_line.keep(connection, intake, site, (key, names, listed), (found, people, way), brought, now)
    if changed and may_be_used(way) and (screening.in_scope or any(one.in_scope for one in earlier)):
        screenings.record(connection, site.site, key, _found(found, people, stands, cause, now))
    return Rescreened(1, int(changed), queued + _retracted(connection, site, earlier, target, now))


def _way(
    connection: Connection, study: Study, whose: Whose, names: Collection[str],
    seen: tuple[pipeline.Outcome, PeoplesPart, Sequence[Event]], now: datetime,
) -> Life:  # fmt: skip
    """Where the person stands; written down only of those in scope, for nobody else is a subject."""
    if seen[0].screening.in_scope:
        return notice(connection, study, whose, names, seen, now)
    return life_of(study, *seen)


def _retracted(
    connection: Connection, site: Site, earlier: Iterable[Standing], target: str | None, now: datetime
) -> int:
    """The site was told of a subject that is none any more: the patient left the scope, or is another's."""
    void = {one.target for one in earlier if one.target not in (None, target)}
    unclaimed = [old for old in void if old and not patients.claimed(connection, site.site, old)]
    return sum(retract(connection, site.site, old, now) for old in unclaimed)


def _found(
    found: pipeline.Outcome, people: PeoplesPart, stands: Standing, cause: Cause, now: datetime
) -> screenings.Found:
    body = prefilled(found.screening, found.record.facts, found.issues, people)
    as_of = found.screening.as_of.isoformat()
    return screenings.Found(
        now, as_of, stands.verdict, stands.in_scope, stands.findings, body, cause.versions, cause.act
    )


def peoples_part(found: pipeline.Outcome, study: Study, said: Said) -> PeoplesPart:
    """What people said of this patient, as it stands beside the screening."""
    people = with_people(found.screening, said.statements)
    signed = standing(said.signatures, found.record, study, (found.screening, people), said.statements)
    return PeoplesPart(people, signed)


def next_day(found: pipeline.Outcome, part: PeoplesPart) -> date | None:
    """The first day on which time alone may change what is found: a fact dated later than today; of a patient in scope
    also an answer of the data, or a statement that grows too old."""
    days = [found.later] if found.later else []
    if not found.screening.in_scope:
        return min(days, default=None)
    days += again(found.screening).values()
    for criterion, _ in part.people.findings:
        standing_ = part.people.said.get(criterion.id)
        last = stands_until(criterion, standing_.statement) if standing_ and standing_.idle is None else None
        days += [last + timedelta(days=1)] if last else []
    return min(days, default=None)


def is_dead(record: Record) -> bool:
    """Is the patient recorded as dead? The criteria do not ask."""
    return any(fact.value == "present" and fact.standing == "final" for fact in record.about("death"))


def findings(screening: Screening, part: PeoplesPart) -> str:
    """A digest of what was found and of the facts that it rests on: it changes when they do, and not with the day."""
    said = [
        (criterion.id, finding.answer.word, finding.reason, [_basis(fact) for fact in finding.facts])
        for criterion, finding in screening.findings
    ]
    told = (screening.patient, screening.in_scope, screening.verdict, said)
    people = (part.people.said, part.signed) if part.people.said or part.signed else ()
    return digest(msgspec.json.encode((*told, *people)))[:32]


def _basis(fact: Fact) -> tuple[object, ...]:
    return fact.concept, fact.value, fact.when, fact.standing, fact.detail, fact.source.reference, fact.path
