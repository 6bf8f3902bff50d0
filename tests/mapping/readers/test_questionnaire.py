"""Answers to a questionnaire's questions, known by the questionnaire and linkId or by the question's definition."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ward import OWN, SNOMED, read, resource, told

YES, NO = {"system": SNOMED, "code": "373066001"}, {"system": SNOMED, "code": "373067005"}


def answered(*items: dict[str, Any], status: str = "completed", **elements: Any) -> dict[str, Any]:
    said = {"questionnaire": f"{OWN}|2", "authored": "2024-05-02", **elements}
    return resource("QuestionnaireResponse", status=status, item=list(items), **said)


def item(link: str, **value: Any) -> dict[str, Any]:
    return {"linkId": link, "answer": [value]}


@pytest.mark.parametrize(
    ("given", "facts"),
    [
        pytest.param(item("radiotherapy", valueBoolean=False), ["radiotherapy absent"], id="no"),
        pytest.param(item("radiotherapy", valueCoding=YES), ["radiotherapy present"], id="a coded yes"),
        pytest.param(item("radiotherapy", valueString="否认"), ["radiotherapy absent"], id="words"),
        pytest.param(item("antineoplastic-drug", valueCoding=NO), ["antineoplastic-drug none"], id="no drug ever"),
        pytest.param(item("mdt-resectability", valueBoolean=True), ["mdt-resectability yes"], id="an attestation"),
        pytest.param(item("asa-class", valueInteger=2), ["asa-class 2"], id="a class"),
        pytest.param(item("fnclcc-grade", valueDecimal=2), ["fnclcc-grade 2"], id="a decimal"),
        pytest.param(item("tumour-size", valueQuantity={"value": 120, "unit": "mm"}), ["tumour-size 12"], id="a size"),
        pytest.param(item("last-known-alive", valueDate="2024-04-30"), ["last-known-alive 2024-04-30"], id="a day"),
        pytest.param(item("contraception", valueString="愿意"), ["contraception willing"], id="one of its own words"),
        pytest.param(
            item("I-15", valueBoolean=True), [], id="a criterion is no concept: the screening form is not read"
        ),
        pytest.param({"linkId": "radiotherapy"}, [], id="no answer"),
    ],
)
def test_an_answer_is_read_by_the_kind_of_its_concept(given: dict[str, Any], facts: list[str]) -> None:
    assert told(answered(given)) == facts


def test_a_question_is_known_by_its_definition() -> None:
    given = {"linkId": "7.1", "definition": f"{OWN}#mdt-resectability", "answer": [{"valueBoolean": False}]}
    assert told(answered(given, questionnaire="urn:other")) == ["mdt-resectability no"]


def test_the_linkid_of_another_questionnaire_is_another_question() -> None:
    assert told(answered(item("radiotherapy", valueBoolean=True), questionnaire="urn:other")) == []


def test_items_within_items_and_answers_keep_their_place() -> None:
    inner = {"linkId": "g", "item": [item("radiotherapy", valueBoolean=True)]}
    outer = {"linkId": "q", "answer": [{"valueBoolean": True, "item": [item("metastasis", valueBoolean=True)]}]}
    assert [fact.path for fact in read(answered(inner, outer)).facts] == [
        "QuestionnaireResponse.item[0].item[0].answer[0].valueBoolean",
        "QuestionnaireResponse.item[1].answer[0].item[0].answer[0].valueBoolean",
    ]


@pytest.mark.parametrize(
    ("status", "facts"),
    [
        pytest.param("completed", ["radiotherapy absent"], id="completed"),
        pytest.param("amended", ["radiotherapy absent"], id="amended"),
        pytest.param("in-progress", ["radiotherapy absent pending"], id="not finished"),
        pytest.param("entered-in-error", [], id="in error"),
    ],
)
def test_a_response_counts_as_its_status_says(status: str, facts: list[str]) -> None:
    assert told(answered(item("radiotherapy", valueBoolean=False), status=status)) == facts


def test_an_answer_that_is_not_understood_is_told() -> None:
    reading = read(answered(item("asa-class", valueInteger=9)))
    assert [issue.expression for issue in reading.issues] == ["QuestionnaireResponse.item[0].answer[0].valueInteger"]
