"""Task: what a site is asked to look up of a patient, in both languages; closed as soon as it is there.

R4: https://hl7.org/fhir/R4/task.html. It says nothing of a day: the same request is the same bytes.
"""

from __future__ import annotations

from functools import lru_cache

from natars_fhir.domain.answer import Reason
from natars_fhir.domain.record import Patient
from natars_fhir.domain.request import Request
from natars_fhir.domain.study import Criterion, Study
from natars_fhir.emit.bilingual import both
from natars_fhir.emit.code_system import REQUESTS, criterion_coding, reason_coding
from natars_fhir.emit.identity import Identity
from natars_fhir.emit.sources import patient_reference
from natars_fhir.fhir import build
from natars_fhir.fhir.build import Node, coding, concept

_TASK = "/NamingSystem/request"


def requests_system(canonical_base: str) -> str:
    """The identifier system of requests; the value is the subject's pseudonym."""
    return f"{canonical_base}{_TASK}"


def task(request: Request, patient: Patient, study: Study, identity: Identity) -> Node:
    """One request a subject: it is opened, changed and closed under the same identifier."""
    base = identity.canonical_base
    word, en, zh = REQUESTS[request.status]
    focus = build.identified("ResearchSubject", f"{base}/NamingSystem/subject", identity.pseudonym)
    return build.said(
        {
            "resourceType": "Task",
            "id": identity.id,
            "meta": {"tag": [coding(f"{base}/CodeSystem/trial", study.id)]},
            "identifier": [build.identifier(requests_system(base), identity.pseudonym)],
            "status": request.status,
            "statusReason": concept(text=request.why),
            "businessStatus": concept(coding(f"{base}/CodeSystem/request-status", word) | both("display", en, zh)),
            "intent": "proposal",
            "code": concept(coding(f"{base}/CodeSystem/request", "missing-data") | both("display", *_TITLE)),
            **_described(request, study),
            "focus": focus,
            "for": patient_reference(patient, identity.primary),
            "input": [_asked_for(one, reason, base) for one, reason in request.wanted],
        }
    )


@lru_cache(maxsize=4_096)
def _asked_for(one: Criterion, reason: Reason, base: str) -> Node:
    """The same of all patients: nobody changes what is in it."""
    named = both("text", one.wants.get("en", one.id), one.wants.get("zh", ""))
    return {
        "type": concept(criterion_coding(one, base)) | named,
        "valueCodeableConcept": concept(reason_coding(reason, base)),
    }


_TITLE = ("Data that is missing for the screening", "预筛所缺数据")


def _described(request: Request, study: Study) -> Node:
    if not request.wanted:
        en, zh = REQUESTS[request.status][1:]
        return both("description", f"{study.acronym}: {en}", f"{study.acronym}：{zh}")
    names = dict.fromkeys(("en", "zh"), "")
    for language, comma in (("en", "; "), ("zh", "；")):
        told = dict.fromkeys(one.wants.get(language) or one.id for one, _ in request.wanted)
        names[language] = comma.join(told)
    return both("description", f"Missing for {study.acronym}: {names['en']}", f"{study.acronym} 所缺：{names['zh']}")
