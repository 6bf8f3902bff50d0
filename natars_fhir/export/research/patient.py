"""Patient: a pseudonym, a sex, and whether the subject died; no birth date, no name, no address.

https://hl7.org/fhir/R4/patient.html; mCODE's cancer patient, whose required name is said to be masked.
"""

from __future__ import annotations

from natars_fhir.domain.record import Fact
from natars_fhir.export.research.whole import PATIENT, Making
from natars_fhir.fhir import build
from natars_fhir.fhir.build import Node

_GENDERS = ("female", "male", "other", "unknown")


def patient(making: Making) -> Node:
    """The research Patient that everything else is about."""
    subject = making.whole.subject
    named = build.identifier(f"{making.plan.base}/NamingSystem/subject", subject.pseudonym)
    return {
        "resourceType": "Patient",
        "id": PATIENT,
        "meta": making.meta("cancer-patient"),
        "identifier": [named],
        "name": [build.absent("masked")],
        "gender": _gender(subject.record.about("sex")),
        **_deceased(subject.record.about("death")),
    }


def _gender(facts: tuple[Fact, ...]) -> str:
    said = {str(fact.value) for fact in facts if fact.value in _GENDERS}
    return said.pop() if len(said) == 1 else "unknown"


def _deceased(facts: tuple[Fact, ...]) -> Node:
    """The day where every record that tells of the death has the same; else that the subject died."""
    dead = [fact for fact in facts if fact.value == "present" and fact.standing == "final"]
    if not dead:
        return {}
    days = {fact.when for fact in dead}
    day = days.pop() if len(days) == 1 else None
    return {"deceasedDateTime": day} if day and _exact(day) else {"deceasedBoolean": True}


def _exact(day: str) -> bool:
    return len(day) >= len("2024-01-01")
