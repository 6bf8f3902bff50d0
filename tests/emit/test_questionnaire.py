"""The form asks every criterion in the protocol's words and order, in both languages, and says what is assumed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from natars_fhir.emit.bilingual import TRANSLATION, spoken
from natars_fhir.emit.questionnaire import AS_OF, form_url, questionnaire, reason_link, said_link
from tests import ward
from tests.emit.judged import faults, in_r5

BASE = "https://trial.example.org/fhir"
STUDY = ward.mappings().study
FORM = questionnaire(STUDY, BASE)
QUESTIONS = {one["linkId"]: one for group in FORM["item"] for one in group.get("item", [])}


def every(node: Any, name: str) -> list[Any]:
    """What stands under *name*, wherever it does."""
    if isinstance(node, list):
        return [found for one in node for found in every(one, name)]
    if not isinstance(node, dict):
        return []
    return ([node[name]] if name in node else []) + [found for one in node.values() for found in every(one, name)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_form_is_valid_in_r4_and_r5(language: str) -> None:
    assert faults(spoken(FORM, language)) == []


def test_it_stands_at_its_canonical_address_with_the_version_of_its_words() -> None:
    assert (FORM["url"], FORM["url"]) == (f"{BASE}/Questionnaire/natars-screening", form_url(STUDY, BASE))
    first = replace(STUDY.criteria[0], text={"en": "19 Years to 75 Years"})
    other = questionnaire(replace(STUDY, criteria=(first, *STUDY.criteria[1:])), BASE)
    assert questionnaire(STUDY, BASE) == FORM
    assert other["version"] != FORM["version"]


def test_every_criterion_is_a_question_under_its_id_in_the_protocols_order() -> None:
    assert [group["linkId"] for group in FORM["item"]] == [AS_OF, "inclusion", "exclusion"]
    assert list(QUESTIONS) == [one.id for one in STUDY.criteria]
    for criterion in STUDY.criteria:
        asked = QUESTIONS[criterion.id]
        assert asked["text"] == criterion.text["en"]
        assert asked["code"] == [{"system": f"{BASE}/CodeSystem/criterion", "code": criterion.id}]
        assert (asked["type"], asked["repeats"]) == ("choice", False)


def test_an_answer_is_yes_no_or_unknown_in_our_own_words() -> None:
    for asked in QUESTIONS.values():
        codings = [one["valueCoding"] for one in asked["answerOption"]]
        assert [one["code"] for one in codings] == ["yes", "no", "unknown"]
        assert {one["system"] for one in codings} == {f"{BASE}/CodeSystem/answer"}


def test_every_text_is_told_in_chinese_too() -> None:
    chinese = spoken(FORM, "zh")
    texts = every(chinese["item"], "text")
    assert len(texts) == len(every(FORM["item"], "text"))
    assert [text for text in texts if not re.search(r"[\u4e00-\u9fff]", text)] == []
    assert chinese["language"] == "zh"


def test_turning_to_chinese_and_back_loses_no_word() -> None:
    chinese = spoken(FORM, "zh")
    translations = [
        dict(_parts(one)) for one in every(chinese, "extension") for one in one if one["url"] == TRANSLATION
    ]
    assert {one["lang"] for one in translations} == {"en"}
    assert {one["content"] for one in translations} >= set(every(FORM["item"], "text"))


def _parts(translation: Any) -> list[tuple[str, str]]:
    return [(part["url"], part.get("valueCode", part.get("valueString"))) for part in translation["extension"]]


def test_beneath_a_question_stand_help_what_the_data_says_and_a_place_for_the_reason() -> None:
    for criterion in STUDY.criteria:
        below = [one["linkId"] for one in QUESTIONS[criterion.id]["item"]]
        own = [] if criterion.parts else [reason_link(criterion.id)]
        assert below == [f"{criterion.id}.help", said_link(criterion.id), *own]
        assert QUESTIONS[criterion.id]["item"][1]["readOnly"] is True


def test_the_help_tells_every_assumption_with_its_source_and_who_decides() -> None:
    for criterion in STUDY.criteria:
        told = QUESTIONS[criterion.id]["item"][0]["text"]
        assert all(one.what in told and one.source in told for one in criterion.assumed)
        assert ("For people alone" in told) == (criterion.decided_by == "attestation" and not criterion.parts)
        assert ("Advice only" in told) == criterion.advisory


def test_the_help_tells_assumptions_in_chinese_beside_it() -> None:
    item = next(QUESTIONS[one.id]["item"][0] for one in STUDY.criteria if one.assumed)
    chinese = item["_text"]["extension"][0]["extension"][1]["valueString"]
    assert "75 岁零 364 天仍为 75 岁（登记平台惯例，方案未写明）" in chinese


def test_what_the_trial_office_confirmed_is_no_assumption_any_more() -> None:
    confirmed = replace(STUDY.criteria[0].assumed[0], confirmed_by="Dr Li, 2024-01-02")
    first = replace(STUDY.criteria[0], assumed=(confirmed,))
    told = questionnaire(replace(STUDY, criteria=(first,)), BASE)["item"][1]["item"][0]["item"][0]["text"]
    assert "confirmed by Dr Li, 2024-01-02" in told
    assert "Assumed" not in told


def test_a_line_of_several_questions_is_worked_out_from_them_and_not_answered() -> None:
    composites = [one for one in STUDY.criteria if one.parts]
    assert [one.id for one in composites] == ["E-06", "E-07", "E-09"]
    for criterion in composites:
        asked = QUESTIONS[criterion.id]
        (worked,) = asked["extension"]
        assert worked["url"].endswith("sdc-questionnaire-calculatedExpression")
        assert asked["readOnly"] is True
        assert all(f"'{part}'" in worked["valueExpression"]["expression"] for part in criterion.parts)


def test_in_r5_a_choice_is_a_coding_and_no_profile_of_r4_is_claimed() -> None:
    made = in_r5(FORM)
    assert set(every(made["item"], "type")) - {"text/fhirpath"} == {"date", "group", "coding", "display", "string"}
    assert "meta" not in made
    assert every(made, "linkId") == every(FORM, "linkId")
