"""Tell: what a site's server must hear of a screening goes into the outbox, in the transaction of its cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, unquote

import msgspec
from sqlalchemy import Connection

from natars_fhir.domain.finding import Finding
from natars_fhir.domain.people import WithPeople
from natars_fhir.domain.screening_log import arm_of
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Criterion
from natars_fhir.domain.subject import state
from natars_fhir.emit import Emission, emit
from natars_fhir.emit.observation import meaning, results_system
from natars_fhir.fhir.build import Node
from natars_fhir.mapping.schema import Site
from natars_fhir.pipeline import Outcome
from natars_fhir.service.intake import Intake
from natars_fhir.store import outbox

#: R4's word for a subject that we spoke of and that is none: it says nothing of the patient.
_NO_SUBJECT = "not-registered"


def tell(
    connection: Connection, intake: Intake, site: Site, outcome: Outcome, part: PeoplesPart, now: datetime
) -> tuple[str | None, int]:
    """Queues what the site is told, where it says something new; nothing of a patient out of scope.

    Gives the subject's target, and how many letters were queued.
    """
    if not outcome.screening.in_scope:
        return None, 0
    emission = _emission(intake, site, outcome, part)
    subject = None
    letters: list[outbox.News] = []
    for resource in emit(emission, site.endpoint.also if site.endpoint else ()).resources:
        target = target_of(resource, intake.canonical_base)
        if resource["resourceType"] == "Observation" and not _is_news(connection, site.site, target, resource):
            continue
        letters.append((resource["resourceType"], target, msgspec.json.encode(resource)))
        if resource["resourceType"] == "ResearchSubject":
            subject = target
    return subject, outbox.queue(connection, site.site, letters, now)


def _is_news(connection: Connection, site: str, target: str, resource: Node) -> bool:
    """Does a result say anything but the same again, of another day or by another mapping?"""
    said = outbox.last_said(connection, site, target)
    return said is None or meaning(msgspec.json.decode(said)) != meaning(resource)


def _emission(intake: Intake, site: Site, outcome: Outcome, part: PeoplesPart) -> Emission:
    """What the site is told: the arm and the consent that the record tells too, and what people made of it."""
    record, study = outcome.record, intake.study
    arm = arm_of(record, study)
    given = [f for f in record.about("consent") if f.value == "given" and f.standing == "final"]
    consent = next((f.source.reference for f in given if f.source.reference.startswith("Consent/")), None)
    return Emission(
        replace(outcome.screening, findings=_told(part.people)),
        study,
        site.site,
        site.en,
        intake.canonical_base,
        intake.key,
        site.identifiers[0] if site.identifiers else "",
        consent_reference=consent,
        arm=arm,
        state=state(record, outcome.screening, part.people, part.signed),
        signed=part.signed is not None and part.signed.holds,
    )


def _told(people: WithPeople) -> tuple[tuple[Criterion, Finding], ...]:
    """The answers with people's part: the data is no source of what a person stated."""
    stated = people.counting
    return tuple((c, f._replace(facts=()) if c.id in stated else f) for c, f in people.findings)


def retract(connection: Connection, site: str, target: str, now: datetime) -> int:
    """The site is told that there is no such subject, and that its results were an error, if it was told that there are
    any. How many letters that makes."""
    results = outbox.told(connection, site, "Observation", _results_of(target))
    void = {target: _NO_SUBJECT, **dict.fromkeys(results, "entered-in-error")}
    last = {one: outbox.last_said(connection, site, one) for one in void}
    letters = [
        (one.partition("?")[0], one, msgspec.json.encode(msgspec.json.decode(said) | {"status": void[one]}))
        for one, said in last.items()
        if said is not None
    ]
    return outbox.queue(connection, site, letters, now)


def _results_of(target: str) -> str:
    """How the targets of a subject's results begin: they bear its pseudonym."""
    system, _, pseudonym = unquote(target).partition("?identifier=")[2].rpartition("|")
    return _at("Observation", results_system(system.removesuffix("/NamingSystem/subject")), f"{pseudonym}-")


def target_of(resource: Node, canonical_base: str) -> str:
    """Where a resource is put: a study under its own id, for subjects refer to it by that
    (https://hl7.org/fhir/R4/http.html#upsert); anything else where our identifier is
    (https://hl7.org/fhir/R4/http.html#cond-update)."""
    if resource["resourceType"] == "ResearchStudy":
        return f"ResearchStudy/{resource['id']}"
    ours = next(one for one in resource["identifier"] if one["system"].startswith(f"{canonical_base}/"))
    return _at(resource["resourceType"], ours["system"], ours["value"])


def _at(kind: str, system: str, value: str) -> str:
    return f"{kind}?identifier={quote(f'{system}|{value}', safe='')}"
