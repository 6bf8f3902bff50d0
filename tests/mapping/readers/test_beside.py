"""A code and its own words that say different things: both are told, and nobody decides for one of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ward import ICD_O, INTERPRETATION, LOINC, SNOMED, concept, observation, read, told

POSITIVE, NEGATIVE = (SNOMED, "10828004"), (SNOMED, "260385009")
YES, NO = (SNOMED, "373066001"), (SNOMED, "373067005")


@pytest.mark.parametrize(
    ("name", "code", "text", "facts"),
    [
        pytest.param("ihc-mdm2", POSITIVE, "阴性", ["ihc-mdm2 negative", "ihc-mdm2 positive"], id="a stain"),
        pytest.param(
            "ihc-mdm2", POSITIVE, "±", ["ihc-mdm2 equivocal hedged", "ihc-mdm2 positive hedged"], id="words of doubt"
        ),
        pytest.param(
            "fish-mdm2", POSITIVE, "未见扩增", ["fish-mdm2 not-amplified", "fish-mdm2 amplified"], id="a gene"
        ),
        pytest.param("metastasis", NO, "有", ["metastasis present", "metastasis absent"], id="there, and not"),
        pytest.param(
            "mdt-resectability", YES, "否", ["mdt-resectability no", "mdt-resectability yes"], id="yes and no"
        ),
        pytest.param("asa-class", (SNOMED, "413495001"), "ASA Ⅳ级", ["asa-class 4", "asa-class 1"], id="two classes"),
        pytest.param(
            "histology", (ICD_O, "8890/3"), "去分化脂肪肉瘤", ["histology DDLPS", "histology LMS"], id="two types"
        ),
        pytest.param(
            "histology", (ICD_O, "8890/3"), "平滑肌瘤", ["histology OTHER", "histology LMS"], id="a benign one"
        ),
        pytest.param(
            "histology",
            (ICD_O, "8858/3"),
            "高分化脂肪肉瘤",
            ["histology WDLPS hedged", "histology DDLPS hedged"],
            id="two that may be parts of one tumour",
        ),
    ],
)
def test_words_that_say_something_else_are_told_beside_the_code(
    name: str, code: tuple[str, str], text: str, facts: list[str]
) -> None:
    sent = observation(name, valueCodeableConcept=concept(*code, text=text))
    assert told(sent) == facts
    (issue,) = read(sent).issues
    assert (issue.severity, issue.expression) == ("warning", "Observation.valueCodeableConcept")
    assert read(sent).facts[0].path == "Observation.valueCodeableConcept.text"


@pytest.mark.parametrize(
    ("name", "code", "text", "facts"),
    [
        pytest.param("ihc-mdm2", POSITIVE, "阳性（+++）", ["ihc-mdm2 positive"], id="the same"),
        pytest.param("ihc-mdm2", POSITIVE, "见附页", ["ihc-mdm2 positive"], id="words that nobody understands"),
        pytest.param("asa-class", (SNOMED, "413497009"), "ASA Ⅲ级", ["asa-class 3"], id="the same class"),
        pytest.param("asa-class", (SNOMED, "413497009"), "3级", ["asa-class 3"], id="the same class in a digit"),
        pytest.param("metastasis", NO, "否", ["metastasis absent"], id="no"),
        pytest.param("histology", (ICD_O, "8890/3"), "平滑肌肉瘤", ["histology LMS"], id="the same type"),
        pytest.param("histology", (ICD_O, "8890/3"), "肉瘤", ["histology LMS"], id="a sarcoma of no type"),
        pytest.param("histology", (ICD_O, "8800/3"), "平滑肌肉瘤", ["histology SARCOMA-NOS"], id="a code of no type"),
        pytest.param("metastasis", NO, "术前影像学评估：" * 6 + "有", ["metastasis absent"], id="a long text"),
    ],
)
def test_words_that_say_the_same_or_nothing_change_nothing(
    name: str, code: tuple[str, str], text: str, facts: list[str]
) -> None:
    sent = observation(name, valueCodeableConcept=concept(*code, text=text))
    assert (told(sent), read(sent).issues) == (facts, ())


def test_words_that_were_met_beside_one_code_are_weighed_beside_another() -> None:
    once = ("阳性（弱+）", "阳性")
    for text in (*once, *once):
        for code, facts in ((POSITIVE, ["ihc-cdk4 positive"]), (NEGATIVE, ["ihc-cdk4 positive", "ihc-cdk4 negative"])):
            assert told(observation("ihc-cdk4", valueCodeableConcept=concept(*code, text=text))) == facts


def test_a_component_is_weighed_by_its_own_words() -> None:
    part = {"code": {"text": "MDM2"}, "valueCodeableConcept": concept(*POSITIVE, text="阴性")}
    paths = [fact.path for fact in read(observation({"text": "panel"}, component=[part])).facts]
    place = "Observation.component[0].valueCodeableConcept"
    assert paths == [f"{place}.text", place]


@pytest.mark.parametrize(
    ("flag", "facts"),
    [
        pytest.param("POS", ["metastasis absent", "metastasis present"], id="against it"),
        pytest.param("NEG", ["metastasis absent"], id="with it"),
        pytest.param("H", ["metastasis absent"], id="neither"),
    ],
)
def test_a_flag_against_what_is_there_or_not_stands_beside_it(flag: str, facts: list[str]) -> None:
    flags = [concept(INTERPRETATION, flag)]
    assert told(observation("metastasis", valueBoolean=False, interpretation=flags)) == facts
    assert told(observation("metastasis", interpretation=flags)) == []


@pytest.mark.parametrize(
    ("value", "facts"),
    [
        pytest.param({"value": 100, "unit": "cm"}, ["tumour-size 100"], id="as large as can be"),
        pytest.param({"value": 1200, "unit": "mm"}, [], id="larger, in another unit"),
        pytest.param({"value": 120, "unit": "cm"}, [], id="millimetres, told as centimetres"),
    ],
)
def test_no_tumour_is_as_large_as_a_man(value: dict[str, Any], facts: list[str]) -> None:
    sent = observation(concept(LOINC, "33728-7"), valueQuantity=value)
    assert (told(sent), len(read(sent).issues)) == (facts, int(not facts))


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("肿瘤大小", True),
        ("最大径", True),
        ("肿瘤标本大小", True),
        ("淋巴结大小", False),
        ("肺转移灶大小", False),
        ("穿刺组织长度", False),
        ("Lymph node size", False),
        ("Core length", False),
        ("Score", True),
    ],
)
def test_a_measure_that_is_called_by_another_thing_is_not_the_tumours(name: str, counts: bool) -> None:
    size = {"valueQuantity": {"value": 12, "unit": "cm"}}
    whole = observation(concept(LOINC, "21889-1", text=name), **size)
    assert (told(whole) == ["tumour-size 12"], bool(read(whole).issues)) == (counts, not counts)
    part = {"code": concept(LOINC, "33728-7", text="最大径"), **size}
    of_panel = observation(concept(LOINC, "21889-1", text=name), component=[part])
    assert (told(of_panel) == ["tumour-size 12"]) is counts
