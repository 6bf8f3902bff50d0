"""Rescreen: patients are screened again from all that is known of them, and what is new is written down and told.

Nothing is taken from the push that brought it about but its names: the order of pushes does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from natars_fhir import pipeline
from natars_fhir.domain.again import again
from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.life import Event, may_be_used
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
from natars_fhir.service.deliver import announce
from natars_fhir.service.deliver.tell import Known, LastSaid, retract, tell
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.before import Before, before
from natars_fhir.service.screening.lives import Noticed, caused, life_of, notice, told_by_office
from natars_fhir.service.worklist import worklist_line
from natars_fhir.service.worklist.worklist_line import Brought
from natars_fhir.store import due, outbox, patients, readings, screenings, subjects, worklist
from natars_fhir.store.attestations import Said
from natars_fhir.store.due import Owed
from natars_fhir.store.packed import digest
from natars_fhir.store.patients import Standing
from natars_fhir.store.persons import Persons, every_name
from natars_fhir.store.subjects import Whose
from natars_fhir.store.worklist import Line

#: Asks when data came last of one person.
LastCame = Callable[[], datetime | None]
#: As many persons are held in memory at once.
_MANY = 50


@dataclass(frozen=True, slots=True)
class Rescreened:
    """How many patients were screened, how many have new findings, and how many letters wait for the site; ``since``
    when the first of them was due, of those who were."""

    screened: int = 0
    changed: int = 0
    queued: int = 0
    since: datetime | None = None

    def and_more(self, other: Rescreened) -> Rescreened:
        """Both together."""
        since = min((one for one in (self.since, other.since) if one), default=None)
        counts = (self.screened + other.screened, self.changed + other.changed, self.queued + other.queued)
        return Rescreened(*counts, since)

    @property
    def counts(self) -> dict[str, int]:
        """As the audit has them."""
        return {"screened": self.screened, "findings": self.changed, "letters": self.queued}


@dataclass(frozen=True, slots=True)
class Cause:
    """What brought a screening about: the resource versions that touched the person, the act that brought them, and
    when they came, where that was before."""

    versions: tuple[int, ...]
    act: str
    came: datetime | None = None


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
    return read_of(study, site, readings.about(connection, site, names, known), as_of, told)


def read_of(
    study: Study, site: str, known: Iterable[Reading], as_of: date, told: Sequence[Event]
) -> pipeline.Outcome | None:
    """The same of these readings."""
    return next(pipeline.outcomes(gathered(site, known), study, as_of, told_by_office(site, told)), None)


def gathered(site: str, known: Iterable[Reading]) -> Gathered:
    """What is known of one person, as it counts together."""
    found = Gathered(site)
    for reading in known:
        # under which key a resource counts was settled when it came: only Patients bring names along
        bare = reading.kind == "Patient" or not reading.aliases
        found.add(reading if bare else replace(reading, aliases=()))
    return found


def rescreen(
    connection: Connection, intake: Intake, site: Site, persons: Persons,
    causes: Mapping[str, Iterable[int]], now: datetime, act: str = "push",
    known: Mapping[str, Reading] = MappingProxyType({}),
) -> Rescreened:  # fmt: skip
    """Screens these persons (the key that stands for each, and its names); *causes* tells which resource versions
    touched a name, *act* what brought it about, *known* what was read just now. Whoever was due is no more."""
    done, keys = Rescreened(), [*persons]
    for start in range(0, len(keys), _MANY):
        some = {key: persons[key] for key in keys[start : start + _MANY]}
        owed = due.settle(connection, site.site, every_name(some))
        why = {key: Cause(cause(names, causes, owed), act, came(names, causes, owed)) for key, names in some.items()}
        news = found_of(connection, intake, site, some, why, now, known)
        told = write(connection, intake.study.id, site.site, news, now)
        done = done.and_more(told).and_more(Rescreened(since=min((one.since for one in owed), default=None)))
    return done


def found_of(
    connection: Connection, intake: Intake, site: Site, persons: Persons, why: Mapping[str, Cause], now: datetime,
    known: Mapping[str, Reading] = MappingProxyType({}),
) -> list[News]:  # fmt: skip
    """What these persons come to now, in their order; nothing of it is written."""
    seen = before(connection, intake.study, site.site, persons, today(now), known)
    last = partial(outbox.last_said, connection, site.site)
    return [
        _person(
            intake, site, key, seen[key], why[key],
            (now, last, partial(worklist.last_came, connection, site.site, names)),
        )
        for key, names in persons.items()
    ]  # fmt: skip


def cause(names: Collection[str], causes: Mapping[str, Iterable[int]], owed: Iterable[Owed] = ()) -> tuple[int, ...]:
    """What touched the person, now and while it was due (*owed*); else, where only names were joined or parted,
    everything that came along."""
    own = {seq for name in names for seq in causes.get(name, ())}
    own |= {seq for one in owed if one.name in names for seq in one.cause}
    return tuple(sorted(own or {seq for seqs in causes.values() for seq in seqs}))


def came(names: Collection[str], causes: Mapping[str, Iterable[int]], owed: Iterable[Owed]) -> datetime | None:
    """When the last came of what a person is due for; None where something touches them now."""
    return None if causes.keys() & names else max((one.since for one in owed if one.name in names), default=None)


@dataclass(frozen=True, slots=True)
class News:
    """What one person came to, to be written down: where it stands now (nowhere, where nothing is known of it), the
    letters, the way, the screening where it is another, and the line in the worklist; ``lines`` are those of before."""

    earlier: Sequence[Standing]
    stands: Standing | None = None
    letters: Sequence[outbox.News] = ()
    noticed: Noticed | None = None
    changed: bool = False
    found: screenings.Found | None = None
    line: Line | None = None
    lines: Collection[str] = ()

    @property
    def target(self) -> str | None:
        """As what the site is told of the person now."""
        return self.stands.target if self.stands else None

    @property
    def turned(self) -> bool:
        """Does the data say another verdict?"""
        now = self.stands
        return now is not None and all((one.key, one.verdict) != (now.key, now.verdict) for one in self.earlier)


def _person(
    intake: Intake, site: Site, key: str, seen: Before, cause: Cause, at: tuple[datetime, LastSaid, LastCame]
) -> News:
    now, last, ask = at
    found = read_of(intake.study, site.site, seen.readings, today(now), seen.told)
    if found is None:
        return News(seen.standing, lines=seen.lines)
    screening, people = found.screening, peoples_part(found, intake.study, seen.said)
    noticed = _noticed(intake.study, seen, found, people, now)
    asked = request(people, noticed.way, seen.declined)
    target, letters = tell(intake, site, Known(found, people, noticed.way, asked), last)
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
        now, body["asOf"], stands.verdict, stands.in_scope, stands.findings, body, cause.versions, cause.act
    )


def write(connection: Connection, trial: str, site: str, news: Sequence[News], now: datetime) -> Rescreened:
    """Everything that is new of these persons, table by table."""
    stand = [one.stands for one in news if one.stands]
    patients.gone(connection, site, {old.key for one in news for old in one.earlier} - {one.key for one in stand})
    letters = [letter for one in news for letter in one.letters]
    turned = [one.target for one in news if one.turned and one.target]
    wanted = announce.wanted(connection, site) if letters or turned else ()
    announce.letters(connection, site, letters, now, wanted)
    queued = outbox.queue_each(connection, site, [(one.target or "", one.letters) for one in news], now)
    ways = [(Whose(site, one.stands.key, trial), one.noticed) for one in news if one.stands and one.noticed]
    subjects.notice(connection, [(whose, event) for whose, way in ways for event in way.causes])
    subjects.stand(connection, [(whose, way.stands) for whose, way in ways if way.stands])
    patients.stand(connection, site, stand)
    lines = [one.line for one in news if one.line]
    worklist.drop(connection, site, {key for one in news for key in one.lines} - {line.key for line in lines})
    worklist.put(connection, site, lines)
    announce.verdicts(connection, site, turned, now, wanted)
    screenings.record(connection, site, [(one.stands.key, one.found) for one in news if one.stands and one.found])
    queued += sum(_retracted(connection, site, one.earlier, one.target, now) for one in news)
    return Rescreened(len(stand), sum(one.changed for one in news), queued)


def _retracted(
    connection: Connection, site: str, earlier: Iterable[Standing], target: str | None, now: datetime
) -> int:
    """The site was told of a subject that is none any more: the patient left the scope, or is another's."""
    void = {one.target for one in earlier if one.target not in (None, target)}
    unclaimed = [old for old in void if old and not patients.claimed(connection, site, old)]
    return sum(retract(connection, site, old, now) for old in unclaimed)


def peoples_part(found: pipeline.Outcome, study: Study, said: Said) -> PeoplesPart:
    """What people said of this patient, as it stands beside the screening."""
    people = with_people(found.screening, said.statements)
    signed = standing(said.signatures, found.record, study, (found.screening, people), said.statements)
    return PeoplesPart(people, signed)


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
