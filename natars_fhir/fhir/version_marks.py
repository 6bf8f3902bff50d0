"""What tells FHIR R5 from R4 in a document: elements, types, shapes and codes that only one of them has.

Top-level elements of the types that are read or emitted; a test compares them with the models of both versions.
See https://hl7.org/fhir/R5/diff.html
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _words(table: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    return MappingProxyType({name: frozenset(words.split()) for name, words in table.items()})


R5_ELEMENTS = _words(
    {
        "AdverseEvent": "code contributingFactor expectedInResearchStudy mitigatingAction note occurrenceDateTime"
        " occurrencePeriod occurrenceTiming participant preventiveAction resultingEffect status supportingInfo",
        "Bundle": "issues",
        "Condition": "participant",
        "Consent": "controller date decision grantee grantor manager period policyBasis policyText regulatoryBasis"
        " subject",
        "DiagnosticReport": "composition note study supportingInfo",
        "Encounter": "actualPeriod admission careTeam dietPreference plannedEndDate plannedStartDate reason"
        " specialArrangement specialCourtesy subjectStatus virtualService",
        "ImagingStudy": "partOf procedure reason",
        "Medication": "definition doseForm marketingAuthorizationHolder totalVolume",
        "MedicationAdministration": "basedOn encounter isSubPotent medication occurenceDateTime occurencePeriod"
        " occurenceTiming reason recorded subPotentReason",
        "MedicationRequest": "device effectiveDosePeriod informationSource medication reason"
        " renderedDosageInstruction reported statusChanged",
        "MedicationStatement": "adherence effectiveTiming encounter medication reason relatedClinicalInformation"
        " renderedDosageInstruction",
        "Observation": "bodyStructure instantiatesCanonical instantiatesReference triggeredBy valueAttachment"
        " valueReference",
        "Procedure": "focus occurrenceAge occurrenceDateTime occurrencePeriod occurrenceRange occurrenceString"
        " occurrenceTiming reason recorded reportedBoolean reportedReference supportingInfo used",
        "ResearchStudy": "associatedParty classifier comparisonGroup date descriptionSummary label name outcomeMeasure"
        " progressStatus recruitment region result studyDesign url version whyStopped",
        "ResearchSubject": "actualComparisonGroup assignedComparisonGroup progress subject",
        "Specimen": "combined feature role",
    }
)

R4_ELEMENTS = _words(
    {
        "AdverseEvent": "contributor date event referenceDocument resultingCondition severity subjectMedicalHistory",
        "Condition": "asserter recorder",
        "Consent": "dateTime organization patient performer policy policyRule scope",
        "DiagnosticReport": "imagingStudy",
        "Encounter": "classHistory hospitalization period reasonCode reasonReference statusHistory",
        "ImagingStudy": "interpreter procedureCode procedureReference reasonCode reasonReference",
        "Medication": "amount form manufacturer",
        "MedicationAdministration": "context effectiveDateTime effectivePeriod instantiates medicationCodeableConcept"
        " medicationReference reasonCode reasonReference",
        "MedicationRequest": "detectedIssue instantiatesCanonical instantiatesUri medicationCodeableConcept"
        " medicationReference reasonCode reasonReference reportedBoolean reportedReference",
        "MedicationStatement": "basedOn context medicationCodeableConcept medicationReference reasonCode"
        " reasonReference statusReason",
        "Procedure": "asserter complicationDetail performedAge performedDateTime performedPeriod performedRange"
        " performedString reasonCode reasonReference usedCode usedReference",
        "ResearchStudy": "arm category contact enrollment location principalInvestigator reasonStopped sponsor",
        "ResearchSubject": "actualArm assignedArm individual",
    }
)

#: One object in R4, a list in R5.
LISTS_IN_R5 = _words(
    {
        "AdverseEvent": "identifier outcome",
        "Consent": "provision sourceAttachment sourceReference",
        "Encounter": "class serviceType",
        "List": "subject",
        "MedicationAdministration": "category",
        "MedicationRequest": "performer",
        "MedicationStatement": "category informationSource",
        "Procedure": "category",
        "QuestionnaireResponse": "identifier",
        "ResearchSubject": "consent",
    }
)

#: Codes of ``status`` that only one of them has.
R5_STATUS = _words(
    {
        "Consent": "not-done unknown",
        "DiagnosticReport": "modified",
        "Encounter": "on-hold discharged completed discontinued",
        "MedicationRequest": "ended",
        "MedicationStatement": "recorded draft",
        "ResearchStudy": "draft retired unknown",
        "ResearchSubject": "draft active retired unknown",
    }
)
#: Type → a CodeableConcept, and a code in it that only R5 has: R5 must have a clinical status.
R5_CODES: Mapping[str, tuple[str, str]] = MappingProxyType({"Condition": ("clinicalStatus", "unknown")})

R4_STATUS = _words(
    {
        "Consent": "proposed rejected",
        "Encounter": "arrived triaged onleave finished",
        "MedicationStatement": "active completed intended stopped on-hold unknown not-taken",
        "ResearchStudy": "administratively-completed approved closed-to-accrual closed-to-accrual-and-intervention"
        " completed disapproved in-review temporarily-closed-to-accrual"
        " temporarily-closed-to-accrual-and-intervention withdrawn",
        "ResearchSubject": "candidate eligible follow-up ineligible not-registered off-study on-study"
        " on-study-intervention on-study-observation pending-on-study potential-candidate screening withdrawn",
    }
)

#: Resource types that only one of them has.
_TYPES = _words(
    {
        "R5": "ActorDefinition ArtifactAssessment BiologicallyDerivedProductDispense ConditionDefinition"
        " DeviceAssociation DeviceDispense DeviceUsage EncounterHistory FormularyItem GenomicStudy ImagingSelection"
        " InventoryItem InventoryReport NutritionIntake Permission RequestOrchestration Requirements TestPlan"
        " Transport",
        "R4": "CatalogEntry DeviceUseStatement DocumentManifest EffectEvidenceSynthesis Media MedicinalProduct"
        " MedicinalProductAuthorization MedicinalProductContraindication MedicinalProductIndication"
        " MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured"
        " MedicinalProductPackaged MedicinalProductPharmaceutical MedicinalProductUndesirableEffect RequestGroup"
        " ResearchDefinition ResearchElementDefinition RiskEvidenceSynthesis SubstanceSpecification",
    }
)
R5_TYPES, R4_TYPES = _TYPES["R5"], _TYPES["R4"]
