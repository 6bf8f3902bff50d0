"""Rescreen: patients are screened again from all that is known of them, and what is new is written down and told.

Nothing is taken from the push that brought it about but its names: the order of pushes does not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from natars_fhir import pipeline
from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.record import Fact
from natars_fhir.domain.screening import Screening
from natars_fhir.domain.study import Study
from natars_fhir.emit.prefilled import prefilled
from natars_fhir.mapping.gathered import Gathered
from natars_fhir.mapping.schema import Site
from natars_fhir.service.intake import Intake
from natars_fhir.service.tell import retract, tell
from natars_fhir.store import patients, readings, screenings
from natars_fhir.store.packed import digest
from natars_fhir.store.patients import Standing


@dataclass(frozen=True, slots=True)
class Rescreened:
    """How many patients were screened, how many have new findings, and how many letters wait for the site."""

    screened: int = 0
    changed: int = 0
    queued: int = 0


def today(now: datetime) -> date:
    """The day that a screening stands for: today in the trial's time zone."""
    return now.astimezone(SHANGHAI).date()


def outcome(
    connection: Connection, study: Study, site: str, names: Collection[str], as_of: date
) -> pipeline.Outcome | None:
    """One person, who goes by *names*, from all that is known; None where nothing is."""
    gathered = Gathered(site)
    for reading in readings.about(connection, site, names):
        # under which key a resource counts was settled when it came: only Patients bring names along
        gathered.add(reading if reading.kind == "Patient" else replace(reading, aliases=()))
    return next(pipeline.outcomes(gathered, study, as_of), None)


def rescreen(
    connection: Connection, intake: Intake, site: Site, persons: Mapping[str, Collection[str]],
    causes: Mapping[str, Iterable[int]], now: datetime,
) -> Rescreened:  # fmt: skip
    """Screens these persons (the key that stands for each, and its names); *causes* tells which resource versions
    touched a name."""
    done = [
        _person(connection, intake, site, (key, names), _cause(names, causes), now) for key, names in persons.items()
    ]
    return Rescreened(sum(d.screened for d in done), sum(d.changed for d in done), sum(d.queued for d in done))


def _cause(names: Collection[str], causes: Mapping[str, Iterable[int]]) -> tuple[int, ...]:
    """What touched the person; else, where only names were joined or parted, everything that came along."""
    own = {seq for name in names for seq in causes.get(name, ())}
    return tuple(sorted(own or {seq for seqs in causes.values() for seq in seqs}))


def _person(
    connection: Connection, intake: Intake, site: Site, who: tuple[str, Collection[str]], cause: tuple[int, ...],
    now: datetime,
) -> Rescreened:  # fmt: skip
    key, names = who
    earlier = patients.standing(connection, site.site, names)
    found = outcome(connection, intake.study, site.site, names, today(now))
    patients.gone(connection, site.site, [one.key for one in earlier])
    if found is None:
        return Rescreened(queued=_retracted(connection, site, earlier, None, now))
    screening = found.screening
    target, queued = tell(connection, intake, site, found, now)
    before = next((one for one in earlier if one.key == key), None)
    stands = Standing(key, findings(screening), screening.in_scope, screening.verdict, target)
    patients.stands(connection, site.site, stands)
    changed = before is None or before.findings != stands.findings
    if changed and (screening.in_scope or any(one.in_scope for one in earlier)):
        screenings.record(connection, site.site, key, _found(found, stands, cause, now))
    return Rescreened(1, int(changed), queued + _retracted(connection, site, earlier, target, now))


def _retracted(
    connection: Connection, site: Site, earlier: Iterable[Standing], target: str | None, now: datetime
) -> int:
    """The site was told of a subject that is none any more: the patient left the scope, or is another's."""
    void = {one.target for one in earlier if one.target not in (None, target)}
    unclaimed = [old for old in void if old and not patients.claimed(connection, site.site, old)]
    return sum(retract(connection, site.site, old, now) for old in unclaimed)


def _found(found: pipeline.Outcome, stands: Standing, cause: tuple[int, ...], now: datetime) -> screenings.Found:
    body = prefilled(found.screening, found.record.facts, found.issues)
    as_of = found.screening.as_of.isoformat()
    return screenings.Found(now, as_of, stands.verdict, stands.in_scope, stands.findings, body, cause)


def findings(screening: Screening) -> str:
    """A digest of what was found and of the facts that it rests on: it changes when they do, and not with the day."""
    said = [
        (criterion.id, finding.answer.word, finding.reason, [_basis(fact) for fact in finding.facts])
        for criterion, finding in screening.findings
    ]
    return digest(msgspec.json.encode((screening.patient, screening.in_scope, screening.verdict, said)))[:32]


def _basis(fact: Fact) -> tuple[object, ...]:
    return fact.concept, fact.value, fact.when, fact.standing, fact.detail, fact.source.reference, fact.path
