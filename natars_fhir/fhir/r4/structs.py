"""R4's types as msgspec Structs, generated: do not edit, run natars_fhir.fhir.r4.generate.

From hl7.fhir.r4.core 4.0.1 (HL7, CC0-1.0).

https://hl7.org/fhir/R4/resourcelist.html
"""

from __future__ import annotations

from typing import Literal, Union

from msgspec import field

from natars_fhir.fhir.r4.primitives import (
    Base64Binary,
    Boolean,
    Canonical,
    Code,
    Date,
    DateTime,
    Id,
    Instant,
    Integer,
    Markdown,
    Oid,
    PositiveInt,
    String,
    Time,
    UnsignedInt,
    Uri,
    Url,
    Uuid,
    Xhtml,
    Exact,
    Many,
    Maybe,
    Part,
    Remembered,
    refuse_choice,
    remembered,
)


class Resource(Part, kw_only=True, tag_field="resourceType"):
    """Resource"""

    id: Maybe[Id] = None
    meta: Maybe[Meta] = None
    implicitRules: Maybe[Uri] = None
    language: Maybe[Code] = None


class Element(Part, kw_only=True):
    """Element"""

    id: Maybe[String] = None
    extension: Maybe[Many[Extension]] = None


class Extension(Element, kw_only=True):
    """Extension"""

    url: Uri
    valueBase64Binary: Maybe[Base64Binary] = None
    valueBoolean: Maybe[Boolean] = None
    valueCanonical: Maybe[Canonical] = None
    valueCode: Maybe[Code] = None
    valueDate: Maybe[Date] = None
    valueDateTime: Maybe[DateTime] = None
    valueDecimal: Maybe[Exact] = None
    valueId: Maybe[Id] = None
    valueInstant: Maybe[Instant] = None
    valueInteger: Maybe[Integer] = None
    valueMarkdown: Maybe[Markdown] = None
    valueOid: Maybe[Oid] = None
    valuePositiveInt: Maybe[PositiveInt] = None
    valueString: Maybe[String] = None
    valueTime: Maybe[Time] = None
    valueUnsignedInt: Maybe[UnsignedInt] = None
    valueUri: Maybe[Uri] = None
    valueUrl: Maybe[Url] = None
    valueUuid: Maybe[Uuid] = None
    valueAddress: Maybe[Address] = None
    valueAge: Maybe[Age] = None
    valueAnnotation: Maybe[Annotation] = None
    valueAttachment: Maybe[Attachment] = None
    valueCodeableConcept: Maybe[CodeableConcept] = None
    valueCoding: Maybe[Coding] = None
    valueContactPoint: Maybe[ContactPoint] = None
    valueDuration: Maybe[Duration] = None
    valueHumanName: Maybe[HumanName] = None
    valueIdentifier: Maybe[Identifier] = None
    valuePeriod: Maybe[Period] = None
    valueQuantity: Maybe[Quantity] = None
    valueRange: Maybe[Range] = None
    valueRatio: Maybe[Ratio] = None
    valueReference: Maybe[Reference] = None

    def __post_init__(self) -> None:
        if (self.valueBase64Binary, self.valueBoolean, self.valueCanonical, self.valueCode, self.valueDate, self.valueDateTime, self.valueDecimal, self.valueId, self.valueInstant, self.valueInteger, self.valueMarkdown, self.valueOid, self.valuePositiveInt, self.valueString, self.valueTime, self.valueUnsignedInt, self.valueUri, self.valueUrl, self.valueUuid, self.valueAddress, self.valueAge, self.valueAnnotation, self.valueAttachment, self.valueCodeableConcept, self.valueCoding, self.valueContactPoint, self.valueDuration, self.valueHumanName, self.valueIdentifier, self.valuePeriod, self.valueQuantity, self.valueRange, self.valueRatio, self.valueReference,).count(None) < 33:
            refuse_choice()


class Address(Element, kw_only=True):
    """Address"""

    use: Maybe[Literal["billing", "home", "old", "temp", "work"]] = None
    type: Maybe[Literal["both", "physical", "postal"]] = None
    text: Maybe[String] = None
    line: Maybe[Many[String]] = None
    city: Maybe[String] = None
    district: Maybe[String] = None
    state: Maybe[String] = None
    postalCode: Maybe[String] = None
    country: Maybe[String] = None
    period: Maybe[Period] = None


class Period(Element, kw_only=True):
    """Period"""

    start: Maybe[DateTime] = None
    end: Maybe[DateTime] = None


class Quantity(Element, kw_only=True):
    """Quantity"""

    value: Maybe[Exact] = None
    comparator: Maybe[Literal["<", "<=", ">", ">="]] = None
    unit: Maybe[String] = None
    system: Maybe[Uri] = None
    code: Maybe[Code] = None


class Age(Quantity, kw_only=True):
    """Age"""



class Annotation(Element, kw_only=True):
    """Annotation"""

    authorReference: Maybe[Reference] = None
    authorString: Maybe[String] = None
    time: Maybe[DateTime] = None
    text: Markdown

    def __post_init__(self) -> None:
        if (self.authorReference, self.authorString,).count(None) < 1:
            refuse_choice()


class Reference(Element, kw_only=True):
    """Reference"""

    reference: Maybe[String] = None
    type: Maybe[Uri] = None
    identifier: Maybe[Identifier] = None
    display: Maybe[String] = None


class Identifier(Element, kw_only=True):
    """Identifier"""

    use: Maybe[Literal["official", "old", "secondary", "temp", "usual"]] = None
    type: Maybe[CodeableConcept] = None
    system: Maybe[Uri] = None
    value: Maybe[String] = None
    period: Maybe[Period] = None
    assigner: Maybe[Reference] = None


class CodeableConcept(Element, kw_only=True):
    """CodeableConcept"""

    coding: Maybe[Many[Coding]] = None
    text: Maybe[String] = None


class Coding(Element, kw_only=True):
    """Coding"""

    system: Maybe[Uri] = None
    version: Maybe[String] = None
    code: Maybe[Code] = None
    display: Maybe[String] = None
    userSelected: Maybe[Boolean] = None


class Attachment(Element, kw_only=True):
    """Attachment"""

    contentType: Maybe[Code] = None
    language: Maybe[Code] = None
    data: Maybe[Base64Binary] = None
    url: Maybe[Url] = None
    size: Maybe[UnsignedInt] = None
    hash: Maybe[Base64Binary] = None
    title: Maybe[String] = None
    creation: Maybe[DateTime] = None


class ContactPoint(Element, kw_only=True):
    """ContactPoint"""

    system: Maybe[Literal["email", "fax", "other", "pager", "phone", "sms", "url"]] = None
    value: Maybe[String] = None
    use: Maybe[Literal["home", "mobile", "old", "temp", "work"]] = None
    rank: Maybe[PositiveInt] = None
    period: Maybe[Period] = None


class Duration(Quantity, kw_only=True):
    """Duration"""



class HumanName(Element, kw_only=True):
    """HumanName"""

    use: Maybe[Literal["anonymous", "maiden", "nickname", "official", "old", "temp", "usual"]] = None
    text: Maybe[String] = None
    family: Maybe[String] = None
    given: Maybe[Many[String]] = None
    prefix: Maybe[Many[String]] = None
    suffix: Maybe[Many[String]] = None
    period: Maybe[Period] = None


class Range(Element, kw_only=True):
    """Range"""

    low: Maybe[Quantity] = None
    high: Maybe[Quantity] = None


class Ratio(Element, kw_only=True):
    """Ratio"""

    numerator: Maybe[Quantity] = None
    denominator: Maybe[Quantity] = None


class Meta(Element, kw_only=True):
    """Meta"""

    versionId: Maybe[Remembered[Id]] = None
    lastUpdated: Maybe[Remembered[Instant]] = None
    source: Maybe[Uri] = None
    profile: Maybe[Many[Canonical]] = None
    security: Maybe[Many[Coding]] = None
    tag: Maybe[Many[Coding]] = None

    __post_init__ = remembered(versionId=Id, lastUpdated=Instant)


class DomainResource(Resource, kw_only=True):
    """DomainResource"""

    text: Maybe[Narrative] = None
    contained: Maybe[Many[Contained]] = None
    extension: Maybe[Many[Extension]] = None
    modifierExtension: Maybe[Many[Extension]] = None


class Narrative(Element, kw_only=True):
    """Narrative"""

    status: Literal["additional", "empty", "extensions", "generated"]
    div: Xhtml


class AdverseEvent(DomainResource, kw_only=True):
    """AdverseEvent"""

    identifier: Maybe[Identifier] = None
    actuality: Literal["actual", "potential"]
    category: Maybe[Many[CodeableConcept]] = None
    event: Maybe[CodeableConcept] = None
    subject: Reference
    encounter: Maybe[Reference] = None
    date: Maybe[DateTime] = None
    detected: Maybe[DateTime] = None
    recordedDate: Maybe[DateTime] = None
    resultingCondition: Maybe[Many[Reference]] = None
    location: Maybe[Reference] = None
    seriousness: Maybe[CodeableConcept] = None
    severity: Maybe[CodeableConcept] = None
    outcome: Maybe[CodeableConcept] = None
    recorder: Maybe[Reference] = None
    contributor: Maybe[Many[Reference]] = None
    suspectEntity: Maybe[Many[AdverseEventSuspectEntity]] = None
    subjectMedicalHistory: Maybe[Many[Reference]] = None
    referenceDocument: Maybe[Many[Reference]] = None
    study: Maybe[Many[Reference]] = None


class BackboneElement(Element, kw_only=True):
    """BackboneElement"""

    modifierExtension: Maybe[Many[Extension]] = None


class AdverseEventSuspectEntity(BackboneElement, kw_only=True):
    """AdverseEvent.suspectEntity"""

    instance: Reference
    causality: Maybe[Many[AdverseEventSuspectEntityCausality]] = None


class AdverseEventSuspectEntityCausality(BackboneElement, kw_only=True):
    """AdverseEvent.suspectEntity.causality"""

    assessment: Maybe[CodeableConcept] = None
    productRelatedness: Maybe[String] = None
    author: Maybe[Reference] = None
    method: Maybe[CodeableConcept] = None


class AllergyIntolerance(DomainResource, kw_only=True):
    """AllergyIntolerance"""

    identifier: Maybe[Many[Identifier]] = None
    clinicalStatus: Maybe[CodeableConcept] = None
    verificationStatus: Maybe[CodeableConcept] = None
    type: Maybe[Literal["allergy", "intolerance"]] = None
    category: Maybe[Many[Literal["biologic", "environment", "food", "medication"]]] = None
    criticality: Maybe[Literal["high", "low", "unable-to-assess"]] = None
    code: Maybe[CodeableConcept] = None
    patient: Reference
    encounter: Maybe[Reference] = None
    onsetDateTime: Maybe[DateTime] = None
    onsetAge: Maybe[Age] = None
    onsetPeriod: Maybe[Period] = None
    onsetRange: Maybe[Range] = None
    onsetString: Maybe[String] = None
    recordedDate: Maybe[DateTime] = None
    recorder: Maybe[Reference] = None
    asserter: Maybe[Reference] = None
    lastOccurrence: Maybe[DateTime] = None
    note: Maybe[Many[Annotation]] = None
    reaction: Maybe[Many[AllergyIntoleranceReaction]] = None

    def __post_init__(self) -> None:
        if (self.onsetDateTime, self.onsetAge, self.onsetPeriod, self.onsetRange, self.onsetString,).count(None) < 4:
            refuse_choice()


class AllergyIntoleranceReaction(BackboneElement, kw_only=True):
    """AllergyIntolerance.reaction"""

    substance: Maybe[CodeableConcept] = None
    manifestation: Many[CodeableConcept]
    description: Maybe[String] = None
    onset: Maybe[DateTime] = None
    severity: Maybe[Literal["mild", "moderate", "severe"]] = None
    exposureRoute: Maybe[CodeableConcept] = None
    note: Maybe[Many[Annotation]] = None


class CarePlan(DomainResource, kw_only=True):
    """CarePlan"""

    identifier: Maybe[Many[Identifier]] = None
    instantiatesCanonical: Maybe[Many[Canonical]] = None
    instantiatesUri: Maybe[Many[Uri]] = None
    basedOn: Maybe[Many[Reference]] = None
    replaces: Maybe[Many[Reference]] = None
    partOf: Maybe[Many[Reference]] = None
    status: Literal["active", "completed", "draft", "entered-in-error", "on-hold", "revoked", "unknown"]
    intent: Literal["option", "order", "plan", "proposal"]
    category: Maybe[Many[CodeableConcept]] = None
    title: Maybe[String] = None
    description: Maybe[String] = None
    subject: Reference
    encounter: Maybe[Reference] = None
    period: Maybe[Period] = None
    created: Maybe[DateTime] = None
    author: Maybe[Reference] = None
    contributor: Maybe[Many[Reference]] = None
    careTeam: Maybe[Many[Reference]] = None
    addresses: Maybe[Many[Reference]] = None
    supportingInfo: Maybe[Many[Reference]] = None
    goal: Maybe[Many[Reference]] = None
    activity: Maybe[Many[CarePlanActivity]] = None
    note: Maybe[Many[Annotation]] = None


class CarePlanActivity(BackboneElement, kw_only=True):
    """CarePlan.activity"""

    outcomeCodeableConcept: Maybe[Many[CodeableConcept]] = None
    outcomeReference: Maybe[Many[Reference]] = None
    progress: Maybe[Many[Annotation]] = None
    reference: Maybe[Reference] = None
    detail: Maybe[CarePlanActivityDetail] = None


class CarePlanActivityDetail(BackboneElement, kw_only=True):
    """CarePlan.activity.detail"""

    kind: Maybe[Literal["Appointment", "CommunicationRequest", "DeviceRequest", "MedicationRequest", "NutritionOrder", "ServiceRequest", "Task", "VisionPrescription"]] = None
    instantiatesCanonical: Maybe[Many[Canonical]] = None
    instantiatesUri: Maybe[Many[Uri]] = None
    code: Maybe[CodeableConcept] = None
    reasonCode: Maybe[Many[CodeableConcept]] = None
    reasonReference: Maybe[Many[Reference]] = None
    goal: Maybe[Many[Reference]] = None
    status: Literal["cancelled", "completed", "entered-in-error", "in-progress", "not-started", "on-hold", "scheduled", "stopped", "unknown"]
    statusReason: Maybe[CodeableConcept] = None
    doNotPerform: Maybe[Boolean] = None
    scheduledTiming: Maybe[Timing] = None
    scheduledPeriod: Maybe[Period] = None
    scheduledString: Maybe[String] = None
    location: Maybe[Reference] = None
    performer: Maybe[Many[Reference]] = None
    productCodeableConcept: Maybe[CodeableConcept] = None
    productReference: Maybe[Reference] = None
    dailyAmount: Maybe[Quantity] = None
    quantity: Maybe[Quantity] = None
    description: Maybe[String] = None

    def __post_init__(self) -> None:
        if (self.scheduledTiming, self.scheduledPeriod, self.scheduledString,).count(None) < 2:
            refuse_choice()
        if (self.productCodeableConcept, self.productReference,).count(None) < 1:
            refuse_choice()


class Timing(BackboneElement, kw_only=True):
    """Timing"""

    event: Maybe[Many[DateTime]] = None
    repeat: Maybe[TimingRepeat] = None
    code: Maybe[CodeableConcept] = None


class TimingRepeat(Element, kw_only=True):
    """Timing.repeat"""

    boundsDuration: Maybe[Duration] = None
    boundsRange: Maybe[Range] = None
    boundsPeriod: Maybe[Period] = None
    count: Maybe[PositiveInt] = None
    countMax: Maybe[PositiveInt] = None
    duration: Maybe[Exact] = None
    durationMax: Maybe[Exact] = None
    durationUnit: Maybe[Literal["a", "d", "h", "min", "mo", "s", "wk"]] = None
    frequency: Maybe[PositiveInt] = None
    frequencyMax: Maybe[PositiveInt] = None
    period: Maybe[Exact] = None
    periodMax: Maybe[Exact] = None
    periodUnit: Maybe[Literal["a", "d", "h", "min", "mo", "s", "wk"]] = None
    dayOfWeek: Maybe[Many[Literal["fri", "mon", "sat", "sun", "thu", "tue", "wed"]]] = None
    timeOfDay: Maybe[Many[Time]] = None
    when: Maybe[Many[Literal["AC", "ACD", "ACM", "ACV", "AFT", "AFT.early", "AFT.late", "C", "CD", "CM", "CV", "EVE", "EVE.early", "EVE.late", "HS", "MORN", "MORN.early", "MORN.late", "NIGHT", "NOON", "PC", "PCD", "PCM", "PCV", "PHS", "WAKE"]]] = None
    offset: Maybe[UnsignedInt] = None

    def __post_init__(self) -> None:
        if (self.boundsDuration, self.boundsRange, self.boundsPeriod,).count(None) < 2:
            refuse_choice()


class Condition(DomainResource, kw_only=True):
    """Condition"""

    identifier: Maybe[Many[Identifier]] = None
    clinicalStatus: Maybe[CodeableConcept] = None
    verificationStatus: Maybe[CodeableConcept] = None
    category: Maybe[Many[CodeableConcept]] = None
    severity: Maybe[CodeableConcept] = None
    code: Maybe[CodeableConcept] = None
    bodySite: Maybe[Many[CodeableConcept]] = None
    subject: Reference
    encounter: Maybe[Reference] = None
    onsetDateTime: Maybe[DateTime] = None
    onsetAge: Maybe[Age] = None
    onsetPeriod: Maybe[Period] = None
    onsetRange: Maybe[Range] = None
    onsetString: Maybe[String] = None
    abatementDateTime: Maybe[DateTime] = None
    abatementAge: Maybe[Age] = None
    abatementPeriod: Maybe[Period] = None
    abatementRange: Maybe[Range] = None
    abatementString: Maybe[String] = None
    recordedDate: Maybe[DateTime] = None
    recorder: Maybe[Reference] = None
    asserter: Maybe[Reference] = None
    stage: Maybe[Many[ConditionStage]] = None
    evidence: Maybe[Many[ConditionEvidence]] = None
    note: Maybe[Many[Annotation]] = None

    def __post_init__(self) -> None:
        if (self.onsetDateTime, self.onsetAge, self.onsetPeriod, self.onsetRange, self.onsetString,).count(None) < 4:
            refuse_choice()
        if (self.abatementDateTime, self.abatementAge, self.abatementPeriod, self.abatementRange, self.abatementString,).count(None) < 4:
            refuse_choice()


class ConditionStage(BackboneElement, kw_only=True):
    """Condition.stage"""

    summary: Maybe[CodeableConcept] = None
    assessment: Maybe[Many[Reference]] = None
    type: Maybe[CodeableConcept] = None


class ConditionEvidence(BackboneElement, kw_only=True):
    """Condition.evidence"""

    code: Maybe[Many[CodeableConcept]] = None
    detail: Maybe[Many[Reference]] = None


class Consent(DomainResource, kw_only=True):
    """Consent"""

    identifier: Maybe[Many[Identifier]] = None
    status: Literal["active", "draft", "entered-in-error", "inactive", "proposed", "rejected"]
    scope: CodeableConcept
    category: Many[CodeableConcept]
    patient: Maybe[Reference] = None
    dateTime: Maybe[DateTime] = None
    performer: Maybe[Many[Reference]] = None
    organization: Maybe[Many[Reference]] = None
    sourceAttachment: Maybe[Attachment] = None
    sourceReference: Maybe[Reference] = None
    policy: Maybe[Many[ConsentPolicy]] = None
    policyRule: Maybe[CodeableConcept] = None
    verification: Maybe[Many[ConsentVerification]] = None
    provision: Maybe[ConsentProvision] = None

    def __post_init__(self) -> None:
        if (self.sourceAttachment, self.sourceReference,).count(None) < 1:
            refuse_choice()


class ConsentPolicy(BackboneElement, kw_only=True):
    """Consent.policy"""

    authority: Maybe[Uri] = None
    uri: Maybe[Uri] = None


class ConsentVerification(BackboneElement, kw_only=True):
    """Consent.verification"""

    verified: Boolean
    verifiedWith: Maybe[Reference] = None
    verificationDate: Maybe[DateTime] = None


class ConsentProvision(BackboneElement, kw_only=True):
    """Consent.provision"""

    type: Maybe[Literal["deny", "permit"]] = None
    period: Maybe[Period] = None
    actor: Maybe[Many[ConsentProvisionActor]] = None
    action: Maybe[Many[CodeableConcept]] = None
    securityLabel: Maybe[Many[Coding]] = None
    purpose: Maybe[Many[Coding]] = None
    class_: Maybe[Many[Coding]] = field(default=None, name="class")
    code: Maybe[Many[CodeableConcept]] = None
    dataPeriod: Maybe[Period] = None
    data: Maybe[Many[ConsentProvisionData]] = None
    provision: Maybe[Many[ConsentProvision]] = None


class ConsentProvisionActor(BackboneElement, kw_only=True):
    """Consent.provision.actor"""

    role: CodeableConcept
    reference: Reference


class ConsentProvisionData(BackboneElement, kw_only=True):
    """Consent.provision.data"""

    meaning: Literal["authoredby", "dependents", "instance", "related"]
    reference: Reference


class DiagnosticReport(DomainResource, kw_only=True):
    """DiagnosticReport"""

    identifier: Maybe[Many[Identifier]] = None
    basedOn: Maybe[Many[Reference]] = None
    status: Literal["amended", "appended", "cancelled", "corrected", "entered-in-error", "final", "partial", "preliminary", "registered", "unknown"]
    category: Maybe[Many[CodeableConcept]] = None
    code: CodeableConcept
    subject: Maybe[Reference] = None
    encounter: Maybe[Reference] = None
    effectiveDateTime: Maybe[DateTime] = None
    effectivePeriod: Maybe[Period] = None
    issued: Maybe[Instant] = None
    performer: Maybe[Many[Reference]] = None
    resultsInterpreter: Maybe[Many[Reference]] = None
    specimen: Maybe[Many[Reference]] = None
    result: Maybe[Many[Reference]] = None
    imagingStudy: Maybe[Many[Reference]] = None
    media: Maybe[Many[DiagnosticReportMedia]] = None
    conclusion: Maybe[String] = None
    conclusionCode: Maybe[Many[CodeableConcept]] = None
    presentedForm: Maybe[Many[Attachment]] = None

    def __post_init__(self) -> None:
        if (self.effectiveDateTime, self.effectivePeriod,).count(None) < 1:
            refuse_choice()


class DiagnosticReportMedia(BackboneElement, kw_only=True):
    """DiagnosticReport.media"""

    comment: Maybe[String] = None
    link: Reference


class DocumentReference(DomainResource, kw_only=True):
    """DocumentReference"""

    masterIdentifier: Maybe[Identifier] = None
    identifier: Maybe[Many[Identifier]] = None
    status: Literal["current", "entered-in-error", "superseded"]
    docStatus: Maybe[Literal["amended", "entered-in-error", "final", "preliminary"]] = None
    type: Maybe[CodeableConcept] = None
    category: Maybe[Many[CodeableConcept]] = None
    subject: Maybe[Reference] = None
    date: Maybe[Instant] = None
    author: Maybe[Many[Reference]] = None
    authenticator: Maybe[Reference] = None
    custodian: Maybe[Reference] = None
    relatesTo: Maybe[Many[DocumentReferenceRelatesTo]] = None
    description: Maybe[String] = None
    securityLabel: Maybe[Many[CodeableConcept]] = None
    content: Many[DocumentReferenceContent]
    context: Maybe[DocumentReferenceContext] = None


class DocumentReferenceRelatesTo(BackboneElement, kw_only=True):
    """DocumentReference.relatesTo"""

    code: Literal["appends", "replaces", "signs", "transforms"]
    target: Reference


class DocumentReferenceContent(BackboneElement, kw_only=True):
    """DocumentReference.content"""

    attachment: Attachment
    format: Maybe[Coding] = None


class DocumentReferenceContext(BackboneElement, kw_only=True):
    """DocumentReference.context"""

    encounter: Maybe[Many[Reference]] = None
    event: Maybe[Many[CodeableConcept]] = None
    period: Maybe[Period] = None
    facilityType: Maybe[CodeableConcept] = None
    practiceSetting: Maybe[CodeableConcept] = None
    sourcePatientInfo: Maybe[Reference] = None
    related: Maybe[Many[Reference]] = None


class Encounter(DomainResource, kw_only=True):
    """Encounter"""

    identifier: Maybe[Many[Identifier]] = None
    status: Literal["arrived", "cancelled", "entered-in-error", "finished", "in-progress", "onleave", "planned", "triaged", "unknown"]
    statusHistory: Maybe[Many[EncounterStatusHistory]] = None
    class_: Coding = field(name="class")
    classHistory: Maybe[Many[EncounterClassHistory]] = None
    type: Maybe[Many[CodeableConcept]] = None
    serviceType: Maybe[CodeableConcept] = None
    priority: Maybe[CodeableConcept] = None
    subject: Maybe[Reference] = None
    episodeOfCare: Maybe[Many[Reference]] = None
    basedOn: Maybe[Many[Reference]] = None
    participant: Maybe[Many[EncounterParticipant]] = None
    appointment: Maybe[Many[Reference]] = None
    period: Maybe[Period] = None
    length: Maybe[Duration] = None
    reasonCode: Maybe[Many[CodeableConcept]] = None
    reasonReference: Maybe[Many[Reference]] = None
    diagnosis: Maybe[Many[EncounterDiagnosis]] = None
    account: Maybe[Many[Reference]] = None
    hospitalization: Maybe[EncounterHospitalization] = None
    location: Maybe[Many[EncounterLocation]] = None
    serviceProvider: Maybe[Reference] = None
    partOf: Maybe[Reference] = None


class EncounterStatusHistory(BackboneElement, kw_only=True):
    """Encounter.statusHistory"""

    status: Literal["arrived", "cancelled", "entered-in-error", "finished", "in-progress", "onleave", "planned", "triaged", "unknown"]
    period: Period


class EncounterClassHistory(BackboneElement, kw_only=True):
    """Encounter.classHistory"""

    class_: Coding = field(name="class")
    period: Period


class EncounterParticipant(BackboneElement, kw_only=True):
    """Encounter.participant"""

    type: Maybe[Many[CodeableConcept]] = None
    period: Maybe[Period] = None
    individual: Maybe[Reference] = None


class EncounterDiagnosis(BackboneElement, kw_only=True):
    """Encounter.diagnosis"""

    condition: Reference
    use: Maybe[CodeableConcept] = None
    rank: Maybe[PositiveInt] = None


class EncounterHospitalization(BackboneElement, kw_only=True):
    """Encounter.hospitalization"""

    preAdmissionIdentifier: Maybe[Identifier] = None
    origin: Maybe[Reference] = None
    admitSource: Maybe[CodeableConcept] = None
    reAdmission: Maybe[CodeableConcept] = None
    dietPreference: Maybe[Many[CodeableConcept]] = None
    specialCourtesy: Maybe[Many[CodeableConcept]] = None
    specialArrangement: Maybe[Many[CodeableConcept]] = None
    destination: Maybe[Reference] = None
    dischargeDisposition: Maybe[CodeableConcept] = None


class EncounterLocation(BackboneElement, kw_only=True):
    """Encounter.location"""

    location: Reference
    status: Maybe[Literal["active", "completed", "planned", "reserved"]] = None
    physicalType: Maybe[CodeableConcept] = None
    period: Maybe[Period] = None


class FamilyMemberHistory(DomainResource, kw_only=True):
    """FamilyMemberHistory"""

    identifier: Maybe[Many[Identifier]] = None
    instantiatesCanonical: Maybe[Many[Canonical]] = None
    instantiatesUri: Maybe[Many[Uri]] = None
    status: Literal["completed", "entered-in-error", "health-unknown", "partial"]
    dataAbsentReason: Maybe[CodeableConcept] = None
    patient: Reference
    date: Maybe[DateTime] = None
    name: Maybe[String] = None
    relationship: CodeableConcept
    sex: Maybe[CodeableConcept] = None
    bornPeriod: Maybe[Period] = None
    bornDate: Maybe[Date] = None
    bornString: Maybe[String] = None
    ageAge: Maybe[Age] = None
    ageRange: Maybe[Range] = None
    ageString: Maybe[String] = None
    estimatedAge: Maybe[Boolean] = None
    deceasedBoolean: Maybe[Boolean] = None
    deceasedAge: Maybe[Age] = None
    deceasedRange: Maybe[Range] = None
    deceasedDate: Maybe[Date] = None
    deceasedString: Maybe[String] = None
    reasonCode: Maybe[Many[CodeableConcept]] = None
    reasonReference: Maybe[Many[Reference]] = None
    note: Maybe[Many[Annotation]] = None
    condition: Maybe[Many[FamilyMemberHistoryCondition]] = None

    def __post_init__(self) -> None:
        if (self.bornPeriod, self.bornDate, self.bornString,).count(None) < 2:
            refuse_choice()
        if (self.ageAge, self.ageRange, self.ageString,).count(None) < 2:
            refuse_choice()
        if (self.deceasedBoolean, self.deceasedAge, self.deceasedRange, self.deceasedDate, self.deceasedString,).count(None) < 4:
            refuse_choice()


class FamilyMemberHistoryCondition(BackboneElement, kw_only=True):
    """FamilyMemberHistory.condition"""

    code: CodeableConcept
    outcome: Maybe[CodeableConcept] = None
    contributedToDeath: Maybe[Boolean] = None
    onsetAge: Maybe[Age] = None
    onsetRange: Maybe[Range] = None
    onsetPeriod: Maybe[Period] = None
    onsetString: Maybe[String] = None
    note: Maybe[Many[Annotation]] = None

    def __post_init__(self) -> None:
        if (self.onsetAge, self.onsetRange, self.onsetPeriod, self.onsetString,).count(None) < 3:
            refuse_choice()


class ImagingStudy(DomainResource, kw_only=True):
    """ImagingStudy"""

    identifier: Maybe[Many[Identifier]] = None
    status: Literal["available", "cancelled", "entered-in-error", "registered", "unknown"]
    modality: Maybe[Many[Coding]] = None
    subject: Reference
    encounter: Maybe[Reference] = None
    started: Maybe[DateTime] = None
    basedOn: Maybe[Many[Reference]] = None
    referrer: Maybe[Reference] = None
    interpreter: Maybe[Many[Reference]] = None
    endpoint: Maybe[Many[Reference]] = None
    numberOfSeries: Maybe[UnsignedInt] = None
    numberOfInstances: Maybe[UnsignedInt] = None
    procedureReference: Maybe[Reference] = None
    procedureCode: Maybe[Many[CodeableConcept]] = None
    location: Maybe[Reference] = None
    reasonCode: Maybe[Many[CodeableConcept]] = None
    reasonReference: Maybe[Many[Reference]] = None
    note: Maybe[Many[Annotation]] = None
    description: Maybe[String] = None
    series: Maybe[Many[ImagingStudySeries]] = None


class ImagingStudySeries(BackboneElement, kw_only=True):
    """ImagingStudy.series"""

    uid: Id
    number: Maybe[UnsignedInt] = None
    modality: Coding
    description: Maybe[String] = None
    numberOfInstances: Maybe[UnsignedInt] = None
    endpoint: Maybe[Many[Reference]] = None
    bodySite: Maybe[Coding] = None
    laterality: Maybe[Coding] = None
    specimen: Maybe[Many[Reference]] = None
    started: Maybe[DateTime] = None
    performer: Maybe[Many[ImagingStudySeriesPerformer]] = None
    instance: Maybe[Many[ImagingStudySeriesInstance]] = None


class ImagingStudySeriesPerformer(BackboneElement, kw_only=True):
    """ImagingStudy.series.performer"""

    function: Maybe[CodeableConcept] = None
    actor: Reference


class ImagingStudySeriesInstance(BackboneElement, kw_only=True):
    """ImagingStudy.series.instance"""

    uid: Id
    sopClass: Coding
    number: Maybe[UnsignedInt] = None
    title: Maybe[String] = None


class Immunization(DomainResource, kw_only=True):
    """Immunization"""

    identifier: Maybe[Many[Identifier]] = None
    status: Literal["completed", "entered-in-error", "not-done"]
    statusReason: Maybe[CodeableConcept] = None
    vaccineCode: CodeableConcept
    patient: Reference
    encounter: Maybe[Reference] = None
    occurrenceDateTime: Maybe[DateTime] = None
    occurrenceString: Maybe[String] = None
    recorded: Maybe[DateTime] = None
    primarySource: Maybe[Boolean] = None
    reportOrigin: Maybe[CodeableConcept] = None
    location: Maybe[Reference] = None
    manufacturer: Maybe[Reference] = None
    lotNumber: Maybe[String] = None
    expirationDate: Maybe[Date] = None
    site: Maybe[CodeableConcept] = None
    route: Maybe[CodeableConcept] = None
    doseQuantity: Maybe[Quantity] = None
    performer: Maybe[Many[ImmunizationPerformer]] = None
    note: Maybe[Many[Annotation]] = None
    reasonCode: Maybe[Many[CodeableConcept]] = None
    reasonReference: Maybe[Many[Reference]] = None
    isSubpotent: Maybe[Boolean] = None
    subpotentReason: Maybe[Many[CodeableConcept]] = None
    education: Maybe[Many[ImmunizationEducation]] = None
    programEligibility: Maybe[Many[CodeableConcept]] = None
    fundingSource: Maybe[CodeableConcept] = None
    reaction: Maybe[Many[ImmunizationReaction]] = None
    protocolApplied: Maybe[Many[ImmunizationProtocolApplied]] = None

    def __post_init__(self) -> None:
        if (self.occurrenceDateTime, self.occurrenceString,).count(None) != 1:
            refuse_choice()


class ImmunizationPerformer(BackboneElement, kw_only=True):
    """Immunization.performer"""

    function: Maybe[CodeableConcept] = None
    actor: Reference


class ImmunizationEducation(BackboneElement, kw_only=True):
    """Immunization.education"""

    documentType: Maybe[String] = None
    reference: Maybe[Uri] = None
    publicationDate: Maybe[DateTime] = None
    presentationDate: Maybe[DateTime] = None


class ImmunizationReaction(BackboneElement, kw_only=True):
    """Immunization.reaction"""

    date: Maybe[DateTime] = None
    detail: Maybe[Reference] = None
    reported: Maybe[Boolean] = None


class ImmunizationProtocolApplied(BackboneElement, kw_only=True):
    """Immunization.protocolApplied"""

    series: Maybe[String] = None
    authority: Maybe[Reference] = None
    targetDisease: Maybe[Many[CodeableConcept]] = None
    doseNumberPositiveInt: Maybe[PositiveInt] = None
    doseNumberString: Maybe[String] = None
    seriesDosesPositiveInt: Maybe[PositiveInt] = None
    seriesDosesString: Maybe[String] = None

    def __post_init__(self) -> None:
        if (self.doseNumberPositiveInt, self.doseNumberString,).count(None) != 1:
            refuse_choice()
        if (self.seriesDosesPositiveInt, self.seriesDosesString,).count(None) < 1:
            refuse_choice()


class List(DomainResource, kw_only=True):
    """List"""

    identifier: Maybe[Many[Identifier]] = None
    status: Literal["current", "entered-in-error", "retired"]
    mode: Literal["changes", "snapshot", "working"]
    title: Maybe[String] = None
    code: Maybe[CodeableConcept] = None
    subject: Maybe[Reference] = None
    encounter: Maybe[Reference] = None
    date: Maybe[DateTime] = None
    source: Maybe[Reference] = None
    orderedBy: Maybe[CodeableConcept] = None
    note: Maybe[Many[Annotation]] = None
    entry: Maybe[Many[ListEntry]] = None
    emptyReason: Maybe[CodeableConcept] = None


class ListEntry(BackboneElement, kw_only=True):
    """List.entry"""

    flag: Maybe[CodeableConcept] = None
    deleted: Maybe[Boolean] = None
    date: Maybe[DateTime] = None
    item: Reference


class Location(DomainResource, kw_only=True):
    """Location"""

    identifier: Maybe[Many[Identifier]] = None
    status: Maybe[Literal["active", "inactive", "suspended"]] = None
    operationalStatus: Maybe[Coding] = None
    name: Maybe[String] = None
    alias: Maybe[Many[String]] = None
    description: Maybe[String] = None
    mode: Maybe[Literal["instance", "kind"]] = None
    type: Maybe[Many[CodeableConcept]] = None
    telecom: Maybe[Many[ContactPoint]] = None
    address: Maybe[Address] = None
    physicalType: Maybe[CodeableConcept] = None
    position: Maybe[LocationPosition] = None
    managingOrganization: Maybe[Reference] = None
    partOf: Maybe[Reference] = None
    hoursOfOperation: Maybe[Many[LocationHoursOfOperation]] = None
    availabilityExceptions: Maybe[String] = None
    endpoint: Maybe[Many[Reference]] = None


class LocationPosition(BackboneElement, kw_only=True):
    """Location.position"""

    longitude: Exact
    latitude: Exact
    altitude: Maybe[Exact] = None


class LocationHoursOfOperation(BackboneElement, kw_only=True):
    """Location.hoursOfOperation"""

    daysOfWeek: Maybe[Many[Literal["fri", "mon", "sat", "sun", "thu", "tue", "wed"]]] = None
    allDay: Maybe[Boolean] = None
    openingTime: Maybe[Time] = None
    closingTime: Maybe[Time] = None


class Medication(DomainResource, kw_only=True):
    """Medication"""

    identifier: Maybe[Many[Identifier]] = None
    code: Maybe[CodeableConcept] = None
    status: Maybe[Literal["active", "entered-in-error", "inactive"]] = None
    manufacturer: Maybe[Reference] = None
    form: Maybe[CodeableConcept] = None
    amount: Maybe[Ratio] = None
    ingredient: Maybe[Many[MedicationIngredient]] = None
    batch: Maybe[MedicationBatch] = None


class MedicationIngredient(BackboneElement, kw_only=True):
    """Medication.ingredient"""

    itemCodeableConcept: Maybe[CodeableConcept] = None
    itemReference: Maybe[Reference] = None
    isActive: Maybe[Boolean] = None
    strength: Maybe[Ratio] = None

    def __post_init__(self) -> None:
        if (self.itemCodeableConcept, self.itemReference,).count(None) != 1:
            refuse_choice()


class MedicationBatch(BackboneElement, kw_only=True):
    """Medication.batch"""

    lotNumber: Maybe[String] = None
    expirationDate: Maybe[DateTime] = None


class MedicationAdministration(DomainResource, kw_only=True):
    """MedicationAdministration"""

    identifier: Maybe[Many[Identifier]] = None
    instantiates: Maybe[Many[Uri]] = None
    partOf: Maybe[Many[Reference]] = None
    status: Literal["completed", "entered-in-error", "in-progress", "not-done", "on-hold", "stopped", "unknown"]
    statusReason: Maybe[Many[CodeableConcept]] = None
    category: Maybe[CodeableConcept] = None
    medicationCodeableConcept: Maybe[CodeableConcept] = None
    medicationReference: Maybe[Reference] = None
    subject: Reference
    context: Maybe[Reference] = None
    supportingInformation: Maybe[Many[Reference]] = None
    effectiveDateTime: Maybe[DateTime] = None
    effectivePeriod: Maybe[Period] = None
    performer: Maybe[Many[MedicationAdministrationPerformer]] = None
    reasonCode: Maybe[Many[CodeableConcept]] = None
    reasonReference: Maybe[Many[Reference]] = None
    request: Maybe[Reference] = None
    device: Maybe[Many[Reference]] = None
    note: Maybe[Many[Annotation]] = None
    dosage: Maybe[MedicationAdministrationDosage] = None
    eventHistory: Maybe[Many[Reference]] = None

    def __post_init__(self) -> None:
        if (self.medicationCodeableConcept, self.medicationReference,).count(None) != 1:
            refuse_choice()
        if (self.effectiveDateTime, self.effectivePeriod,).count(None) != 1:
            refuse_choice()


class MedicationAdministrationPerformer(BackboneElement, kw_only=True):
    """MedicationAdministration.performer"""

    function: Maybe[CodeableConcept] = None
    actor: Reference


class MedicationAdministrationDosage(BackboneElement, kw_only=True):
    """MedicationAdministration.dosage"""

    text: Maybe[String] = None
    site: Maybe[CodeableConcept] = None
    route: Maybe[CodeableConcept] = None
    method: Maybe[CodeableConcept] = None
    dose: Maybe[Quantity] = None
    rateRatio: Maybe[Ratio] = None
    rateQuantity: Maybe[Quantity] = None

    def __post_init__(self) -> None:
        if (self.rateRatio, self.rateQuantity,).count(None) < 1:
            refuse_choice()


class MedicationRequest(DomainResource, kw_only=True):
    """MedicationRequest"""

    identifier: Maybe[Many[Identifier]] = None
    status: Literal["active", "cancelled", "completed", "draft", "entered-in-error", "on-hold", "stopped", "unknown"]
    statusReason: Maybe[CodeableConcept] = None
    intent: Literal["filler-order", "instance-order", "option", "order", "original-order", "plan", "proposal", "reflex-order"]
    category: Maybe[Many[CodeableConcept]] = None
    priority: Maybe[Literal["asap", "routine", "stat", "urgent"]] = None
    doNotPerform: Maybe[Boolean] = None
    reportedBoolean: Maybe[Boolean] = None
    reportedReference: Maybe[Reference] = None
    medicationCodeableConcept: Maybe[CodeableConcept] = None
    medicationReference: Maybe[Reference] = None
    subject: Reference
    encounter: Maybe[Reference] = None
    supportingInformation: Maybe[Many[Reference]] = None
    authoredOn: Maybe[DateTime] = None
    requester: Maybe[Reference] = None
    performer: Maybe[Reference] = None
    performerType: Maybe[CodeableConcept] = None
    recorder: Maybe[Reference] = None
    reasonCode: Maybe[Many[CodeableConcept]] = None
    reasonReference: Maybe[Many[Reference]] = None
    instantiatesCanonical: Maybe[Many[Canonical]] = None
    instantiatesUri: Maybe[Many[Uri]] = None
    basedOn: Maybe[Many[Reference]] = None
    groupIdentifier: Maybe[Identifier] = None
    courseOfTherapyType: Maybe[CodeableConcept] = None
    insurance: Maybe[Many[Reference]] = None
    note: Maybe[Many[Annotation]] = None
    dosageInstruction: Maybe[Many[Dosage]] = None
    dispenseRequest: Maybe[MedicationRequestDispenseRequest] = None
    substitution: Maybe[MedicationRequestSubstitution] = None
    priorPrescription: Maybe[Reference] = None
    detectedIssue: Maybe[Many[Reference]] = None
    eventHistory: Maybe[Many[Reference]] = None

    def __post_init__(self) -> None:
        if (self.reportedBoolean, self.reportedReference,).count(None) < 1:
            refuse_choice()
        if (self.medicationCodeableConcept, self.medicationReference,).count(None) != 1:
            refuse_choice()


class Dosage(BackboneElement, kw_only=True):
    """Dosage"""

    sequence: Maybe[Integer] = None
    text: Maybe[String] = None
    additionalInstruction: Maybe[Many[CodeableConcept]] = None
    patientInstruction: Maybe[String] = None
    timing: Maybe[Timing] = None
    asNeededBoolean: Maybe[Boolean] = None
    asNeededCodeableConcept: Maybe[CodeableConcept] = None
    site: Maybe[CodeableConcept] = None
    route: Maybe[CodeableConcept] = None
    method: Maybe[CodeableConcept] = None
    doseAndRate: Maybe[Many[DosageDoseAndRate]] = None
    maxDosePerPeriod: Maybe[Ratio] = None
    maxDosePerAdministration: Maybe[Quantity] = None
    maxDosePerLifetime: Maybe[Quantity] = None

    def __post_init__(self) -> None:
        if (self.asNeededBoolean, self.asNeededCodeableConcept,).count(None) < 1:
            refuse_choice()


class DosageDoseAndRate(Element, kw_only=True):
    """Dosage.doseAndRate"""

    type: Maybe[CodeableConcept] = None
    doseRange: Maybe[Range] = None
    doseQuantity: Maybe[Quantity] = None
    rateRatio: Maybe[Ratio] = None
    rateRange: Maybe[Range] = None
    rateQuantity: Maybe[Quantity] = None

    def __post_init__(self) -> None:
        if (self.doseRange, self.doseQuantity,).count(None) < 1:
            refuse_choice()
        if (self.rateRatio, self.rateRange, self.rateQuantity,).count(None) < 2:
            refuse_choice()


class MedicationRequestDispenseRequest(BackboneElement, kw_only=True):
    """MedicationRequest.dispenseRequest"""

    initialFill: Maybe[MedicationRequestDispenseRequestInitialFill] = None
    dispenseInterval: Maybe[Duration] = None
    validityPeriod: Maybe[Period] = None
    numberOfRepeatsAllowed: Maybe[UnsignedInt] = None
    quantity: Maybe[Quantity] = None
    expectedSupplyDuration: Maybe[Duration] = None
    performer: Maybe[Reference] = None


class MedicationRequestDispenseRequestInitialFill(BackboneElement, kw_only=True):
    """MedicationRequest.dispenseRequest.initialFill"""

    quantity: Maybe[Quantity] = None
    duration: Maybe[Duration] = None


class MedicationRequestSubstitution(BackboneElement, kw_only=True):
    """MedicationRequest.substitution"""

    allowedBoolean: Maybe[Boolean] = None
    allowedCodeableConcept: Maybe[CodeableConcept] = None
    reason: Maybe[CodeableConcept] = None

    def __post_init__(self) -> None:
        if (self.allowedBoolean, self.allowedCodeableConcept,).count(None) != 1:
            refuse_choice()


class MedicationStatement(DomainResource, kw_only=True):
    """MedicationStatement"""

    identifier: Maybe[Many[Identifier]] = None
    basedOn: Maybe[Many[Reference]] = None
    partOf: Maybe[Many[Reference]] = None
    status: Literal["active", "completed", "entered-in-error", "intended", "not-taken", "on-hold", "stopped", "unknown"]
    statusReason: Maybe[Many[CodeableConcept]] = None
    category: Maybe[CodeableConcept] = None
    medicationCodeableConcept: Maybe[CodeableConcept] = None
    medicationReference: Maybe[Reference] = None
    subject: Reference
    context: Maybe[Reference] = None
    effectiveDateTime: Maybe[DateTime] = None
    effectivePeriod: Maybe[Period] = None
    dateAsserted: Maybe[DateTime] = None
    informationSource: Maybe[Reference] = None
    derivedFrom: Maybe[Many[Reference]] = None
    reasonCode: Maybe[Many[CodeableConcept]] = None
    reasonReference: Maybe[Many[Reference]] = None
    note: Maybe[Many[Annotation]] = None
    dosage: Maybe[Many[Dosage]] = None

    def __post_init__(self) -> None:
        if (self.medicationCodeableConcept, self.medicationReference,).count(None) != 1:
            refuse_choice()
        if (self.effectiveDateTime, self.effectivePeriod,).count(None) < 1:
            refuse_choice()


class MessageHeader(DomainResource, kw_only=True):
    """MessageHeader"""

    eventCoding: Maybe[Coding] = None
    eventUri: Maybe[Uri] = None
    destination: Maybe[Many[MessageHeaderDestination]] = None
    sender: Maybe[Reference] = None
    enterer: Maybe[Reference] = None
    author: Maybe[Reference] = None
    source: MessageHeaderSource
    responsible: Maybe[Reference] = None
    reason: Maybe[CodeableConcept] = None
    response: Maybe[MessageHeaderResponse] = None
    focus: Maybe[Many[Reference]] = None
    definition: Maybe[Canonical] = None

    def __post_init__(self) -> None:
        if (self.eventCoding, self.eventUri,).count(None) != 1:
            refuse_choice()


class MessageHeaderDestination(BackboneElement, kw_only=True):
    """MessageHeader.destination"""

    name: Maybe[String] = None
    target: Maybe[Reference] = None
    endpoint: Url
    receiver: Maybe[Reference] = None


class MessageHeaderSource(BackboneElement, kw_only=True):
    """MessageHeader.source"""

    name: Maybe[String] = None
    software: Maybe[String] = None
    version: Maybe[String] = None
    contact: Maybe[ContactPoint] = None
    endpoint: Url


class MessageHeaderResponse(BackboneElement, kw_only=True):
    """MessageHeader.response"""

    identifier: Id
    code: Literal["fatal-error", "ok", "transient-error"]
    details: Maybe[Reference] = None


class Observation(DomainResource, kw_only=True):
    """Observation"""

    identifier: Maybe[Many[Identifier]] = None
    basedOn: Maybe[Many[Reference]] = None
    partOf: Maybe[Many[Reference]] = None
    status: Literal["amended", "cancelled", "corrected", "entered-in-error", "final", "preliminary", "registered", "unknown"]
    category: Maybe[Many[CodeableConcept]] = None
    code: CodeableConcept
    subject: Maybe[Reference] = None
    focus: Maybe[Many[Reference]] = None
    encounter: Maybe[Reference] = None
    effectiveDateTime: Maybe[DateTime] = None
    effectivePeriod: Maybe[Period] = None
    effectiveTiming: Maybe[Timing] = None
    effectiveInstant: Maybe[Instant] = None
    issued: Maybe[Instant] = None
    performer: Maybe[Many[Reference]] = None
    valueQuantity: Maybe[Quantity] = None
    valueCodeableConcept: Maybe[CodeableConcept] = None
    valueString: Maybe[String] = None
    valueBoolean: Maybe[Boolean] = None
    valueInteger: Maybe[Integer] = None
    valueRange: Maybe[Range] = None
    valueRatio: Maybe[Ratio] = None
    valueSampledData: Maybe[SampledData] = None
    valueTime: Maybe[Time] = None
    valueDateTime: Maybe[DateTime] = None
    valuePeriod: Maybe[Period] = None
    dataAbsentReason: Maybe[CodeableConcept] = None
    interpretation: Maybe[Many[CodeableConcept]] = None
    note: Maybe[Many[Annotation]] = None
    bodySite: Maybe[CodeableConcept] = None
    method: Maybe[CodeableConcept] = None
    specimen: Maybe[Reference] = None
    device: Maybe[Reference] = None
    referenceRange: Maybe[Many[ObservationReferenceRange]] = None
    hasMember: Maybe[Many[Reference]] = None
    derivedFrom: Maybe[Many[Reference]] = None
    component: Maybe[Many[ObservationComponent]] = None

    def __post_init__(self) -> None:
        if (self.effectiveDateTime, self.effectivePeriod, self.effectiveTiming, self.effectiveInstant,).count(None) < 3:
            refuse_choice()
        if (self.valueQuantity, self.valueCodeableConcept, self.valueString, self.valueBoolean, self.valueInteger, self.valueRange, self.valueRatio, self.valueSampledData, self.valueTime, self.valueDateTime, self.valuePeriod, self.dataAbsentReason,).count(None) < 11:
            refuse_choice()


class SampledData(Element, kw_only=True):
    """SampledData"""

    origin: Quantity
    period: Exact
    factor: Maybe[Exact] = None
    lowerLimit: Maybe[Exact] = None
    upperLimit: Maybe[Exact] = None
    dimensions: PositiveInt
    data: Maybe[String] = None


class ObservationReferenceRange(BackboneElement, kw_only=True):
    """Observation.referenceRange"""

    low: Maybe[Quantity] = None
    high: Maybe[Quantity] = None
    type: Maybe[CodeableConcept] = None
    appliesTo: Maybe[Many[CodeableConcept]] = None
    age: Maybe[Range] = None
    text: Maybe[String] = None


class ObservationComponent(BackboneElement, kw_only=True):
    """Observation.component"""

    code: CodeableConcept
    valueQuantity: Maybe[Quantity] = None
    valueCodeableConcept: Maybe[CodeableConcept] = None
    valueString: Maybe[String] = None
    valueBoolean: Maybe[Boolean] = None
    valueInteger: Maybe[Integer] = None
    valueRange: Maybe[Range] = None
    valueRatio: Maybe[Ratio] = None
    valueSampledData: Maybe[SampledData] = None
    valueTime: Maybe[Time] = None
    valueDateTime: Maybe[DateTime] = None
    valuePeriod: Maybe[Period] = None
    dataAbsentReason: Maybe[CodeableConcept] = None
    interpretation: Maybe[Many[CodeableConcept]] = None
    referenceRange: Maybe[Many[ObservationReferenceRange]] = None

    def __post_init__(self) -> None:
        if (self.valueQuantity, self.valueCodeableConcept, self.valueString, self.valueBoolean, self.valueInteger, self.valueRange, self.valueRatio, self.valueSampledData, self.valueTime, self.valueDateTime, self.valuePeriod,).count(None) < 10:
            refuse_choice()


class Organization(DomainResource, kw_only=True):
    """Organization"""

    identifier: Maybe[Many[Identifier]] = None
    active: Maybe[Boolean] = None
    type: Maybe[Many[CodeableConcept]] = None
    name: Maybe[String] = None
    alias: Maybe[Many[String]] = None
    telecom: Maybe[Many[ContactPoint]] = None
    address: Maybe[Many[Address]] = None
    partOf: Maybe[Reference] = None
    contact: Maybe[Many[OrganizationContact]] = None
    endpoint: Maybe[Many[Reference]] = None


class OrganizationContact(BackboneElement, kw_only=True):
    """Organization.contact"""

    purpose: Maybe[CodeableConcept] = None
    name: Maybe[HumanName] = None
    telecom: Maybe[Many[ContactPoint]] = None
    address: Maybe[Address] = None


class Patient(DomainResource, kw_only=True):
    """Patient"""

    identifier: Maybe[Many[Identifier]] = None
    active: Maybe[Boolean] = None
    name: Maybe[Many[HumanName]] = None
    telecom: Maybe[Many[ContactPoint]] = None
    gender: Maybe[Literal["female", "male", "other", "unknown"]] = None
    birthDate: Maybe[Date] = None
    deceasedBoolean: Maybe[Boolean] = None
    deceasedDateTime: Maybe[DateTime] = None
    address: Maybe[Many[Address]] = None
    maritalStatus: Maybe[CodeableConcept] = None
    multipleBirthBoolean: Maybe[Boolean] = None
    multipleBirthInteger: Maybe[Integer] = None
    photo: Maybe[Many[Attachment]] = None
    contact: Maybe[Many[PatientContact]] = None
    communication: Maybe[Many[PatientCommunication]] = None
    generalPractitioner: Maybe[Many[Reference]] = None
    managingOrganization: Maybe[Reference] = None
    link: Maybe[Many[PatientLink]] = None

    def __post_init__(self) -> None:
        if (self.deceasedBoolean, self.deceasedDateTime,).count(None) < 1:
            refuse_choice()
        if (self.multipleBirthBoolean, self.multipleBirthInteger,).count(None) < 1:
            refuse_choice()


class PatientContact(BackboneElement, kw_only=True):
    """Patient.contact"""

    relationship: Maybe[Many[CodeableConcept]] = None
    name: Maybe[HumanName] = None
    telecom: Maybe[Many[ContactPoint]] = None
    address: Maybe[Address] = None
    gender: Maybe[Literal["female", "male", "other", "unknown"]] = None
    organization: Maybe[Reference] = None
    period: Maybe[Period] = None


class PatientCommunication(BackboneElement, kw_only=True):
    """Patient.communication"""

    language: CodeableConcept
    preferred: Maybe[Boolean] = None


class PatientLink(BackboneElement, kw_only=True):
    """Patient.link"""

    other: Reference
    type: Literal["refer", "replaced-by", "replaces", "seealso"]


class Practitioner(DomainResource, kw_only=True):
    """Practitioner"""

    identifier: Maybe[Many[Identifier]] = None
    active: Maybe[Boolean] = None
    name: Maybe[Many[HumanName]] = None
    telecom: Maybe[Many[ContactPoint]] = None
    address: Maybe[Many[Address]] = None
    gender: Maybe[Literal["female", "male", "other", "unknown"]] = None
    birthDate: Maybe[Date] = None
    photo: Maybe[Many[Attachment]] = None
    qualification: Maybe[Many[PractitionerQualification]] = None
    communication: Maybe[Many[CodeableConcept]] = None


class PractitionerQualification(BackboneElement, kw_only=True):
    """Practitioner.qualification"""

    identifier: Maybe[Many[Identifier]] = None
    code: CodeableConcept
    period: Maybe[Period] = None
    issuer: Maybe[Reference] = None


class Procedure(DomainResource, kw_only=True):
    """Procedure"""

    identifier: Maybe[Many[Identifier]] = None
    instantiatesCanonical: Maybe[Many[Canonical]] = None
    instantiatesUri: Maybe[Many[Uri]] = None
    basedOn: Maybe[Many[Reference]] = None
    partOf: Maybe[Many[Reference]] = None
    status: Literal["completed", "entered-in-error", "in-progress", "not-done", "on-hold", "preparation", "stopped", "unknown"]
    statusReason: Maybe[CodeableConcept] = None
    category: Maybe[CodeableConcept] = None
    code: Maybe[CodeableConcept] = None
    subject: Reference
    encounter: Maybe[Reference] = None
    performedDateTime: Maybe[DateTime] = None
    performedPeriod: Maybe[Period] = None
    performedString: Maybe[String] = None
    performedAge: Maybe[Age] = None
    performedRange: Maybe[Range] = None
    recorder: Maybe[Reference] = None
    asserter: Maybe[Reference] = None
    performer: Maybe[Many[ProcedurePerformer]] = None
    location: Maybe[Reference] = None
    reasonCode: Maybe[Many[CodeableConcept]] = None
    reasonReference: Maybe[Many[Reference]] = None
    bodySite: Maybe[Many[CodeableConcept]] = None
    outcome: Maybe[CodeableConcept] = None
    report: Maybe[Many[Reference]] = None
    complication: Maybe[Many[CodeableConcept]] = None
    complicationDetail: Maybe[Many[Reference]] = None
    followUp: Maybe[Many[CodeableConcept]] = None
    note: Maybe[Many[Annotation]] = None
    focalDevice: Maybe[Many[ProcedureFocalDevice]] = None
    usedReference: Maybe[Many[Reference]] = None
    usedCode: Maybe[Many[CodeableConcept]] = None

    def __post_init__(self) -> None:
        if (self.performedDateTime, self.performedPeriod, self.performedString, self.performedAge, self.performedRange,).count(None) < 4:
            refuse_choice()


class ProcedurePerformer(BackboneElement, kw_only=True):
    """Procedure.performer"""

    function: Maybe[CodeableConcept] = None
    actor: Reference
    onBehalfOf: Maybe[Reference] = None


class ProcedureFocalDevice(BackboneElement, kw_only=True):
    """Procedure.focalDevice"""

    action: Maybe[CodeableConcept] = None
    manipulated: Reference


class Provenance(DomainResource, kw_only=True):
    """Provenance"""

    target: Many[Reference]
    occurredPeriod: Maybe[Period] = None
    occurredDateTime: Maybe[DateTime] = None
    recorded: Instant
    policy: Maybe[Many[Uri]] = None
    location: Maybe[Reference] = None
    reason: Maybe[Many[CodeableConcept]] = None
    activity: Maybe[CodeableConcept] = None
    agent: Many[ProvenanceAgent]
    entity: Maybe[Many[ProvenanceEntity]] = None
    signature: Maybe[Many[Signature]] = None

    def __post_init__(self) -> None:
        if (self.occurredPeriod, self.occurredDateTime,).count(None) < 1:
            refuse_choice()


class ProvenanceAgent(BackboneElement, kw_only=True):
    """Provenance.agent"""

    type: Maybe[CodeableConcept] = None
    role: Maybe[Many[CodeableConcept]] = None
    who: Reference
    onBehalfOf: Maybe[Reference] = None


class ProvenanceEntity(BackboneElement, kw_only=True):
    """Provenance.entity"""

    role: Literal["derivation", "quotation", "removal", "revision", "source"]
    what: Reference
    agent: Maybe[Many[ProvenanceAgent]] = None


class Signature(Element, kw_only=True):
    """Signature"""

    type: Many[Coding]
    when: Instant
    who: Reference
    onBehalfOf: Maybe[Reference] = None
    targetFormat: Maybe[Code] = None
    sigFormat: Maybe[Code] = None
    data: Maybe[Base64Binary] = None


class QuestionnaireResponse(DomainResource, kw_only=True):
    """QuestionnaireResponse"""

    identifier: Maybe[Identifier] = None
    basedOn: Maybe[Many[Reference]] = None
    partOf: Maybe[Many[Reference]] = None
    questionnaire: Maybe[Canonical] = None
    status: Literal["amended", "completed", "entered-in-error", "in-progress", "stopped"]
    subject: Maybe[Reference] = None
    encounter: Maybe[Reference] = None
    authored: Maybe[DateTime] = None
    author: Maybe[Reference] = None
    source: Maybe[Reference] = None
    item: Maybe[Many[QuestionnaireResponseItem]] = None


class QuestionnaireResponseItem(BackboneElement, kw_only=True):
    """QuestionnaireResponse.item"""

    linkId: String
    definition: Maybe[Uri] = None
    text: Maybe[String] = None
    answer: Maybe[Many[QuestionnaireResponseItemAnswer]] = None
    item: Maybe[Many[QuestionnaireResponseItem]] = None


class QuestionnaireResponseItemAnswer(BackboneElement, kw_only=True):
    """QuestionnaireResponse.item.answer"""

    valueBoolean: Maybe[Boolean] = None
    valueDecimal: Maybe[Exact] = None
    valueInteger: Maybe[Integer] = None
    valueDate: Maybe[Date] = None
    valueDateTime: Maybe[DateTime] = None
    valueTime: Maybe[Time] = None
    valueString: Maybe[String] = None
    valueUri: Maybe[Uri] = None
    valueAttachment: Maybe[Attachment] = None
    valueCoding: Maybe[Coding] = None
    valueQuantity: Maybe[Quantity] = None
    valueReference: Maybe[Reference] = None
    item: Maybe[Many[QuestionnaireResponseItem]] = None

    def __post_init__(self) -> None:
        if (self.valueBoolean, self.valueDecimal, self.valueInteger, self.valueDate, self.valueDateTime, self.valueTime, self.valueString, self.valueUri, self.valueAttachment, self.valueCoding, self.valueQuantity, self.valueReference,).count(None) < 11:
            refuse_choice()


class ResearchStudy(DomainResource, kw_only=True):
    """ResearchStudy"""

    identifier: Maybe[Many[Identifier]] = None
    title: Maybe[String] = None
    protocol: Maybe[Many[Reference]] = None
    partOf: Maybe[Many[Reference]] = None
    status: Literal["active", "administratively-completed", "approved", "closed-to-accrual", "closed-to-accrual-and-intervention", "completed", "disapproved", "in-review", "temporarily-closed-to-accrual", "temporarily-closed-to-accrual-and-intervention", "withdrawn"]
    primaryPurposeType: Maybe[CodeableConcept] = None
    phase: Maybe[CodeableConcept] = None
    category: Maybe[Many[CodeableConcept]] = None
    focus: Maybe[Many[CodeableConcept]] = None
    condition: Maybe[Many[CodeableConcept]] = None
    contact: Maybe[Many[ContactDetail]] = None
    relatedArtifact: Maybe[Many[RelatedArtifact]] = None
    keyword: Maybe[Many[CodeableConcept]] = None
    location: Maybe[Many[CodeableConcept]] = None
    description: Maybe[Markdown] = None
    enrollment: Maybe[Many[Reference]] = None
    period: Maybe[Period] = None
    sponsor: Maybe[Reference] = None
    principalInvestigator: Maybe[Reference] = None
    site: Maybe[Many[Reference]] = None
    reasonStopped: Maybe[CodeableConcept] = None
    note: Maybe[Many[Annotation]] = None
    arm: Maybe[Many[ResearchStudyArm]] = None
    objective: Maybe[Many[ResearchStudyObjective]] = None


class ContactDetail(Element, kw_only=True):
    """ContactDetail"""

    name: Maybe[String] = None
    telecom: Maybe[Many[ContactPoint]] = None


class RelatedArtifact(Element, kw_only=True):
    """RelatedArtifact"""

    type: Literal["citation", "composed-of", "depends-on", "derived-from", "documentation", "justification", "predecessor", "successor"]
    label: Maybe[String] = None
    display: Maybe[String] = None
    citation: Maybe[Markdown] = None
    url: Maybe[Url] = None
    document: Maybe[Attachment] = None
    resource: Maybe[Canonical] = None


class ResearchStudyArm(BackboneElement, kw_only=True):
    """ResearchStudy.arm"""

    name: String
    type: Maybe[CodeableConcept] = None
    description: Maybe[String] = None


class ResearchStudyObjective(BackboneElement, kw_only=True):
    """ResearchStudy.objective"""

    name: Maybe[String] = None
    type: Maybe[CodeableConcept] = None


class ResearchSubject(DomainResource, kw_only=True):
    """ResearchSubject"""

    identifier: Maybe[Many[Identifier]] = None
    status: Literal["candidate", "eligible", "follow-up", "ineligible", "not-registered", "off-study", "on-study", "on-study-intervention", "on-study-observation", "pending-on-study", "potential-candidate", "screening", "withdrawn"]
    period: Maybe[Period] = None
    study: Reference
    individual: Reference
    assignedArm: Maybe[String] = None
    actualArm: Maybe[String] = None
    consent: Maybe[Reference] = None


class ServiceRequest(DomainResource, kw_only=True):
    """ServiceRequest"""

    identifier: Maybe[Many[Identifier]] = None
    instantiatesCanonical: Maybe[Many[Canonical]] = None
    instantiatesUri: Maybe[Many[Uri]] = None
    basedOn: Maybe[Many[Reference]] = None
    replaces: Maybe[Many[Reference]] = None
    requisition: Maybe[Identifier] = None
    status: Literal["active", "completed", "draft", "entered-in-error", "on-hold", "revoked", "unknown"]
    intent: Literal["directive", "filler-order", "instance-order", "option", "order", "original-order", "plan", "proposal", "reflex-order"]
    category: Maybe[Many[CodeableConcept]] = None
    priority: Maybe[Literal["asap", "routine", "stat", "urgent"]] = None
    doNotPerform: Maybe[Boolean] = None
    code: Maybe[CodeableConcept] = None
    orderDetail: Maybe[Many[CodeableConcept]] = None
    quantityQuantity: Maybe[Quantity] = None
    quantityRatio: Maybe[Ratio] = None
    quantityRange: Maybe[Range] = None
    subject: Reference
    encounter: Maybe[Reference] = None
    occurrenceDateTime: Maybe[DateTime] = None
    occurrencePeriod: Maybe[Period] = None
    occurrenceTiming: Maybe[Timing] = None
    asNeededBoolean: Maybe[Boolean] = None
    asNeededCodeableConcept: Maybe[CodeableConcept] = None
    authoredOn: Maybe[DateTime] = None
    requester: Maybe[Reference] = None
    performerType: Maybe[CodeableConcept] = None
    performer: Maybe[Many[Reference]] = None
    locationCode: Maybe[Many[CodeableConcept]] = None
    locationReference: Maybe[Many[Reference]] = None
    reasonCode: Maybe[Many[CodeableConcept]] = None
    reasonReference: Maybe[Many[Reference]] = None
    insurance: Maybe[Many[Reference]] = None
    supportingInfo: Maybe[Many[Reference]] = None
    specimen: Maybe[Many[Reference]] = None
    bodySite: Maybe[Many[CodeableConcept]] = None
    note: Maybe[Many[Annotation]] = None
    patientInstruction: Maybe[String] = None
    relevantHistory: Maybe[Many[Reference]] = None

    def __post_init__(self) -> None:
        if (self.quantityQuantity, self.quantityRatio, self.quantityRange,).count(None) < 2:
            refuse_choice()
        if (self.occurrenceDateTime, self.occurrencePeriod, self.occurrenceTiming,).count(None) < 2:
            refuse_choice()
        if (self.asNeededBoolean, self.asNeededCodeableConcept,).count(None) < 1:
            refuse_choice()


class Specimen(DomainResource, kw_only=True):
    """Specimen"""

    identifier: Maybe[Many[Identifier]] = None
    accessionIdentifier: Maybe[Identifier] = None
    status: Maybe[Literal["available", "entered-in-error", "unavailable", "unsatisfactory"]] = None
    type: Maybe[CodeableConcept] = None
    subject: Maybe[Reference] = None
    receivedTime: Maybe[DateTime] = None
    parent: Maybe[Many[Reference]] = None
    request: Maybe[Many[Reference]] = None
    collection: Maybe[SpecimenCollection] = None
    processing: Maybe[Many[SpecimenProcessing]] = None
    container: Maybe[Many[SpecimenContainer]] = None
    condition: Maybe[Many[CodeableConcept]] = None
    note: Maybe[Many[Annotation]] = None


class SpecimenCollection(BackboneElement, kw_only=True):
    """Specimen.collection"""

    collector: Maybe[Reference] = None
    collectedDateTime: Maybe[DateTime] = None
    collectedPeriod: Maybe[Period] = None
    duration: Maybe[Duration] = None
    quantity: Maybe[Quantity] = None
    method: Maybe[CodeableConcept] = None
    bodySite: Maybe[CodeableConcept] = None
    fastingStatusCodeableConcept: Maybe[CodeableConcept] = None
    fastingStatusDuration: Maybe[Duration] = None

    def __post_init__(self) -> None:
        if (self.collectedDateTime, self.collectedPeriod,).count(None) < 1:
            refuse_choice()
        if (self.fastingStatusCodeableConcept, self.fastingStatusDuration,).count(None) < 1:
            refuse_choice()


class SpecimenProcessing(BackboneElement, kw_only=True):
    """Specimen.processing"""

    description: Maybe[String] = None
    procedure: Maybe[CodeableConcept] = None
    additive: Maybe[Many[Reference]] = None
    timeDateTime: Maybe[DateTime] = None
    timePeriod: Maybe[Period] = None

    def __post_init__(self) -> None:
        if (self.timeDateTime, self.timePeriod,).count(None) < 1:
            refuse_choice()


class SpecimenContainer(BackboneElement, kw_only=True):
    """Specimen.container"""

    identifier: Maybe[Many[Identifier]] = None
    description: Maybe[String] = None
    type: Maybe[CodeableConcept] = None
    capacity: Maybe[Quantity] = None
    specimenQuantity: Maybe[Quantity] = None
    additiveCodeableConcept: Maybe[CodeableConcept] = None
    additiveReference: Maybe[Reference] = None

    def __post_init__(self) -> None:
        if (self.additiveCodeableConcept, self.additiveReference,).count(None) < 1:
            refuse_choice()


Contained = Union[AdverseEvent, AllergyIntolerance, CarePlan, Condition, Consent, DiagnosticReport, DocumentReference, Encounter, FamilyMemberHistory, ImagingStudy, Immunization, List, Location, Medication, MedicationAdministration, MedicationRequest, MedicationStatement, MessageHeader, Observation, Organization, Patient, Practitioner, Procedure, Provenance, QuestionnaireResponse, ResearchStudy, ResearchSubject, ServiceRequest, Specimen]

#: The Struct of each resource type that is read.
RESOURCES: dict[str, type[DomainResource]] = {
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
    "Provenance": Provenance,
    "QuestionnaireResponse": QuestionnaireResponse,
    "ResearchStudy": ResearchStudy,
    "ResearchSubject": ResearchSubject,
    "ServiceRequest": ServiceRequest,
    "Specimen": Specimen,
}

#: Every resource type of R4.
RESOURCE_TYPES = frozenset(
    [
        "Account",
        "ActivityDefinition",
        "AdverseEvent",
        "AllergyIntolerance",
        "Appointment",
        "AppointmentResponse",
        "AuditEvent",
        "Basic",
        "Binary",
        "BiologicallyDerivedProduct",
        "BodyStructure",
        "Bundle",
        "CapabilityStatement",
        "CarePlan",
        "CareTeam",
        "CatalogEntry",
        "ChargeItem",
        "ChargeItemDefinition",
        "Claim",
        "ClaimResponse",
        "ClinicalImpression",
        "CodeSystem",
        "Communication",
        "CommunicationRequest",
        "CompartmentDefinition",
        "Composition",
        "ConceptMap",
        "Condition",
        "Consent",
        "Contract",
        "Coverage",
        "CoverageEligibilityRequest",
        "CoverageEligibilityResponse",
        "DetectedIssue",
        "Device",
        "DeviceDefinition",
        "DeviceMetric",
        "DeviceRequest",
        "DeviceUseStatement",
        "DiagnosticReport",
        "DocumentManifest",
        "DocumentReference",
        "EffectEvidenceSynthesis",
        "Encounter",
        "Endpoint",
        "EnrollmentRequest",
        "EnrollmentResponse",
        "EpisodeOfCare",
        "EventDefinition",
        "Evidence",
        "EvidenceVariable",
        "ExampleScenario",
        "ExplanationOfBenefit",
        "FamilyMemberHistory",
        "Flag",
        "Goal",
        "GraphDefinition",
        "Group",
        "GuidanceResponse",
        "HealthcareService",
        "ImagingStudy",
        "Immunization",
        "ImmunizationEvaluation",
        "ImmunizationRecommendation",
        "ImplementationGuide",
        "InsurancePlan",
        "Invoice",
        "Library",
        "Linkage",
        "List",
        "Location",
        "Measure",
        "MeasureReport",
        "Media",
        "Medication",
        "MedicationAdministration",
        "MedicationDispense",
        "MedicationKnowledge",
        "MedicationRequest",
        "MedicationStatement",
        "MedicinalProduct",
        "MedicinalProductAuthorization",
        "MedicinalProductContraindication",
        "MedicinalProductIndication",
        "MedicinalProductIngredient",
        "MedicinalProductInteraction",
        "MedicinalProductManufactured",
        "MedicinalProductPackaged",
        "MedicinalProductPharmaceutical",
        "MedicinalProductUndesirableEffect",
        "MessageDefinition",
        "MessageHeader",
        "MolecularSequence",
        "NamingSystem",
        "NutritionOrder",
        "Observation",
        "ObservationDefinition",
        "OperationDefinition",
        "OperationOutcome",
        "Organization",
        "OrganizationAffiliation",
        "Parameters",
        "Patient",
        "PaymentNotice",
        "PaymentReconciliation",
        "Person",
        "PlanDefinition",
        "Practitioner",
        "PractitionerRole",
        "Procedure",
        "Provenance",
        "Questionnaire",
        "QuestionnaireResponse",
        "RelatedPerson",
        "RequestGroup",
        "ResearchDefinition",
        "ResearchElementDefinition",
        "ResearchStudy",
        "ResearchSubject",
        "RiskAssessment",
        "RiskEvidenceSynthesis",
        "Schedule",
        "SearchParameter",
        "ServiceRequest",
        "Slot",
        "Specimen",
        "SpecimenDefinition",
        "StructureDefinition",
        "StructureMap",
        "Subscription",
        "Substance",
        "SubstanceNucleicAcid",
        "SubstancePolymer",
        "SubstanceProtein",
        "SubstanceReferenceInformation",
        "SubstanceSourceMaterial",
        "SubstanceSpecification",
        "SupplyDelivery",
        "SupplyRequest",
        "Task",
        "TerminologyCapabilities",
        "TestReport",
        "TestScript",
        "ValueSet",
        "VerificationResult",
        "VisionPrescription",
    ]
)
