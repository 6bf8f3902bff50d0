"""Condition: the index tumour, and what else the subject has, is suspected to have, or has not.

https://hl7.org/fhir/R4/condition.html; mCODE's primary cancer condition where type and origin of the tumour are sure.
"""

from __future__ import annotations

from natars_fhir.domain.record import Fact
from natars_fhir.export.plan import Place
from natars_fhir.export.research.value import details
from natars_fhir.export.research.whole import MCODE, TUMOUR, Making
from natars_fhir.fhir import build
from natars_fhir.fhir.build import Node, coding, concept, extension

_HL7 = "http://terminology.hl7.org/CodeSystem"
VERIFIED = {"present": "confirmed", "suspected": "provisional", "absent": "refuted"}
COURSES = ("active", "inactive", "recurrence", "relapse", "remission", "resolved")
_PROBLEM = concept(coding(f"{_HL7}/condition-category", "problem-list-item"))


def condition(place: Place, fact: Fact, making: Making) -> Node | None:
    """One condition; None for a value that it cannot have."""
    verified = VERIFIED.get(str(fact.value))
    if verified is None:
        return None
    if fact.standing != "final" and verified == "confirmed":
        verified = "unconfirmed"
    course, note = fact.said("clinicalStatus"), making.note(fact)
    return build.said(
        {
            "resourceType": "Condition",
            "id": making.handles[id(fact)],
            "meta": making.meta(text=bool(note)),
            "extension": details(making.plan, fact, making.leave),
            "clinicalStatus": _clinical(str(course)) if course in COURSES and verified != "refuted" else None,
            "verificationStatus": concept(coding(f"{_HL7}/condition-ver-status", verified)),
            "code": place.code,
            "subject": making.patient,
            "onsetDateTime": fact.when,
            "note": note,
        }
    )


def _clinical(course: str) -> Node:
    return concept(coding(f"{_HL7}/condition-clinical", course))


def tumour(making: Making) -> Node | None:
    """The tumour of this trial; None where neither type nor origin is told."""
    sites, types = _told(making, "primary-site"), _told(making, "histology")
    if not sites and not types:
        return None
    origin = next(iter(sites.values())) if len(sites) == 1 else {}
    kind = next(iter(types.values())) if len(types) == 1 else {}
    sure = bool(kind) and [*sites] == ["retroperitoneum"]
    malignant = sure and types.keys() <= making.plan.malignant
    morphology = extension(f"{MCODE}histology-morphology-behavior", "CodeableConcept", kind)
    verified = "confirmed" if sure else "unconfirmed"
    return build.said(
        {
            "resourceType": "Condition",
            "id": TUMOUR,
            "meta": making.meta("primary-cancer-condition" if malignant else ""),
            "extension": [morphology] if kind else [],
            "clinicalStatus": _clinical("active"),
            "verificationStatus": concept(coding(f"{_HL7}/condition-ver-status", verified)),
            "category": [_PROBLEM],
            "code": making.plan.tumour if malignant else kind or making.plan.places["histology"].code,
            "bodySite": [origin] if origin else [],
            "subject": making.patient,
        }
    )


def _told(making: Making, concept_: str) -> dict[str, Node]:
    """What the final facts of a concept say: value → its codes."""
    values, facts = making.plan.places[concept_].values, making.whole.subject.record.about(concept_)
    said = dict.fromkeys(str(fact.value) for fact in facts if fact.standing == "final")
    return {one: values[one] for one in said if one in values}


def has_tumour(making: Making) -> bool:
    """Does the index tumour go out, so that other resources may name it as their reason?"""
    return bool(_told(making, "primary-site") or _told(making, "histology"))
