"""Tell: what a site's server must hear of a screening goes into the outbox, in the transaction of its cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from urllib.parse import quote, unquote

import msgspec
from sqlalchemy import Connection

from natars_fhir.domain.finding import Finding
from natars_fhir.domain.life import Life, may_be_used
from natars_fhir.domain.people import WithPeople
from natars_fhir.domain.record import Patient, Record
from natars_fhir.domain.request import Request
from natars_fhir.domain.screening_log import arm_of
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Criterion
from natars_fhir.emit import Emission, emit
from natars_fhir.emit.identity import declared
from natars_fhir.emit.observation import meaning as result_meaning
from natars_fhir.emit.observation import results_system
from natars_fhir.emit.questionnaire_response import forms_system
from natars_fhir.emit.questionnaire_response import meaning as form_meaning
from natars_fhir.emit.research_subject import STATES
from natars_fhir.emit.task import requests_system
from natars_fhir.fhir.build import Node
from natars_fhir.mapping.schema import Site
from natars_fhir.pipeline import Outcome
from natars_fhir.service.deliver import announce
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.store import outbox

#: What is put under its own id: a study, for subjects refer to it by that; what has no identifier.
_BY_ID = frozenset({"Provenance", "ResearchStudy"})

#: R4's word for a subject that we spoke of and that is none: it says nothing of the patient.
_NO_SUBJECT = "not-registered"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one person: the screening, people's part, the way of the subject, and what is asked of the
    site."""

    outcome: Outcome
    part: PeoplesPart
    way: Life
    request: Request


#: Target → what the site was told there last.
LastSaid = Callable[[str], "bytes | None"]


def tell(intake: Intake, site: Site, known: Known, last: LastSaid) -> tuple[str | None, list[outbox.News]]:
    """The subject's target, and the letters that may say something new; nothing of a patient out of scope."""
    if not known.outcome.screening.in_scope:
        return None, []
    emission = _emission(intake, site, known)
    subject = None
    letters: list[outbox.News] = []
    also = site.endpoint.also if site.endpoint and may_be_used(known.way) else ()
    for resource in emit(emission, also).resources:
        kind, target = resource["resourceType"], target_of(resource, intake.canonical_base)
        if kind in _NEWS and not _NEWS[kind](target, resource, last):
            continue
        letters.append((kind, target, _body(resource, target)))
        if kind == "ResearchSubject":
            subject = target
    return subject, letters


#: Target of a study → its resource, and its bytes: `emit` makes it once for all patients, and so it is written once.
_STUDIES: dict[str, tuple[Node, bytes]] = {}


def _body(resource: Node, target: str) -> bytes:
    if resource["resourceType"] != "ResearchStudy":
        return msgspec.json.encode(resource)
    known = _STUDIES.get(target)
    if known is None or known[0] is not resource:
        known = _STUDIES[target] = (resource, msgspec.json.encode(resource))
    return known[1]


def _result_is_news(target: str, resource: Node, last: LastSaid) -> bool:
    """Does a result say anything but the same again, of another day or by another mapping?"""
    said = last(target)
    return said is None or result_meaning(msgspec.json.decode(said)) != result_meaning(resource)


def _form_is_news(target: str, resource: Node, last: LastSaid) -> bool:
    """And does a form?"""
    said = last(target)
    return said is None or form_meaning(msgspec.json.decode(said)) != form_meaning(resource)


def _request_is_news(target: str, resource: Node, last: LastSaid) -> bool:
    """What was never asked is not closed; and what was closed in one way is not closed in another."""
    if resource["status"] == "requested":
        return True
    said = last(target)
    return said is not None and msgspec.json.decode(said)["status"] == "requested"


#: Of what is sent only where it says something new: does it, after what was said last?
_NEWS: Mapping[str, Callable[[str, Node, LastSaid], bool]] = MappingProxyType(
    {"Observation": _result_is_news, "QuestionnaireResponse": _form_is_news, "Task": _request_is_news}
)


def _emission(intake: Intake, site: Site, known: Known) -> Emission:
    """What the site is told: the arm and the consent that the record tells too, and what people made of it. Whose data
    is not to be used any more, of them only where they stand."""
    outcome, part, way = known.outcome, known.part, known.way
    record, study = outcome.record, intake.study
    used = may_be_used(way)
    told = Emission(
        replace(outcome.screening, findings=_told(part.people), patient=_known_there(site, outcome.screening.patient)),
        study,
        site.site,
        site.en,
        intake.canonical_base,
        intake.key,
        site.identifiers[0] if site.identifiers else "",
        state=way.state if way.state in STATES else None,
        signed=part.signed is not None and part.signed.holds,
        request=known.request,
        version=site.endpoint.version if site.endpoint else "R4",
    )
    if not used:
        return told
    return replace(
        told, consent_reference=_consent(record), arm=arm_of(record, study), way=way, stated=part.people.counting
    )


def _known_there(site: Site, patient: Patient) -> Patient:
    """The patient as the server knows them: by the primary identifier, where its ids are not those of the feed."""
    primary = declared(patient, site.identifiers[0]) if site.identifiers else None
    if primary is None or site.endpoint is None or site.endpoint.patients == "by-id":
        return patient
    return replace(patient, reference=f"Patient?identifier={primary[0]}|{primary[1]}")


def _consent(record: Record) -> str | None:
    """The hospital's own Consent to this trial, where it sent one."""
    given = [f for f in record.about("consent") if f.value == "given" and f.standing == "final"]
    return next((f.source.reference for f in given if f.source.reference.startswith("Consent/")), None)


def _told(people: WithPeople) -> tuple[tuple[Criterion, Finding], ...]:
    """The answers with people's part: the data is no source of what a person stated."""
    stated = people.counting
    return tuple((c, f._replace(facts=()) if c.id in stated else f) for c, f in people.findings)


def retract(connection: Connection, site: str, target: str, now: datetime) -> int:
    """The site is told that there is no such subject, and that its results were an error, if it was told that there are
    any. How many letters that makes."""
    base, pseudonym = _subject_of(target)
    results = outbox.told(connection, site, "Observation", _at("Observation", results_system(base), f"{pseudonym}-"))
    asked, filled = (
        _at("Task", requests_system(base), pseudonym),
        _at("QuestionnaireResponse", forms_system(base), pseudonym),
    )
    void = {target: _NO_SUBJECT, asked: "cancelled", **dict.fromkeys([*results, filled], "entered-in-error")}
    last = {one: outbox.last_said(connection, site, one) for one in void}
    letters = [
        (one.partition("?")[0], one, msgspec.json.encode(msgspec.json.decode(said) | {"status": void[one]}))
        for one, said in last.items()
        if said is not None
    ]
    announce.letters(connection, site, letters, now, announce.wanted(connection, site) if letters else ())
    return outbox.queue(connection, site, letters, now, target)


def subject_target(pseudonym: str, canonical_base: str) -> str:
    """Where the subject of a pseudonym is put."""
    return _at("ResearchSubject", f"{canonical_base}/NamingSystem/subject", pseudonym)


def _subject_of(target: str) -> tuple[str, str]:
    """The base of our addresses, and the subject's pseudonym."""
    system, _, pseudonym = unquote(target).partition("?identifier=")[2].rpartition("|")
    return system.removesuffix("/NamingSystem/subject"), pseudonym


def target_of(resource: Node, canonical_base: str) -> str:
    """Where a resource is put: a study, and what has no identifier, under its own id
    (https://hl7.org/fhir/R4/http.html#upsert); anything else where our identifier is
    (https://hl7.org/fhir/R4/http.html#cond-update)."""
    kind, known = resource["resourceType"], resource.get("identifier")
    if kind in _BY_ID:
        return f"{kind}/{resource['id']}"
    identifiers = [known] if isinstance(known, dict) else known or ()
    ours = next(one for one in identifiers if one["system"].startswith(f"{canonical_base}/"))
    return _at(kind, ours["system"], ours["value"])


def _at(kind: str, system: str, value: str) -> str:
    return f"{kind}?identifier={quote(f'{system}|{value}', safe='')}"
