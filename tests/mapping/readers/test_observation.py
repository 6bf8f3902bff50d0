"""Observations: the code asks, the value answers; nothing is read that was not said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ward import (
    ABSENT,
    ICD_O,
    INTERPRETATION,
    LOINC,
    OWN,
    SNOMED,
    bundle,
    concept,
    lines,
    observation,
    outcome,
    raw,
    read,
    reader,
    resource,
    told,
)

POSITIVE = concept(SNOMED, "10828004")
NEGATIVE = concept(SNOMED, "260385009")
YES, NO = concept(SNOMED, "373066001"), concept(SNOMED, "373067005")
PATHOLOGY_ITEMS = "https://his.hospital-a.example/fhir/CodeSystem/pathology-items"
RESULTS = "https://his.hospital-a.example/fhir/CodeSystem/pathology-results"


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        pytest.param(concept(OWN, "ihc-mdm2"), ["ihc-mdm2 positive"], id="a code"),
        pytest.param(
            {"coding": [{"system": "urn:local", "code": "9"}, {"system": OWN, "code": "ihc-mdm2"}]},
            ["ihc-mdm2 positive"],
            id="the second of its codings",
        ),
        pytest.param({"text": "MDM2"}, ["ihc-mdm2 positive"], id="a marker's name"),
        pytest.param({"text": "鼠双微体2"}, ["ihc-mdm2 positive"], id="a marker's name in Chinese"),
        pytest.param(
            concept("urn:local", "9", text="CDK-4"), ["ihc-cdk4 positive"], id="a name beside a code nobody knows"
        ),
        pytest.param(concept("urn:local", "MDM2"), [], id="a code that looks like a name"),
        pytest.param({"coding": [{"code": "ihc-mdm2"}]}, [], id="a code without its system"),
        pytest.param({"text": "TTF-1"}, [], id="a marker that the trial does not ask for"),
        pytest.param(
            {"coding": [{"system": "urn:local", "code": "9", "display": "MDM2"}]}, [], id="a display decides nothing"
        ),
    ],
)
def test_the_code_says_what_is_asked(code: dict[str, Any], facts: list[str]) -> None:
    assert told(observation(code, valueCodeableConcept=POSITIVE)) == facts


@pytest.mark.parametrize(
    ("name", "elements", "facts"),
    [
        pytest.param("ihc-mdm2", {"valueCodeableConcept": NEGATIVE}, ["ihc-mdm2 negative"], id="IHC by code"),
        pytest.param("ihc-mdm2", {"valueString": "阳性（+++）"}, ["ihc-mdm2 positive"], id="IHC in words"),
        pytest.param("ihc-mdm2", {"valueString": "(-)"}, ["ihc-mdm2 negative"], id="IHC as a sign"),
        pytest.param("ihc-mdm2", {"valueString": "±"}, ["ihc-mdm2 equivocal"], id="IHC between"),
        pytest.param(
            "ihc-mdm2", {"valueCodeableConcept": {"text": "阳性"}}, ["ihc-mdm2 positive"], id="IHC as a concept's text"
        ),
        pytest.param("ihc-mdm2", {"valueBoolean": False}, ["ihc-mdm2 negative"], id="IHC as no"),
        pytest.param(
            "ihc-ki67", {"valueQuantity": {"value": 20, "unit": "%"}}, ["ihc-ki67 positive"], id="IHC as a share"
        ),
        pytest.param(
            "ihc-cd34", {"valueQuantity": {"value": 0, "unit": "%"}}, ["ihc-cd34 negative"], id="IHC without any cell"
        ),
        pytest.param("ihc-ki67", {"valueQuantity": {"value": 20}}, [], id="IHC as a number of nothing"),
        pytest.param(
            "ihc-mdm2", {"interpretation": [concept(INTERPRETATION, "POS")]}, ["ihc-mdm2 positive"], id="interpretation"
        ),
        pytest.param(
            "ihc-mdm2",
            {"valueCodeableConcept": NEGATIVE, "interpretation": [concept(INTERPRETATION, "POS")]},
            ["ihc-mdm2 negative", "ihc-mdm2 positive"],
            id="an interpretation against the value: both stand",
        ),
        pytest.param(
            "ihc-mdm2",
            {"valueString": "see comment", "interpretation": [concept(INTERPRETATION, "POS")]},
            ["ihc-mdm2 positive"],
            id="the interpretation where the value is not understood",
        ),
        pytest.param("fish-mdm2", {"valueCodeableConcept": POSITIVE}, ["fish-mdm2 amplified"], id="FISH by code"),
        pytest.param("fish-mdm2", {"valueString": "未见扩增"}, ["fish-mdm2 not-amplified"], id="FISH in words"),
        pytest.param(
            "fish-mdm2", {"valueString": "杂交信号不佳，无法判读"}, ["fish-mdm2 failed"], id="FISH that failed"
        ),
        pytest.param(
            concept(LOINC, "93809-2"), {"valueQuantity": {"value": 8.2}}, ["mdm2-cep12-ratio 8.2"], id="a ratio"
        ),
        pytest.param("fnclcc-grade", {"valueInteger": 2}, ["fnclcc-grade 2"], id="grade as a number"),
        pytest.param("fnclcc-grade", {"valueQuantity": {"value": 3}}, ["fnclcc-grade 3"], id="grade as a quantity"),
        pytest.param("fnclcc-grade", {"valueString": "FNCLCC 2级"}, ["fnclcc-grade 2"], id="grade in words"),
        pytest.param("fnclcc-grade", {"valueInteger": 4}, [], id="no such grade"),
        pytest.param("fnclcc-grade", {"valueQuantity": {"value": 2.5}}, [], id="half a grade"),
        pytest.param(
            "fnclcc-grade",
            {"valueCodeableConcept": concept(SNOMED, "1155707008")},
            ["histologic-grade high"],
            id="a high grade has no scheme",
        ),
        pytest.param(
            "fnclcc-grade",
            {"valueInteger": 2, "method": {"text": "NCI grading"}},
            ["histologic-grade 2"],
            id="NCI's own scheme of soft tissue",
        ),
        pytest.param(
            "fnclcc-grade", {"valueInteger": 1, "method": {"text": "Whole section"}}, ["fnclcc-grade 1"], id="no scheme"
        ),
        pytest.param(
            "fnclcc-grade",
            {"valueInteger": 2, "method": {"text": "AJCC 8th edition"}},
            ["histologic-grade 2"],
            id="a grade of another scheme",
        ),
        pytest.param(
            "fnclcc-grade", {"valueInteger": 2, "method": {"text": "FNCLCC"}}, ["fnclcc-grade 2"], id="its own scheme"
        ),
        pytest.param("asa-class", {"valueInteger": 3}, ["asa-class 3"], id="ASA as a number"),
        pytest.param("asa-class", {"valueString": "ASA Ⅱ级"}, ["asa-class 2"], id="ASA in words"),
        pytest.param("asa-class", {"valueString": "3E"}, ["asa-class 3"], id="ASA of an emergency"),
        pytest.param(
            "asa-class", {"valueCodeableConcept": concept(SNOMED, "413497009")}, ["asa-class 3"], id="ASA by code"
        ),
        pytest.param("asa-class", {"valueString": "ASA3"}, ["asa-class 3"], id="ASA and its number in one word"),
        pytest.param("asa-class", {"valueString": "三级"}, ["asa-class 3"], id="ASA in Chinese numerals"),
        pytest.param("asa-class", {"valueString": "二至三级"}, ["asa-class [2,3]"], id="a range in Chinese numerals"),
        pytest.param("asa-class", {"valueString": "三级手术"}, [], id="a class of operations"),
        pytest.param("asa-class", {"valueString": "一般"}, [], id="fair is no class"),
        pytest.param("asa-class", {"valueInteger": 7}, [], id="no such class"),
        pytest.param("ecog", {"valueInteger": 0}, ["ecog 0"], id="ECOG 0 is a value"),
        pytest.param(
            "histology", {"valueCodeableConcept": concept(ICD_O, "8858/3")}, ["histology DDLPS"], id="histology by code"
        ),
        pytest.param(
            "histology", {"valueCodeableConcept": concept(ICD_O, "8140/3")}, ["histology OTHER"], id="any other tumour"
        ),
        pytest.param(
            "histology",
            {"valueCodeableConcept": concept(ICD_O, "8890/6")},
            ["histology LMS", "metastasis present"],
            id="behaviour 6 is a metastasis",
        ),
        pytest.param(
            "histology", {"valueCodeableConcept": {"text": "平滑肌肉瘤"}}, ["histology LMS"], id="histology in words"
        ),
        pytest.param("metastasis", {"valueBoolean": True}, ["metastasis present"], id="presence"),
        pytest.param("metastasis", {"valueCodeableConcept": NO}, ["metastasis absent"], id="absence is said"),
        pytest.param("mdt-resectability", {"valueCodeableConcept": YES}, ["mdt-resectability yes"], id="attested"),
        pytest.param("mdt-resectability", {"valueString": "是"}, ["mdt-resectability yes"], id="attested in a word"),
        pytest.param("mdt-resectability", {"valueString": "否。"}, ["mdt-resectability no"], id="attested: no"),
        pytest.param("mdt-resectability", {"valueString": "无"}, [], id="none is no answer to whether one can"),
        pytest.param("mdt-resectability", {"valueString": "是否可切除待定"}, [], id="a sentence is no answer"),
        pytest.param("second-malignancy", {"valueString": "无"}, ["second-malignancy absent"], id="none, said"),
        pytest.param("second-malignancy", {"valueString": "有"}, ["second-malignancy present"], id="there, said"),
        pytest.param("second-malignancy", {"valueString": "无特殊"}, [], id="nothing special is not none"),
        pytest.param("second-malignancy", {"valueString": "-"}, [], id="a dash for a history"),
        pytest.param("prior-resection", {"valueString": "—"}, [], id="a field that nobody filled in"),
        pytest.param("prior-resection", {"valueString": "--"}, [], id="the same in two dashes"),
        pytest.param("prior-resection", {"valueString": "（-）"}, ["prior-resection absent"], id="a sign in brackets"),
        pytest.param("antineoplastic-drug", {"valueBoolean": False}, ["antineoplastic-drug none"], id="no drug ever"),
        pytest.param(
            "antineoplastic-drug", {"valueBoolean": True}, ["antineoplastic-drug unspecified"], id="some drug"
        ),
        pytest.param(
            "resection-margin", {"valueCodeableConcept": {"text": " r1 "}}, ["resection-margin R1"], id="a spelling"
        ),
        pytest.param("resection-margin", {"valueCodeableConcept": {"text": "R"}}, [], id="half a spelling"),
    ],
)
def test_a_value_is_read_by_the_kind_of_its_concept(name: Any, elements: dict[str, Any], facts: list[str]) -> None:
    assert told(observation(name, **elements)) == facts


@pytest.mark.parametrize(
    ("code", "elements", "facts"),
    [
        pytest.param("2118-8", {"valueCodeableConcept": NEGATIVE}, ["hcg negative"], id="by code"),
        pytest.param("2118-8", {"valueString": "阳性(+)"}, ["hcg positive"], id="in words"),
        pytest.param("21198-7", {"valueQuantity": {"value": 3, "unit": "mIU/mL"}}, [], id="a number needs more"),
        pytest.param(
            "21198-7",
            {"valueQuantity": {"value": 3, "unit": "mIU/mL"}, "interpretation": [concept(INTERPRETATION, "NEG")]},
            ["hcg negative"],
            id="a number with its interpretation",
        ),
        pytest.param("2118-8", {"valueBoolean": True}, ["hcg positive"], id="yes"),
        pytest.param("2118-8", {"valueString": "弱阳性"}, ["hcg equivocal"], id="weakly positive"),
        pytest.param("2118-8", {"interpretation": [concept(INTERPRETATION, "IND")]}, ["hcg equivocal"], id="in doubt"),
        pytest.param(
            "2118-8", {"valueCodeableConcept": concept(ABSENT, "temp-unknown")}, ["hcg pending"], id="awaited"
        ),
        pytest.param("2118-8", {"valueCodeableConcept": concept(ABSENT, "not-performed")}, [], id="not done"),
        pytest.param(
            "2118-8",
            {"valueString": "阴性", "interpretation": [concept(INTERPRETATION, "POS")]},
            ["hcg negative", "hcg positive"],
            id="a value and an interpretation that disagree",
        ),
    ],
)
def test_a_pregnancy_test_is_read_by_its_interpretation(code: str, elements: dict[str, Any], facts: list[str]) -> None:
    assert told(observation(concept(LOINC, code), **elements)) == facts


def _miu(value: float, **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": "mIU/mL", **more}


@pytest.mark.parametrize(
    ("value", "ranges", "facts"),
    [
        pytest.param(_miu(2000), [{"high": _miu(5)}], ["hcg positive"], id="above"),
        pytest.param(_miu(5), [{"low": _miu(0), "high": _miu(5)}], ["hcg negative"], id="the limit itself"),
        pytest.param(_miu(2, comparator="<"), [{"high": _miu(5)}], ["hcg negative"], id="below what is measured"),
        pytest.param(_miu(2, comparator=">"), [{"high": _miu(5)}], ["hcg equivocal"], id="perhaps above"),
        pytest.param(_miu(2000), [{"high": {"value": 5, "unit": "U/L"}}], [], id="another unit"),
        pytest.param(_miu(2000), [{"high": {"value": 5}}], [], id="no unit"),
        pytest.param(_miu(30), [{"low": _miu(25), "high": _miu(7000)}], [], id="the range of a pregnancy"),
        pytest.param(_miu(30), [{"high": _miu(5)}, {"high": _miu(7000)}], [], id="several ranges"),
        pytest.param(_miu(30), [{"high": _miu(7000), "appliesTo": [{"text": "妊娠"}]}], [], id="of the pregnant"),
        pytest.param(_miu(30), [{"high": _miu(9), "type": {"text": "治疗"}}], [], id="not the normal one"),
        pytest.param(_miu(30), [{"text": "<5"}], [], id="in words"),
    ],
)
def test_a_number_of_hcg_is_read_by_the_one_range_beside_it(value: Any, ranges: Any, facts: list[str]) -> None:
    assert told(observation(concept(LOINC, "21198-7"), valueQuantity=value, referenceRange=ranges)) == facts


@pytest.mark.parametrize(
    ("status", "facts"),
    [
        pytest.param("final", ["ihc-mdm2 positive"], id="final"),
        pytest.param("amended", ["ihc-mdm2 positive"], id="amended"),
        pytest.param("corrected", ["ihc-mdm2 positive"], id="corrected"),
        pytest.param("preliminary", ["ihc-mdm2 positive pending"], id="preliminary does not decide"),
        pytest.param("registered", ["ihc-mdm2 positive pending"], id="registered does not decide"),
        pytest.param("cancelled", [], id="cancelled"),
        pytest.param("entered-in-error", [], id="entered in error"),
        pytest.param("unknown", [], id="unknown"),
    ],
)
def test_only_a_final_status_decides(status: str, facts: list[str]) -> None:
    assert told(observation("ihc-mdm2", status=status, valueCodeableConcept=POSITIVE)) == facts


@pytest.mark.parametrize(
    ("name", "reason", "facts"),
    [
        pytest.param("ihc-mdm2", "not-performed", ["ihc-mdm2 not-done"], id="IHC not done"),
        pytest.param("ihc-mdm2", "temp-unknown", ["ihc-mdm2 pending"], id="IHC awaited"),
        pytest.param("fish-mdm2", "not-performed", ["fish-mdm2 not-done"], id="FISH not done"),
        pytest.param("ihc-mdm2", "unknown", [], id="unknown says nothing"),
        pytest.param("tumour-size", "not-performed", [], id="a size not taken is no size"),
    ],
)
def test_a_reason_for_no_value_is_told_as_such(name: str, reason: str, facts: list[str]) -> None:
    sent = observation(name, dataAbsentReason=concept(ABSENT, reason))
    assert told(sent) == facts
    assert read(sent).issues == ()


def test_a_question_without_an_answer_is_told() -> None:
    (issue,) = read(observation("ihc-mdm2")).issues
    assert (issue.severity, issue.code, issue.expression) == ("information", "required", "Observation.value[x]")


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("valueInteger", 0),
        ("valueRange", {"low": {"value": 0, "unit": "%"}, "high": {"value": 1, "unit": "%"}}),
        ("valueRatio", {"numerator": {"value": 0}, "denominator": {"value": 100}}),
        ("valueDateTime", "2024-05-01"),
    ],
)
def test_a_value_of_another_kind_is_none_that_is_missing(element: str, value: Any) -> None:
    for sent in (
        observation("ihc-mdm2", **{element: value}),
        observation({"text": "panel"}, component=[{"code": concept(OWN, "ihc-mdm2"), element: value}]),
    ):
        (issue,) = read(sent).issues
        assert (issue.severity, issue.code, issue.expression.rpartition(".")[2]) == ("warning", "value", element)
        assert ("value", "Observation", "ihc-mdm2", element) in read(sent).not_understood


def test_a_value_that_is_not_understood_is_told_and_counted() -> None:
    reading = read(observation("ihc-mdm2", valueString="see comment"))
    assert [(i.severity, i.code, i.expression) for i in reading.issues] == [
        ("warning", "value", "Observation.valueString")
    ]
    assert reading.not_understood == (("value", "Observation", "ihc-mdm2", "valueString"),)


def test_values_that_are_remembered_keep_what_tells_them_apart() -> None:
    written = ['"value": 1.50', '"value": 1.5', '"value": 1.50, "comparator": "<"', '"value": 1.500000']
    found = []
    for value in (*written, *written):
        sent = raw(observation(concept(LOINC, "33728-7"), valueQuantity={"unit": "cm"}))
        (reading,) = reader()(sent.replace(b'"unit"', f'{value}, "unit"'.encode())).readings
        (size,) = reading.facts
        found.append(f"{size.value.low} {size.value.high}")
    assert found == ["1.50 1.50", "1.5 1.5", "None 1.50", "1.500000 1.500000"] * 2


def test_a_code_nobody_maps_is_counted_and_costs_nothing() -> None:
    reading = read(observation(concept("urn:local", "9"), valueString="ok"))
    assert (reading.fate, reading.facts, reading.issues) == ("read", (), ())
    assert reading.not_understood == (("code", "Observation", "urn:local", "9"),)


PANEL = observation(
    {"text": "immunohistochemistry"},
    component=[
        {"code": concept(OWN, "ihc-mdm2"), "valueCodeableConcept": POSITIVE},
        {"code": {"text": "CDK4"}, "valueString": "(+)"},
        {"code": concept(OWN, "ihc-stat6"), "dataAbsentReason": concept(ABSENT, "not-performed")},
        {"code": concept(LOINC, "33728-7"), "valueQuantity": {"value": 12, "unit": "cm"}},
    ],
)


def test_components_are_read_each_as_if_they_stood_alone() -> None:
    found = {f"{fact.concept} {fact.path}" for fact in read(PANEL).facts}
    assert found == {
        "ihc-mdm2 Observation.component[0].valueCodeableConcept",
        "ihc-cdk4 Observation.component[1].valueString",
        "ihc-stat6 Observation.component[2].dataAbsentReason",
        "tumour-size Observation.component[3].valueQuantity",
    }


def test_components_stand_as_their_observation_does() -> None:
    assert {fact.standing for fact in read({**PANEL, "status": "preliminary"}).facts} == {"pending"}
    assert read({**PANEL, "status": "entered-in-error"}).facts == ()


def test_a_panel_whose_components_answer_needs_no_value() -> None:
    size = observation(
        concept(LOINC, "21889-1"),
        component=[{"code": concept(LOINC, "33728-7"), "valueQuantity": {"value": 12, "unit": "cm"}}],
    )
    assert told(size) == ["tumour-size 12"]
    assert read(size).issues == ()


def test_a_panel_whose_members_answer_needs_no_value() -> None:
    panel = observation("ihc-mdm2", ident="panel", hasMember=[{"reference": "Observation/o1"}])
    member = observation("ihc-mdm2", valueCodeableConcept=POSITIVE)
    assert read(panel).issues == ()
    assert lines(outcome(bundle(panel, member, resource("Patient", "p1")))) == ["ihc-mdm2 positive"]


@pytest.mark.parametrize(
    ("elements", "when", "known"),
    [
        pytest.param({"effectiveDateTime": "2024-03"}, "2024-03", None, id="as it was written"),
        pytest.param(
            {"effectiveDateTime": None, "effectivePeriod": {"start": "2024-01-01", "end": "2024-02-02"}},
            "2024-02-02",
            None,
            id="the end of a period",
        ),
        pytest.param(
            {"effectiveDateTime": None, "issued": "2024-05-02T10:00:00+08:00"},
            "2024-05-02T10:00:00+08:00",
            "2024-05-02T10:00:00+08:00",
            id="the day of issue where nothing else is known",
        ),
        pytest.param({"issued": "2024-05-02T10:00:00+08:00"}, "2024-05-01", "2024-05-02T10:00:00+08:00", id="both"),
        pytest.param({"effectiveDateTime": None}, None, None, id="no date at all"),
    ],
)
def test_a_fact_bears_the_clinical_date_and_the_day_it_was_known(
    elements: dict[str, Any], when: str | None, known: str | None
) -> None:
    (fact,) = read(observation("ihc-mdm2", valueCodeableConcept=POSITIVE, **elements)).facts
    assert (fact.when, fact.known) == (when, known)


@pytest.mark.parametrize(
    ("elements", "facts"),
    [
        pytest.param({"valueCodeableConcept": concept(RESULTS, "1")}, ["ihc-mdm2 positive"], id="its own code"),
        pytest.param({"valueCodeableConcept": concept(RESULTS, "5")}, ["ihc-mdm2 pending"], id="awaited"),
        pytest.param({"valueCodeableConcept": concept(RESULTS, "6")}, [], id="a code for another kind of result"),
        pytest.param({"valueCodeableConcept": POSITIVE}, ["ihc-mdm2 positive"], id="a standard code"),
    ],
)
def test_a_sites_own_codes_are_read_beside_the_standard_ones(elements: dict[str, Any], facts: list[str]) -> None:
    sent = observation(concept(PATHOLOGY_ITEMS, "IHC-MDM2"), **elements)
    assert told(sent, "hospital-a") == facts
    assert told(sent, "hospital-b") == []


def test_the_evidence_names_resource_version_and_mapping() -> None:
    sent = observation("ihc-mdm2", valueCodeableConcept=POSITIVE, meta={"versionId": "3"})
    reading = read(sent)
    (fact,) = reading.facts
    assert (fact.source.site, fact.source.reference, fact.source.version) == ("generic", "Observation/o1", "3")
    assert len(fact.source.mapping) == 12
    assert reading.subject == "Patient/p1"


@pytest.mark.parametrize(
    "elements",
    [
        pytest.param({"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}, id="a modifier"),
        pytest.param({"implicitRules": "urn:x"}, id="implicit rules"),
    ],
)
def test_a_modifier_makes_facts_hedged_and_is_told(elements: dict[str, Any]) -> None:
    sent = observation("ihc-mdm2", valueCodeableConcept=POSITIVE, **elements)
    assert told(sent) == ["ihc-mdm2 positive hedged"]
    assert [issue.code for issue in read(sent).issues] == ["extension"]


def test_a_modifier_of_a_component_makes_facts_hedged() -> None:
    part = {
        "modifierExtension": [{"url": "urn:x", "valueBoolean": True}],
        "code": concept(OWN, "ihc-mdm2"),
        "valueCodeableConcept": POSITIVE,
    }
    assert told(observation({"text": "panel"}, component=[part])) == ["ihc-mdm2 positive hedged"]


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(None, id="no subject"),
        pytest.param({"display": "somebody"}, id="a name only"),
        pytest.param({"reference": "Group/1"}, id="no patient"),
    ],
)
def test_a_result_of_nobody_is_an_error_and_counts_for_nobody(subject: Any) -> None:
    reading = read(observation("ihc-mdm2", valueCodeableConcept=POSITIVE, subject=subject))
    assert reading.subject is None
    assert [(i.severity, i.expression) for i in reading.issues] == [("error", "Observation.subject")]


def test_each_interpretation_that_is_understood_counts() -> None:
    flags = [{"text": "see note"}, concept(INTERPRETATION, "POS")]
    assert told(observation("ihc-mdm2", interpretation=flags)) == ["ihc-mdm2 positive"]
    both = [concept(INTERPRETATION, "NEG"), concept(INTERPRETATION, "POS")]
    assert told(observation("ihc-mdm2", interpretation=both)) == ["ihc-mdm2 negative", "ihc-mdm2 positive"]
    assert told(observation("ihc-mdm2", valueString="阳性", interpretation=[*flags, both[0]])) == [
        "ihc-mdm2 positive",
        "ihc-mdm2 negative",
    ]
