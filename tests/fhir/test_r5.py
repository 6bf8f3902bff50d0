"""R5 and R4 say the same: the same content in either gives the same R4, and what we emit comes back unchanged."""

from __future__ import annotations

import copy
import json
from typing import Any

import fhirkit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.fhir.r5 import READ, to_r4, to_r5
from tests.fhir.r5_samples import Sample, elements, model

Node = dict[str, Any]

PATIENT = {"reference": "Patient/1"}
DRUG = {"coding": [{"system": "http://www.whocc.no/atc", "code": "L01DB01"}]}
WHY = {"text": "Sarcoma of the retroperitoneum"}
WHY_REFERENCE = {"reference": "Condition/7"}
RESEARCH = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "research"}]}
UNKNOWN = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}
ADHERENCE = "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationStatement.adherence"


def adherence(code: str) -> Node:
    return {"coding": [{"system": "http://hl7.org/fhir/CodeSystem/medication-statement-adherence", "code": code}]}


def participant(function: str, who: str) -> Node:
    system = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
    return {"function": {"coding": [{"system": system, "code": function}]}, "actor": {"reference": who}}


def state(code: str, **dates: str) -> Node:
    system = "http://terminology.hl7.org/CodeSystem/research-subject-state"
    return {"subjectState": {"coding": [{"system": system, "code": code}]}} | dates


#: (name, what both say, R5's words, R4's words): nothing is told, for nothing is lost
PAIRS: list[tuple[str, Node, Node, Node]] = [
    (
        "Patient, nothing differs",
        {"resourceType": "Patient", "id": "1", "birthDate": "1960", "gender": "male"},
        {},
        {},
    ),
    (
        "Patient, an attachment's integer64",
        {"resourceType": "Patient"},
        {"photo": [{"contentType": "image/png", "size": "1200"}]},
        {"photo": [{"contentType": "image/png", "size": 1200}]},
    ),
    (
        "Condition, evidence and people",
        {"resourceType": "Condition", "subject": PATIENT, "clinicalStatus": {"coding": [{"code": "active"}]}},
        {
            "evidence": [{"concept": WHY}, {"reference": {"reference": "Observation/3"}}],
            "participant": [participant("author", "Practitioner/1"), participant("informant", "Practitioner/2")],
        },
        {
            "evidence": [{"code": [WHY]}, {"detail": [{"reference": "Observation/3"}]}],
            "recorder": {"reference": "Practitioner/1"},
            "asserter": {"reference": "Practitioner/2"},
        },
    ),
    (
        "Procedure, when and why",
        {"resourceType": "Procedure", "status": "completed", "subject": PATIENT, "code": {"text": "Resection"}},
        {
            "occurrenceDateTime": "2024-05-03",
            "reason": [{"concept": WHY}, {"reference": WHY_REFERENCE}],
            "category": [{"text": "Surgery"}],
            "complication": [{"concept": {"text": "Leak"}}, {"reference": {"reference": "Condition/8"}}],
            "used": [{"reference": {"reference": "Device/1"}}],
        },
        {
            "performedDateTime": "2024-05-03",
            "reasonCode": [WHY],
            "reasonReference": [WHY_REFERENCE],
            "category": {"text": "Surgery"},
            "complication": [{"text": "Leak"}],
            "complicationDetail": [{"reference": "Condition/8"}],
            "usedReference": [{"reference": "Device/1"}],
        },
    ),
    (
        "Procedure, a primitive's own extension goes along",
        {"resourceType": "Procedure", "status": "completed", "subject": PATIENT},
        {"_occurrenceDateTime": UNKNOWN},
        {"_performedDateTime": UNKNOWN},
    ),
    (
        "DiagnosticReport, its imaging study",
        {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "CT"}, "subject": PATIENT},
        {"study": [{"reference": "ImagingStudy/1"}]},
        {"imagingStudy": [{"reference": "ImagingStudy/1"}]},
    ),
    (
        "MedicationAdministration, R5 spells occurence",
        {"resourceType": "MedicationAdministration", "status": "completed", "subject": PATIENT},
        {
            "occurencePeriod": {"start": "2024-01-01"},
            "medication": {"concept": DRUG},
            "encounter": {"reference": "Encounter/1"},
            "reason": [{"reference": WHY_REFERENCE}],
            "performer": [{"actor": {"reference": {"reference": "Practitioner/1"}}}],
        },
        {
            "effectivePeriod": {"start": "2024-01-01"},
            "medicationCodeableConcept": DRUG,
            "context": {"reference": "Encounter/1"},
            "reasonReference": [WHY_REFERENCE],
            "performer": [{"actor": {"reference": "Practitioner/1"}}],
        },
    ),
    (
        "MedicationAdministration, one event of a timing",
        {"resourceType": "MedicationAdministration", "status": "completed", "subject": PATIENT},
        {"occurenceTiming": {"event": ["2024-01-01"]}, "medication": {"reference": {"reference": "Medication/1"}}},
        {"effectiveDateTime": "2024-01-01", "medicationReference": {"reference": "Medication/1"}},
    ),
    *(
        (
            f"MedicationStatement, {r5} is {r4}",
            {"resourceType": "MedicationStatement", "subject": PATIENT, "effectiveDateTime": "2024"},
            {"status": "recorded", "medication": {"concept": DRUG}, "adherence": {"code": adherence(r5)}},
            {
                "status": r4,
                "medicationCodeableConcept": DRUG,
                "extension": [
                    {
                        "url": ADHERENCE,
                        "extension": [{"url": "code", "valueCodeableConcept": adherence(r5)}],
                    }
                ],
            },
        )
        for r5, r4 in [
            ("taking", "active"),
            ("taking-not-as-directed", "active"),
            ("not-taking", "not-taken"),
            ("on-hold-as-directed", "on-hold"),
            ("stopped", "stopped"),
        ]
    ),
    (
        "MedicationRequest, who said so and as needed",
        {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": PATIENT},
        {
            "medication": {"concept": DRUG},
            "informationSource": [{"reference": "Practitioner/1"}],
            "performer": [{"reference": "Practitioner/2"}],
            "dosageInstruction": [{"asNeeded": True}, {"asNeededFor": [{"text": "pain"}]}],
        },
        {
            "medicationCodeableConcept": DRUG,
            "reportedReference": {"reference": "Practitioner/1"},
            "performer": {"reference": "Practitioner/2"},
            "dosageInstruction": [{"asNeededBoolean": True}, {"asNeededCodeableConcept": {"text": "pain"}}],
        },
    ),
    (
        "Medication, form and ingredients",
        {"resourceType": "Medication", "code": DRUG},
        {
            "doseForm": {"text": "liposomal"},
            "marketingAuthorizationHolder": {"reference": "Organization/1"},
            "ingredient": [{"item": {"concept": DRUG}, "strengthRatio": {"numerator": {"value": 2}}}],
            "totalVolume": {"value": 10, "unit": "mL"},
        },
        {
            "form": {"text": "liposomal"},
            "manufacturer": {"reference": "Organization/1"},
            "ingredient": [{"itemCodeableConcept": DRUG, "strength": {"numerator": {"value": 2}}}],
            "amount": {"numerator": {"value": 10, "unit": "mL"}, "denominator": {"value": 1}},
        },
    ),
    (
        "Consent, permitted",
        {"resourceType": "Consent", "status": "active", "category": [RESEARCH]},
        {"subject": PATIENT, "date": "2024-03-01", "decision": "permit", "period": {"end": "2030"}},
        {
            "patient": PATIENT,
            "dateTime": "2024-03-01",
            "provision": {"type": "permit", "period": {"end": "2030"}},
            "scope": RESEARCH,
            "policyRule": UNKNOWN,
        },
    ),
    (
        "Consent, a provision is an exception to the decision",
        {"resourceType": "Consent", "status": "active", "category": [RESEARCH]},
        {"decision": "permit", "provision": [{"provision": [{"code": [WHY]}]}]},
        {
            "provision": {
                "type": "permit",
                "provision": [{"type": "deny", "provision": [{"type": "permit", "code": [WHY]}]}],
            },
            "scope": RESEARCH,
            "policyRule": UNKNOWN,
        },
    ),
    (
        "Consent, what it is about is not said",
        {"resourceType": "Consent", "status": "active"},
        {"decision": "deny"},
        {"provision": {"type": "deny"}, "scope": UNKNOWN, "category": [UNKNOWN], "policyRule": UNKNOWN},
    ),
    (
        "Consent, the scope that R4 had",
        {"resourceType": "Consent", "status": "active", "category": [WHY]},
        {
            "extension": [
                {
                    "url": "http://hl7.org/fhir/4.0/StructureDefinition/extension-Consent.scope",
                    "valueCodeableConcept": RESEARCH,
                }
            ]
        },
        {"scope": RESEARCH, "policyRule": UNKNOWN},
    ),
    (
        "Consent, its policies",
        {"resourceType": "Consent", "status": "inactive", "category": [RESEARCH]},
        {
            "policyBasis": {"url": "http://example.org/policy"},
            "regulatoryBasis": [WHY],
            "grantor": [PATIENT],
            "manager": [{"reference": "Organization/1"}],
            "verification": [{"verified": True, "verificationDate": ["2024-01-01"]}],
        },
        {
            "policy": [{"uri": "http://example.org/policy"}],
            "policyRule": WHY,
            "performer": [PATIENT],
            "organization": [{"reference": "Organization/1"}],
            "verification": [{"verified": True, "verificationDate": "2024-01-01"}],
            "scope": RESEARCH,
        },
    ),
    (
        "Specimen, site and processing",
        {"resourceType": "Specimen", "subject": PATIENT},
        {"collection": {"bodySite": {"concept": WHY}}, "processing": [{"method": {"text": "FFPE"}}]},
        {"collection": {"bodySite": WHY}, "processing": [{"procedure": {"text": "FFPE"}}]},
    ),
    (
        "Encounter, class and stay",
        {"resourceType": "Encounter", "subject": PATIENT},
        {
            "status": "completed",
            "class": [{"coding": [{"code": "IMP"}]}],
            "actualPeriod": {"start": "2024"},
            "admission": {"admitSource": WHY},
            "dietPreference": [{"text": "halal"}],
            "reason": [{"value": [{"concept": WHY}]}],
            "diagnosis": [{"condition": [{"reference": WHY_REFERENCE}, {"reference": {"reference": "Condition/8"}}]}],
            "participant": [{"actor": {"reference": "Practitioner/1"}}],
        },
        {
            "status": "finished",
            "class": {"code": "IMP"},
            "period": {"start": "2024"},
            "hospitalization": {"admitSource": WHY, "dietPreference": [{"text": "halal"}]},
            "reasonCode": [WHY],
            "diagnosis": [{"condition": WHY_REFERENCE}, {"condition": {"reference": "Condition/8"}}],
            "participant": [{"individual": {"reference": "Practitioner/1"}}],
        },
    ),
    (
        "AdverseEvent, what happened and why",
        {"resourceType": "AdverseEvent", "actuality": "actual", "subject": PATIENT},
        {
            "code": {"text": "Neutropenia"},
            "occurrenceDateTime": "2024-02-02",
            "outcome": [{"text": "resolved"}],
            "suspectEntity": [
                {
                    "instanceReference": {"reference": "Medication/1"},
                    "causality": {"assessmentMethod": {"text": "Bayesian"}, "entityRelatedness": {"text": "probable"}},
                }
            ],
            "extension": [
                {
                    "url": "http://hl7.org/fhir/4.0/StructureDefinition/extension-AdverseEvent.severity",
                    "valueCodeableConcept": {"text": "severe"},
                }
            ],
        },
        {
            "event": {"text": "Neutropenia"},
            "date": "2024-02-02",
            "outcome": {"text": "resolved"},
            "severity": {"text": "severe"},
            "suspectEntity": [
                {
                    "instance": {"reference": "Medication/1"},
                    "causality": [{"method": {"text": "Bayesian"}, "assessment": {"text": "probable"}}],
                }
            ],
        },
    ),
    (
        "AdverseEvent, in error, says so where R4 must not overlook it",
        {"resourceType": "AdverseEvent", "actuality": "actual", "subject": PATIENT},
        {"status": "entered-in-error"},
        {
            "modifierExtension": [
                {
                    "url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-AdverseEvent.status",
                    "valueCode": "entered-in-error",
                }
            ]
        },
    ),
    (
        "ImagingStudy, modality",
        {"resourceType": "ImagingStudy", "status": "available", "subject": PATIENT},
        {
            "modality": [{"coding": [{"code": "CT"}]}],
            "procedure": [{"concept": WHY}],
            "series": [{"uid": "1.2", "modality": {"coding": [{"code": "CT"}]}, "bodySite": {"concept": WHY}}],
        },
        {
            "modality": [{"code": "CT"}],
            "procedureCode": [WHY],
            "series": [{"uid": "1.2", "modality": {"code": "CT"}, "bodySite": {"display": WHY["text"]}}],
        },
    ),
    (
        "QuestionnaireResponse, identifier",
        {"resourceType": "QuestionnaireResponse", "status": "completed", "subject": PATIENT},
        {"identifier": [{"value": "q-1"}]},
        {"identifier": {"value": "q-1"}},
    ),
    (
        "ResearchSubject, the state is in its progress",
        {"resourceType": "ResearchSubject", "study": {"reference": "ResearchStudy/1"}},
        {"status": "active", "subject": PATIENT, "progress": [state("on-study")], "assignedComparisonGroup": "a"},
        {"status": "on-study", "individual": PATIENT, "assignedArm": "a"},
    ),
]


@pytest.mark.parametrize(("said", "r5", "r4"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])
def test_the_same_content_gives_the_same_r4_and_nothing_is_told(said: Node, r5: Node, r4: Node) -> None:
    assert to_r4(said | r5) == (said | r4, [])


@pytest.mark.parametrize(
    ("r5", "r4", "told"),
    [
        pytest.param(
            {"resourceType": "MedicationStatement", "status": "recorded"},
            {"status": "unknown"},
            ["MedicationStatement.status"],
            id="whether it was taken is not said",
        ),
        pytest.param(
            {"resourceType": "MedicationStatement", "status": "draft", "adherence": {"code": adherence("taking")}},
            {"status": "unknown"},
            ["MedicationStatement.status"],
            id="a draft is no statement yet",
        ),
        pytest.param(
            {"resourceType": "DiagnosticReport", "status": "modified"},
            {"status": "preliminary"},
            ["DiagnosticReport.status"],
            id="modified before it is final",
        ),
        pytest.param(
            {"resourceType": "Encounter", "status": "discontinued"},
            {"status": "finished", "class": UNKNOWN},
            ["Encounter.status"],
            id="a discontinued encounter did take place",
        ),
        pytest.param(
            {"resourceType": "Consent", "status": "not-done"},
            {"status": "inactive", "scope": UNKNOWN, "category": [UNKNOWN], "policyRule": UNKNOWN},
            ["Consent.status"],
            id="a consent not done is never active",
        ),
        pytest.param(
            {"resourceType": "Consent", "status": "unknown", "subject": {"reference": "Practitioner/1"}},
            {"status": "draft", "scope": UNKNOWN, "category": [UNKNOWN], "policyRule": UNKNOWN},
            ["Consent.status", "Consent.subject"],
            id="a practitioner's consent is no patient's",
        ),
        pytest.param(
            {"resourceType": "Condition", "clinicalStatus": {"coding": [{"code": "unknown"}]}},
            {"clinicalStatus": None},
            ["Condition.clinicalStatus"],
            id="R4 has no unknown clinical status",
        ),
        pytest.param(
            {
                "resourceType": "Condition",
                "clinicalStatus": {"coding": [{"code": "active"}]},
                "verificationStatus": {"coding": [{"code": "entered-in-error"}]},
            },
            {"clinicalStatus": None},
            ["Condition.clinicalStatus"],
            id="con-5: none on what was entered in error",
        ),
        pytest.param(
            {"resourceType": "Observation", "valueAttachment": {"title": "scan"}},
            {"valueAttachment": None},
            ["Observation.valueAttachment"],
            id="R4 has no such value",
        ),
        pytest.param(
            {"resourceType": "Procedure", "occurrenceTiming": {"repeat": {"boundsPeriod": {"start": "2024"}}}},
            {"performedPeriod": {"start": "2024"}},
            ["Procedure.occurrenceTiming"],
            id="the bounds of a timing",
        ),
        pytest.param(
            {"resourceType": "AdverseEvent", "outcome": [{"coding": [{"code": "worse", "display": "worse"}]}]},
            {"outcome": {"text": "worse"}},
            ["AdverseEvent.outcome[0]"],
            id="an outcome that R4 has no code for",
        ),
        pytest.param(
            {"resourceType": "Medication", "ingredient": [{"item": {"concept": DRUG, "reference": PATIENT}}]},
            {"ingredient": [{"itemCodeableConcept": DRUG}]},
            ["Medication.ingredient[0].item.reference"],
            id="a choice holds one of two",
        ),
        pytest.param(
            {
                "resourceType": "Patient",
                "extension": [{"url": "x", "valueInteger64": "5"}, {"url": "y", "valueCode": "z"}],
            },
            {"extension": [{"url": "y", "valueCode": "z"}]},
            ["Patient.extension[0]"],
            id="an extension whose type R4 has not",
        ),
        pytest.param(
            {"resourceType": "Patient", "photo": [{"size": "3000000000"}]},
            {"photo": None},
            ["Patient.photo[0].size"],
            id="a size beyond 31 bits",
        ),
        pytest.param(
            {"resourceType": "ResearchSubject", "status": "retired", "progress": [{"milestone": WHY}]},
            {"status": None, "_status": UNKNOWN},
            ["ResearchSubject.status", "ResearchSubject.progress[0].milestone"],
            id="a subject without a state",
        ),
        pytest.param(
            {
                "resourceType": "ResearchSubject",
                "status": "active",
                "progress": [state("on-study", startDate="2024-05"), state("screening", startDate="2024-01")],
            },
            {"status": "on-study"},
            [
                "ResearchSubject.progress[0].startDate",
                "ResearchSubject.progress[1].subjectState",
                "ResearchSubject.progress[1].startDate",
            ],
            id="the latest state counts",
        ),
        pytest.param(
            {
                "resourceType": "ResearchSubject",
                "status": "active",
                "progress": [state("off-study"), state("on-study", endDate="2024-05")],
            },
            {"status": "off-study"},
            ["ResearchSubject.progress[1].subjectState", "ResearchSubject.progress[1].endDate"],
            id="a state that ended does not",
        ),
    ],
)
def test_what_r4_cannot_say_is_told_with_its_place(r5: Node, r4: Node, told: list[str]) -> None:
    made, issues = to_r4(r5)
    assert {name: made.get(name) for name in r4} == r4
    assert [issue.expression for issue in issues] == told
    assert {issue.severity for issue in issues} <= {"information", "warning"}


def test_a_bundle_is_converted_entry_by_entry_and_places_are_seen_from_it() -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient", "id": "1"}},
            {
                "resource": {
                    "resourceType": "Procedure",
                    "contained": [{"resourceType": "Medication", "id": "m", "doseForm": WHY}],
                    "recorded": "2024-01-01",
                    "occurrenceString": "last year",
                }
            },
            {"resource": {"resourceType": "Practitioner", "id": "p"}},
        ],
    }
    r4, issues = to_r4(bundle)
    assert r4["entry"][1]["resource"] == {
        "resourceType": "Procedure",
        "contained": [{"resourceType": "Medication", "id": "m", "form": WHY}],
        "performedString": "last year",
    }
    assert r4["entry"][2] == bundle["entry"][2]  # type: ignore[index]
    assert [issue.expression for issue in issues] == ["Bundle.entry[1].resource.recorded", "Bundle.entry[2].resource"]


def test_a_reference_range_of_a_component_is_read_like_the_observations_own() -> None:
    made, issues = to_r4(
        {"resourceType": "Observation", "component": [{"referenceRange": [{"text": "x", "normalValue": WHY}]}]}
    )
    assert made["component"] == [{"referenceRange": [{"text": "x"}]}]
    assert [issue.expression for issue in issues] == ["Observation.component[0].referenceRange[0].normalValue"]


@pytest.mark.parametrize("convert", [to_r4, to_r5])
@pytest.mark.parametrize(
    ("resource", "place"),
    [({"resourceType": "Basic", "id": "1"}, "Basic"), ({}, "Resource"), ({"resourceType": 5}, "Resource")],
)
def test_a_type_whose_differences_are_not_known_is_left_and_told(convert: Any, resource: Node, place: str) -> None:
    made, issues = convert(resource)
    assert made == resource
    assert [(issue.severity, issue.code, issue.expression) for issue in issues] == [
        ("information", "not-supported", place)
    ]


@pytest.mark.parametrize(
    ("resource", "place"),
    [
        ({"resourceType": "Procedure", "reason": "pain"}, "Procedure.reason"),
        ({"resourceType": "Procedure", "reason": [1]}, "Procedure.reason"),
        ({"resourceType": "Encounter", "class": {"code": "IMP"}}, "Encounter.class"),
        ({"resourceType": "Consent", "provision": {"type": "deny"}}, "Consent.provision"),
        ({"resourceType": "MedicationStatement", "medication": []}, "MedicationStatement.medication"),
    ],
)
def test_another_shape_than_r5_gives_is_an_error_and_not_a_silence(resource: Node, place: str) -> None:
    _, issues = to_r4(resource)
    assert (issues[0].severity, issues[0].code, issues[0].expression) == ("error", "structure", place)


@pytest.mark.parametrize(
    "subject",
    [
        {"status": "candidate"},
        {"status": "follow-up", "consent": {"reference": "Consent/1"}, "period": {"start": "2024"}},
        {
            "status": "on-study",
            "assignedArm": "The Surgery only Group",
            "_assignedArm": {
                "extension": [
                    {
                        "url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-ResearchSubject.assignedComparisonGroup",
                        "valueId": "surgery-only",
                    }
                ]
            },
        },
    ],
    ids=["state", "consent", "arm"],
)
def test_a_research_subject_goes_to_r5_and_comes_back(subject: Node) -> None:
    r4 = {"resourceType": "ResearchSubject", "study": {"reference": "ResearchStudy/1"}, "individual": PATIENT} | subject
    r5, told = to_r5(r4)
    model("ResearchSubject", "ResearchSubject")(**copy.deepcopy(r5))
    assert told == []
    assert r5["status"] == "active"
    assert to_r4(r5) == (r4, [])


def test_an_arm_without_a_link_id_gets_one_made_of_its_name() -> None:
    r5, _ = to_r5({"resourceType": "ResearchSubject", "status": "on-study", "actualArm": "The Surgery only Group"})
    assert r5["actualComparisonGroup"] == "the-surgery-only-group"


def test_a_research_study_keeps_in_r5_what_hl7s_own_maps_lose() -> None:
    r4 = {
        "resourceType": "ResearchStudy",
        "status": "closed-to-accrual",
        "category": [{"text": "Interventional"}],
        "focus": [DRUG],
        "location": [{"text": "China"}],
        "enrollment": [{"reference": "Group/1"}, {"reference": "Group/2"}],
        "sponsor": {"display": "A hospital"},
        "principalInvestigator": {"reference": "Practitioner/1"},
        "contact": [{"name": "Office"}],
        "reasonStopped": WHY,
        "arm": [{"name": "The Surgery only Group"}],
        "objective": [
            {
                "name": "PFS",
                "extension": [
                    {
                        "url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-ResearchStudy.objective.description",
                        "valueMarkdown": "longer",
                    }
                ],
            }
        ],
        "extension": [{"url": "http://example.org/other", "valueCode": "kept"}],
    }
    r5, issues = to_r5(r4)
    model("ResearchStudy", "ResearchStudy")(**copy.deepcopy(r5))
    assert r5["progressStatus"][0]["state"]["coding"][0]["code"] == "closed-to-accrual"
    assert [party["role"]["coding"][0]["code"] for party in r5["associatedParty"]] == [
        "sponsor",
        "primary-investigator",
    ]
    assert r5["comparisonGroup"] == [{"linkId": "the-surgery-only-group", "name": "The Surgery only Group"}]
    assert r5["objective"] == [{"name": "PFS", "description": "longer"}]
    assert r5["recruitment"] == {"eligibility": {"reference": "Group/1"}}
    assert (r5["classifier"], r5["region"], r5["whyStopped"], r5["focus"]) == (
        r4["category"],
        r4["location"],
        WHY,
        [{"concept": DRUG}],
    )
    assert r5["extension"] == r4["extension"]
    assert [issue.expression for issue in issues] == ["ResearchStudy.enrollment[1]", "ResearchStudy.contact"]


JUNK = st.sampled_from([None, 5, True, "x", [], {}, [[]], [None], [5], {"coding": 3}, {"resourceType": "Patient"}])


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(sorted(READ - {"Bundle"})), junk=JUNK, data=st.data())
def test_nonsense_never_raises(kind: str, junk: Any, data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from(sorted(set(elements(kind, kind)) - {"contained", "extension", "modifierExtension"}))
    )
    full = {"resourceType": kind, name: Sample().element(kind, name)}
    spots: list[tuple[Any, Any]] = [(full, name)]
    for holder, key in spots:
        inner = holder[key]
        keys = inner if isinstance(inner, dict) else range(len(inner)) if isinstance(inner, list) else ()
        spots += [(inner, each) for each in keys]
    holder, key = data.draw(st.sampled_from(spots))
    holder[key] = junk
    r4, issues = to_r4(full)
    json.dumps(r4)
    assert all(issue.expression.startswith(kind) for issue in issues)
    fhirkit.validate(r4)
