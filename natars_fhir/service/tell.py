"""Tell: what a site's server must hear of a screening goes into the outbox, in the transaction of its cause."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

import msgspec
from sqlalchemy import Connection

from natars_fhir.domain.screening_log import arm_of
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.subject import state
from natars_fhir.emit import Emission, emit
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
    """Queues the studies and the subject where they say something new; nothing of a patient out of scope.

    Gives the subject's target, and how many letters were queued.
    """
    if not outcome.screening.in_scope:
        return None, 0
    emission = _emission(intake, site, outcome, part)
    subject, queued = None, 0
    for resource in emit(emission).resources:
        target = target_of(resource, intake.canonical_base)
        body = msgspec.json.encode(resource)
        queued += outbox.queue(connection, site.site, resource["resourceType"], target, body, now)
        if resource["resourceType"] == "ResearchSubject":
            subject = target
    return subject, queued


def _emission(intake: Intake, site: Site, outcome: Outcome, part: PeoplesPart) -> Emission:
    """What the site is told: the arm and the consent that the record tells too, and what people made of it."""
    record, study = outcome.record, intake.study
    arm = arm_of(record, study)
    given = [f for f in record.about("consent") if f.value == "given" and f.standing == "final"]
    consent = next((f.source.reference for f in given if f.source.reference.startswith("Consent/")), None)
    return Emission(
        outcome.screening,
        study,
        site.site,
        site.en,
        intake.canonical_base,
        intake.key,
        site.identifiers[0] if site.identifiers else "",
        consent_reference=consent,
        arm=arm,
        state=state(record, outcome.screening, part.people, part.signed),
    )


def retract(connection: Connection, site: str, target: str, now: datetime) -> bool:
    """The site is told that there is no such subject, if it was told that there is one."""
    said = outbox.last_said(connection, site, target)
    if said is None:
        return False
    body = msgspec.json.encode(msgspec.json.decode(said) | {"status": _NO_SUBJECT})
    return outbox.queue(connection, site, "ResearchSubject", target, body, now)


def target_of(resource: Node, canonical_base: str) -> str:
    """Where a resource is put: a study under its own id, for subjects refer to it by that
    (https://hl7.org/fhir/R4/http.html#upsert); anything else where our identifier is
    (https://hl7.org/fhir/R4/http.html#cond-update)."""
    if resource["resourceType"] == "ResearchStudy":
        return f"ResearchStudy/{resource['id']}"
    ours = next(one for one in resource["identifier"] if one["system"].startswith(f"{canonical_base}/"))
    return f"{resource['resourceType']}?identifier={quote(ours['system'] + '|' + ours['value'], safe='')}"
