"""The prefilled form holds what the data gives, each answer with its source, and nothing where the data is silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest

from natars_fhir.domain.answer import Answer
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.record import Fact, Source
from natars_fhir.emit.bilingual import spoken
from natars_fhir.emit.prefilled import prefilled
from natars_fhir.emit.provenance import TARGET_ELEMENT
from natars_fhir.emit.questionnaire import questionnaire
from natars_fhir.emit.questionnaire_response import is_told, prefilled_response
from natars_fhir.pipeline import Outcome, run
from tests import ward
from tests.emit.judged import faults, in_r5

BASE = "https://trial.example.org/fhir"
NOW = datetime(2024, 6, 15, 4, tzinfo=UTC)
STUDY = ward.mappings().study
FACT = Fact("asa-class", "2", "2024-06-01", Source("a", "Observation/1"), "Observation.value")


@cache
def found(case: str) -> Outcome:
    site = case.partition("/")[0]
    (one, *_) = run(ward.sent_in(ward.FIXTURES / case), ward.reader(site), STUDY, ward.AS_OF)
    return one


def response(outcome: Outcome, primary: tuple[str, str] | None = None) -> dict[str, Any]:
    return prefilled_response(outcome.screening, STUDY, BASE, NOW, primary)


def answers(made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Criterion id → its item."""
    return {one["linkId"]: one for group in made["item"] for one in group.get("item", [])}


FULL = "hospital-a/every-criterion-decided-lms-candidate"
TEXT = "hospital-b/sft-score-from-words"
OPEN = "hospital-b/stain-negative-gene-amplified"
CASES = pytest.mark.parametrize("case", [FULL, TEXT, OPEN, "hospital-b/not-a-sarcoma"])


@CASES
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_prefilled_form_is_valid_in_r4_and_r5(case: str, language: str) -> None:
    assert faults(spoken(response(found(case)), language)) == []


@CASES
def test_the_answers_are_those_that_a_coordinator_sees(case: str) -> None:
    outcome = found(case)
    shown = prefilled(outcome.screening, outcome.record.facts, outcome.issues)["criteria"]
    given = answers(response(outcome))
    for criterion, finding in outcome.screening.findings:
        if not is_told(finding):
            assert criterion.id not in given
            continue
        (answer,) = given[criterion.id]["answer"]
        assert answer["valueCoding"]["code"] == shown[criterion.id]["answer"]
        (said,) = answer["item"][0]["answer"]
        assert said["valueString"] == shown[criterion.id]["sentence"]["en"]


@pytest.mark.parametrize(
    ("answer", "reason", "facts", "told"),
    [
        pytest.param(Answer.YES, None, (FACT,), True, id="yes"),
        pytest.param(Answer.NO, "not-applicable", (), True, id="does not apply"),
        pytest.param(Answer.UNKNOWN, "conflicting", (FACT,), True, id="conflicting"),
        pytest.param(Answer.UNKNOWN, "pending", (FACT,), True, id="pending"),
        pytest.param(Answer.UNKNOWN, "imprecise", (FACT,), True, id="imprecise"),
        pytest.param(Answer.UNKNOWN, "needs-attestation", (FACT,), True, id="evidence for a person"),
        pytest.param(Answer.UNKNOWN, "needs-attestation", (), False, id="a person, without evidence"),
        pytest.param(Answer.UNKNOWN, "silent", (), False, id="silent"),
        pytest.param(Answer.UNKNOWN, "silent", (FACT,), False, id="silent beside something else"),
        pytest.param(Answer.UNKNOWN, "not-yet", (), False, id="a later phase"),
    ],
)
def test_silence_is_left_empty_and_evidence_that_does_not_decide_is_unknown(
    answer: Answer, reason: Any, facts: tuple[Fact, ...], told: bool
) -> None:
    assert is_told(Finding(answer, reason, Sentence("age"), facts)) is told


def test_an_unknown_and_a_question_that_does_not_apply_say_why() -> None:
    given = answers(response(found(OPEN)))
    told = {
        link: [one["valueCoding"]["code"] for one in item["answer"][0].get("extension", [])]
        for link, item in given.items()
    }
    assert told["I-09"] == ["conflicting"]
    assert told["I-11"] == ["not-applicable"]
    assert told["I-02"] == []


@CASES
def test_every_answer_has_its_provenance_and_every_provenance_its_answer(case: str) -> None:
    made = response(found(case))
    ids = [item["id"] for item in answers(made).values()]
    targets = [one["target"][0] for one in made.get("contained", [])]
    named = [target["extension"][0] for target in targets]
    assert [one["valueUri"] for one in named] == ids
    assert {one["url"] for one in named} <= {TARGET_ELEMENT}
    assert {target["reference"] for target in targets} <= {"#"}


def test_the_provenance_leads_to_the_resource_its_version_the_place_and_the_mapping() -> None:
    made = response(found(TEXT))
    source = {one["id"]: one for one in made["contained"]}["source-I-02"]
    what = [entity["what"] for entity in source["entity"]]
    evidence = next(fact for c, f in found(TEXT).screening.findings if c.id == "I-02" for fact in f.facts if fact.span)
    place = next(one for one in what if one.get("reference", "").startswith(evidence.source.reference))
    told = {part["url"]: next(v for k, v in part.items() if k.startswith("value"))
            for part in place["extension"][0]["extension"]}  # fmt: skip
    assert evidence.span is not None
    assert told == {"path": evidence.path, "start": evidence.span[0], "end": evidence.span[1]}
    mapping = {"system": f"{BASE}/NamingSystem/mapping", "value": evidence.source.mapping}
    assert what[-1] == {"identifier": mapping}
    assert source["agent"][0]["type"]["coding"][0]["code"] == "assembler"
    assert source["recorded"] == "2024-06-15T04:00:00+00:00"


def test_it_is_about_the_hospitals_own_patient_in_progress_and_names_the_forms_version() -> None:
    made, form = response(found(FULL)), questionnaire(STUDY, BASE)
    assert made["subject"] == {"reference": found(FULL).screening.patient.reference}
    assert made["status"] == "in-progress"
    assert made["questionnaire"] == f"{form['url']}|{form['version']}"
    assert made["authored"] == "2024-06-15T04:00:00+00:00"
    assert made["item"][0]["answer"] == [{"valueDate": date(2024, 6, 15).isoformat()}]
    assert "author" not in made


def test_no_words_of_the_form_are_changed() -> None:
    form = {one["linkId"]: one["text"] for group in questionnaire(STUDY, BASE)["item"] for one in group.get("item", [])}
    assert {link: item["text"] for link, item in answers(response(found(FULL))).items()}.items() <= form.items()


def test_in_chinese_the_sentences_are_chinese() -> None:
    made = spoken(response(found(FULL)), "zh")
    (said,) = answers(made)["I-02"]["answer"][0]["item"][0]["answer"]
    assert said["valueString"].startswith("病理类型")
    assert answers(made)["I-02"]["answer"][0]["valueCoding"]["display"] == "是"


def test_in_r5_nothing_but_the_claim_to_a_profile_of_r4_changes() -> None:
    made = response(found(FULL))
    kept = {name: value for name, value in made.items() if name != "meta"}
    assert in_r5(made) == kept


# What people stated


@dataclass(frozen=True)
class Said:
    answer: Answer
    by: str = "Dr Li"
    reason: str = "seen in the outpatient notes"


def filled(case: str, **stated: Said) -> dict[str, Any]:
    """*stated*: criterion ids with _ for -."""
    by_id = {name.replace("_", "-"): one for name, one in stated.items()}
    return prefilled_response(found(case).screening, STUDY, BASE, NOW, None, by_id)


def code(item: dict[str, Any]) -> str:
    return str(item["answer"][0]["valueCoding"]["code"])


def test_what_a_person_stated_stands_in_the_form_with_name_and_reason_and_the_datas_sentence_beside() -> None:
    made = filled(OPEN, I_09=Said(Answer.YES))
    item = answers(made)["I-09"]
    assert code(item) == "yes"
    assert item["extension"][0]["valueReference"] == {"type": "Practitioner", "display": "Dr Li"}
    below = {one["linkId"]: one["answer"][0]["valueString"] for one in item["answer"][0]["item"]}
    assert below["I-09.reason"] == "seen in the outpatient notes"
    (said,) = answers(response(found(OPEN)))["I-09"]["answer"][0]["item"]
    assert below["I-09.said"] == said["answer"][0]["valueString"]
    assert "extension" not in item["answer"][0]
    assert faults(made) == []


def test_the_data_is_the_source_of_its_sentence_and_not_of_a_persons_answer() -> None:
    made = filled(OPEN, I_09=Said(Answer.YES))
    (source,) = [one for one in made["contained"] if one["id"] == "source-I-09"]
    element = source["target"][0]["extension"][0]["valueUri"]
    assert element == answers(made)["I-09"]["answer"][0]["item"][0]["id"] == "I-09.said"


def test_where_the_data_is_silent_a_persons_answer_stands_alone() -> None:
    made = filled(OPEN, I_15=Said(Answer.YES, reason=""))
    item = answers(made)["I-15"]
    assert (code(item), "item" in item["answer"][0]) == ("yes", False)
    assert "source-I-15" not in [one["id"] for one in made["contained"]]
    assert faults(made) == []


@pytest.mark.parametrize(
    ("answers_", "line"),
    [
        ({"E_09a": Answer.NO, "E_09b": Answer.NO, "E_09c": Answer.NO}, "no"),
        ({"E_09a": Answer.UNKNOWN, "E_09b": Answer.YES}, "yes"),
        ({"E_09a": Answer.NO, "E_09b": Answer.NO, "E_09c": Answer.UNKNOWN}, "unknown"),
    ],
)
def test_a_line_of_several_questions_follows_what_people_stated_of_its_parts(
    answers_: dict[str, Answer], line: str
) -> None:
    made = filled(OPEN, **{name: Said(one) for name, one in answers_.items()})
    assert code(answers(made)["E-09"]) == line


def test_a_line_of_which_a_part_is_not_answered_yet_is_left_empty() -> None:
    silent = ward.outcome(ward.bundle(ward.resource("Patient", "p1", gender="female", birthDate="1970")))
    made = prefilled_response(silent.screening, STUDY, BASE, NOW, None, {"E-09b": Said(Answer.NO)})
    assert "E-09b" in answers(made)
    assert "E-09" not in answers(made)
