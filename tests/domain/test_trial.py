"""The trial file: word for word, complete, and every fault of it told at once."""

from __future__ import annotations

import copy
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.domain.rules import RULES
from natars_fhir.domain.study import Study
from natars_fhir.domain.trial import build
from tests.domain.trial_patients import ask, biopsy, cm, fact, short

PROTOCOL = (Path(__file__).parent / "protocol.txt").read_text(encoding="utf-8")
IDS = [
    *(f"I-{n:02d}" for n in range(1, 10)),
    "I-09r",
    *(f"I-{n}" for n in range(10, 20)),
    *(f"E-0{n}" for n in range(1, 6)),
    *(f"E-06{part}" for part in "abcdef"),
    "E-06",
    *("E-07a", "E-07b", "E-07", "E-08", "E-09a", "E-09b", "E-09c", "E-09", "E-10"),
]
ATTESTED = {"I-15", "I-16", "I-17", "E-06f", "E-08", "E-09c", "E-10"}
DATA = {"I-01", "I-02", "I-03", "I-09", "I-09r", "I-10", "I-11", "I-12", "I-13", "I-18", "E-01", "E-02"}


def test_the_criteria_are_those_of_the_contract(study: Study) -> None:
    assert [criterion.id for criterion in study.criteria] == IDS
    for criterion in study.criteria:
        assert criterion.kind == ("inclusion" if criterion.id.startswith("I") else "exclusion")
        if not criterion.parts:
            expected = (
                "attestation" if criterion.id in ATTESTED else "data" if criterion.id in DATA else "data-or-attestation"
            )
            assert criterion.decided_by == expected, criterion.id
    assert [criterion.id for criterion in study.criteria if criterion.advisory] == ["I-09r"]


def test_every_criterion_is_the_protocols_text_word_for_word(study: Study) -> None:
    for criterion in study.criteria:
        text = criterion.text["en"].replace("[≥]", "=").replace("[≤]", "=")
        place = 0
        for piece in text.split(" … "):
            place = PROTOCOL.find(piece, place)
            assert place >= 0, (criterion.id, piece)


def test_every_restored_sign_is_marked_as_assumed_with_its_reason(study: Study) -> None:
    for criterion in study.criteria:
        restored = [sign for sign in "≥≤" if f"[{sign}]" in criterion.text["en"]]
        told = [one.what for one in criterion.assumed if one.what.startswith("the lost sign is ")]
        assert [what.removeprefix("the lost sign is ")[0] for what in told] == restored, criterion.id
        assert all(one.reason and one.source and not one.confirmed_by for one in criterion.assumed)
    assert [criterion.id for criterion in study.criteria if any(s in criterion.text["en"] for s in "≥≤")] == [
        "I-11",
        "I-13",
        "I-18",
    ]


def test_every_assumption_is_told_in_chinese_too(trial_table: dict[str, Any]) -> None:
    """Those of every setting of the switches."""
    told = [one for row in trial_table["criterion"] for one in row.get("assumed", ())]
    assert len(told) > len(trial_table["criterion"])
    for one in told:
        assert set(one["zh"]) == {"what", "reason", "source"}, one["what"]
        assert all(re.search(r"[\u4e00-\u9fff]", text) for text in one["zh"].values()), one["what"]


def test_what_is_assumed_is_said_in_the_language_asked_for_or_in_english(study: Study) -> None:
    first = next(one for criterion in study.criteria for one in criterion.assumed)
    assert first.said("what", "zh") == first.zh["what"] != first.said("what", "en") == first.what
    assert replace(first, zh={}).said("what", "zh") == first.what


def test_the_trial_tells_who_it_is(study: Study) -> None:
    assert (study.registry_id, study.enrolment, study.start) == ("NCT05844813", 102, "2022-11-01")
    assert [arm.slug for arm in study.arms] == ["neoadjuvant", "surgery-only"]
    assert (len(study.centres), len(study.outcomes), len(study.objectives)) == (7, 8, 3)


def test_every_rule_of_the_registry_asked_for_exists(trial_table: dict[str, Any]) -> None:
    named = {name for row in trial_table["criterion"] for name in row.get("rule", {})}
    assert named <= set(RULES)


SMALL_DDLPS = (biopsy("DDLPS"), fact("tumour-size", cm("8"), method="imaging"))


def test_the_size_rule_can_be_switched_to_all_histologies(study: Study, trial_table: dict[str, Any]) -> None:
    assert short(ask(study, "I-11", *SMALL_DDLPS)) == "yes not-applicable"
    switched, faults = build({**trial_table, "switches": {"size_rule": "ALL_HISTOLOGIES"}})
    assert faults == []
    assert short(ask(switched, "I-11", *SMALL_DDLPS)) == "no"


def test_a_site_may_declare_its_records_complete(trial_table: dict[str, Any]) -> None:
    changed = copy.deepcopy(trial_table)
    row = next(row for row in changed["criterion"] if row["id"] == "I-06")
    row["rule"]["never"]["complete_at"] = ["hospital-a"]
    declared, faults = build(changed)
    assert faults == []
    assert short(ask(declared, "I-06")) == "yes"


def test_a_sites_own_file_may_declare_them_complete(trial_table: dict[str, Any]) -> None:
    study, _ = build(copy.deepcopy(trial_table))
    assert short(ask(study, "I-06")) == "unknown silent"
    assert short(ask(replace(study, complete={"radiotherapy": frozenset({"hospital-a"})}), "I-06")) == "yes"
    assert short(ask(replace(study, complete={"radiotherapy": frozenset({"hospital-b"})}), "I-06")) == "unknown silent"


CRITERION = """
id = "X-1"
kind = "inclusion"
decided_by = "data"
text.en = "x"
text.zh = "x"
"""


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param("rule.agee = { low = 1, high = 2 }", "rule agee is not known; did you mean age?", id="rule"),
        pytest.param("rule.age = { low = 1 }", "rule age: parameter high is missing", id="parameter missing"),
        pytest.param(
            "rule.age = { low = 1, high = 2, hihg = 3 }",
            "rule age: parameter hihg is not known; did you mean high?",
            id="parameter unknown",
        ),
        pytest.param('rule.age = { low = 1, high = "2" }', "rule age: parameter high has a wrong type", id="type"),
        pytest.param(
            'rule.never = { concept = "radiotherapi" }',
            "rule never: concept radiotherapi is not known; did you mean radiotherapy?",
            id="concept",
        ),
        pytest.param(
            'rule.never = { concept = "radiotherapy", excused_by = ["biopsi"] }',
            "rule never: concept biopsi is not known; did you mean biopsy?",
            id="concept in a list",
        ),
        pytest.param('rule.size_at_least = { limit = "ten" }', "rule size_at_least: ", id="a number that is none"),
        pytest.param(
            "rule.sft_risk = { at_least = 6, variables = 5 }",
            "rule sft_risk: variables must be 3 or 4",
            id="a bad value",
        ),
        pytest.param("rule.consented = {}\nrule.metastasis = {}", "one rule must be named", id="two rules"),
        pytest.param('parts = ["X-9"]', "part X-9 does not stand above it", id="a part that is not there"),
        pytest.param(
            'parts = ["X-0"]\nrule.consented = {}', "a composite has parts and no rule", id="parts and a rule"
        ),
        pytest.param(
            "rule.consented = {}\nadvisry = true", "key advisry is not known; did you mean advisory?", id="key"
        ),
        pytest.param('rule.consented = {}\napplies = { is = "LMS" }', "applies must read", id="applies"),
        pytest.param(
            'rule.consented = {}\napplies = { concept = "histology", is = "LMS", when = { size_rul = "x" } }',
            "applies.when: switch size_rul is not known; did you mean size_rule?",
            id="switch of applies",
        ),
        pytest.param('rule.consented = {}\nassumed = [{ what = "x" }]', "assumed 1: reason is missing", id="assumed"),
        pytest.param(
            'rule.consented = {}\nassumed = [{ what = "x", reason = "x", source = "x", zh = { why = "x" } }]',
            "assumed.zh: key why is not known",
            id="assumed-zh",
        ),
    ],
)
def test_a_fault_is_told_with_the_nearest_right_name(row: str, expected: str) -> None:
    _, faults = build(tomllib.loads(f"[[criterion]]{CRITERION}{row}"), {"radiotherapy", "biopsy"})
    assert any(fault.startswith(f"criterion X-1: {expected}") for fault in faults), faults


def test_all_faults_are_told_at_once_and_the_sound_criteria_stand(trial_table: dict[str, Any]) -> None:
    broken = copy.deepcopy(trial_table)
    del broken["title"]
    broken["switches"]["size_rule"] = "SOME"
    broken["switches"]["size"] = "SOME"
    broken["criterion"][0]["kind"] = "maybe"
    broken["criterion"][1]["id"] = "I-03"
    del broken["criterion"][3]["text"]["zh"]
    del broken["arm"][0]["name"]
    del broken["scope"]["family"]
    built, faults = build(broken)
    assert len(built.criteria) == len(IDS) - 3
    for expected in (
        "title is missing",
        "switches: size_rule must be one of LMS_ONLY, ALL_HISTOLOGIES",
        "switches: switch size is not known; did you mean size_rule?",
        "criterion I-01: kind must be one of inclusion, exclusion",
        "criterion I-03: this id is used twice",
        "criterion I-04: text.zh is missing",
        "arm 1: name is missing",
        "scope.family is missing",
    ):
        assert expected in faults


TRIAL: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[2] / "mappings" / "trials" / "natars.toml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("wrong", [5, "x", [], {}, [5], {"x": 5}, [{}], [{"id": 5}]], ids=str)
def test_whatever_stands_in_the_place_of_a_part_it_is_told_and_nothing_is_raised(wrong: Any) -> None:
    for key, value in TRIAL.items():
        faults = build({**TRIAL, key: wrong})[1]
        if type(wrong) is not type(value):
            assert any(fault.startswith(f"{key} must be ") for fault in faults)
