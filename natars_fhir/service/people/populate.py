"""Populate: one patient of a site, found by what a form's caller calls them, as the prefilled form.

http://hl7.org/fhir/uv/sdc/OperationDefinition/Questionnaire-populate. That it was asked for is written in the audit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from natars_fhir.domain.issue import Issue
from natars_fhir.domain.study import Study
from natars_fhir.emit.identity import declared
from natars_fhir.emit.questionnaire_response import NOBODY, Statements, prefilled_response
from natars_fhir.fhir.build import Node
from natars_fhir.mapping.schema import Site
from natars_fhir.pipeline import Outcome
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.lives import is_used
from natars_fhir.service.screening.screened import outcome, peoples_part, today
from natars_fhir.service.upkeep.pseudonym import subject_of
from natars_fhir.store import attestations, audit, patients
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store

_OUT_OF_SCOPE = Issue(
    "information",
    "informational",
    "QuestionnaireResponse.subject",
    "Nothing suggests a sarcoma or a retroperitoneal tumour: the patient is not in the trial's scope.",
)


@dataclass(frozen=True, slots=True)
class Populated:
    """The form, and what is to be told besides: what of the patient's data could not be used."""

    response: Node
    issues: tuple[Issue, ...]


def populate(store: Store, intake: Intake, site: Site, subject: Node, now: datetime) -> Populated | None:
    """The form of the patient whom *subject* (a Reference) means at this site; None where nobody is known by it."""
    with store.read() as connection:
        names = [name for name in names_of(subject, site.bases) if name.isprintable()]  # no store knows another
        found, stated = _found(connection, intake.study, site.site, names, now)
    made = None if found is None else of(found, intake.study, site, intake.canonical_base, now, stated)
    about = "" if found is None else subject_of(intake, site, found.screening.patient)
    with store.of(site.site).write(()) as connection:
        counts = {"answers": 0 if made is None else len(made.response.get("contained", ()))}
        status = 404 if made is None else 200
        audit.write(connection, intake.key, Act(site.site, now, "populate", "", status, counts, about))
    return made


def of(found: Outcome, study: Study, site: Site, base: str, now: datetime, stated: Statements = NOBODY) -> Populated:
    """The form of one outcome, and of what people *stated*."""
    primary = declared(found.screening.patient, site.identifiers[0] if site.identifiers else "")
    scope = () if found.screening.in_scope else (_OUT_OF_SCOPE,)
    return Populated(prefilled_response(found.screening, study, base, now, primary, stated), (*scope, *found.issues))


def names_of(subject: Node, bases: Collection[str]) -> Iterator[str]:
    """The keys by which we may know whom a Reference means: as it is, without the site's own base, by identifier."""
    reference = subject.get("reference")
    if isinstance(reference, str) and reference:
        whole = reference.partition("/_history/")[0]
        starts = [f"{base.rstrip('/')}/" for base in bases]
        yield next((whole.removeprefix(one) for one in starts if whole.startswith(one)), whole)
    identifier: Any = subject.get("identifier")
    if isinstance(identifier, dict) and identifier.get("value"):
        yield f"Patient?identifier={identifier.get('system', '')}|{identifier['value']}"


def _found(
    connection: Connection, study: Study, site: str, names: Iterable[str], now: datetime
) -> tuple[Outcome | None, Statements]:
    for name in names:
        (known,) = patients.persons(connection, site, [name]).values()
        found = outcome(connection, study, site, known, today(now))
        if found is not None:
            part = peoples_part(found, study, attestations.said_of(connection, site, study.id, known))
            if not is_used(connection, study, site, known, found, part):
                return None, NOBODY
            return found, part.people.counting
    return None, NOBODY
