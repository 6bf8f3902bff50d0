"""The worklist's line of one patient: what a coordinator sees of them in a list, kept with every screening."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from natars_fhir.domain.life import Life, may_be_used
from natars_fhir.domain.screening_log import arm_of, barring, open_ones, place_of
from natars_fhir.domain.signing import PeoplesPart, hindrances
from natars_fhir.emit.identity import declared
from natars_fhir.mapping.schema import Site
from natars_fhir.pipeline import Outcome
from natars_fhir.service.intake import Intake
from natars_fhir.service.pseudonym import subject_of
from natars_fhir.store import worklist
from natars_fhir.store.worklist import Line

#: Where a person may still say something that changes who takes part.
_BEFORE = frozenset({"undetermined", "candidate", "eligible"})
#: Why a criterion is open that a person alone can close.
_FOR_PEOPLE = frozenset({"needs-attestation", "conflicting"})
#: What brings no data, though it has a document.
_SAID = frozenset({"statement", "signature"})


@dataclass(frozen=True, slots=True)
class Brought:
    """What a screening came of: an act, whether it brought data, and whether the findings are others now."""

    act: str
    data: bool
    changed: bool


def keep(
    connection: Connection, intake: Intake, site: Site, who: tuple[str, Collection[str], Collection[str]],
    seen: tuple[Outcome, PeoplesPart, Life], brought: Brought, now: datetime,
) -> None:  # fmt: skip
    """Keeps the line of a person: the key that stands for them, all names, and the keys that have had a line. Nobody
    out of scope has one."""
    key, names, listed = who
    before = worklist.moments(connection, site.site, listed) if listed else {}
    worklist.drop(connection, site.site, before.keys() - {key})
    if not seen[0].screening.in_scope:
        worklist.drop(connection, site.site, before.keys() & {key})
        return
    came = now if brought.data and brought.act not in _SAID else max((one for _, one in before.values()), default=None)
    changed = now if brought.changed else max((one for one, _ in before.values()), default=None)
    if came is None:
        came = worklist.last_came(connection, site.site, names) or now
    worklist.put(connection, site.site, line(intake, site, key, seen, (changed or came, came)))


def line(
    intake: Intake, site: Site, key: str, seen: tuple[Outcome, PeoplesPart, Life], when: tuple[datetime, datetime]
) -> Line:
    """The line of a patient in scope. Of whose data is not to be used only the place is told."""
    found, part, way = seen
    patient, used = found.screening.patient, may_be_used(way)
    place = place_of(way.state, found.screening, part, arm_of(found.record, intake.study))
    primary = declared(patient, site.identifiers[0] if site.identifiers else "")
    return Line(
        key,
        subject_of(intake, site, patient),
        primary[1] if primary else patient.reference,
        place,
        found.screening.verdict,
        part.people.verdict,
        tuple(one.id for one, _ in barring(part)) if used else (),
        tuple(one.id for one, _ in open_ones(part)) if used else (),
        tuple(_waits(place, part)) if used else (),
        used,
        *when,
    )


def _waits(place: str, part: PeoplesPart) -> Iterator[str]:
    """For what a person is waited for: to say something, to look again, to sign."""
    if place not in _BEFORE:
        return
    if part.people.verdict != "ineligible" and any(f.reason in _FOR_PEOPLE for _, f in open_ones(part)):
        yield "state"
    if part.people.review or (part.signed is not None and part.signed.review):
        yield "review"
    if place == "candidate" and not hindrances(part.people):
        yield "sign"
