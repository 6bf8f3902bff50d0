"""Tell: what a site's server must hear of a screening goes into the outbox, in the transaction of its cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


def tell(intake: Intake, site: Site, known: Known) -> tuple[str | None, list[outbox.News]]:
    """The subject's target, and the letters; nothing of a patient out of scope. Which of them say something new is
    looked at when they are written down (`new_of`)."""
    if not known.outcome.screening.in_scope:
        return None, []
    emission = _emission(intake, site, known)
    subject = None
    letters: list[outbox.News] = []
    also = site.endpoint.also if site.endpoint and may_be_used(known.way) else ()
    for resource in emit(emission, also).resources:
        kind, target = resource["resourceType"], target_of(resource, intake.canonical_base)
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


def _result_is_new(result: Node, said: Node | None) -> bool:
    """Does a result say anything but the same again, of another day or by another mapping?"""
    return said is None or result_meaning(said) != result_meaning(result)


def _form_is_new(form: Node, said: Node | None) -> bool:
    """And does a form?"""
    return said is None or form_meaning(said) != form_meaning(form)


def _request_is_new(request: Node, said: Node | None) -> bool:
    """What was never asked is not closed; and what was closed in one way is not closed in another."""
    return request["status"] == "requested" or (said is not None and said["status"] == "requested")


#: Of what is sent only where it says something new: does it, after what was said last?
_NEW: Mapping[str, Callable[[Node, Node | None], bool]] = MappingProxyType(
    {"Observation": _result_is_new, "QuestionnaireResponse": _form_is_new, "Task": _request_is_new}
)


def new_of(connection: Connection, site: str, several: Sequence[Sequence[outbox.News]]) -> list[list[outbox.News]]:
    """Of letters about several subjects, of each those that say something new, as far as that depends on what the site
    was told last; it is asked once for all."""
    asked = {target for letters in several for kind, target, _ in letters if kind in _NEW}
    last = outbox.last_said_each(connection, site, asked)
    return [[letter for letter in letters if _is_new(letter, last.get(letter[1]))] for letters in several]


def _is_new(letter: outbox.News, said: bytes | None) -> bool:
    kind, _, body = letter
    if kind not in _NEW:
        return True
    before = None if said is None else msgspec.json.decode(said)
    return _NEW[kind](msgspec.json.decode(body), before)


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
    results = outbox.told(connection, site, target, "Observation")
    asked, filled = (
        _at("Task", requests_system(base), pseudonym),
        _at("QuestionnaireResponse", forms_system(base), pseudonym),
    )
    void = {target: _NO_SUBJECT, asked: "cancelled", **dict.fromkeys([*results, filled], "entered-in-error")}
    last = outbox.last_said_each(connection, site, void)
    letters = [
        (one.partition("?")[0], one, msgspec.json.encode(msgspec.json.decode(last[one]) | {"status": status}))
        for one, status in void.items()
        if one in last
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
