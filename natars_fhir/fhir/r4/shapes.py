"""R4's resources, their elements in bytes; generated: do not edit, run natars_fhir.fhir.r4.generate_shapes.

From hl7.fhir.r4.core 4.0.1 (HL7, CC0-1.0). Each function makes the values of a shape's elements, and gives the bytes that
the resource takes when nothing stands twice in it; -1 where a choice was made twice, or not at all.

https://hl7.org/fhir/R4/resourcelist.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from msgspec import Raw, field

from natars_fhir.fhir.r4 import structs
from natars_fhir.fhir.r4.known import Known, fresh, identifiers, narratives, quantities
from natars_fhir.fhir.r4.primitives import Boolean, Date, DateTime, Id, Instant, Many, Maybe, Part, Time


_ADDRESS = fresh(structs.Address)
_ADVERSEEVENT_CONTAINED = Known(Many[structs.Contained], ('AdverseEvent', 'contained'))
_ADVERSEEVENT_OUTCOME = Known(structs.CodeableConcept, ('AdverseEvent', 'outcome'))
_ADVERSEEVENT_SEVERITY = Known(structs.CodeableConcept, ('AdverseEvent', 'severity'))
_AGE = Known(structs.Age)
_ALLERGYINTOLERANCE_CLINICALSTATUS = Known(structs.CodeableConcept, ('AllergyIntolerance', 'clinicalStatus'))
_ALLERGYINTOLERANCE_CONTAINED = Known(Many[structs.Contained], ('AllergyIntolerance', 'contained'))
_ALLERGYINTOLERANCE_VERIFICATIONSTATUS = Known(structs.CodeableConcept, ('AllergyIntolerance', 'verificationStatus'))
_ATTACHMENT = fresh(structs.Attachment)
_CANONICAL = Known(structs.Canonical)
_CAREPLAN_CONTAINED = Known(Many[structs.Contained], ('CarePlan', 'contained'))
_CODE = Known(structs.Code)
_CODEABLECONCEPT = Known(structs.CodeableConcept)
_CODES_OF_CATEGORY = Known(Many[Literal["biologic", "environment", "food", "medication"]])
_CODING = Known(structs.Coding)
_CONDITION_CLINICALSTATUS = Known(structs.CodeableConcept, ('Condition', 'clinicalStatus'))
_CONDITION_CONTAINED = Known(Many[structs.Contained], ('Condition', 'contained'))
_CONDITION_VERIFICATIONSTATUS = Known(structs.CodeableConcept, ('Condition', 'verificationStatus'))
_CONSENTPROVISION = Known(structs.ConsentProvision)
_CONSENT_CONTAINED = Known(Many[structs.Contained], ('Consent', 'contained'))
_DIAGNOSTICREPORT_CONTAINED = Known(Many[structs.Contained], ('DiagnosticReport', 'contained'))
_DOCUMENTREFERENCECONTEXT = Known(structs.DocumentReferenceContext)
_DOCUMENTREFERENCE_CONTAINED = Known(Many[structs.Contained], ('DocumentReference', 'contained'))
_DURATION = Known(structs.Duration)
_ENCOUNTERHOSPITALIZATION = Known(structs.EncounterHospitalization)
_ENCOUNTER_CONTAINED = Known(Many[structs.Contained], ('Encounter', 'contained'))
_FAMILYMEMBERHISTORY_CONTAINED = Known(Many[structs.Contained], ('FamilyMemberHistory', 'contained'))
_IDENTIFIER = fresh(structs.Identifier)
_IMAGINGSTUDY_CONTAINED = Known(Many[structs.Contained], ('ImagingStudy', 'contained'))
_IMMUNIZATION_CONTAINED = Known(Many[structs.Contained], ('Immunization', 'contained'))
_INTEGER = Known(structs.Integer)
_LIST_CONTAINED = Known(Many[structs.Contained], ('List', 'contained'))
_LOCATIONPOSITION = Known(structs.LocationPosition)
_LOCATION_CONTAINED = Known(Many[structs.Contained], ('Location', 'contained'))
_MANY_ADDRESS = fresh(Many[structs.Address])
_MANY_ADVERSEEVENTSUSPECTENTITY = Known(Many[structs.AdverseEventSuspectEntity])
_MANY_ALLERGYINTOLERANCEREACTION = Known(Many[structs.AllergyIntoleranceReaction])
_MANY_ANNOTATION = fresh(Many[structs.Annotation])
_MANY_ATTACHMENT = fresh(Many[structs.Attachment])
_MANY_CANONICAL = Known(Many[structs.Canonical])
_MANY_CAREPLANACTIVITY = Known(Many[structs.CarePlanActivity])
_MANY_CODEABLECONCEPT = Known(Many[structs.CodeableConcept])
_MANY_CODING = Known(Many[structs.Coding])
_MANY_CONDITIONEVIDENCE = Known(Many[structs.ConditionEvidence])
_MANY_CONDITIONSTAGE = Known(Many[structs.ConditionStage])
_MANY_CONSENTPOLICY = Known(Many[structs.ConsentPolicy])
_MANY_CONSENTVERIFICATION = Known(Many[structs.ConsentVerification])
_MANY_CONTACTPOINT = fresh(Many[structs.ContactPoint])
_MANY_DIAGNOSTICREPORTMEDIA = Known(Many[structs.DiagnosticReportMedia])
_MANY_DOCUMENTREFERENCECONTENT = Known(Many[structs.DocumentReferenceContent])
_MANY_DOCUMENTREFERENCERELATESTO = Known(Many[structs.DocumentReferenceRelatesTo])
_MANY_DOSAGE = Known(Many[structs.Dosage])
_MANY_ENCOUNTERCLASSHISTORY = Known(Many[structs.EncounterClassHistory])
_MANY_ENCOUNTERDIAGNOSIS = Known(Many[structs.EncounterDiagnosis])
_MANY_ENCOUNTERLOCATION = Known(Many[structs.EncounterLocation])
_MANY_ENCOUNTERPARTICIPANT = Known(Many[structs.EncounterParticipant])
_MANY_ENCOUNTERSTATUSHISTORY = Known(Many[structs.EncounterStatusHistory])
_MANY_EXTENSION = Known(Many[structs.Extension])
_MANY_FAMILYMEMBERHISTORYCONDITION = Known(Many[structs.FamilyMemberHistoryCondition])
_MANY_HUMANNAME = fresh(Many[structs.HumanName])
_MANY_IDENTIFIER = identifiers(Many[structs.Identifier])
_MANY_IMAGINGSTUDYSERIES = Known(Many[structs.ImagingStudySeries])
_MANY_IMMUNIZATIONEDUCATION = Known(Many[structs.ImmunizationEducation])
_MANY_IMMUNIZATIONPERFORMER = Known(Many[structs.ImmunizationPerformer])
_MANY_IMMUNIZATIONPROTOCOLAPPLIED = Known(Many[structs.ImmunizationProtocolApplied])
_MANY_IMMUNIZATIONREACTION = Known(Many[structs.ImmunizationReaction])
_MANY_LISTENTRY = Known(Many[structs.ListEntry])
_MANY_LOCATIONHOURSOFOPERATION = Known(Many[structs.LocationHoursOfOperation])
_MANY_MEDICATIONADMINISTRATIONPERFORMER = Known(Many[structs.MedicationAdministrationPerformer])
_MANY_MEDICATIONINGREDIENT = Known(Many[structs.MedicationIngredient])
_MANY_MESSAGEHEADERDESTINATION = Known(Many[structs.MessageHeaderDestination])
_MANY_OBSERVATIONCOMPONENT = fresh(Many[structs.ObservationComponent])
_MANY_OBSERVATIONREFERENCERANGE = Known(Many[structs.ObservationReferenceRange])
_MANY_ORGANIZATIONCONTACT = Known(Many[structs.OrganizationContact])
_MANY_PATIENTCOMMUNICATION = Known(Many[structs.PatientCommunication])
_MANY_PATIENTCONTACT = Known(Many[structs.PatientContact])
_MANY_PATIENTLINK = Known(Many[structs.PatientLink])
_MANY_PRACTITIONERQUALIFICATION = Known(Many[structs.PractitionerQualification])
_MANY_PROCEDUREFOCALDEVICE = Known(Many[structs.ProcedureFocalDevice])
_MANY_PROCEDUREPERFORMER = Known(Many[structs.ProcedurePerformer])
_MANY_QUESTIONNAIRERESPONSEITEM = Known(Many[structs.QuestionnaireResponseItem])
_MANY_REFERENCE = Known(Many[structs.Reference])
_MANY_SPECIMENCONTAINER = Known(Many[structs.SpecimenContainer])
_MANY_SPECIMENPROCESSING = Known(Many[structs.SpecimenProcessing])
_MANY_STRING = Known(Many[structs.String])
_MANY_URI = Known(Many[structs.Uri])
_MEDICATIONADMINISTRATIONDOSAGE = Known(structs.MedicationAdministrationDosage)
_MEDICATIONADMINISTRATION_CONTAINED = Known(Many[structs.Contained], ('MedicationAdministration', 'contained'))
_MEDICATIONBATCH = Known(structs.MedicationBatch)
_MEDICATIONREQUESTDISPENSEREQUEST = Known(structs.MedicationRequestDispenseRequest)
_MEDICATIONREQUESTSUBSTITUTION = Known(structs.MedicationRequestSubstitution)
_MEDICATIONREQUEST_CONTAINED = Known(Many[structs.Contained], ('MedicationRequest', 'contained'))
_MEDICATIONSTATEMENT_CONTAINED = Known(Many[structs.Contained], ('MedicationStatement', 'contained'))
_MEDICATION_CONTAINED = Known(Many[structs.Contained], ('Medication', 'contained'))
_MESSAGEHEADERRESPONSE = Known(structs.MessageHeaderResponse)
_MESSAGEHEADERSOURCE = Known(structs.MessageHeaderSource)
_MESSAGEHEADER_CONTAINED = Known(Many[structs.Contained], ('MessageHeader', 'contained'))
_META = Known(structs.Meta)
_NARRATIVE = narratives(structs.Narrative)
_OBSERVATION_CONTAINED = Known(Many[structs.Contained], ('Observation', 'contained'))
_ORGANIZATION_CONTAINED = Known(Many[structs.Contained], ('Organization', 'contained'))
_PATIENT_CONTAINED = Known(Many[structs.Contained], ('Patient', 'contained'))
_PERIOD = fresh(structs.Period)
_PRACTITIONER_CONTAINED = Known(Many[structs.Contained], ('Practitioner', 'contained'))
_PROCEDURE_CONTAINED = Known(Many[structs.Contained], ('Procedure', 'contained'))
_QUANTITY = quantities(structs.Quantity)
_QUESTIONNAIRERESPONSE_CONTAINED = Known(Many[structs.Contained], ('QuestionnaireResponse', 'contained'))
_RANGE = Known(structs.Range)
_RATIO = Known(structs.Ratio)
_REFERENCE = Known(structs.Reference)
_RESEARCHSUBJECT_CONTAINED = Known(Many[structs.Contained], ('ResearchSubject', 'contained'))
_SERVICEREQUEST_CONTAINED = Known(Many[structs.Contained], ('ServiceRequest', 'contained'))
_SPECIMENCOLLECTION = Known(structs.SpecimenCollection)
_SPECIMEN_CONTAINED = Known(Many[structs.Contained], ('Specimen', 'contained'))
_STRING = Known(structs.String)
_UNSIGNEDINT = Known(structs.UnsignedInt)
_URI = Known(structs.Uri)


class AdverseEvent(Part, kw_only=True, tag_field="resourceType", tag="AdverseEvent"):
    """AdverseEvent"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    actuality: Literal["actual", "potential"]
    category: Maybe[Raw] = None
    event: Maybe[Raw] = None
    subject: Raw
    encounter: Maybe[Raw] = None
    date: Maybe[DateTime] = None
    detected: Maybe[DateTime] = None
    recordedDate: Maybe[DateTime] = None
    resultingCondition: Maybe[Raw] = None
    location: Maybe[Raw] = None
    seriousness: Maybe[Raw] = None
    severity: Maybe[Raw] = None
    outcome: Maybe[Raw] = None
    recorder: Maybe[Raw] = None
    contributor: Maybe[Raw] = None
    suspectEntity: Maybe[Raw] = None
    subjectMedicalHistory: Maybe[Raw] = None
    referenceDocument: Maybe[Raw] = None
    study: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _adverseevent(it: Any) -> int:
    size = 31
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _ADVERSEEVENT_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _IDENTIFIER(value)
    size += len(it.actuality) + 15
    if (value := it.category) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.category = _MANY_CODEABLECONCEPT[raw]
    if (value := it.event) is not None:
        raw = bytes(value)
        size += len(raw) + 9
        it.event = _CODEABLECONCEPT[raw]
    raw = bytes(it.subject)
    size += len(raw) + 11
    it.subject = _REFERENCE[raw]
    if (value := it.encounter) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.encounter = _REFERENCE[raw]
    if (value := it.date) is not None:
        size += len(value) + 10
    if (value := it.detected) is not None:
        size += len(value) + 14
    if (value := it.recordedDate) is not None:
        size += len(value) + 18
    if (value := it.resultingCondition) is not None:
        raw = bytes(value)
        size += len(raw) + 22
        it.resultingCondition = _MANY_REFERENCE[raw]
    if (value := it.location) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.location = _REFERENCE[raw]
    if (value := it.seriousness) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.seriousness = _CODEABLECONCEPT[raw]
    if (value := it.severity) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.severity = _ADVERSEEVENT_SEVERITY[raw]
    if (value := it.outcome) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.outcome = _ADVERSEEVENT_OUTCOME[raw]
    if (value := it.recorder) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.recorder = _REFERENCE[raw]
    if (value := it.contributor) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.contributor = _MANY_REFERENCE[raw]
    if (value := it.suspectEntity) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.suspectEntity = _MANY_ADVERSEEVENTSUSPECTENTITY[raw]
    if (value := it.subjectMedicalHistory) is not None:
        raw = bytes(value)
        size += len(raw) + 25
        it.subjectMedicalHistory = _MANY_REFERENCE[raw]
    if (value := it.referenceDocument) is not None:
        raw = bytes(value)
        size += len(raw) + 21
        it.referenceDocument = _MANY_REFERENCE[raw]
    if (value := it.study) is not None:
        raw = bytes(value)
        size += len(raw) + 9
        it.study = _MANY_REFERENCE[raw]
    return size


class AllergyIntolerance(Part, kw_only=True, tag_field="resourceType", tag="AllergyIntolerance"):
    """AllergyIntolerance"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    clinicalStatus: Maybe[Raw] = None
    verificationStatus: Maybe[Raw] = None
    type: Maybe[Literal["allergy", "intolerance"]] = None
    category: Maybe[Raw] = None
    criticality: Maybe[Literal["high", "low", "unable-to-assess"]] = None
    code: Maybe[Raw] = None
    patient: Raw
    encounter: Maybe[Raw] = None
    onsetDateTime: Maybe[DateTime] = None
    onsetAge: Maybe[Raw] = None
    onsetPeriod: Maybe[Raw] = None
    onsetRange: Maybe[Raw] = None
    onsetString: Maybe[Raw] = None
    recordedDate: Maybe[DateTime] = None
    recorder: Maybe[Raw] = None
    asserter: Maybe[Raw] = None
    lastOccurrence: Maybe[DateTime] = None
    note: Maybe[Raw] = None
    reaction: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _allergyintolerance(it: Any) -> int:
    size = 37
    chosen_onset = 0
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _ALLERGYINTOLERANCE_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.clinicalStatus) is not None:
        raw = bytes(value)
        size += len(raw) + 18
        it.clinicalStatus = _ALLERGYINTOLERANCE_CLINICALSTATUS[raw]
    if (value := it.verificationStatus) is not None:
        raw = bytes(value)
        size += len(raw) + 22
        it.verificationStatus = _ALLERGYINTOLERANCE_VERIFICATIONSTATUS[raw]
    if (value := it.type) is not None:
        size += len(value) + 10
    if (value := it.category) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.category = _CODES_OF_CATEGORY[raw]
    if (value := it.criticality) is not None:
        size += len(value) + 17
    if (value := it.code) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.code = _CODEABLECONCEPT[raw]
    raw = bytes(it.patient)
    size += len(raw) + 11
    it.patient = _REFERENCE[raw]
    if (value := it.encounter) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.encounter = _REFERENCE[raw]
    if (value := it.onsetDateTime) is not None:
        size += len(value) + 19
        chosen_onset += 1
    if (value := it.onsetAge) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.onsetAge = _AGE[raw]
        chosen_onset += 1
    if (value := it.onsetPeriod) is not None:
        size += len(value) + 15
        it.onsetPeriod = _PERIOD(value)
        chosen_onset += 1
    if (value := it.onsetRange) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.onsetRange = _RANGE[raw]
        chosen_onset += 1
    if (value := it.onsetString) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.onsetString = _STRING[raw]
        chosen_onset += 1
    if (value := it.recordedDate) is not None:
        size += len(value) + 18
    if (value := it.recorder) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.recorder = _REFERENCE[raw]
    if (value := it.asserter) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.asserter = _REFERENCE[raw]
    if (value := it.lastOccurrence) is not None:
        size += len(value) + 20
    if (value := it.note) is not None:
        size += len(value) + 8
        it.note = _MANY_ANNOTATION(value)
    if (value := it.reaction) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.reaction = _MANY_ALLERGYINTOLERANCEREACTION[raw]
    if chosen_onset > 1:
        return -1
    return size


class CarePlan(Part, kw_only=True, tag_field="resourceType", tag="CarePlan"):
    """CarePlan"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    instantiatesCanonical: Maybe[Raw] = None
    instantiatesUri: Maybe[Raw] = None
    basedOn: Maybe[Raw] = None
    replaces: Maybe[Raw] = None
    partOf: Maybe[Raw] = None
    status: Literal["active", "completed", "draft", "entered-in-error", "on-hold", "revoked", "unknown"]
    intent: Literal["option", "order", "plan", "proposal"]
    category: Maybe[Raw] = None
    title: Maybe[Raw] = None
    description: Maybe[Raw] = None
    subject: Raw
    encounter: Maybe[Raw] = None
    period: Maybe[Raw] = None
    created: Maybe[DateTime] = None
    author: Maybe[Raw] = None
    contributor: Maybe[Raw] = None
    careTeam: Maybe[Raw] = None
    addresses: Maybe[Raw] = None
    supportingInfo: Maybe[Raw] = None
    goal: Maybe[Raw] = None
    activity: Maybe[Raw] = None
    note: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _careplan(it: Any) -> int:
    size = 27
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _CAREPLAN_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.instantiatesCanonical) is not None:
        raw = bytes(value)
        size += len(raw) + 25
        it.instantiatesCanonical = _MANY_CANONICAL[raw]
    if (value := it.instantiatesUri) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.instantiatesUri = _MANY_URI[raw]
    if (value := it.basedOn) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.basedOn = _MANY_REFERENCE[raw]
    if (value := it.replaces) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.replaces = _MANY_REFERENCE[raw]
    if (value := it.partOf) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.partOf = _MANY_REFERENCE[raw]
    size += len(it.status) + 12
    size += len(it.intent) + 12
    if (value := it.category) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.category = _MANY_CODEABLECONCEPT[raw]
    if (value := it.title) is not None:
        raw = bytes(value)
        size += len(raw) + 9
        it.title = _STRING[raw]
    if (value := it.description) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.description = _STRING[raw]
    raw = bytes(it.subject)
    size += len(raw) + 11
    it.subject = _REFERENCE[raw]
    if (value := it.encounter) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.encounter = _REFERENCE[raw]
    if (value := it.period) is not None:
        size += len(value) + 10
        it.period = _PERIOD(value)
    if (value := it.created) is not None:
        size += len(value) + 13
    if (value := it.author) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.author = _REFERENCE[raw]
    if (value := it.contributor) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.contributor = _MANY_REFERENCE[raw]
    if (value := it.careTeam) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.careTeam = _MANY_REFERENCE[raw]
    if (value := it.addresses) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.addresses = _MANY_REFERENCE[raw]
    if (value := it.supportingInfo) is not None:
        raw = bytes(value)
        size += len(raw) + 18
        it.supportingInfo = _MANY_REFERENCE[raw]
    if (value := it.goal) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.goal = _MANY_REFERENCE[raw]
    if (value := it.activity) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.activity = _MANY_CAREPLANACTIVITY[raw]
    if (value := it.note) is not None:
        size += len(value) + 8
        it.note = _MANY_ANNOTATION(value)
    return size


class Condition(Part, kw_only=True, tag_field="resourceType", tag="Condition"):
    """Condition"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    clinicalStatus: Maybe[Raw] = None
    verificationStatus: Maybe[Raw] = None
    category: Maybe[Raw] = None
    severity: Maybe[Raw] = None
    code: Maybe[Raw] = None
    bodySite: Maybe[Raw] = None
    subject: Raw
    encounter: Maybe[Raw] = None
    onsetDateTime: Maybe[DateTime] = None
    onsetAge: Maybe[Raw] = None
    onsetPeriod: Maybe[Raw] = None
    onsetRange: Maybe[Raw] = None
    onsetString: Maybe[Raw] = None
    abatementDateTime: Maybe[DateTime] = None
    abatementAge: Maybe[Raw] = None
    abatementPeriod: Maybe[Raw] = None
    abatementRange: Maybe[Raw] = None
    abatementString: Maybe[Raw] = None
    recordedDate: Maybe[DateTime] = None
    recorder: Maybe[Raw] = None
    asserter: Maybe[Raw] = None
    stage: Maybe[Raw] = None
    evidence: Maybe[Raw] = None
    note: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _condition(it: Any) -> int:
    size = 28
    chosen_onset = 0
    chosen_abatement = 0
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _CONDITION_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.clinicalStatus) is not None:
        raw = bytes(value)
        size += len(raw) + 18
        it.clinicalStatus = _CONDITION_CLINICALSTATUS[raw]
    if (value := it.verificationStatus) is not None:
        raw = bytes(value)
        size += len(raw) + 22
        it.verificationStatus = _CONDITION_VERIFICATIONSTATUS[raw]
    if (value := it.category) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.category = _MANY_CODEABLECONCEPT[raw]
    if (value := it.severity) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.severity = _CODEABLECONCEPT[raw]
    if (value := it.code) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.code = _CODEABLECONCEPT[raw]
    if (value := it.bodySite) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.bodySite = _MANY_CODEABLECONCEPT[raw]
    raw = bytes(it.subject)
    size += len(raw) + 11
    it.subject = _REFERENCE[raw]
    if (value := it.encounter) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.encounter = _REFERENCE[raw]
    if (value := it.onsetDateTime) is not None:
        size += len(value) + 19
        chosen_onset += 1
    if (value := it.onsetAge) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.onsetAge = _AGE[raw]
        chosen_onset += 1
    if (value := it.onsetPeriod) is not None:
        size += len(value) + 15
        it.onsetPeriod = _PERIOD(value)
        chosen_onset += 1
    if (value := it.onsetRange) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.onsetRange = _RANGE[raw]
        chosen_onset += 1
    if (value := it.onsetString) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.onsetString = _STRING[raw]
        chosen_onset += 1
    if (value := it.abatementDateTime) is not None:
        size += len(value) + 23
        chosen_abatement += 1
    if (value := it.abatementAge) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.abatementAge = _AGE[raw]
        chosen_abatement += 1
    if (value := it.abatementPeriod) is not None:
        size += len(value) + 19
        it.abatementPeriod = _PERIOD(value)
        chosen_abatement += 1
    if (value := it.abatementRange) is not None:
        raw = bytes(value)
        size += len(raw) + 18
        it.abatementRange = _RANGE[raw]
        chosen_abatement += 1
    if (value := it.abatementString) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.abatementString = _STRING[raw]
        chosen_abatement += 1
    if (value := it.recordedDate) is not None:
        size += len(value) + 18
    if (value := it.recorder) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.recorder = _REFERENCE[raw]
    if (value := it.asserter) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.asserter = _REFERENCE[raw]
    if (value := it.stage) is not None:
        raw = bytes(value)
        size += len(raw) + 9
        it.stage = _MANY_CONDITIONSTAGE[raw]
    if (value := it.evidence) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.evidence = _MANY_CONDITIONEVIDENCE[raw]
    if (value := it.note) is not None:
        size += len(value) + 8
        it.note = _MANY_ANNOTATION(value)
    if chosen_onset > 1:
        return -1
    if chosen_abatement > 1:
        return -1
    return size


class Consent(Part, kw_only=True, tag_field="resourceType", tag="Consent"):
    """Consent"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    status: Literal["active", "draft", "entered-in-error", "inactive", "proposed", "rejected"]
    scope: Raw
    category: Raw
    patient: Maybe[Raw] = None
    dateTime: Maybe[DateTime] = None
    performer: Maybe[Raw] = None
    organization: Maybe[Raw] = None
    sourceAttachment: Maybe[Raw] = None
    sourceReference: Maybe[Raw] = None
    policy: Maybe[Raw] = None
    policyRule: Maybe[Raw] = None
    verification: Maybe[Raw] = None
    provision: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _consent(it: Any) -> int:
    size = 26
    chosen_source = 0
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _CONSENT_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    size += len(it.status) + 12
    raw = bytes(it.scope)
    size += len(raw) + 9
    it.scope = _CODEABLECONCEPT[raw]
    raw = bytes(it.category)
    size += len(raw) + 12
    it.category = _MANY_CODEABLECONCEPT[raw]
    if (value := it.patient) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.patient = _REFERENCE[raw]
    if (value := it.dateTime) is not None:
        size += len(value) + 14
    if (value := it.performer) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.performer = _MANY_REFERENCE[raw]
    if (value := it.organization) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.organization = _MANY_REFERENCE[raw]
    if (value := it.sourceAttachment) is not None:
        size += len(value) + 20
        it.sourceAttachment = _ATTACHMENT(value)
        chosen_source += 1
    if (value := it.sourceReference) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.sourceReference = _REFERENCE[raw]
        chosen_source += 1
    if (value := it.policy) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.policy = _MANY_CONSENTPOLICY[raw]
    if (value := it.policyRule) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.policyRule = _CODEABLECONCEPT[raw]
    if (value := it.verification) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.verification = _MANY_CONSENTVERIFICATION[raw]
    if (value := it.provision) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.provision = _CONSENTPROVISION[raw]
    if chosen_source > 1:
        return -1
    return size


class DiagnosticReport(Part, kw_only=True, tag_field="resourceType", tag="DiagnosticReport"):
    """DiagnosticReport"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    basedOn: Maybe[Raw] = None
    status: Literal["amended", "appended", "cancelled", "corrected", "entered-in-error", "final", "partial", "preliminary", "registered", "unknown"]
    category: Maybe[Raw] = None
    code: Raw
    subject: Maybe[Raw] = None
    encounter: Maybe[Raw] = None
    effectiveDateTime: Maybe[DateTime] = None
    effectivePeriod: Maybe[Raw] = None
    issued: Maybe[Instant] = None
    performer: Maybe[Raw] = None
    resultsInterpreter: Maybe[Raw] = None
    specimen: Maybe[Raw] = None
    result: Maybe[Raw] = None
    imagingStudy: Maybe[Raw] = None
    media: Maybe[Raw] = None
    conclusion: Maybe[Raw] = None
    conclusionCode: Maybe[Raw] = None
    presentedForm: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _diagnosticreport(it: Any) -> int:
    size = 35
    chosen_effective = 0
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _DIAGNOSTICREPORT_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.basedOn) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.basedOn = _MANY_REFERENCE[raw]
    size += len(it.status) + 12
    if (value := it.category) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.category = _MANY_CODEABLECONCEPT[raw]
    raw = bytes(it.code)
    size += len(raw) + 8
    it.code = _CODEABLECONCEPT[raw]
    if (value := it.subject) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.subject = _REFERENCE[raw]
    if (value := it.encounter) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.encounter = _REFERENCE[raw]
    if (value := it.effectiveDateTime) is not None:
        size += len(value) + 23
        chosen_effective += 1
    if (value := it.effectivePeriod) is not None:
        size += len(value) + 19
        it.effectivePeriod = _PERIOD(value)
        chosen_effective += 1
    if (value := it.issued) is not None:
        size += len(value) + 12
    if (value := it.performer) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.performer = _MANY_REFERENCE[raw]
    if (value := it.resultsInterpreter) is not None:
        raw = bytes(value)
        size += len(raw) + 22
        it.resultsInterpreter = _MANY_REFERENCE[raw]
    if (value := it.specimen) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.specimen = _MANY_REFERENCE[raw]
    if (value := it.result) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.result = _MANY_REFERENCE[raw]
    if (value := it.imagingStudy) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.imagingStudy = _MANY_REFERENCE[raw]
    if (value := it.media) is not None:
        raw = bytes(value)
        size += len(raw) + 9
        it.media = _MANY_DIAGNOSTICREPORTMEDIA[raw]
    if (value := it.conclusion) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.conclusion = _STRING[raw]
    if (value := it.conclusionCode) is not None:
        raw = bytes(value)
        size += len(raw) + 18
        it.conclusionCode = _MANY_CODEABLECONCEPT[raw]
    if (value := it.presentedForm) is not None:
        size += len(value) + 17
        it.presentedForm = _MANY_ATTACHMENT(value)
    if chosen_effective > 1:
        return -1
    return size


class DocumentReference(Part, kw_only=True, tag_field="resourceType", tag="DocumentReference"):
    """DocumentReference"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    masterIdentifier: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    status: Literal["current", "entered-in-error", "superseded"]
    docStatus: Maybe[Literal["amended", "entered-in-error", "final", "preliminary"]] = None
    type: Maybe[Raw] = None
    category: Maybe[Raw] = None
    subject: Maybe[Raw] = None
    date: Maybe[Instant] = None
    author: Maybe[Raw] = None
    authenticator: Maybe[Raw] = None
    custodian: Maybe[Raw] = None
    relatesTo: Maybe[Raw] = None
    description: Maybe[Raw] = None
    securityLabel: Maybe[Raw] = None
    content: Raw
    context: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _documentreference(it: Any) -> int:
    size = 36
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _DOCUMENTREFERENCE_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.masterIdentifier) is not None:
        size += len(value) + 20
        it.masterIdentifier = _IDENTIFIER(value)
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    size += len(it.status) + 12
    if (value := it.docStatus) is not None:
        size += len(value) + 15
    if (value := it.type) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.type = _CODEABLECONCEPT[raw]
    if (value := it.category) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.category = _MANY_CODEABLECONCEPT[raw]
    if (value := it.subject) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.subject = _REFERENCE[raw]
    if (value := it.date) is not None:
        size += len(value) + 10
    if (value := it.author) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.author = _MANY_REFERENCE[raw]
    if (value := it.authenticator) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.authenticator = _REFERENCE[raw]
    if (value := it.custodian) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.custodian = _REFERENCE[raw]
    if (value := it.relatesTo) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.relatesTo = _MANY_DOCUMENTREFERENCERELATESTO[raw]
    if (value := it.description) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.description = _STRING[raw]
    if (value := it.securityLabel) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.securityLabel = _MANY_CODEABLECONCEPT[raw]
    raw = bytes(it.content)
    size += len(raw) + 11
    it.content = _MANY_DOCUMENTREFERENCECONTENT[raw]
    if (value := it.context) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.context = _DOCUMENTREFERENCECONTEXT[raw]
    return size


class Encounter(Part, kw_only=True, tag_field="resourceType", tag="Encounter"):
    """Encounter"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    status: Literal["arrived", "cancelled", "entered-in-error", "finished", "in-progress", "onleave", "planned", "triaged", "unknown"]
    statusHistory: Maybe[Raw] = None
    class_: Raw = field(name="class")
    classHistory: Maybe[Raw] = None
    type: Maybe[Raw] = None
    serviceType: Maybe[Raw] = None
    priority: Maybe[Raw] = None
    subject: Maybe[Raw] = None
    episodeOfCare: Maybe[Raw] = None
    basedOn: Maybe[Raw] = None
    participant: Maybe[Raw] = None
    appointment: Maybe[Raw] = None
    period: Maybe[Raw] = None
    length: Maybe[Raw] = None
    reasonCode: Maybe[Raw] = None
    reasonReference: Maybe[Raw] = None
    diagnosis: Maybe[Raw] = None
    account: Maybe[Raw] = None
    hospitalization: Maybe[Raw] = None
    location: Maybe[Raw] = None
    serviceProvider: Maybe[Raw] = None
    partOf: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _encounter(it: Any) -> int:
    size = 28
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _ENCOUNTER_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    size += len(it.status) + 12
    if (value := it.statusHistory) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.statusHistory = _MANY_ENCOUNTERSTATUSHISTORY[raw]
    raw = bytes(it.class_)
    size += len(raw) + 9
    it.class_ = _CODING[raw]
    if (value := it.classHistory) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.classHistory = _MANY_ENCOUNTERCLASSHISTORY[raw]
    if (value := it.type) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.type = _MANY_CODEABLECONCEPT[raw]
    if (value := it.serviceType) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.serviceType = _CODEABLECONCEPT[raw]
    if (value := it.priority) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.priority = _CODEABLECONCEPT[raw]
    if (value := it.subject) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.subject = _REFERENCE[raw]
    if (value := it.episodeOfCare) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.episodeOfCare = _MANY_REFERENCE[raw]
    if (value := it.basedOn) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.basedOn = _MANY_REFERENCE[raw]
    if (value := it.participant) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.participant = _MANY_ENCOUNTERPARTICIPANT[raw]
    if (value := it.appointment) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.appointment = _MANY_REFERENCE[raw]
    if (value := it.period) is not None:
        size += len(value) + 10
        it.period = _PERIOD(value)
    if (value := it.length) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.length = _DURATION[raw]
    if (value := it.reasonCode) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.reasonCode = _MANY_CODEABLECONCEPT[raw]
    if (value := it.reasonReference) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.reasonReference = _MANY_REFERENCE[raw]
    if (value := it.diagnosis) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.diagnosis = _MANY_ENCOUNTERDIAGNOSIS[raw]
    if (value := it.account) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.account = _MANY_REFERENCE[raw]
    if (value := it.hospitalization) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.hospitalization = _ENCOUNTERHOSPITALIZATION[raw]
    if (value := it.location) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.location = _MANY_ENCOUNTERLOCATION[raw]
    if (value := it.serviceProvider) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.serviceProvider = _REFERENCE[raw]
    if (value := it.partOf) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.partOf = _REFERENCE[raw]
    return size


class FamilyMemberHistory(Part, kw_only=True, tag_field="resourceType", tag="FamilyMemberHistory"):
    """FamilyMemberHistory"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    instantiatesCanonical: Maybe[Raw] = None
    instantiatesUri: Maybe[Raw] = None
    status: Literal["completed", "entered-in-error", "health-unknown", "partial"]
    dataAbsentReason: Maybe[Raw] = None
    patient: Raw
    date: Maybe[DateTime] = None
    name: Maybe[Raw] = None
    relationship: Raw
    sex: Maybe[Raw] = None
    bornPeriod: Maybe[Raw] = None
    bornDate: Maybe[Date] = None
    bornString: Maybe[Raw] = None
    ageAge: Maybe[Raw] = None
    ageRange: Maybe[Raw] = None
    ageString: Maybe[Raw] = None
    estimatedAge: Maybe[Boolean] = None
    deceasedBoolean: Maybe[Boolean] = None
    deceasedAge: Maybe[Raw] = None
    deceasedRange: Maybe[Raw] = None
    deceasedDate: Maybe[Date] = None
    deceasedString: Maybe[Raw] = None
    reasonCode: Maybe[Raw] = None
    reasonReference: Maybe[Raw] = None
    note: Maybe[Raw] = None
    condition: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _familymemberhistory(it: Any) -> int:
    size = 38
    chosen_born = 0
    chosen_age = 0
    chosen_deceased = 0
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _FAMILYMEMBERHISTORY_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.instantiatesCanonical) is not None:
        raw = bytes(value)
        size += len(raw) + 25
        it.instantiatesCanonical = _MANY_CANONICAL[raw]
    if (value := it.instantiatesUri) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.instantiatesUri = _MANY_URI[raw]
    size += len(it.status) + 12
    if (value := it.dataAbsentReason) is not None:
        raw = bytes(value)
        size += len(raw) + 20
        it.dataAbsentReason = _CODEABLECONCEPT[raw]
    raw = bytes(it.patient)
    size += len(raw) + 11
    it.patient = _REFERENCE[raw]
    if (value := it.date) is not None:
        size += len(value) + 10
    if (value := it.name) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.name = _STRING[raw]
    raw = bytes(it.relationship)
    size += len(raw) + 16
    it.relationship = _CODEABLECONCEPT[raw]
    if (value := it.sex) is not None:
        raw = bytes(value)
        size += len(raw) + 7
        it.sex = _CODEABLECONCEPT[raw]
    if (value := it.bornPeriod) is not None:
        size += len(value) + 14
        it.bornPeriod = _PERIOD(value)
        chosen_born += 1
    if (value := it.bornDate) is not None:
        size += len(value) + 14
        chosen_born += 1
    if (value := it.bornString) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.bornString = _STRING[raw]
        chosen_born += 1
    if (value := it.ageAge) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.ageAge = _AGE[raw]
        chosen_age += 1
    if (value := it.ageRange) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.ageRange = _RANGE[raw]
        chosen_age += 1
    if (value := it.ageString) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.ageString = _STRING[raw]
        chosen_age += 1
    if (value := it.estimatedAge) is not None:
        size += 21 - value
    if (value := it.deceasedBoolean) is not None:
        size += 24 - value
        chosen_deceased += 1
    if (value := it.deceasedAge) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.deceasedAge = _AGE[raw]
        chosen_deceased += 1
    if (value := it.deceasedRange) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.deceasedRange = _RANGE[raw]
        chosen_deceased += 1
    if (value := it.deceasedDate) is not None:
        size += len(value) + 18
        chosen_deceased += 1
    if (value := it.deceasedString) is not None:
        raw = bytes(value)
        size += len(raw) + 18
        it.deceasedString = _STRING[raw]
        chosen_deceased += 1
    if (value := it.reasonCode) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.reasonCode = _MANY_CODEABLECONCEPT[raw]
    if (value := it.reasonReference) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.reasonReference = _MANY_REFERENCE[raw]
    if (value := it.note) is not None:
        size += len(value) + 8
        it.note = _MANY_ANNOTATION(value)
    if (value := it.condition) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.condition = _MANY_FAMILYMEMBERHISTORYCONDITION[raw]
    if chosen_born > 1:
        return -1
    if chosen_age > 1:
        return -1
    if chosen_deceased > 1:
        return -1
    return size


class ImagingStudy(Part, kw_only=True, tag_field="resourceType", tag="ImagingStudy"):
    """ImagingStudy"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    status: Literal["available", "cancelled", "entered-in-error", "registered", "unknown"]
    modality: Maybe[Raw] = None
    subject: Raw
    encounter: Maybe[Raw] = None
    started: Maybe[DateTime] = None
    basedOn: Maybe[Raw] = None
    referrer: Maybe[Raw] = None
    interpreter: Maybe[Raw] = None
    endpoint: Maybe[Raw] = None
    numberOfSeries: Maybe[Raw] = None
    numberOfInstances: Maybe[Raw] = None
    procedureReference: Maybe[Raw] = None
    procedureCode: Maybe[Raw] = None
    location: Maybe[Raw] = None
    reasonCode: Maybe[Raw] = None
    reasonReference: Maybe[Raw] = None
    note: Maybe[Raw] = None
    description: Maybe[Raw] = None
    series: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _imagingstudy(it: Any) -> int:
    size = 31
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _IMAGINGSTUDY_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    size += len(it.status) + 12
    if (value := it.modality) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.modality = _MANY_CODING[raw]
    raw = bytes(it.subject)
    size += len(raw) + 11
    it.subject = _REFERENCE[raw]
    if (value := it.encounter) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.encounter = _REFERENCE[raw]
    if (value := it.started) is not None:
        size += len(value) + 13
    if (value := it.basedOn) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.basedOn = _MANY_REFERENCE[raw]
    if (value := it.referrer) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.referrer = _REFERENCE[raw]
    if (value := it.interpreter) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.interpreter = _MANY_REFERENCE[raw]
    if (value := it.endpoint) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.endpoint = _MANY_REFERENCE[raw]
    if (value := it.numberOfSeries) is not None:
        raw = bytes(value)
        size += len(raw) + 18
        it.numberOfSeries = _UNSIGNEDINT[raw]
    if (value := it.numberOfInstances) is not None:
        raw = bytes(value)
        size += len(raw) + 21
        it.numberOfInstances = _UNSIGNEDINT[raw]
    if (value := it.procedureReference) is not None:
        raw = bytes(value)
        size += len(raw) + 22
        it.procedureReference = _REFERENCE[raw]
    if (value := it.procedureCode) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.procedureCode = _MANY_CODEABLECONCEPT[raw]
    if (value := it.location) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.location = _REFERENCE[raw]
    if (value := it.reasonCode) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.reasonCode = _MANY_CODEABLECONCEPT[raw]
    if (value := it.reasonReference) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.reasonReference = _MANY_REFERENCE[raw]
    if (value := it.note) is not None:
        size += len(value) + 8
        it.note = _MANY_ANNOTATION(value)
    if (value := it.description) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.description = _STRING[raw]
    if (value := it.series) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.series = _MANY_IMAGINGSTUDYSERIES[raw]
    return size


class Immunization(Part, kw_only=True, tag_field="resourceType", tag="Immunization"):
    """Immunization"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    status: Literal["completed", "entered-in-error", "not-done"]
    statusReason: Maybe[Raw] = None
    vaccineCode: Raw
    patient: Raw
    encounter: Maybe[Raw] = None
    occurrenceDateTime: Maybe[DateTime] = None
    occurrenceString: Maybe[Raw] = None
    recorded: Maybe[DateTime] = None
    primarySource: Maybe[Boolean] = None
    reportOrigin: Maybe[Raw] = None
    location: Maybe[Raw] = None
    manufacturer: Maybe[Raw] = None
    lotNumber: Maybe[Raw] = None
    expirationDate: Maybe[Date] = None
    site: Maybe[Raw] = None
    route: Maybe[Raw] = None
    doseQuantity: Maybe[Raw] = None
    performer: Maybe[Raw] = None
    note: Maybe[Raw] = None
    reasonCode: Maybe[Raw] = None
    reasonReference: Maybe[Raw] = None
    isSubpotent: Maybe[Boolean] = None
    subpotentReason: Maybe[Raw] = None
    education: Maybe[Raw] = None
    programEligibility: Maybe[Raw] = None
    fundingSource: Maybe[Raw] = None
    reaction: Maybe[Raw] = None
    protocolApplied: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _immunization(it: Any) -> int:
    size = 31
    chosen_occurrence = 0
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _IMMUNIZATION_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    size += len(it.status) + 12
    if (value := it.statusReason) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.statusReason = _CODEABLECONCEPT[raw]
    raw = bytes(it.vaccineCode)
    size += len(raw) + 15
    it.vaccineCode = _CODEABLECONCEPT[raw]
    raw = bytes(it.patient)
    size += len(raw) + 11
    it.patient = _REFERENCE[raw]
    if (value := it.encounter) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.encounter = _REFERENCE[raw]
    if (value := it.occurrenceDateTime) is not None:
        size += len(value) + 24
        chosen_occurrence += 1
    if (value := it.occurrenceString) is not None:
        raw = bytes(value)
        size += len(raw) + 20
        it.occurrenceString = _STRING[raw]
        chosen_occurrence += 1
    if (value := it.recorded) is not None:
        size += len(value) + 14
    if (value := it.primarySource) is not None:
        size += 22 - value
    if (value := it.reportOrigin) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.reportOrigin = _CODEABLECONCEPT[raw]
    if (value := it.location) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.location = _REFERENCE[raw]
    if (value := it.manufacturer) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.manufacturer = _REFERENCE[raw]
    if (value := it.lotNumber) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.lotNumber = _STRING[raw]
    if (value := it.expirationDate) is not None:
        size += len(value) + 20
    if (value := it.site) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.site = _CODEABLECONCEPT[raw]
    if (value := it.route) is not None:
        raw = bytes(value)
        size += len(raw) + 9
        it.route = _CODEABLECONCEPT[raw]
    if (value := it.doseQuantity) is not None:
        size += len(value) + 16
        it.doseQuantity = _QUANTITY(value)
    if (value := it.performer) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.performer = _MANY_IMMUNIZATIONPERFORMER[raw]
    if (value := it.note) is not None:
        size += len(value) + 8
        it.note = _MANY_ANNOTATION(value)
    if (value := it.reasonCode) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.reasonCode = _MANY_CODEABLECONCEPT[raw]
    if (value := it.reasonReference) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.reasonReference = _MANY_REFERENCE[raw]
    if (value := it.isSubpotent) is not None:
        size += 20 - value
    if (value := it.subpotentReason) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.subpotentReason = _MANY_CODEABLECONCEPT[raw]
    if (value := it.education) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.education = _MANY_IMMUNIZATIONEDUCATION[raw]
    if (value := it.programEligibility) is not None:
        raw = bytes(value)
        size += len(raw) + 22
        it.programEligibility = _MANY_CODEABLECONCEPT[raw]
    if (value := it.fundingSource) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.fundingSource = _CODEABLECONCEPT[raw]
    if (value := it.reaction) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.reaction = _MANY_IMMUNIZATIONREACTION[raw]
    if (value := it.protocolApplied) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.protocolApplied = _MANY_IMMUNIZATIONPROTOCOLAPPLIED[raw]
    if chosen_occurrence != 1:
        return -1
    return size


class List(Part, kw_only=True, tag_field="resourceType", tag="List"):
    """List"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    status: Literal["current", "entered-in-error", "retired"]
    mode: Literal["changes", "snapshot", "working"]
    title: Maybe[Raw] = None
    code: Maybe[Raw] = None
    subject: Maybe[Raw] = None
    encounter: Maybe[Raw] = None
    date: Maybe[DateTime] = None
    source: Maybe[Raw] = None
    orderedBy: Maybe[Raw] = None
    note: Maybe[Raw] = None
    entry: Maybe[Raw] = None
    emptyReason: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _list(it: Any) -> int:
    size = 23
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _LIST_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    size += len(it.status) + 12
    size += len(it.mode) + 10
    if (value := it.title) is not None:
        raw = bytes(value)
        size += len(raw) + 9
        it.title = _STRING[raw]
    if (value := it.code) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.code = _CODEABLECONCEPT[raw]
    if (value := it.subject) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.subject = _REFERENCE[raw]
    if (value := it.encounter) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.encounter = _REFERENCE[raw]
    if (value := it.date) is not None:
        size += len(value) + 10
    if (value := it.source) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.source = _REFERENCE[raw]
    if (value := it.orderedBy) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.orderedBy = _CODEABLECONCEPT[raw]
    if (value := it.note) is not None:
        size += len(value) + 8
        it.note = _MANY_ANNOTATION(value)
    if (value := it.entry) is not None:
        raw = bytes(value)
        size += len(raw) + 9
        it.entry = _MANY_LISTENTRY[raw]
    if (value := it.emptyReason) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.emptyReason = _CODEABLECONCEPT[raw]
    return size


class Location(Part, kw_only=True, tag_field="resourceType", tag="Location"):
    """Location"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    status: Maybe[Literal["active", "inactive", "suspended"]] = None
    operationalStatus: Maybe[Raw] = None
    name: Maybe[Raw] = None
    alias: Maybe[Raw] = None
    description: Maybe[Raw] = None
    mode: Maybe[Literal["instance", "kind"]] = None
    type: Maybe[Raw] = None
    telecom: Maybe[Raw] = None
    address: Maybe[Raw] = None
    physicalType: Maybe[Raw] = None
    position: Maybe[Raw] = None
    managingOrganization: Maybe[Raw] = None
    partOf: Maybe[Raw] = None
    hoursOfOperation: Maybe[Raw] = None
    availabilityExceptions: Maybe[Raw] = None
    endpoint: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _location(it: Any) -> int:
    size = 27
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _LOCATION_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.status) is not None:
        size += len(value) + 12
    if (value := it.operationalStatus) is not None:
        raw = bytes(value)
        size += len(raw) + 21
        it.operationalStatus = _CODING[raw]
    if (value := it.name) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.name = _STRING[raw]
    if (value := it.alias) is not None:
        raw = bytes(value)
        size += len(raw) + 9
        it.alias = _MANY_STRING[raw]
    if (value := it.description) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.description = _STRING[raw]
    if (value := it.mode) is not None:
        size += len(value) + 10
    if (value := it.type) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.type = _MANY_CODEABLECONCEPT[raw]
    if (value := it.telecom) is not None:
        size += len(value) + 11
        it.telecom = _MANY_CONTACTPOINT(value)
    if (value := it.address) is not None:
        size += len(value) + 11
        it.address = _ADDRESS(value)
    if (value := it.physicalType) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.physicalType = _CODEABLECONCEPT[raw]
    if (value := it.position) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.position = _LOCATIONPOSITION[raw]
    if (value := it.managingOrganization) is not None:
        raw = bytes(value)
        size += len(raw) + 24
        it.managingOrganization = _REFERENCE[raw]
    if (value := it.partOf) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.partOf = _REFERENCE[raw]
    if (value := it.hoursOfOperation) is not None:
        raw = bytes(value)
        size += len(raw) + 20
        it.hoursOfOperation = _MANY_LOCATIONHOURSOFOPERATION[raw]
    if (value := it.availabilityExceptions) is not None:
        raw = bytes(value)
        size += len(raw) + 26
        it.availabilityExceptions = _STRING[raw]
    if (value := it.endpoint) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.endpoint = _MANY_REFERENCE[raw]
    return size


class Medication(Part, kw_only=True, tag_field="resourceType", tag="Medication"):
    """Medication"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    code: Maybe[Raw] = None
    status: Maybe[Literal["active", "entered-in-error", "inactive"]] = None
    manufacturer: Maybe[Raw] = None
    form: Maybe[Raw] = None
    amount: Maybe[Raw] = None
    ingredient: Maybe[Raw] = None
    batch: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _medication(it: Any) -> int:
    size = 29
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _MEDICATION_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.code) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.code = _CODEABLECONCEPT[raw]
    if (value := it.status) is not None:
        size += len(value) + 12
    if (value := it.manufacturer) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.manufacturer = _REFERENCE[raw]
    if (value := it.form) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.form = _CODEABLECONCEPT[raw]
    if (value := it.amount) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.amount = _RATIO[raw]
    if (value := it.ingredient) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.ingredient = _MANY_MEDICATIONINGREDIENT[raw]
    if (value := it.batch) is not None:
        raw = bytes(value)
        size += len(raw) + 9
        it.batch = _MEDICATIONBATCH[raw]
    return size


class MedicationAdministration(Part, kw_only=True, tag_field="resourceType", tag="MedicationAdministration"):
    """MedicationAdministration"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    instantiates: Maybe[Raw] = None
    partOf: Maybe[Raw] = None
    status: Literal["completed", "entered-in-error", "in-progress", "not-done", "on-hold", "stopped", "unknown"]
    statusReason: Maybe[Raw] = None
    category: Maybe[Raw] = None
    medicationCodeableConcept: Maybe[Raw] = None
    medicationReference: Maybe[Raw] = None
    subject: Raw
    context: Maybe[Raw] = None
    supportingInformation: Maybe[Raw] = None
    effectiveDateTime: Maybe[DateTime] = None
    effectivePeriod: Maybe[Raw] = None
    performer: Maybe[Raw] = None
    reasonCode: Maybe[Raw] = None
    reasonReference: Maybe[Raw] = None
    request: Maybe[Raw] = None
    device: Maybe[Raw] = None
    note: Maybe[Raw] = None
    dosage: Maybe[Raw] = None
    eventHistory: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _medicationadministration(it: Any) -> int:
    size = 43
    chosen_medication = 0
    chosen_effective = 0
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _MEDICATIONADMINISTRATION_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.instantiates) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.instantiates = _MANY_URI[raw]
    if (value := it.partOf) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.partOf = _MANY_REFERENCE[raw]
    size += len(it.status) + 12
    if (value := it.statusReason) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.statusReason = _MANY_CODEABLECONCEPT[raw]
    if (value := it.category) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.category = _CODEABLECONCEPT[raw]
    if (value := it.medicationCodeableConcept) is not None:
        raw = bytes(value)
        size += len(raw) + 29
        it.medicationCodeableConcept = _CODEABLECONCEPT[raw]
        chosen_medication += 1
    if (value := it.medicationReference) is not None:
        raw = bytes(value)
        size += len(raw) + 23
        it.medicationReference = _REFERENCE[raw]
        chosen_medication += 1
    raw = bytes(it.subject)
    size += len(raw) + 11
    it.subject = _REFERENCE[raw]
    if (value := it.context) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.context = _REFERENCE[raw]
    if (value := it.supportingInformation) is not None:
        raw = bytes(value)
        size += len(raw) + 25
        it.supportingInformation = _MANY_REFERENCE[raw]
    if (value := it.effectiveDateTime) is not None:
        size += len(value) + 23
        chosen_effective += 1
    if (value := it.effectivePeriod) is not None:
        size += len(value) + 19
        it.effectivePeriod = _PERIOD(value)
        chosen_effective += 1
    if (value := it.performer) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.performer = _MANY_MEDICATIONADMINISTRATIONPERFORMER[raw]
    if (value := it.reasonCode) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.reasonCode = _MANY_CODEABLECONCEPT[raw]
    if (value := it.reasonReference) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.reasonReference = _MANY_REFERENCE[raw]
    if (value := it.request) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.request = _REFERENCE[raw]
    if (value := it.device) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.device = _MANY_REFERENCE[raw]
    if (value := it.note) is not None:
        size += len(value) + 8
        it.note = _MANY_ANNOTATION(value)
    if (value := it.dosage) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.dosage = _MEDICATIONADMINISTRATIONDOSAGE[raw]
    if (value := it.eventHistory) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.eventHistory = _MANY_REFERENCE[raw]
    if chosen_medication != 1:
        return -1
    if chosen_effective != 1:
        return -1
    return size


class MedicationRequest(Part, kw_only=True, tag_field="resourceType", tag="MedicationRequest"):
    """MedicationRequest"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    status: Literal["active", "cancelled", "completed", "draft", "entered-in-error", "on-hold", "stopped", "unknown"]
    statusReason: Maybe[Raw] = None
    intent: Literal["filler-order", "instance-order", "option", "order", "original-order", "plan", "proposal", "reflex-order"]
    category: Maybe[Raw] = None
    priority: Maybe[Literal["asap", "routine", "stat", "urgent"]] = None
    doNotPerform: Maybe[Boolean] = None
    reportedBoolean: Maybe[Boolean] = None
    reportedReference: Maybe[Raw] = None
    medicationCodeableConcept: Maybe[Raw] = None
    medicationReference: Maybe[Raw] = None
    subject: Raw
    encounter: Maybe[Raw] = None
    supportingInformation: Maybe[Raw] = None
    authoredOn: Maybe[DateTime] = None
    requester: Maybe[Raw] = None
    performer: Maybe[Raw] = None
    performerType: Maybe[Raw] = None
    recorder: Maybe[Raw] = None
    reasonCode: Maybe[Raw] = None
    reasonReference: Maybe[Raw] = None
    instantiatesCanonical: Maybe[Raw] = None
    instantiatesUri: Maybe[Raw] = None
    basedOn: Maybe[Raw] = None
    groupIdentifier: Maybe[Raw] = None
    courseOfTherapyType: Maybe[Raw] = None
    insurance: Maybe[Raw] = None
    note: Maybe[Raw] = None
    dosageInstruction: Maybe[Raw] = None
    dispenseRequest: Maybe[Raw] = None
    substitution: Maybe[Raw] = None
    priorPrescription: Maybe[Raw] = None
    detectedIssue: Maybe[Raw] = None
    eventHistory: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _medicationrequest(it: Any) -> int:
    size = 36
    chosen_reported = 0
    chosen_medication = 0
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _MEDICATIONREQUEST_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    size += len(it.status) + 12
    if (value := it.statusReason) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.statusReason = _CODEABLECONCEPT[raw]
    size += len(it.intent) + 12
    if (value := it.category) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.category = _MANY_CODEABLECONCEPT[raw]
    if (value := it.priority) is not None:
        size += len(value) + 14
    if (value := it.doNotPerform) is not None:
        size += 21 - value
    if (value := it.reportedBoolean) is not None:
        size += 24 - value
        chosen_reported += 1
    if (value := it.reportedReference) is not None:
        raw = bytes(value)
        size += len(raw) + 21
        it.reportedReference = _REFERENCE[raw]
        chosen_reported += 1
    if (value := it.medicationCodeableConcept) is not None:
        raw = bytes(value)
        size += len(raw) + 29
        it.medicationCodeableConcept = _CODEABLECONCEPT[raw]
        chosen_medication += 1
    if (value := it.medicationReference) is not None:
        raw = bytes(value)
        size += len(raw) + 23
        it.medicationReference = _REFERENCE[raw]
        chosen_medication += 1
    raw = bytes(it.subject)
    size += len(raw) + 11
    it.subject = _REFERENCE[raw]
    if (value := it.encounter) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.encounter = _REFERENCE[raw]
    if (value := it.supportingInformation) is not None:
        raw = bytes(value)
        size += len(raw) + 25
        it.supportingInformation = _MANY_REFERENCE[raw]
    if (value := it.authoredOn) is not None:
        size += len(value) + 16
    if (value := it.requester) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.requester = _REFERENCE[raw]
    if (value := it.performer) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.performer = _REFERENCE[raw]
    if (value := it.performerType) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.performerType = _CODEABLECONCEPT[raw]
    if (value := it.recorder) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.recorder = _REFERENCE[raw]
    if (value := it.reasonCode) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.reasonCode = _MANY_CODEABLECONCEPT[raw]
    if (value := it.reasonReference) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.reasonReference = _MANY_REFERENCE[raw]
    if (value := it.instantiatesCanonical) is not None:
        raw = bytes(value)
        size += len(raw) + 25
        it.instantiatesCanonical = _MANY_CANONICAL[raw]
    if (value := it.instantiatesUri) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.instantiatesUri = _MANY_URI[raw]
    if (value := it.basedOn) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.basedOn = _MANY_REFERENCE[raw]
    if (value := it.groupIdentifier) is not None:
        size += len(value) + 19
        it.groupIdentifier = _IDENTIFIER(value)
    if (value := it.courseOfTherapyType) is not None:
        raw = bytes(value)
        size += len(raw) + 23
        it.courseOfTherapyType = _CODEABLECONCEPT[raw]
    if (value := it.insurance) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.insurance = _MANY_REFERENCE[raw]
    if (value := it.note) is not None:
        size += len(value) + 8
        it.note = _MANY_ANNOTATION(value)
    if (value := it.dosageInstruction) is not None:
        raw = bytes(value)
        size += len(raw) + 21
        it.dosageInstruction = _MANY_DOSAGE[raw]
    if (value := it.dispenseRequest) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.dispenseRequest = _MEDICATIONREQUESTDISPENSEREQUEST[raw]
    if (value := it.substitution) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.substitution = _MEDICATIONREQUESTSUBSTITUTION[raw]
    if (value := it.priorPrescription) is not None:
        raw = bytes(value)
        size += len(raw) + 21
        it.priorPrescription = _REFERENCE[raw]
    if (value := it.detectedIssue) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.detectedIssue = _MANY_REFERENCE[raw]
    if (value := it.eventHistory) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.eventHistory = _MANY_REFERENCE[raw]
    if chosen_reported > 1:
        return -1
    if chosen_medication != 1:
        return -1
    return size


class MedicationStatement(Part, kw_only=True, tag_field="resourceType", tag="MedicationStatement"):
    """MedicationStatement"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    basedOn: Maybe[Raw] = None
    partOf: Maybe[Raw] = None
    status: Literal["active", "completed", "entered-in-error", "intended", "not-taken", "on-hold", "stopped", "unknown"]
    statusReason: Maybe[Raw] = None
    category: Maybe[Raw] = None
    medicationCodeableConcept: Maybe[Raw] = None
    medicationReference: Maybe[Raw] = None
    subject: Raw
    context: Maybe[Raw] = None
    effectiveDateTime: Maybe[DateTime] = None
    effectivePeriod: Maybe[Raw] = None
    dateAsserted: Maybe[DateTime] = None
    informationSource: Maybe[Raw] = None
    derivedFrom: Maybe[Raw] = None
    reasonCode: Maybe[Raw] = None
    reasonReference: Maybe[Raw] = None
    note: Maybe[Raw] = None
    dosage: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _medicationstatement(it: Any) -> int:
    size = 38
    chosen_medication = 0
    chosen_effective = 0
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _MEDICATIONSTATEMENT_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.basedOn) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.basedOn = _MANY_REFERENCE[raw]
    if (value := it.partOf) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.partOf = _MANY_REFERENCE[raw]
    size += len(it.status) + 12
    if (value := it.statusReason) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.statusReason = _MANY_CODEABLECONCEPT[raw]
    if (value := it.category) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.category = _CODEABLECONCEPT[raw]
    if (value := it.medicationCodeableConcept) is not None:
        raw = bytes(value)
        size += len(raw) + 29
        it.medicationCodeableConcept = _CODEABLECONCEPT[raw]
        chosen_medication += 1
    if (value := it.medicationReference) is not None:
        raw = bytes(value)
        size += len(raw) + 23
        it.medicationReference = _REFERENCE[raw]
        chosen_medication += 1
    raw = bytes(it.subject)
    size += len(raw) + 11
    it.subject = _REFERENCE[raw]
    if (value := it.context) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.context = _REFERENCE[raw]
    if (value := it.effectiveDateTime) is not None:
        size += len(value) + 23
        chosen_effective += 1
    if (value := it.effectivePeriod) is not None:
        size += len(value) + 19
        it.effectivePeriod = _PERIOD(value)
        chosen_effective += 1
    if (value := it.dateAsserted) is not None:
        size += len(value) + 18
    if (value := it.informationSource) is not None:
        raw = bytes(value)
        size += len(raw) + 21
        it.informationSource = _REFERENCE[raw]
    if (value := it.derivedFrom) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.derivedFrom = _MANY_REFERENCE[raw]
    if (value := it.reasonCode) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.reasonCode = _MANY_CODEABLECONCEPT[raw]
    if (value := it.reasonReference) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.reasonReference = _MANY_REFERENCE[raw]
    if (value := it.note) is not None:
        size += len(value) + 8
        it.note = _MANY_ANNOTATION(value)
    if (value := it.dosage) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.dosage = _MANY_DOSAGE[raw]
    if chosen_medication != 1:
        return -1
    if chosen_effective > 1:
        return -1
    return size


class MessageHeader(Part, kw_only=True, tag_field="resourceType", tag="MessageHeader"):
    """MessageHeader"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    eventCoding: Maybe[Raw] = None
    eventUri: Maybe[Raw] = None
    destination: Maybe[Raw] = None
    sender: Maybe[Raw] = None
    enterer: Maybe[Raw] = None
    author: Maybe[Raw] = None
    source: Raw
    responsible: Maybe[Raw] = None
    reason: Maybe[Raw] = None
    response: Maybe[Raw] = None
    focus: Maybe[Raw] = None
    definition: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _messageheader(it: Any) -> int:
    size = 32
    chosen_event = 0
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _MESSAGEHEADER_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.eventCoding) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.eventCoding = _CODING[raw]
        chosen_event += 1
    if (value := it.eventUri) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.eventUri = _URI[raw]
        chosen_event += 1
    if (value := it.destination) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.destination = _MANY_MESSAGEHEADERDESTINATION[raw]
    if (value := it.sender) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.sender = _REFERENCE[raw]
    if (value := it.enterer) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.enterer = _REFERENCE[raw]
    if (value := it.author) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.author = _REFERENCE[raw]
    raw = bytes(it.source)
    size += len(raw) + 10
    it.source = _MESSAGEHEADERSOURCE[raw]
    if (value := it.responsible) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.responsible = _REFERENCE[raw]
    if (value := it.reason) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.reason = _CODEABLECONCEPT[raw]
    if (value := it.response) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.response = _MESSAGEHEADERRESPONSE[raw]
    if (value := it.focus) is not None:
        raw = bytes(value)
        size += len(raw) + 9
        it.focus = _MANY_REFERENCE[raw]
    if (value := it.definition) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.definition = _CANONICAL[raw]
    if chosen_event != 1:
        return -1
    return size


class Observation(Part, kw_only=True, tag_field="resourceType", tag="Observation"):
    """Observation"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    basedOn: Maybe[Raw] = None
    partOf: Maybe[Raw] = None
    status: Literal["amended", "cancelled", "corrected", "entered-in-error", "final", "preliminary", "registered", "unknown"]
    category: Maybe[Raw] = None
    code: Raw
    subject: Maybe[Raw] = None
    focus: Maybe[Raw] = None
    encounter: Maybe[Raw] = None
    effectiveDateTime: Maybe[DateTime] = None
    effectivePeriod: Maybe[Raw] = None
    effectiveInstant: Maybe[Instant] = None
    issued: Maybe[Instant] = None
    performer: Maybe[Raw] = None
    valueQuantity: Maybe[Raw] = None
    valueCodeableConcept: Maybe[Raw] = None
    valueString: Maybe[Raw] = None
    valueBoolean: Maybe[Boolean] = None
    valueInteger: Maybe[Raw] = None
    valueRange: Maybe[Raw] = None
    valueRatio: Maybe[Raw] = None
    valueTime: Maybe[Time] = None
    valueDateTime: Maybe[DateTime] = None
    valuePeriod: Maybe[Raw] = None
    dataAbsentReason: Maybe[Raw] = None
    interpretation: Maybe[Raw] = None
    note: Maybe[Raw] = None
    bodySite: Maybe[Raw] = None
    method: Maybe[Raw] = None
    specimen: Maybe[Raw] = None
    device: Maybe[Raw] = None
    referenceRange: Maybe[Raw] = None
    hasMember: Maybe[Raw] = None
    derivedFrom: Maybe[Raw] = None
    component: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None
    effectiveTiming = None
    valueSampledData = None


def _observation(it: Any) -> int:
    size = 30
    chosen_effective = 0
    chosen_value = 0
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _OBSERVATION_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.basedOn) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.basedOn = _MANY_REFERENCE[raw]
    if (value := it.partOf) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.partOf = _MANY_REFERENCE[raw]
    size += len(it.status) + 12
    if (value := it.category) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.category = _MANY_CODEABLECONCEPT[raw]
    raw = bytes(it.code)
    size += len(raw) + 8
    it.code = _CODEABLECONCEPT[raw]
    if (value := it.subject) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.subject = _REFERENCE[raw]
    if (value := it.focus) is not None:
        raw = bytes(value)
        size += len(raw) + 9
        it.focus = _MANY_REFERENCE[raw]
    if (value := it.encounter) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.encounter = _REFERENCE[raw]
    if (value := it.effectiveDateTime) is not None:
        size += len(value) + 23
        chosen_effective += 1
    if (value := it.effectivePeriod) is not None:
        size += len(value) + 19
        it.effectivePeriod = _PERIOD(value)
        chosen_effective += 1
    if (value := it.effectiveInstant) is not None:
        size += len(value) + 22
        chosen_effective += 1
    if (value := it.issued) is not None:
        size += len(value) + 12
    if (value := it.performer) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.performer = _MANY_REFERENCE[raw]
    if (value := it.valueQuantity) is not None:
        size += len(value) + 17
        it.valueQuantity = _QUANTITY(value)
        chosen_value += 1
    if (value := it.valueCodeableConcept) is not None:
        raw = bytes(value)
        size += len(raw) + 24
        it.valueCodeableConcept = _CODEABLECONCEPT[raw]
        chosen_value += 1
    if (value := it.valueString) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.valueString = _STRING[raw]
        chosen_value += 1
    if (value := it.valueBoolean) is not None:
        size += 21 - value
        chosen_value += 1
    if (value := it.valueInteger) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.valueInteger = _INTEGER[raw]
        chosen_value += 1
    if (value := it.valueRange) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.valueRange = _RANGE[raw]
        chosen_value += 1
    if (value := it.valueRatio) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.valueRatio = _RATIO[raw]
        chosen_value += 1
    if (value := it.valueTime) is not None:
        size += len(value) + 15
        chosen_value += 1
    if (value := it.valueDateTime) is not None:
        size += len(value) + 19
        chosen_value += 1
    if (value := it.valuePeriod) is not None:
        size += len(value) + 15
        it.valuePeriod = _PERIOD(value)
        chosen_value += 1
    if (value := it.dataAbsentReason) is not None:
        raw = bytes(value)
        size += len(raw) + 20
        it.dataAbsentReason = _CODEABLECONCEPT[raw]
        chosen_value += 1
    if (value := it.interpretation) is not None:
        raw = bytes(value)
        size += len(raw) + 18
        it.interpretation = _MANY_CODEABLECONCEPT[raw]
    if (value := it.note) is not None:
        size += len(value) + 8
        it.note = _MANY_ANNOTATION(value)
    if (value := it.bodySite) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.bodySite = _CODEABLECONCEPT[raw]
    if (value := it.method) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.method = _CODEABLECONCEPT[raw]
    if (value := it.specimen) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.specimen = _REFERENCE[raw]
    if (value := it.device) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.device = _REFERENCE[raw]
    if (value := it.referenceRange) is not None:
        raw = bytes(value)
        size += len(raw) + 18
        it.referenceRange = _MANY_OBSERVATIONREFERENCERANGE[raw]
    if (value := it.hasMember) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.hasMember = _MANY_REFERENCE[raw]
    if (value := it.derivedFrom) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.derivedFrom = _MANY_REFERENCE[raw]
    if (value := it.component) is not None:
        size += len(value) + 13
        it.component = _MANY_OBSERVATIONCOMPONENT(value)
    if chosen_effective > 1:
        return -1
    if chosen_value > 1:
        return -1
    if chosen_value and it.component is not None:
        return -1
    return size


class Organization(Part, kw_only=True, tag_field="resourceType", tag="Organization"):
    """Organization"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    active: Maybe[Boolean] = None
    type: Maybe[Raw] = None
    name: Maybe[Raw] = None
    alias: Maybe[Raw] = None
    telecom: Maybe[Raw] = None
    address: Maybe[Raw] = None
    partOf: Maybe[Raw] = None
    contact: Maybe[Raw] = None
    endpoint: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _organization(it: Any) -> int:
    size = 31
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _ORGANIZATION_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.active) is not None:
        size += 15 - value
    if (value := it.type) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.type = _MANY_CODEABLECONCEPT[raw]
    if (value := it.name) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.name = _STRING[raw]
    if (value := it.alias) is not None:
        raw = bytes(value)
        size += len(raw) + 9
        it.alias = _MANY_STRING[raw]
    if (value := it.telecom) is not None:
        size += len(value) + 11
        it.telecom = _MANY_CONTACTPOINT(value)
    if (value := it.address) is not None:
        size += len(value) + 11
        it.address = _MANY_ADDRESS(value)
    if (value := it.partOf) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.partOf = _REFERENCE[raw]
    if (value := it.contact) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.contact = _MANY_ORGANIZATIONCONTACT[raw]
    if (value := it.endpoint) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.endpoint = _MANY_REFERENCE[raw]
    return size


class Patient(Part, kw_only=True, tag_field="resourceType", tag="Patient"):
    """Patient"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    active: Maybe[Boolean] = None
    name: Maybe[Raw] = None
    telecom: Maybe[Raw] = None
    gender: Maybe[Literal["female", "male", "other", "unknown"]] = None
    birthDate: Maybe[Date] = None
    deceasedBoolean: Maybe[Boolean] = None
    deceasedDateTime: Maybe[DateTime] = None
    address: Maybe[Raw] = None
    maritalStatus: Maybe[Raw] = None
    multipleBirthBoolean: Maybe[Boolean] = None
    multipleBirthInteger: Maybe[Raw] = None
    photo: Maybe[Raw] = None
    contact: Maybe[Raw] = None
    communication: Maybe[Raw] = None
    generalPractitioner: Maybe[Raw] = None
    managingOrganization: Maybe[Raw] = None
    link: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _patient(it: Any) -> int:
    size = 26
    chosen_deceased = 0
    chosen_multipleBirth = 0
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _PATIENT_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.active) is not None:
        size += 15 - value
    if (value := it.name) is not None:
        size += len(value) + 8
        it.name = _MANY_HUMANNAME(value)
    if (value := it.telecom) is not None:
        size += len(value) + 11
        it.telecom = _MANY_CONTACTPOINT(value)
    if (value := it.gender) is not None:
        size += len(value) + 12
    if (value := it.birthDate) is not None:
        size += len(value) + 15
    if (value := it.deceasedBoolean) is not None:
        size += 24 - value
        chosen_deceased += 1
    if (value := it.deceasedDateTime) is not None:
        size += len(value) + 22
        chosen_deceased += 1
    if (value := it.address) is not None:
        size += len(value) + 11
        it.address = _MANY_ADDRESS(value)
    if (value := it.maritalStatus) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.maritalStatus = _CODEABLECONCEPT[raw]
    if (value := it.multipleBirthBoolean) is not None:
        size += 29 - value
        chosen_multipleBirth += 1
    if (value := it.multipleBirthInteger) is not None:
        raw = bytes(value)
        size += len(raw) + 24
        it.multipleBirthInteger = _INTEGER[raw]
        chosen_multipleBirth += 1
    if (value := it.photo) is not None:
        size += len(value) + 9
        it.photo = _MANY_ATTACHMENT(value)
    if (value := it.contact) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.contact = _MANY_PATIENTCONTACT[raw]
    if (value := it.communication) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.communication = _MANY_PATIENTCOMMUNICATION[raw]
    if (value := it.generalPractitioner) is not None:
        raw = bytes(value)
        size += len(raw) + 23
        it.generalPractitioner = _MANY_REFERENCE[raw]
    if (value := it.managingOrganization) is not None:
        raw = bytes(value)
        size += len(raw) + 24
        it.managingOrganization = _REFERENCE[raw]
    if (value := it.link) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.link = _MANY_PATIENTLINK[raw]
    if chosen_deceased > 1:
        return -1
    if chosen_multipleBirth > 1:
        return -1
    return size


class Practitioner(Part, kw_only=True, tag_field="resourceType", tag="Practitioner"):
    """Practitioner"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    active: Maybe[Boolean] = None
    name: Maybe[Raw] = None
    telecom: Maybe[Raw] = None
    address: Maybe[Raw] = None
    gender: Maybe[Literal["female", "male", "other", "unknown"]] = None
    birthDate: Maybe[Date] = None
    photo: Maybe[Raw] = None
    qualification: Maybe[Raw] = None
    communication: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _practitioner(it: Any) -> int:
    size = 31
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _PRACTITIONER_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.active) is not None:
        size += 15 - value
    if (value := it.name) is not None:
        size += len(value) + 8
        it.name = _MANY_HUMANNAME(value)
    if (value := it.telecom) is not None:
        size += len(value) + 11
        it.telecom = _MANY_CONTACTPOINT(value)
    if (value := it.address) is not None:
        size += len(value) + 11
        it.address = _MANY_ADDRESS(value)
    if (value := it.gender) is not None:
        size += len(value) + 12
    if (value := it.birthDate) is not None:
        size += len(value) + 15
    if (value := it.photo) is not None:
        size += len(value) + 9
        it.photo = _MANY_ATTACHMENT(value)
    if (value := it.qualification) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.qualification = _MANY_PRACTITIONERQUALIFICATION[raw]
    if (value := it.communication) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.communication = _MANY_CODEABLECONCEPT[raw]
    return size


class Procedure(Part, kw_only=True, tag_field="resourceType", tag="Procedure"):
    """Procedure"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    instantiatesCanonical: Maybe[Raw] = None
    instantiatesUri: Maybe[Raw] = None
    basedOn: Maybe[Raw] = None
    partOf: Maybe[Raw] = None
    status: Literal["completed", "entered-in-error", "in-progress", "not-done", "on-hold", "preparation", "stopped", "unknown"]
    statusReason: Maybe[Raw] = None
    category: Maybe[Raw] = None
    code: Maybe[Raw] = None
    subject: Raw
    encounter: Maybe[Raw] = None
    performedDateTime: Maybe[DateTime] = None
    performedPeriod: Maybe[Raw] = None
    performedString: Maybe[Raw] = None
    performedAge: Maybe[Raw] = None
    performedRange: Maybe[Raw] = None
    recorder: Maybe[Raw] = None
    asserter: Maybe[Raw] = None
    performer: Maybe[Raw] = None
    location: Maybe[Raw] = None
    reasonCode: Maybe[Raw] = None
    reasonReference: Maybe[Raw] = None
    bodySite: Maybe[Raw] = None
    outcome: Maybe[Raw] = None
    report: Maybe[Raw] = None
    complication: Maybe[Raw] = None
    complicationDetail: Maybe[Raw] = None
    followUp: Maybe[Raw] = None
    note: Maybe[Raw] = None
    focalDevice: Maybe[Raw] = None
    usedReference: Maybe[Raw] = None
    usedCode: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _procedure(it: Any) -> int:
    size = 28
    chosen_performed = 0
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _PROCEDURE_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.instantiatesCanonical) is not None:
        raw = bytes(value)
        size += len(raw) + 25
        it.instantiatesCanonical = _MANY_CANONICAL[raw]
    if (value := it.instantiatesUri) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.instantiatesUri = _MANY_URI[raw]
    if (value := it.basedOn) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.basedOn = _MANY_REFERENCE[raw]
    if (value := it.partOf) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.partOf = _MANY_REFERENCE[raw]
    size += len(it.status) + 12
    if (value := it.statusReason) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.statusReason = _CODEABLECONCEPT[raw]
    if (value := it.category) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.category = _CODEABLECONCEPT[raw]
    if (value := it.code) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.code = _CODEABLECONCEPT[raw]
    raw = bytes(it.subject)
    size += len(raw) + 11
    it.subject = _REFERENCE[raw]
    if (value := it.encounter) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.encounter = _REFERENCE[raw]
    if (value := it.performedDateTime) is not None:
        size += len(value) + 23
        chosen_performed += 1
    if (value := it.performedPeriod) is not None:
        size += len(value) + 19
        it.performedPeriod = _PERIOD(value)
        chosen_performed += 1
    if (value := it.performedString) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.performedString = _STRING[raw]
        chosen_performed += 1
    if (value := it.performedAge) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.performedAge = _AGE[raw]
        chosen_performed += 1
    if (value := it.performedRange) is not None:
        raw = bytes(value)
        size += len(raw) + 18
        it.performedRange = _RANGE[raw]
        chosen_performed += 1
    if (value := it.recorder) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.recorder = _REFERENCE[raw]
    if (value := it.asserter) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.asserter = _REFERENCE[raw]
    if (value := it.performer) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.performer = _MANY_PROCEDUREPERFORMER[raw]
    if (value := it.location) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.location = _REFERENCE[raw]
    if (value := it.reasonCode) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.reasonCode = _MANY_CODEABLECONCEPT[raw]
    if (value := it.reasonReference) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.reasonReference = _MANY_REFERENCE[raw]
    if (value := it.bodySite) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.bodySite = _MANY_CODEABLECONCEPT[raw]
    if (value := it.outcome) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.outcome = _CODEABLECONCEPT[raw]
    if (value := it.report) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.report = _MANY_REFERENCE[raw]
    if (value := it.complication) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.complication = _MANY_CODEABLECONCEPT[raw]
    if (value := it.complicationDetail) is not None:
        raw = bytes(value)
        size += len(raw) + 22
        it.complicationDetail = _MANY_REFERENCE[raw]
    if (value := it.followUp) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.followUp = _MANY_CODEABLECONCEPT[raw]
    if (value := it.note) is not None:
        size += len(value) + 8
        it.note = _MANY_ANNOTATION(value)
    if (value := it.focalDevice) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.focalDevice = _MANY_PROCEDUREFOCALDEVICE[raw]
    if (value := it.usedReference) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.usedReference = _MANY_REFERENCE[raw]
    if (value := it.usedCode) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.usedCode = _MANY_CODEABLECONCEPT[raw]
    if chosen_performed > 1:
        return -1
    return size


class QuestionnaireResponse(Part, kw_only=True, tag_field="resourceType", tag="QuestionnaireResponse"):
    """QuestionnaireResponse"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    basedOn: Maybe[Raw] = None
    partOf: Maybe[Raw] = None
    questionnaire: Maybe[Raw] = None
    status: Literal["amended", "completed", "entered-in-error", "in-progress", "stopped"]
    subject: Maybe[Raw] = None
    encounter: Maybe[Raw] = None
    authored: Maybe[DateTime] = None
    author: Maybe[Raw] = None
    source: Maybe[Raw] = None
    item: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _questionnaireresponse(it: Any) -> int:
    size = 40
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _QUESTIONNAIRERESPONSE_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _IDENTIFIER(value)
    if (value := it.basedOn) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.basedOn = _MANY_REFERENCE[raw]
    if (value := it.partOf) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.partOf = _MANY_REFERENCE[raw]
    if (value := it.questionnaire) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.questionnaire = _CANONICAL[raw]
    size += len(it.status) + 12
    if (value := it.subject) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.subject = _REFERENCE[raw]
    if (value := it.encounter) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.encounter = _REFERENCE[raw]
    if (value := it.authored) is not None:
        size += len(value) + 14
    if (value := it.author) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.author = _REFERENCE[raw]
    if (value := it.source) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.source = _REFERENCE[raw]
    if (value := it.item) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.item = _MANY_QUESTIONNAIRERESPONSEITEM[raw]
    return size


class ResearchSubject(Part, kw_only=True, tag_field="resourceType", tag="ResearchSubject"):
    """ResearchSubject"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    status: Literal["candidate", "eligible", "follow-up", "ineligible", "not-registered", "off-study", "on-study", "on-study-intervention", "on-study-observation", "pending-on-study", "potential-candidate", "screening", "withdrawn"]
    period: Maybe[Raw] = None
    study: Raw
    individual: Raw
    assignedArm: Maybe[Raw] = None
    actualArm: Maybe[Raw] = None
    consent: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _researchsubject(it: Any) -> int:
    size = 34
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _RESEARCHSUBJECT_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    size += len(it.status) + 12
    if (value := it.period) is not None:
        size += len(value) + 10
        it.period = _PERIOD(value)
    raw = bytes(it.study)
    size += len(raw) + 9
    it.study = _REFERENCE[raw]
    raw = bytes(it.individual)
    size += len(raw) + 14
    it.individual = _REFERENCE[raw]
    if (value := it.assignedArm) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.assignedArm = _STRING[raw]
    if (value := it.actualArm) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.actualArm = _STRING[raw]
    if (value := it.consent) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.consent = _REFERENCE[raw]
    return size


class ServiceRequest(Part, kw_only=True, tag_field="resourceType", tag="ServiceRequest"):
    """ServiceRequest"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    instantiatesCanonical: Maybe[Raw] = None
    instantiatesUri: Maybe[Raw] = None
    basedOn: Maybe[Raw] = None
    replaces: Maybe[Raw] = None
    requisition: Maybe[Raw] = None
    status: Literal["active", "completed", "draft", "entered-in-error", "on-hold", "revoked", "unknown"]
    intent: Literal["directive", "filler-order", "instance-order", "option", "order", "original-order", "plan", "proposal", "reflex-order"]
    category: Maybe[Raw] = None
    priority: Maybe[Literal["asap", "routine", "stat", "urgent"]] = None
    doNotPerform: Maybe[Boolean] = None
    code: Maybe[Raw] = None
    orderDetail: Maybe[Raw] = None
    quantityQuantity: Maybe[Raw] = None
    quantityRatio: Maybe[Raw] = None
    quantityRange: Maybe[Raw] = None
    subject: Raw
    encounter: Maybe[Raw] = None
    occurrenceDateTime: Maybe[DateTime] = None
    occurrencePeriod: Maybe[Raw] = None
    asNeededBoolean: Maybe[Boolean] = None
    asNeededCodeableConcept: Maybe[Raw] = None
    authoredOn: Maybe[DateTime] = None
    requester: Maybe[Raw] = None
    performerType: Maybe[Raw] = None
    performer: Maybe[Raw] = None
    locationCode: Maybe[Raw] = None
    locationReference: Maybe[Raw] = None
    reasonCode: Maybe[Raw] = None
    reasonReference: Maybe[Raw] = None
    insurance: Maybe[Raw] = None
    supportingInfo: Maybe[Raw] = None
    specimen: Maybe[Raw] = None
    bodySite: Maybe[Raw] = None
    note: Maybe[Raw] = None
    patientInstruction: Maybe[Raw] = None
    relevantHistory: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None
    occurrenceTiming = None


def _servicerequest(it: Any) -> int:
    size = 33
    chosen_quantity = 0
    chosen_occurrence = 0
    chosen_asNeeded = 0
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _SERVICEREQUEST_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.instantiatesCanonical) is not None:
        raw = bytes(value)
        size += len(raw) + 25
        it.instantiatesCanonical = _MANY_CANONICAL[raw]
    if (value := it.instantiatesUri) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.instantiatesUri = _MANY_URI[raw]
    if (value := it.basedOn) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.basedOn = _MANY_REFERENCE[raw]
    if (value := it.replaces) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.replaces = _MANY_REFERENCE[raw]
    if (value := it.requisition) is not None:
        size += len(value) + 15
        it.requisition = _IDENTIFIER(value)
    size += len(it.status) + 12
    size += len(it.intent) + 12
    if (value := it.category) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.category = _MANY_CODEABLECONCEPT[raw]
    if (value := it.priority) is not None:
        size += len(value) + 14
    if (value := it.doNotPerform) is not None:
        size += 21 - value
    if (value := it.code) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.code = _CODEABLECONCEPT[raw]
    if (value := it.orderDetail) is not None:
        raw = bytes(value)
        size += len(raw) + 15
        it.orderDetail = _MANY_CODEABLECONCEPT[raw]
    if (value := it.quantityQuantity) is not None:
        size += len(value) + 20
        it.quantityQuantity = _QUANTITY(value)
        chosen_quantity += 1
    if (value := it.quantityRatio) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.quantityRatio = _RATIO[raw]
        chosen_quantity += 1
    if (value := it.quantityRange) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.quantityRange = _RANGE[raw]
        chosen_quantity += 1
    raw = bytes(it.subject)
    size += len(raw) + 11
    it.subject = _REFERENCE[raw]
    if (value := it.encounter) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.encounter = _REFERENCE[raw]
    if (value := it.occurrenceDateTime) is not None:
        size += len(value) + 24
        chosen_occurrence += 1
    if (value := it.occurrencePeriod) is not None:
        size += len(value) + 20
        it.occurrencePeriod = _PERIOD(value)
        chosen_occurrence += 1
    if (value := it.asNeededBoolean) is not None:
        size += 24 - value
        chosen_asNeeded += 1
    if (value := it.asNeededCodeableConcept) is not None:
        raw = bytes(value)
        size += len(raw) + 27
        it.asNeededCodeableConcept = _CODEABLECONCEPT[raw]
        chosen_asNeeded += 1
    if (value := it.authoredOn) is not None:
        size += len(value) + 16
    if (value := it.requester) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.requester = _REFERENCE[raw]
    if (value := it.performerType) is not None:
        raw = bytes(value)
        size += len(raw) + 17
        it.performerType = _CODEABLECONCEPT[raw]
    if (value := it.performer) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.performer = _MANY_REFERENCE[raw]
    if (value := it.locationCode) is not None:
        raw = bytes(value)
        size += len(raw) + 16
        it.locationCode = _MANY_CODEABLECONCEPT[raw]
    if (value := it.locationReference) is not None:
        raw = bytes(value)
        size += len(raw) + 21
        it.locationReference = _MANY_REFERENCE[raw]
    if (value := it.reasonCode) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.reasonCode = _MANY_CODEABLECONCEPT[raw]
    if (value := it.reasonReference) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.reasonReference = _MANY_REFERENCE[raw]
    if (value := it.insurance) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.insurance = _MANY_REFERENCE[raw]
    if (value := it.supportingInfo) is not None:
        raw = bytes(value)
        size += len(raw) + 18
        it.supportingInfo = _MANY_REFERENCE[raw]
    if (value := it.specimen) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.specimen = _MANY_REFERENCE[raw]
    if (value := it.bodySite) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.bodySite = _MANY_CODEABLECONCEPT[raw]
    if (value := it.note) is not None:
        size += len(value) + 8
        it.note = _MANY_ANNOTATION(value)
    if (value := it.patientInstruction) is not None:
        raw = bytes(value)
        size += len(raw) + 22
        it.patientInstruction = _STRING[raw]
    if (value := it.relevantHistory) is not None:
        raw = bytes(value)
        size += len(raw) + 19
        it.relevantHistory = _MANY_REFERENCE[raw]
    if chosen_quantity > 1:
        return -1
    if chosen_occurrence > 1:
        return -1
    if chosen_asNeeded > 1:
        return -1
    return size


class Specimen(Part, kw_only=True, tag_field="resourceType", tag="Specimen"):
    """Specimen"""

    id: Maybe[Id] = None
    meta: Maybe[Raw] = None
    language: Maybe[Raw] = None
    text: Maybe[Raw] = None
    contained: Maybe[Raw] = None
    extension: Maybe[Raw] = None
    identifier: Maybe[Raw] = None
    accessionIdentifier: Maybe[Raw] = None
    status: Maybe[Literal["available", "entered-in-error", "unavailable", "unsatisfactory"]] = None
    type: Maybe[Raw] = None
    subject: Maybe[Raw] = None
    receivedTime: Maybe[DateTime] = None
    parent: Maybe[Raw] = None
    request: Maybe[Raw] = None
    collection: Maybe[Raw] = None
    processing: Maybe[Raw] = None
    container: Maybe[Raw] = None
    condition: Maybe[Raw] = None
    note: Maybe[Raw] = None
    implicitRules = None
    modifierExtension = None


def _specimen(it: Any) -> int:
    size = 27
    if (value := it.id) is not None:
        size += len(value) + 8
    if (value := it.meta) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.meta = _META[raw]
    if (value := it.language) is not None:
        raw = bytes(value)
        size += len(raw) + 12
        it.language = _CODE[raw]
    if (value := it.text) is not None:
        size += len(value) + 8
        it.text = _NARRATIVE(value)
    if (value := it.contained) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.contained = _SPECIMEN_CONTAINED[raw]
    if (value := it.extension) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.extension = _MANY_EXTENSION[raw]
    if (value := it.identifier) is not None:
        size += len(value) + 14
        it.identifier = _MANY_IDENTIFIER(value)
    if (value := it.accessionIdentifier) is not None:
        size += len(value) + 23
        it.accessionIdentifier = _IDENTIFIER(value)
    if (value := it.status) is not None:
        size += len(value) + 12
    if (value := it.type) is not None:
        raw = bytes(value)
        size += len(raw) + 8
        it.type = _CODEABLECONCEPT[raw]
    if (value := it.subject) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.subject = _REFERENCE[raw]
    if (value := it.receivedTime) is not None:
        size += len(value) + 18
    if (value := it.parent) is not None:
        raw = bytes(value)
        size += len(raw) + 10
        it.parent = _MANY_REFERENCE[raw]
    if (value := it.request) is not None:
        raw = bytes(value)
        size += len(raw) + 11
        it.request = _MANY_REFERENCE[raw]
    if (value := it.collection) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.collection = _SPECIMENCOLLECTION[raw]
    if (value := it.processing) is not None:
        raw = bytes(value)
        size += len(raw) + 14
        it.processing = _MANY_SPECIMENPROCESSING[raw]
    if (value := it.container) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.container = _MANY_SPECIMENCONTAINER[raw]
    if (value := it.condition) is not None:
        raw = bytes(value)
        size += len(raw) + 13
        it.condition = _MANY_CODEABLECONCEPT[raw]
    if (value := it.note) is not None:
        size += len(value) + 8
        it.note = _MANY_ANNOTATION(value)
    return size


#: The shape of each resource type that is read.
SHAPES: dict[str, type[Part]] = {
    "AdverseEvent": AdverseEvent,
    "AllergyIntolerance": AllergyIntolerance,
    "CarePlan": CarePlan,
    "Condition": Condition,
    "Consent": Consent,
    "DiagnosticReport": DiagnosticReport,
    "DocumentReference": DocumentReference,
    "Encounter": Encounter,
    "FamilyMemberHistory": FamilyMemberHistory,
    "ImagingStudy": ImagingStudy,
    "Immunization": Immunization,
    "List": List,
    "Location": Location,
    "Medication": Medication,
    "MedicationAdministration": MedicationAdministration,
    "MedicationRequest": MedicationRequest,
    "MedicationStatement": MedicationStatement,
    "MessageHeader": MessageHeader,
    "Observation": Observation,
    "Organization": Organization,
    "Patient": Patient,
    "Practitioner": Practitioner,
    "Procedure": Procedure,
    "QuestionnaireResponse": QuestionnaireResponse,
    "ResearchSubject": ResearchSubject,
    "ServiceRequest": ServiceRequest,
    "Specimen": Specimen,
}

#: What makes its elements' values.
READ: dict[type[Part], Callable[[Any], int]] = {
    AdverseEvent: _adverseevent,
    AllergyIntolerance: _allergyintolerance,
    CarePlan: _careplan,
    Condition: _condition,
    Consent: _consent,
    DiagnosticReport: _diagnosticreport,
    DocumentReference: _documentreference,
    Encounter: _encounter,
    FamilyMemberHistory: _familymemberhistory,
    ImagingStudy: _imagingstudy,
    Immunization: _immunization,
    List: _list,
    Location: _location,
    Medication: _medication,
    MedicationAdministration: _medicationadministration,
    MedicationRequest: _medicationrequest,
    MedicationStatement: _medicationstatement,
    MessageHeader: _messageheader,
    Observation: _observation,
    Organization: _organization,
    Patient: _patient,
    Practitioner: _practitioner,
    Procedure: _procedure,
    QuestionnaireResponse: _questionnaireresponse,
    ResearchSubject: _researchsubject,
    ServiceRequest: _servicerequest,
    Specimen: _specimen,
}
