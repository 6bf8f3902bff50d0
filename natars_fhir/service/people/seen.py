"""Seen: one subject of a site as a person sees them who decides: what is found, who may say something, what hinders a
signature; and by which digest it is known whether somebody else was quicker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from natars_fhir.domain.again import again
from natars_fhir.domain.finding import Finding
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.signing import hindrances
from natars_fhir.domain.study import Criterion
from natars_fhir.mapping.schema import Delegate, Site
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.people.delegation import delegate
from natars_fhir.service.people.subjects import Subject, may_be_used, subject_of
from natars_fhir.service.screening.screened import findings, is_dead, today
from natars_fhir.service.worklist.history import Step, since_findings
from natars_fhir.store import worklist
from natars_fhir.store.engine import Store


@dataclass(frozen=True, slots=True)
class Seen:
    """A subject; ``digest`` changes with whatever a decision rests on, ``speaker`` is who looks, as the delegation list
    of the day has them. ``hindered`` are the criteria that hinder a signature, ``days`` when time alone changes an
    answer."""

    subject: Subject
    digest: str
    speaker: Delegate | None
    number: str
    came: datetime | None
    hindered: tuple[tuple[Criterion, Finding], ...]
    dead: bool
    days: Mapping[str, date] = field(repr=False)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What of the data could not be used."""
        return self.subject.outcome.issues


def seen(store: Store, intake: Intake, site: Site, pseudonym: str, person: str, now: datetime) -> Seen | None:
    """The subject of this pseudonym, as *person* (of the site's delegation list) sees it; None where nobody is, or
    where the use of the data was withdrawn."""
    with store.of(site.site).read() as connection:
        line = worklist.named(connection, site.site, pseudonym)
        if line is None or not line.used:
            return None
        subject = subject_of(connection, intake, pseudonym, now, site.site)
    if subject is None or not may_be_used(subject):
        return None
    outcome, part = subject.outcome, subject.part
    return Seen(
        subject,
        findings(outcome.screening, part),
        delegate(site, (person,), today(now)) if person else None,
        line.number,
        line.came,
        tuple(hindrances(part.people)),
        is_dead(outcome.record),
        again(outcome.screening),
    )


def meanwhile(store: Store, site: str, here: Seen, digest: str) -> list[Step]:
    """What changed since a page was made with *digest*; empty where that cannot be told."""
    return since_findings(store, site, here.subject.names, digest)
