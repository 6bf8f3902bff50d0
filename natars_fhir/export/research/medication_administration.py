"""MedicationAdministration: an antineoplastic drug that was given, or was not.

https://hl7.org/fhir/R4/medicationadministration.html; mCODE's in the time of the trial's own treatment, where the
tumour is the reason. What was only asked for, or is not sure, is an Observation: nobody administered it.
"""

from __future__ import annotations

from natars_fhir.domain.record import Fact
from natars_fhir.export.plan import Place
from natars_fhir.export.research.condition import has_tumour
from natars_fhir.export.research.value import details
from natars_fhir.export.research.whole import TUMOUR, Making
from natars_fhir.fhir import build
from natars_fhir.fhir.build import Node, absent, reference

STATUS = {"given": "completed", "not-given": "not-done"}
#: No drug, but that there was none, or one that nobody named.
NOT_DRUGS = ("none", "unspecified")


def is_dose(fact: Fact) -> bool:
    """Is it told of one drug that it was given, or not?"""
    return fact.standing == "final" and fact.said("given") in STATUS and fact.value not in NOT_DRUGS


def medication_administration(place: Place, fact: Fact, making: Making) -> Node | None:
    """One drug given on one day; None for a drug that the trial does not know."""
    drug = place.values.get(fact.value) if isinstance(fact.value, str) else None
    if drug is None:
        return None
    status, note = STATUS[str(fact.said("given"))], making.note(fact)
    ours = status == "completed" and _in_trial(fact, making)
    day: Node = {"effectiveDateTime": fact.when} if fact.when else {"_effectiveDateTime": absent("unknown")}
    return build.said(
        {
            "resourceType": "MedicationAdministration",
            "id": making.handles[id(fact)],
            "meta": making.meta("cancer-related-medication-administration" if ours else "", text=bool(note)),
            "extension": details(making.plan, fact, making.leave),
            "status": status,
            "medicationCodeableConcept": drug,
            "subject": making.patient,
            **day,
            "reasonReference": [reference("Condition", TUMOUR)] if ours else [],
            "note": note,
        }
    )


def _in_trial(fact: Fact, making: Making) -> bool:
    """From allocation to the index surgery, of a subject whose tumour is told."""
    found, day = making.whole.subject.endpoints, fact.day
    if day is None or day.low is None or found.allocated is None or day.low < found.allocated:
        return False
    return (found.surgery is None or day.low < found.surgery) and has_tumour(making)
