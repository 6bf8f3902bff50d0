"""The same patient told in R4 and in R5 gives the same record: every fixture, and every type that a view reads."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.domain.record import Fact
from natars_fhir.fhir.validate import validate
from natars_fhir.fhir.versions import Name, detect
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.pipeline import Outcome, run
from tests import ward
from tests.told_in_r5 import in_r5
from tests.ward import ATC, ICD_9, ICD_10, ICD_O, SNOMED, concept, observation, raw, resource

Node = dict[str, Any]

#: The reasons that rest on a word which R5 has not: R4's «not-taken», of a drug that was never given. R5's «not taking»
#: leaves it open, so that one patient is undetermined and a person looks.
NEVER_TAKEN = {("drugs-given-ordered-denied-or-left-to-people", criterion) for criterion in ("I-05", "E-05")}
#: cases that are told in R5 already
CASES = [case for case in ward.cases() if not any(detect(sent) == "R5" for sent in ward.sent_in(case))]


def outcomes(documents: list[bytes], site: str, version: Name | None) -> list[Outcome]:
    reader = DocumentReader(ward.reader(site).mapping, version)
    return list(run(documents, reader, ward.mappings().study, ward.AS_OF))


def comparable(fact: Fact) -> Fact:
    """A fact, less what R5 cannot say of it: the hour of a consent, and that a drug was never taken."""
    kind = re.split("[/?]", fact.source.reference)[0]
    if kind == "Consent":
        return fact._replace(when=(fact.when or "")[:10])
    if kind == "MedicationStatement" and fact.said("given") in ("not-given", "unclear"):
        return fact._replace(detail=tuple(pair for pair in fact.detail if pair[0] != "given"))
    return fact


def facts(found: list[Outcome]) -> list[tuple[str, list[Fact]]]:
    return [(one.record.patient.reference, [comparable(fact) for fact in one.record.facts]) for one in found]


def answers(found: list[Outcome], case: str) -> list[list[tuple[str, str, str | None]]]:
    return [
        [(c.id, f.answer.word, None if (case, c.id) in NEVER_TAKEN else f.reason) for c, f in one.screening.findings]
        for one in found
    ]


@pytest.mark.parametrize("version", ["R5", None], ids=["settled", "by content"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_fixture_told_in_r5_is_the_same_record(case: Path, version: Name | None) -> None:
    sent = ward.sent_in(case)
    told = [raw(in_r5(json.loads(one))) for one in sent]
    expected, found = outcomes(sent, case.parent.name, "R4"), outcomes(told, case.parent.name, version)
    assert facts(found) == facts(expected)
    assert answers(found, case.name) == answers(expected, case.name)
    if not any(case.name == name for name, _ in NEVER_TAKEN):
        assert [one.screening.verdict for one in found] == [one.screening.verdict for one in expected]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_what_is_compared_is_r5_indeed(case: Path) -> None:
    """Else the pairs above would prove nothing; what is broken on purpose stays broken."""
    broken = {"an-unreadable-entry-costs-only-itself", "thirtieth-of-february"}
    told = [raw(in_r5(json.loads(one))) for one in ward.sent_in(case)]
    issues = [issue for one in told for issue in validate(one, "conformant", "R5") if issue.severity != "warning"]
    assert bool(issues) == (case.name in broken)


PATIENT = resource(
    "Patient", "p1", birthDate="1960-01-01", gender="male", identifier=[{"system": "urn:mrn", "value": "7"}]
)
ACTIVE = {"clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active")}
DRUG = concept(ATC, "L01DB01")
NATARS = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "research"}]}

#: one and more of each type that a view reads
TOLD: dict[str, Node] = {
    "Patient": PATIENT,
    "Condition": resource(
        "Condition", code=concept(ICD_O, "8858/3"), onsetDateTime="2024-03", recorder={"reference": "Practitioner/1"},
        asserter={"reference": "Practitioner/2"}, evidence=[{"code": [{"text": "CT"}]}], **ACTIVE,
    ),
    "Condition without a clinical status": resource(
        "Condition", code=concept(ICD_10, "I26.9"),
        verificationStatus=concept("http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted"),
    ),
    "Observation": observation("ihc-mdm2", valueCodeableConcept=concept(SNOMED, "10828004")),
    "Observation.component": observation(
        concept("urn:panel", "x"),
        component=[{"code": concept(ward.OWN, "ihc-cdk4"), "valueCodeableConcept": concept(SNOMED, "260385009")}],
    ),
    "DiagnosticReport": resource(
        "DiagnosticReport", status="final", code={"text": "病理报告"}, effectiveDateTime="2024-05-01",
        conclusion="腹膜后平滑肌肉瘤，免疫组化：MDM2(-)。", imagingStudy=[{"reference": "ImagingStudy/1"}],
    ),
    "Procedure": resource(
        "Procedure", status="completed", code=concept(ICD_9, "54.4"),
        performedPeriod={"start": "2024-01", "end": "2024-02"}, category={"text": "手术"},
        bodySite=[{"text": "腹膜后肿瘤"}], reasonReference=[{"reference": "Condition/x1"}],
    ),
    "Procedure with a reason": resource(
        "Procedure", status="completed", code=concept(ICD_9, "54.4"), performedDateTime="2024-01-02",
        reasonCode=[concept(ICD_10, "C48.0")],
    ),
    "MedicationAdministration": resource(
        "MedicationAdministration", status="completed", medicationCodeableConcept=DRUG, effectiveDateTime="2024-03-01",
        context={"reference": "Encounter/1"}, category={"text": "住院"}, dosage={"dose": {"value": 40, "unit": "mg"}},
    ),
    "MedicationAdministration of a Medication within": resource(
        "MedicationAdministration", status="completed", medicationReference={"reference": "#m"},
        effectivePeriod={"start": "2024-03-01"},
        contained=[{"resourceType": "Medication", "id": "m", "code": DRUG, "form": {"text": "脂质体"}}],
    ),
    **{
        f"MedicationStatement {status}": resource(
            "MedicationStatement", status=status, medicationCodeableConcept=DRUG, effectiveDateTime="2023-01-01",
            dateAsserted="2024-01-01", informationSource={"reference": "Patient/p1"},
        )
        for status in ("active", "completed", "stopped", "on-hold", "unknown", "not-taken")
    },
    "MedicationRequest": resource(
        "MedicationRequest", status="active", intent="order", medicationCodeableConcept=DRUG, authoredOn="2024-05-01",
        reasonCode=[{"text": "肉瘤"}], reportedBoolean=False,
    ),
    "Medication": {"resourceType": "Medication", "id": "m1", "ingredient": [{"itemCodeableConcept": DRUG}]},
    **{
        f"Consent {status}": resource(
            "Consent", status=status, scope=NATARS, category=[{"text": "NATARS"}], dateTime="2024-02-01",
            policyRule={"text": "NATARS"}, provision={"type": "permit", "period": {"end": "2030-01-01"}},
        )
        for status in ("active", "rejected", "inactive", "proposed", "entered-in-error")
    },
    "AdverseEvent": resource(
        "AdverseEvent", actuality="actual", event={"text": "Anemia"}, date="2024-03-02", recordedDate="2024-03-03",
        severity=concept("http://terminology.hl7.org/CodeSystem/adverse-event-severity", "moderate"),
        seriousness=concept("http://terminology.hl7.org/CodeSystem/adverse-event-seriousness", "serious"),
        outcome=concept("http://terminology.hl7.org/CodeSystem/adverse-event-outcome", "resolved"),
        extension=[{"url": "http://hl7.org/fhir/us/mcode/StructureDefinition/ctcae-grade", "valueInteger": 2}],
    ),
    "List": resource(
        "List", status="current", mode="working", code=concept(ward.OWN, "radiotherapy"), date="2024-05-01",
        emptyReason=concept("http://terminology.hl7.org/CodeSystem/list-empty-reason", "nilknown"),
    ),
    "QuestionnaireResponse": resource(
        "QuestionnaireResponse", status="completed", questionnaire=ward.OWN, authored="2024-05-01",
        identifier={"system": "urn:form", "value": "7"},
        item=[{"linkId": "metastasis", "answer": [{"valueBoolean": False}]}],
    ),
    "ResearchSubject": resource(
        "ResearchSubject", status="on-study", study={"display": "NATARS"}, period={"start": "2024-03-01"},
        assignedArm="The Surgery only Group",
    ),
}  # fmt: skip


@pytest.mark.parametrize("sent", TOLD.values(), ids=TOLD)
def test_each_type_that_a_view_reads_tells_the_same_in_r5(sent: Node) -> None:
    told = in_r5(sent)
    assert [i for i in validate(raw(told), "conformant", "R5") if i.severity in ("error", "fatal")] == []
    mapping = ward.reader().mapping
    ((expected,), (found,)) = (
        DocumentReader(mapping, version)(raw(one)).readings for version, one in (("R4", sent), ("R5", told))
    )
    assert found.fate == expected.fate == "read"
    assert [comparable(fact) for fact in found.facts] == [comparable(fact) for fact in expected.facts]
    assert (found.key, found.subject, found.identifiers) == (expected.key, expected.subject, expected.identifiers)


def test_every_type_that_a_view_reads_is_among_them() -> None:
    assert {one["resourceType"] for one in TOLD.values()} == ward.reader().mapping.kinds


def test_not_taking_a_drug_now_is_no_word_that_it_was_never_taken() -> None:
    told = in_r5(TOLD["MedicationStatement not-taken"])
    (fact,) = DocumentReader(ward.reader().mapping, "R5")(raw(told)).readings[0].facts
    assert fact.said("given") == "unclear"


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        (TOLD["MedicationAdministration"] | {"recorded": "2024-03-01T08:00:00Z"}, "MedicationAdministration.recorded"),
        (TOLD["Procedure"] | {"focus": {"reference": "Patient/p1"}}, "Procedure.focus"),
        (TOLD["DiagnosticReport"] | {"note": [{"text": "x"}]}, "DiagnosticReport.note"),
        (TOLD["Condition"] | {"participant": [{"actor": {"reference": "Practitioner/3"}}]}, "Condition.participant[2]"),
        (TOLD["Patient"] | {"extension": [{"url": "urn:x", "valueInteger64": "5"}]}, "Patient.extension[0]"),
    ],
    ids=lambda one: one if isinstance(one, str) else one["resourceType"],
)
def test_what_r4_cannot_say_is_told_at_its_place_and_costs_no_fact(sent: Node, place: str) -> None:
    told = in_r5(sent) if "participant" not in sent else in_r5({k: v for k, v in sent.items() if k != "participant"})
    if "participant" in sent:
        told["participant"] += sent["participant"]
    mapping = ward.reader().mapping
    (found,) = DocumentReader(mapping, "R5")(raw(told)).readings
    (expected,) = DocumentReader(mapping, "R4")(raw(TOLD[sent["resourceType"]])).readings
    assert place in [issue.expression for issue in found.issues]
    assert {issue.severity for issue in found.issues} <= {"information", "warning"}
    assert found.facts == expected.facts


#: what R5 has words for: not that a drug was never taken
SAYABLE = st.sampled_from(sorted(set(TOLD) - {"MedicationStatement not-taken"}))


@given(SAYABLE, SAYABLE, st.booleans())
def test_two_resources_in_one_bundle_or_in_two_documents_tell_the_same_in_r5(one: str, other: str, apart: bool) -> None:
    first, second = copy.deepcopy(TOLD[one]), copy.deepcopy(TOLD[other]) | {"id": "x2"}
    sent = [PATIENT, first, second] if apart else [ward.bundle(PATIENT, first, second)]
    expected = outcomes([raw(document) for document in sent], "generic", "R4")
    found = outcomes([raw(in_r5(document)) for document in sent], "generic", "R5")
    assert facts(found) == facts(expected)


def test_r4b_is_read_as_r4() -> None:
    mapping = ward.reader().mapping
    for sent in TOLD.values():
        by_version = [DocumentReader(mapping, version)(raw(sent)).readings for version in ("R4", "R4B")]
        assert by_version[0] == by_version[1]


def test_a_name_that_stands_twice_is_refused_in_r5_too() -> None:
    told = raw(in_r5(TOLD["MedicationAdministration"])).replace(b'"concept"', b'"concept": {"text": "x"}, "concept"')
    (found,) = DocumentReader(ward.reader().mapping, "R5")(told).readings
    first = found.issues[0]
    assert (found.fate, first.expression) == ("refused", "MedicationAdministration")
    assert "stands twice" in first.text


def test_r5_that_is_nested_too_deep_is_refused_and_nothing_breaks() -> None:
    deep = (
        raw(in_r5(TOLD["Procedure"]))[:-1] + b', "extension": ' + b'[{"extension": ' * 300 + b"[]" + b"}]" * 300 + b"}"
    )
    (found,) = DocumentReader(ward.reader().mapping, "R5")(deep).readings
    assert (found.fate, found.issues[0].code) == ("refused", "too-long")
