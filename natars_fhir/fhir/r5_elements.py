"""The elements of FHIR R5 that R4 calls, shapes or codes otherwise: one row an element, read from R5 to R4.

See https://hl7.org/fhir/R5/diff.html and each resource's "R4 Diff" tab. ``r5_wholes.py`` holds what needs several
elements at once. A test walks the models of both versions and finds any element that no row handles.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from natars_fhir.fhir import r5_moves as r5
from natars_fhir.fhir.moves import (
    Move,
    coded,
    concept_only,
    each,
    either,
    first,
    first_of,
    kept,
    lost,
    reference_only,
    renamed,
    split,
    words,
)

_MEDICATION = either("medicationCodeableConcept", "medicationReference")
_REASON = split("reasonCode", "reasonReference")

_MOVES: dict[str, Move] = {
    # datatypes
    "Attachment.size": r5.INTEGER64,
    **{f"Attachment.{name}": lost() for name in ("height", "width", "frames", "duration", "pages")},
    "Dosage.maxDosePerPeriod": first("maxDosePerPeriod"),
    "Dosage.asNeeded": kept("asNeeded", "text"),
    "Dosage.asNeededFor": kept("asNeededFor", "many"),
    "SampledData.interval": kept("interval", "text"),
    "SampledData.intervalUnit": kept("intervalUnit", "text"),
    "SampledData.offsets": lost(),
    "SampledData.codeMap": lost(),
    # Patient has no difference of its own
    "Condition.participant": kept("participant", "many"),
    "Condition.clinicalStatus": kept("clinicalStatus", "one"),
    "Condition.evidence": r5.EVIDENCE,
    # Observation
    **{
        f"Observation.{name}": lost()
        for name in ("bodyStructure", "instantiatesCanonical", "instantiatesReference", "triggeredBy")
    },
    **{f"{path}.valueAttachment": lost() for path in ("Observation", "Observation.component")},
    **{f"{path}.valueReference": lost() for path in ("Observation", "Observation.component")},
    "Observation.referenceRange.normalValue": lost(),
    # Procedure
    "Procedure.category": first("category"),
    "Procedure.occurrenceDateTime": renamed("performedDateTime", "text"),
    "Procedure.occurrenceString": renamed("performedString", "text"),
    **{f"Procedure.occurrence{kind}": renamed(f"performed{kind}") for kind in ("Age", "Period", "Range")},
    "Procedure.occurrenceTiming": r5.timing("performedDateTime", "performedPeriod"),
    "Procedure.reason": _REASON,
    "Procedure.used": split("usedCode", "usedReference"),
    "Procedure.complication": split("complication", "complicationDetail"),
    **{
        f"Procedure.{name}": lost()
        for name in ("focus", "recorded", "reportedBoolean", "reportedReference", "supportingInfo")
    },
    "Procedure.performer.period": lost(),
    # DiagnosticReport
    "DiagnosticReport.status": words("status", {"modified": "preliminary"}),
    "DiagnosticReport.study": r5.of_kinds("imagingStudy", but_not={"GenomicStudy"}),
    **{f"DiagnosticReport.{name}": lost() for name in ("composition", "note", "supportingInfo")},
    # MedicationAdministration: R5 spells «occurence» with one r
    "MedicationAdministration.category": first("category"),
    "MedicationAdministration.encounter": renamed("context"),
    "MedicationAdministration.medication": _MEDICATION,
    "MedicationAdministration.occurenceDateTime": renamed("effectiveDateTime", "text"),
    "MedicationAdministration.occurencePeriod": renamed("effectivePeriod"),
    "MedicationAdministration.occurenceTiming": r5.timing("effectiveDateTime", "effectivePeriod"),
    "MedicationAdministration.reason": _REASON,
    "MedicationAdministration.device": each(reference_only("device")),
    "MedicationAdministration.performer.actor": reference_only("actor"),
    **{f"MedicationAdministration.{n}": lost() for n in ("basedOn", "isSubPotent", "recorded", "subPotentReason")},
    # MedicationStatement
    "MedicationStatement.status": kept("status", "text"),
    "MedicationStatement.adherence": kept("adherence", "one"),
    "MedicationStatement.category": first("category"),
    "MedicationStatement.encounter": renamed("context"),
    "MedicationStatement.medication": _MEDICATION,
    "MedicationStatement.effectiveTiming": r5.timing("effectiveDateTime", "effectivePeriod"),
    "MedicationStatement.informationSource": first("informationSource"),
    "MedicationStatement.reason": _REASON,
    "MedicationStatement.relatedClinicalInformation": lost(),
    "MedicationStatement.renderedDosageInstruction": lost(),
    # MedicationRequest
    "MedicationRequest.status": words("status", {"ended": "unknown"}),
    "MedicationRequest.medication": _MEDICATION,
    "MedicationRequest.reason": _REASON,
    "MedicationRequest.reported": renamed("reportedBoolean", "text"),
    "MedicationRequest.informationSource": first("reportedReference"),
    "MedicationRequest.performer": first("performer"),
    **{
        f"MedicationRequest.{name}": lost()
        for name in ("device", "effectiveDosePeriod", "renderedDosageInstruction", "statusChanged")
    },
    "MedicationRequest.dispenseRequest.dispenser": renamed("performer"),
    "MedicationRequest.dispenseRequest.dispenserInstruction": lost(),
    "MedicationRequest.dispenseRequest.doseAdministrationAid": lost(),
    # Medication
    "Medication.doseForm": renamed("form"),
    "Medication.marketingAuthorizationHolder": renamed("manufacturer"),
    "Medication.totalVolume": r5.TOTAL,
    "Medication.definition": lost(),
    "Medication.ingredient.item": either("itemCodeableConcept", "itemReference"),
    "Medication.ingredient.strengthRatio": renamed("strength"),
    "Medication.ingredient.strengthQuantity": lost(),
    "Medication.ingredient.strengthCodeableConcept": lost(),
    # Consent
    "Consent.decision": kept("decision", "text"),
    "Consent.period": kept("period", "one"),
    "Consent.provision": kept("provision", "many"),
    "Consent.category": kept("category", "many"),
    "Consent.status": words("status", {"not-done": "inactive", "unknown": "draft"}),
    "Consent.subject": r5.patient("patient"),
    "Consent.date": renamed("dateTime", "text"),
    "Consent.grantor": renamed("performer", "many"),
    "Consent.grantee": renamed("performer", "many"),
    "Consent.manager": r5.of_kinds("organization", but_not={"HealthcareService", "Patient", "Practitioner"}),
    "Consent.controller": lost(),
    "Consent.regulatoryBasis": first("policyRule"),
    "Consent.policyBasis": r5.POLICIES,
    "Consent.policyText": lost(),
    "Consent.sourceAttachment": first("sourceAttachment"),
    "Consent.sourceReference": first("sourceReference"),
    "Consent.verification.verificationType": lost(),
    "Consent.verification.verifiedBy": lost(),
    "Consent.verification.verificationDate": r5.LAST_DAY,
    "Consent.provision.documentType": renamed("class", "many"),
    "Consent.provision.resourceType": renamed("class", "many"),
    "Consent.provision.expression": lost(),
    # Specimen
    **{f"Specimen.{name}": lost() for name in ("combined", "feature", "role")},
    "Specimen.collection.device": lost(),
    "Specimen.collection.procedure": lost(),
    "Specimen.collection.bodySite": concept_only("bodySite"),
    "Specimen.container.device": lost(),
    "Specimen.container.location": lost(),
    "Specimen.processing.method": renamed("procedure"),
    # Encounter
    "Encounter.status": words(
        "status",
        {"on-hold": "onleave", "discharged": "finished", "completed": "finished", "discontinued": "finished"},
        exact=frozenset({"completed"}),
    ),
    "Encounter.class": first_of(coded("class")),
    "Encounter.serviceType": first_of(concept_only("serviceType")),
    "Encounter.actualPeriod": renamed("period"),
    "Encounter.admission": renamed("hospitalization"),
    **{
        f"Encounter.{name}": r5.within("hospitalization", name)
        for name in ("dietPreference", "specialArrangement", "specialCourtesy")
    },
    "Encounter.reason": r5.REASONS,
    "Encounter.diagnosis": r5.DIAGNOSIS,
    "Encounter.diagnosis.condition": kept("condition", "many"),
    "Encounter.reason.value": kept("value", "many"),
    "Encounter.diagnosis.use": first("use"),
    "Encounter.participant.actor": renamed("individual"),
    "Encounter.location.form": renamed("physicalType"),
    **{
        f"Encounter.{name}": lost()
        for name in ("careTeam", "plannedEndDate", "plannedStartDate", "subjectStatus", "virtualService")
    },
    # AdverseEvent
    "AdverseEvent.status": kept("status", "text"),
    "AdverseEvent.identifier": first("identifier"),
    "AdverseEvent.outcome": r5.OUTCOME,
    "AdverseEvent.code": renamed("event"),
    "AdverseEvent.occurrenceDateTime": renamed("date", "text"),
    "AdverseEvent.occurrencePeriod": r5.START,
    "AdverseEvent.occurrenceTiming": r5.timing("date", ""),
    "AdverseEvent.resultingEffect": r5.of_kinds("resultingCondition", but_not={"Observation"}),
    "AdverseEvent.suspectEntity.instanceReference": renamed("instance"),
    "AdverseEvent.suspectEntity.instanceCodeableConcept": r5.WORDS_OF_INSTANCE,
    "AdverseEvent.suspectEntity.causality": r5.alone("causality"),
    # the names suggest otherwise, the definitions do not: R4's method is R5's assessmentMethod (same codes)
    "AdverseEvent.suspectEntity.causality.assessmentMethod": renamed("method"),
    "AdverseEvent.suspectEntity.causality.entityRelatedness": renamed("assessment"),
    **{
        f"AdverseEvent.{name}": lost()
        for name in (
            "contributingFactor",
            "expectedInResearchStudy",
            "mitigatingAction",
            "note",
            "participant",
            "preventiveAction",
            "supportingInfo",
        )
    },
    # ImagingStudy
    "ImagingStudy.modality": each(coded("modality")),
    "ImagingStudy.reason": _REASON,
    "ImagingStudy.procedure": each(concept_only("procedureCode")),
    "ImagingStudy.partOf": first("procedureReference"),
    "ImagingStudy.series.modality": coded("modality"),
    "ImagingStudy.series.laterality": coded("laterality"),
    "ImagingStudy.series.bodySite": r5.SITE_CODING,
    # List
    "List.subject": first("subject"),
    # QuestionnaireResponse
    "QuestionnaireResponse.identifier": first("identifier"),
    # ResearchSubject
    "ResearchSubject.status": kept("status", "text"),
    "ResearchSubject.progress": kept("progress", "many"),
    "ResearchSubject.subject": r5.patient("individual"),
    "ResearchSubject.consent": first("consent"),
    "ResearchSubject.assignedComparisonGroup": renamed("assignedArm", "text"),
    "ResearchSubject.actualComparisonGroup": renamed("actualArm", "text"),
    # Bundle
    "Bundle.type": words("type", {"subscription-notification": "collection"}),
    "Bundle.issues": lost(),
}
MOVES: Mapping[str, Move] = MappingProxyType(_MOVES)
