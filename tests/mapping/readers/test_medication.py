"""Medications: which drug, and whether it was given; a plan is not a dose, a display decides nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ward import ATC, bundle, concept, line, outcome, read, resource, told

DOXORUBICIN = concept(ATC, "L01DB01")
PHARMACY = "http://his.hospital-b.example/pharmacy"


def given(drug: Any = None, kind: str = "MedicationAdministration", **elements: Any) -> dict[str, Any]:
    said = {"status": "completed", "medicationCodeableConcept": drug, "effectiveDateTime": "2024-01-02", **elements}
    return resource(kind, "given", **said)


def by_reference(reference: str | dict[str, Any], **elements: Any) -> dict[str, Any]:
    named = {"reference": reference} if isinstance(reference, str) else reference
    return given(medicationReference=named, **elements)


def medication(code: Any, **elements: Any) -> dict[str, Any]:
    return resource("Medication", "drug", code=code, **elements)


@pytest.mark.parametrize(
    ("drug", "facts"),
    [
        pytest.param(DOXORUBICIN, ["antineoplastic-drug doxorubicin"], id="by code"),
        pytest.param(
            concept(ATC, "L01DB01", text="安罗替尼"),
            ["antineoplastic-drug doxorubicin hedged", "antineoplastic-drug anlotinib hedged"],
            id="a code and the name of another drug",
        ),
        pytest.param({"text": "盐酸安罗替尼胶囊"}, ["antineoplastic-drug anlotinib"], id="by a name within the text"),
        pytest.param({"text": "Inj. IFOSFAMIDE 1 g"}, ["antineoplastic-drug ifosfamide"], id="by a name in capitals"),
        pytest.param({"text": "去甲氧柔红霉素"}, ["antineoplastic-drug idarubicin"], id="the longest name wins"),
        pytest.param({"text": "trifosfamide"}, [], id="a Latin name within another word"),
        pytest.param(
            {"coding": [{"system": "urn:x", "code": "1", "display": "ifosfamide"}]},
            ["antineoplastic-drug ifosfamide hedged"],
            id="a display decides nothing",
        ),
        pytest.param(
            {"coding": [{"system": "urn:x", "code": "1", "display": "ifosfamide"}], "text": "安罗替尼"},
            ["antineoplastic-drug anlotinib"],
            id="the text before a display",
        ),
        pytest.param(
            {"coding": [*DOXORUBICIN["coding"], *concept(ATC, "L01AA06")["coding"]]},
            ["antineoplastic-drug doxorubicin", "antineoplastic-drug ifosfamide"],
            id="two codes are two drugs",
        ),
        pytest.param(concept(ATC, "N02BE01", text="paracetamol"), [], id="another drug"),
        pytest.param(concept(ATC, "L01EX99"), ["antineoplastic-drug kinase-inhibitor"], id="a class of drugs"),
    ],
)
def test_a_drug_is_known_by_code_else_by_name(drug: dict[str, Any], facts: list[str]) -> None:
    assert told(given(drug)) == facts


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        pytest.param("MedicationAdministration", "completed", "given", id="administered"),
        pytest.param("MedicationAdministration", "stopped", "given", id="stopped amid the dose"),
        pytest.param("MedicationAdministration", "not-done", "not-given", id="not done"),
        pytest.param("MedicationAdministration", "unknown", "unclear", id="unknown"),
        pytest.param("MedicationAdministration", "entered-in-error", None, id="in error"),
        pytest.param("MedicationStatement", "active", "given", id="taken"),
        pytest.param("MedicationStatement", "not-taken", "not-given", id="not taken"),
        pytest.param("MedicationStatement", "intended", "requested", id="intended"),
        pytest.param("MedicationStatement", "entered-in-error", None, id="stated in error"),
        pytest.param("MedicationRequest", "active", "requested", id="requested"),
        pytest.param("MedicationRequest", "completed", "requested", id="a completed request is no dose"),
        pytest.param("MedicationRequest", "cancelled", None, id="a cancelled request"),
        pytest.param("MedicationRequest", "draft", None, id="a draft"),
    ],
)
def test_a_status_says_whether_it_was_given(kind: str, status: str, said: str | None) -> None:
    request = {"intent": "order", "effectiveDateTime": None, "authoredOn": "2024-01-02"}
    sent = given(DOXORUBICIN, kind, status=status, **(request if kind == "MedicationRequest" else {}))
    assert [fact.said("given") for fact in read(sent).facts] == ([] if said is None else [said])


@pytest.mark.parametrize("apart", [pytest.param(False, id="one bundle"), pytest.param(True, id="two bundles")])
@pytest.mark.parametrize("late", [pytest.param(False, id="known before"), pytest.param(True, id="known after")])
def test_a_medication_that_is_referred_to_may_come_before_or_after(apart: bool, late: bool) -> None:
    sent = [medication(DOXORUBICIN), by_reference("Medication/drug")]
    sent = sent[::-1] if late else sent
    found = outcome(*(map(bundle, sent) if apart else [bundle(*sent)]))
    (fact,) = found.record.facts
    assert (line(fact), fact.said("given")) == ("antineoplastic-drug doxorubicin", "given")
    assert (fact.source.reference, fact.source.besides) == ("MedicationAdministration/given", ("Medication/drug",))
    assert found.issues == ()


def test_a_medication_that_never_came_is_told() -> None:
    found = outcome(bundle(by_reference("Medication/drug")))
    assert found.record.facts == ()
    assert [(i.code, i.expression) for i in found.issues] == [
        ("not-found", "MedicationAdministration.medicationReference")
    ]


def test_a_medication_of_another_kind_is_no_issue() -> None:
    found = outcome(bundle(by_reference("Medication/drug"), medication(concept(ATC, "N02BE01"))))
    assert (found.record.facts, found.issues) == ((), ())


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        pytest.param("ifosfamide 1 g", ["antineoplastic-drug ifosfamide hedged"], id="a name shown decides nothing"),
        pytest.param("paracetamol", [], id="another name shown"),
    ],
)
def test_a_reference_by_its_display_alone_is_shown_and_told(name: str, facts: list[str]) -> None:
    reading = read(by_reference({"display": name}))
    assert [line(fact) for fact in reading.facts] == facts
    assert [(i.code, i.expression) for i in reading.issues] == [
        ("not-found", "MedicationAdministration.medicationReference")
    ]


def test_a_contained_medication_is_read_where_it_stands() -> None:
    sent = by_reference("#m", contained=[{"resourceType": "Medication", "id": "m", "code": DOXORUBICIN}])
    (fact,) = read(sent).facts
    assert line(fact) == "antineoplastic-drug doxorubicin"
    assert fact.path == "MedicationAdministration.medicationReference.resolve().code.coding[0]"


def test_a_contained_medication_that_is_missing_is_told() -> None:
    other = [{"resourceType": "Medication", "id": "other", "code": DOXORUBICIN}]
    sent = {**by_reference("#m"), "contained": other, "note": [{"text": "x"}]}
    assert [issue.code for issue in read(sent).issues] == ["not-found"]


def test_the_ingredients_of_a_medication_are_drugs_too() -> None:
    mixed = medication({"text": "VAC"}, ingredient=[{"itemCodeableConcept": DOXORUBICIN}])
    found = outcome(bundle(mixed, by_reference("Medication/drug")))
    assert [line(fact) for fact in found.record.facts] == ["antineoplastic-drug doxorubicin"]


def test_a_medication_by_itself_is_nobodys_fact() -> None:
    assert outcome(bundle(medication(DOXORUBICIN), resource("Patient", "p1"))).record.facts == ()


def test_a_medication_shown_by_display_stays_in_doubt_when_given() -> None:
    shown = medication({"coding": [{"system": "urn:x", "code": "1", "display": "ifosfamide"}]})
    found = outcome(bundle(shown, by_reference("Medication/drug")))
    assert [line(fact) for fact in found.record.facts] == ["antineoplastic-drug ifosfamide hedged"]


def test_a_medication_in_error_names_no_drug() -> None:
    found = outcome(bundle(medication(DOXORUBICIN, status="entered-in-error"), by_reference("Medication/drug")))
    assert found.record.facts == ()


@pytest.mark.parametrize(
    ("site", "facts"),
    [
        pytest.param("hospital-b", ["antineoplastic-drug anlotinib"], id="its own site"),
        pytest.param("hospital-a", [], id="another site"),
    ],
)
def test_a_sites_own_drug_code_is_known_to_it_alone(site: str, facts: list[str]) -> None:
    assert told(given(concept(PHARMACY, "YP20781")), site) == facts


def test_a_drug_bears_its_classes() -> None:
    (fact,) = read(given(DOXORUBICIN)).facts
    assert fact.said("class") == ("chemotherapy", "anthracycline")


@pytest.mark.parametrize(
    ("drug", "facts"),
    [
        ({"text": "多柔比星注射液"}, ["doxorubicin"]),
        ({"text": "多柔比星+5%葡萄糖"}, ["doxorubicin"]),
        ({"text": "注射用阿霉素（商品名）"}, ["doxorubicin"]),
        ({"text": "化疗药物"}, ["doxorubicin"]),
        ({"text": "里葆多"}, ["doxorubicin"]),
        ({"text": "维生素C注射液"}, ["doxorubicin hedged"]),
        ({"text": "0.9%氯化钠注射液"}, ["doxorubicin hedged"]),
        ({"text": "多柔比星皮试液"}, ["doxorubicin hedged"]),
        ({"text": "异环磷酰胺"}, ["doxorubicin hedged", "ifosfamide hedged"]),
    ],
)
def test_the_code_of_a_drug_is_weighed_by_its_name(drug: dict[str, str], facts: list[str]) -> None:
    sent = given(concept(ATC, "L01DB01", **drug))
    assert [one.removeprefix("antineoplastic-drug ") for one in told(sent)] == facts
    assert bool(read(sent).issues) is (facts != ["doxorubicin"])


@pytest.mark.parametrize("name", ["安罗替尼安慰剂", "多柔比星药敏试验", "氟尿嘧啶软膏"])
def test_a_placebo_a_test_and_an_ointment_are_no_dose(name: str) -> None:
    assert all(one.endswith("hedged") for one in told(given({"text": name})))


@pytest.mark.parametrize(
    ("note", "standing"), [("患者拒绝，未用药", " hedged"), ("取消医嘱", " hedged"), ("滴速40滴/分", "")]
)
def test_a_note_that_it_was_not_given_leaves_a_dose_in_doubt(note: str, standing: str) -> None:
    sent = {**given(concept(ATC, "L01DB01")), "note": [{"text": note}]}
    assert told(sent) == [f"antineoplastic-drug doxorubicin{standing}"]
