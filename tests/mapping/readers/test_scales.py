"""An ASA class is no ECOG status: where the other scale is named, by code or in words, nothing is read, and told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ward import LOINC, OWN, SNOMED, concept, line, observation, read, resource

ASA, ECOG = concept(SNOMED, "302132005"), concept(LOINC, "89247-1")
ASA_3, ECOG_1 = concept(SNOMED, "413497009"), concept(SNOMED, "422512005")


def both(*concepts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"coding": [coding for one in concepts for coding in one["coding"]], **more}


@pytest.mark.parametrize(
    ("code", "value", "facts"),
    [
        pytest.param(ASA, {"valueCodeableConcept": ASA_3}, ["asa-class 3"], id="its own class"),
        pytest.param(ECOG, {"valueCodeableConcept": ECOG_1}, ["ecog 1"], id="its own status"),
        pytest.param(ECOG, {"valueCodeableConcept": concept(LOINC, "LA9624-3")}, ["ecog 2"], id="LOINC's answer"),
        pytest.param(ASA, {"valueCodeableConcept": ECOG_1}, [], id="an ECOG code for ASA"),
        pytest.param(ECOG, {"valueCodeableConcept": ASA_3}, [], id="an ASA code for ECOG"),
        pytest.param(ASA, {"valueCodeableConcept": both(ECOG, text="1")}, [], id="the question of ECOG as the value"),
        pytest.param(ASA, {"valueString": "ECOG 1"}, [], id="ECOG in the value"),
        pytest.param(ASA, {"valueString": "1分（ECOG）"}, [], id="ECOG behind the value"),
        pytest.param(ECOG, {"valueString": "2级(ASA)"}, [], id="ASA behind the value"),
        pytest.param(ECOG, {"valueString": "ASA3"}, [], id="ASA and its number in one word"),
        pytest.param(
            ASA, {"valueString": "ASA 2级，ECOG 1分"}, ["asa-class 2"], id="both in the value, each by its name"
        ),
        pytest.param(ASA, {"valueQuantity": {"value": 2, "unit": "ECOG"}}, [], id="ECOG as the unit"),
        pytest.param(both(ASA, ECOG), {"valueInteger": 2}, [], id="a question for both"),
        pytest.param(both(ASA, text="ECOG评分"), {"valueInteger": 2}, [], id="a question that is called by the other"),
        pytest.param(both(ECOG, text="ASA分级"), {"valueInteger": 2}, [], id="and the other way round"),
        pytest.param(both(ASA, text="ASA分级"), {"valueInteger": 2}, ["asa-class 2"], id="by its own name"),
        pytest.param(both(ECOG, text="nasal ECOG"), {"valueInteger": 2}, ["ecog 2"], id="a name within a word is none"),
    ],
)
def test_one_scale_is_never_read_as_the_other(code: Any, value: dict[str, Any], facts: list[str]) -> None:
    heard = read(observation(code, **value))
    assert [line(fact) for fact in heard.facts] == facts
    assert [issue.expression.partition("[")[0] for issue in heard.issues] == (
        [] if facts else [f"Observation.{next(iter(value))}"]
    )


@pytest.mark.parametrize(("asked", "facts"), [("ASA分级", ["asa-class 1"]), ("ECOG评分", [])])
def test_in_an_answer_of_a_form_too(asked: str, facts: list[str]) -> None:
    item = {"linkId": "asa-class", "text": asked, "answer": [{"valueInteger": 1}]}
    form = resource("QuestionnaireResponse", status="completed", questionnaire=OWN, item=[item])
    assert [line(fact) for fact in read(form).facts] == facts


@pytest.mark.parametrize(("text", "facts"), [("2", ["asa-class 2"]), ("6", ["asa-class 6"]), ("0", [])])
def test_a_number_in_words_is_of_the_question(text: str, facts: list[str]) -> None:
    assert [line(fact) for fact in read(observation(ASA, valueString=text)).facts] == facts
