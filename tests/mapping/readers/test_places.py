"""Where each kind of fact is found: one row a place, for every domain that the trial asks for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ward import (
    ICD_9,
    ICD_10,
    ICD_O,
    LOINC,
    SNOMED,
    bundle,
    concept,
    lines,
    observation,
    outcome,
    read,
    resource,
    told,
)

CPT, PCS = "http://www.ama-assn.org/go/cpt", "http://www.cms.gov/Medicare/Coding/ICD10"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
MORPHOLOGY = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def condition(**elements: Any) -> dict[str, Any]:
    return resource("Condition", **({"code": {"text": "腹膜后肿物"}} | elements))


def report(**elements: Any) -> dict[str, Any]:
    return resource("DiagnosticReport", status="final", **({"code": concept(LOINC, "22637-3")} | elements))


def procedure(system: str, code: str, status: str = "completed") -> dict[str, Any]:
    return resource("Procedure", status=status, code=concept(system, code), performedDateTime="2024-03-01")


def size(**elements: Any) -> dict[str, Any]:
    part = {"code": concept(LOINC, "33728-7"), "valueQuantity": {"value": 12, "unit": "cm"}}
    return observation(concept(LOINC, "21889-1"), component=[part], **elements)


@pytest.mark.parametrize(
    ("sent", "fact"),
    [
        pytest.param(
            condition(extension=[{"url": MORPHOLOGY, "valueCodeableConcept": concept(ICD_O, "8890/3")}]),
            "histology LMS",
            id="mCODE's extension of the Condition",
        ),
        pytest.param(condition(code=concept(ICD_O, "M88580/3")), "histology DDLPS", id="M and six digits"),
        pytest.param(condition(code=concept(ICD_O, "88583")), "histology DDLPS", id="without a slash"),
        pytest.param(condition(code=concept(ICD_O, "8858/32")), "histology DDLPS", id="with a grade digit"),
        pytest.param(
            observation(concept(LOINC, "31206-6"), valueCodeableConcept=concept(SNOMED, "1163022006")),
            "histology LMS",
            id="an Observation, in SNOMED",
        ),
        pytest.param(report(conclusionCode=[concept(ICD_O, "8815/1")]), "histology SFT", id="a conclusion's code"),
        pytest.param(report(conclusion="（腹膜后）平滑肌肉瘤"), "histology LMS", id="a report's words"),
        pytest.param(
            condition(code=concept(ICD_10, "D48.3")), "primary-site retroperitoneum", id="D48.3, where SFT lands"
        ),
    ],
)
def test_histology_is_found_in(sent: dict[str, Any], fact: str) -> None:
    assert fact in told(sent)


def graded(value: dict[str, Any], **elements: Any) -> dict[str, Any]:
    return observation(concept(NCIT, "C18000"), valueCodeableConcept=value, **elements)


@pytest.mark.parametrize(
    ("sent", "facts"),
    [
        pytest.param(graded(concept(SNOMED, "1663004")), ["fnclcc-grade 2"], id="G2: nothing contradicts"),
        pytest.param(
            graded(concept(SNOMED, "1663004"), method={"text": "FNCLCC"}), ["fnclcc-grade 2"], id="G2 by FNCLCC"
        ),
        pytest.param(
            graded(concept(SNOMED, "1663004"), method={"text": "Nottingham"}),
            ["histologic-grade 2"],
            id="G2 of another scheme",
        ),
        pytest.param(graded(concept(SNOMED, "258245003")), ["histologic-grade 4"], id="G4: never FNCLCC"),
        pytest.param(graded(concept(SNOMED, "1155707008")), ["histologic-grade high"], id="high grade, no scheme"),
    ],
)
def test_a_grade_is_told_by_its_scheme(sent: dict[str, Any], facts: list[str]) -> None:
    assert told(sent) == facts


@pytest.mark.parametrize(
    ("sent", "method"),
    [
        pytest.param(size(method=concept(SNOMED, "77477000")), "imaging", id="by CT"),
        pytest.param(size(method=concept(SNOMED, "113091000")), "imaging", id="by MRI"),
        pytest.param(size(category=[concept(CATEGORY, "imaging")]), "imaging", id="by its category"),
        pytest.param(size(method=concept(SNOMED, "787377000")), "pathology", id="on gross examination"),
        pytest.param(size(specimen={"reference": "Specimen/1"}), "pathology", id="of a specimen"),
        pytest.param(size(), None, id="not told"),
    ],
)
def test_a_size_says_how_it_was_measured(sent: dict[str, Any], method: str | None) -> None:
    (fact,) = read(sent).facts
    assert (fact.said("method"), fact.path) == (method, "Observation.component[0].valueQuantity")


@pytest.mark.parametrize(
    ("sent", "facts"),
    [
        pytest.param(
            procedure(ICD_9, "54.4x05"), {"resection suspected", "surgery present"}, id="ICD-9-CM-3, extended"
        ),
        pytest.param(procedure(ICD_9, "55.5101"), {"organs-resected kidney", "surgery present"}, id="an organ with it"),
        pytest.param(procedure(ICD_9, "41.5", "not-done"), {"surgery absent"}, id="an organ that was left"),
        pytest.param(procedure(CPT, "49203"), {"resection suspected"}, id="CPT"),
        pytest.param(procedure(CPT, "49180"), {"biopsy present"}, id="CPT, a biopsy"),
        pytest.param(procedure(PCS, "0WBH0ZZ"), {"resection present"}, id="ICD-10-PCS"),
        pytest.param(procedure(SNOMED, "370612006"), {"resection suspected"}, id="SNOMED"),
        pytest.param(procedure(SNOMED, "1217123003"), {"radiotherapy present"}, id="a course of radiotherapy"),
        pytest.param(procedure(ICD_9, "92.24"), {"radiotherapy present"}, id="radiotherapy in ICD-9-CM-3"),
        pytest.param(procedure(ICD_9, "99.25"), {"antineoplastic-drug chemotherapy"}, id="chemotherapy as a procedure"),
        pytest.param(procedure(NCIT, "C93304"), {"mdt-review present"}, id="the team's board"),
    ],
)
def test_an_operation_is_told_in(sent: dict[str, Any], facts: set[str]) -> None:
    assert set(told(sent)) == facts


@pytest.mark.parametrize(
    ("sent", "facts"),
    [
        pytest.param(
            observation(concept(SNOMED, "399387003"), valueCodeableConcept=concept(SNOMED, "1229901006")),
            ["distant-metastasis-category cM0"],
            id="mCODE's M category",
        ),
        pytest.param(
            observation(concept(LOINC, "21907-1"), valueCodeableConcept=concept("urn:ajcc", "cM1")),
            ["distant-metastasis-category cM1"],
            id="AJCC's own word",
        ),
        pytest.param(
            observation(concept(LOINC, "21908-9"), valueCodeableConcept={"text": "Stage IV"}),
            ["stage-group IV", "metastasis suspected"],
            id="stage IV makes a metastasis suspected",
        ),
        pytest.param(
            observation(concept(LOINC, "21908-9"), valueCodeableConcept={"text": "Stage IIIA"}),
            ["stage-group IIIA"],
            id="stage III does not",
        ),
        pytest.param(condition(code=concept(SNOMED, "94391008")), ["metastasis present"], id="a secondary of the lung"),
    ],
)
def test_spread_is_told_in(sent: dict[str, Any], facts: list[str]) -> None:
    assert told(sent) == facts


def assessed(value: dict[str, Any], code: str = "97509-4") -> dict[str, Any]:
    return observation(concept(LOINC, code), valueCodeableConcept=value)


@pytest.mark.parametrize(
    ("sent", "facts"),
    [
        pytest.param(
            assessed(concept(LOINC, "LA28370-7")), ["disease-assessment PD", "progression present"], id="RECIST"
        ),
        pytest.param(assessed({"text": "部分缓解"}, "88040-1"), ["disease-assessment PR"], id="in words"),
        pytest.param(
            assessed(concept(SNOMED, "271299001")),
            ["disease-assessment worsened", "progression suspected"],
            id="worse alone is no event",
        ),
        pytest.param(assessed(concept(SNOMED, "359746009")), ["disease-assessment stable"], id="stable"),
        pytest.param(condition(code=concept(SNOMED, "419835002")), ["progression present"], id="as a condition"),
        pytest.param(condition(code=concept(SNOMED, "399307001")), ["lost-to-follow-up present"], id="lost"),
        pytest.param(condition(code=concept(SNOMED, "419620001")), ["death present"], id="death, as a condition"),
        pytest.param(observation("resection-margin", valueString="R0切除"), ["resection-margin R0"], id="a margin"),
        pytest.param(
            observation("clavien-dindo", valueCodeableConcept=concept(SNOMED, "1367520006")),
            ["clavien-dindo II"],
            id="a complication as an Observation",
        ),
    ],
)
def test_the_course_is_told_in(sent: dict[str, Any], facts: list[str]) -> None:
    assert told(sent) == facts


def test_the_day_of_the_last_contact_is_the_day_of_the_fact() -> None:
    (fact,) = read(
        observation(concept(LOINC, "21975-8"), valueDateTime="2024-04", effectiveDateTime="2024-05-09")
    ).facts
    assert (fact.concept, fact.value, fact.when) == ("last-known-alive", "2024-04", "2024-04")


@pytest.mark.parametrize(
    ("code", "value", "unit", "fact"),
    [
        pytest.param("89579-7", 12, "ng/L", "troponin-i 12", id="troponin I"),
        pytest.param("6598-7", "0.02", "ng/mL", "troponin-t 20", id="troponin T, in the older unit"),
        pytest.param("33762-6", 400, "pg/mL", "nt-probnp 400", id="NT-proBNP"),
        pytest.param("10230-1", 62, "%", "lvef 62", id="echo"),
        pytest.param("8636-3", 440, "ms", "qtc 440", id="ECG"),
        pytest.param("8634-8", 400, "ms", "", id="a QT that is not corrected is another measure"),
        pytest.param("89243-0", 90, "{score}", "karnofsky 90", id="Karnofsky"),
    ],
)
def test_heart_and_fitness_are_told_in(code: str, value: Any, unit: str, fact: str) -> None:
    number = float(value)
    found = told(observation(concept(LOINC, code), valueQuantity={"value": number, "unit": unit}))
    assert found == ([fact] if fact else [])


def test_members_of_a_panel_are_read_wherever_they_come() -> None:
    """A tree: the panel names a panel that names the stains; each comes in a bundle of its own, in any order."""
    stains = [
        observation({"text": name}, name.lower(), valueString="(+)", subject={"reference": "Patient/p1"})
        for name in ("MDM2", "CDK4")
    ]
    inner = observation(
        concept("urn:x", "ihc"), "inner", hasMember=[{"reference": f"Observation/{one['id']}"} for one in stains]
    )
    outer = observation(concept(LOINC, "77753-2"), "outer", hasMember=[{"reference": "Observation/inner"}])
    for sent in ((outer, inner, *stains), (*stains, inner, outer)):
        found = outcome(*(bundle(one) for one in sent))
        assert lines(found) == ["ihc-cdk4 positive", "ihc-mdm2 positive"]
        assert found.issues == ()


def test_a_decimal_in_r5s_words_keeps_its_digits() -> None:
    sent = size(
        method=concept(SNOMED, "77477000"),
        triggeredBy=[{"observation": {"reference": "Observation/0"}, "type": "reflex"}],
    )
    sent["component"][0]["valueQuantity"]["value"] = 13.1
    assert told(sent) == ["tumour-size 13.1"]


def test_what_relatives_have_is_never_the_patients() -> None:
    history = {
        "resourceType": "FamilyMemberHistory",
        "id": "f1",
        "status": "completed",
        "patient": {"reference": "Patient/p1"},
        "relationship": {"text": "mother"},
        "condition": [{"code": concept(ICD_10, "C50.9")}],
    }
    reading = read(history)
    assert (reading.fate, reading.facts) == ("let-go", ())


def test_a_result_of_an_unknown_status_is_told_and_not_read() -> None:
    reading = read(observation("ihc-mdm2", status="unknown", valueString="(+)"))
    assert (reading.facts, [issue.expression for issue in reading.issues]) == ((), ["Observation.status"])
