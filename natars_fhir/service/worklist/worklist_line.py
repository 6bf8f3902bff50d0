"""The worklist's line of one patient: what a coordinator sees of them in a list, kept with every screening."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from natars_fhir.domain.life import Life, may_be_used
from natars_fhir.domain.screening_log import arm_of, barring, open_ones, place_of
from natars_fhir.domain.signing import PeoplesPart, hindrances
from natars_fhir.emit.identity import declared
from natars_fhir.mapping.schema import Site
from natars_fhir.pipeline import Outcome
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.upkeep.pseudonym import subject_of
from natars_fhir.store.worklist import Line, Moments

#: Where a person may still say something that changes who takes part.
_BEFORE = frozenset({"undetermined", "candidate", "eligible"})
#: Why a criterion is open that a person alone can close.
_FOR_PEOPLE = frozenset({"needs-attestation", "conflicting"})
#: What brings no data, though it has a document.
_SAID = frozenset({"statement", "signature"})


@dataclass(frozen=True, slots=True)
class Brought:
    """What a screening came of: an act, whether it brought data, and whether the findings are others now. ``last`` asks
    when data came last, where no line of before tells it; ``at``: the data came before it was screened."""

    act: str
    data: bool
    changed: bool
    last: Callable[[], datetime | None]
    at: datetime | None = None


def after(
    intake: Intake, site: Site, key: str, seen: tuple[Outcome, PeoplesPart, Life], lines: Mapping[str, Moments],
    brought: Brought, now: datetime,
) -> Line | None:  # fmt: skip
    """The line of a person after a screening; *lines* are those of before. Nobody out of scope has one."""
    if not seen[0].screening.in_scope:
        return None
    came = max((one for _, one in lines.values()), default=None)
    if brought.data and brought.act not in _SAID:
        came = max(came or brought.at, brought.at) if brought.at else now
    if came is None:
        came = brought.last() or now
    changed = now if brought.changed else max((one for one, _ in lines.values()), default=came)
    return line(intake, site, key, seen, (changed, came))


def line(intake: Intake, site: Site, key: str, seen: tuple[Outcome, PeoplesPart, Life], when: Moments) -> Line:
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
