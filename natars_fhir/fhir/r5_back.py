"""What hospitals send in R4, said in R5, so that it can be read at a base of R5: one row an element.

The way back of `r5_elements`: what one row splits, here comes together. See https://hl7.org/fhir/R5/diff.html and each
resource's "R4 Diff" tab. A test holds the results against the models of R5, and brings them to R4 again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from natars_fhir.fhir import r5_back_wholes as whole
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.moves import Move, Moved, first, lost, renamed, words

TYPES = frozenset(
    {
        "AdverseEvent",
        "Condition",
        "Consent",
        "DiagnosticReport",
        "List",
        "Medication",
        "MedicationAdministration",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
        "Patient",
        "Procedure",
        "QuestionnaireResponse",
    }
)
_GONE = lost("R5 has no such element: it is not carried over.")


def many(to: str) -> Move:
    """A list where R4 has one."""
    return Move(lambda value, _: ({to: [value]}, []), "one")


def concepts(to: str) -> Move:
    """CodeableConcepts become CodeableReferences."""
    return Move(lambda value, _: ({to: [{"concept": one} for one in value]}, []), "many")


def references(to: str) -> Move:
    """References become CodeableReferences."""
    return Move(lambda value, _: ({to: [{"reference": one} for one in value]}, []), "many")


def as_concept(to: str) -> Move:
    """A CodeableConcept becomes a CodeableReference."""
    return Move(lambda value, _: ({to: {"concept": value}}, []), "one")


def as_reference(to: str) -> Move:
    """A Reference becomes a CodeableReference."""
    return Move(lambda value, _: ({to: {"reference": value}}, []), "one")


def _size(value: Any, _: str) -> Moved:
    """JSON writes integer64 as a string: https://hl7.org/fhir/R5/json.html."""
    return {"size": str(value) if isinstance(value, int) else value}, []


def _evidence(value: list[Node], _: str) -> Moved:
    codes = [{"concept": code} for one in value for code in one.get("code", ())]
    details = [{"reference": detail} for one in value for detail in one.get("detail", ())]
    return {"evidence": codes + details} if codes or details else {}, []


def _drug(kind: str) -> dict[str, Move]:
    return {
        f"{kind}.medicationCodeableConcept": as_concept("medication"),
        f"{kind}.medicationReference": as_reference("medication"),
        f"{kind}.reasonCode": concepts("reason"),
        f"{kind}.reasonReference": references("reason"),
    }


MOVES: dict[str, Move] = {
    "Attachment.size": Move(_size, "text", "size"),
    "Dosage.asNeededBoolean": renamed("asNeeded", "text"),
    "Dosage.asNeededCodeableConcept": many("asNeededFor"),
    "Dosage.maxDosePerPeriod": many("maxDosePerPeriod"),
    # Condition
    "Condition.evidence": Move(_evidence, "many"),
    # Procedure
    "Procedure.category": many("category"),
    "Procedure.performedDateTime": renamed("occurrenceDateTime", "text"),
    "Procedure.performedString": renamed("occurrenceString", "text"),
    **{f"Procedure.performed{kind}": renamed(f"occurrence{kind}") for kind in ("Age", "Period", "Range")},
    "Procedure.asserter": renamed("reportedReference"),
    "Procedure.reasonCode": concepts("reason"),
    "Procedure.reasonReference": references("reason"),
    "Procedure.usedCode": concepts("used"),
    "Procedure.usedReference": references("used"),
    "Procedure.complication": concepts("complication"),
    "Procedure.complicationDetail": references("complication"),
    # DiagnosticReport
    "DiagnosticReport.imagingStudy": renamed("study", "many"),
    # MedicationAdministration: R5 spells «occurence» with one r
    **_drug("MedicationAdministration"),
    "MedicationAdministration.category": many("category"),
    "MedicationAdministration.context": renamed("encounter"),
    "MedicationAdministration.effectiveDateTime": renamed("occurenceDateTime", "text"),
    "MedicationAdministration.effectivePeriod": renamed("occurencePeriod"),
    "MedicationAdministration.device": references("device"),
    "MedicationAdministration.performer.actor": as_reference("actor"),
    "MedicationAdministration.instantiates": _GONE,
    # MedicationStatement
    **_drug("MedicationStatement"),
    "MedicationStatement.category": many("category"),
    "MedicationStatement.context": renamed("encounter"),
    "MedicationStatement.informationSource": many("informationSource"),
    "MedicationStatement.basedOn": _GONE,
    # MedicationRequest
    **_drug("MedicationRequest"),
    "MedicationRequest.reportedBoolean": renamed("reported", "text"),
    "MedicationRequest.reportedReference": many("informationSource"),
    "MedicationRequest.performer": many("performer"),
    "MedicationRequest.dispenseRequest.performer": renamed("dispenser"),
    **{f"MedicationRequest.{n}": _GONE for n in ("detectedIssue", "instantiatesCanonical", "instantiatesUri")},
    # Medication
    "Medication.form": renamed("doseForm"),
    "Medication.manufacturer": renamed("marketingAuthorizationHolder"),
    "Medication.amount": Move(lambda value, _: ({"totalVolume": value.get("numerator", {})}, []), "one"),
    "Medication.ingredient.itemCodeableConcept": as_concept("item"),
    "Medication.ingredient.itemReference": as_reference("item"),
    "Medication.ingredient.strength": renamed("strengthRatio"),
    # Consent
    "Consent.status": words("status", {"proposed": "draft", "rejected": "not-done"}),
    "Consent.patient": renamed("subject"),
    "Consent.dateTime": Move(lambda value, _: ({"date": str(value)[:10]}, []), "text", "date"),
    "Consent.performer": renamed("grantee", "many"),
    "Consent.organization": renamed("manager", "many"),
    "Consent.policyRule": many("regulatoryBasis"),
    "Consent.policy": Move(whole.policy, "many"),
    "Consent.sourceAttachment": many("sourceAttachment"),
    "Consent.sourceReference": many("sourceReference"),
    "Consent.verification.verificationDate": Move(
        lambda value, _: ({"verificationDate": [value]}, []), "text", "verificationDate"
    ),
    # AdverseEvent
    "AdverseEvent.identifier": many("identifier"),
    "AdverseEvent.event": renamed("code"),
    "AdverseEvent.outcome": many("outcome"),
    "AdverseEvent.date": renamed("occurrenceDateTime", "text"),
    "AdverseEvent.resultingCondition": renamed("resultingEffect", "many"),
    "AdverseEvent.contributor": Move(lambda value, _: ({"participant": [{"actor": x} for x in value]}, []), "many"),
    "AdverseEvent.referenceDocument": _GONE,
    "AdverseEvent.subjectMedicalHistory": _GONE,
    "AdverseEvent.suspectEntity.instance": renamed("instanceReference"),
    "AdverseEvent.suspectEntity.causality": first("causality"),
    "AdverseEvent.suspectEntity.causality.method": renamed("assessmentMethod"),
    "AdverseEvent.suspectEntity.causality.assessment": renamed("entityRelatedness"),
    # the others
    "List.subject": many("subject"),
    "QuestionnaireResponse.identifier": many("identifier"),
}

WHOLES: Mapping[str, Callable[[Node, str], Moved]] = {
    "AdverseEvent": whole.adverse_event,
    "Condition": whole.condition,
    "Consent": whole.consent,
    "MedicationRequest": whole.medication_request,
    "MedicationStatement": whole.medication_statement,
    "SampledData": whole.sampled,
}
