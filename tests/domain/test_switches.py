"""Every open question is a switch: each setting changes what it says it changes, and is told as an assumption."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from natars_fhir.domain.interval import number
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Study
from natars_fhir.domain.switches import SWITCHES
from natars_fhir.domain.trial import build
from tests.domain.trial_patients import ask, biopsy, cm, drug, fact, short

Table = dict[str, Any]
PD1 = (drug("pembrolizumab", "immunotherapy"),)
IN_SITU = (fact("second-malignancy", "suspected", "2022", behaviour="in-situ"),)
OLD_MI = (fact("myocardial-infarction", "present", "2020-01-01"),)
AGAINST = (
    biopsy("DDLPS"),
    fact("ihc-mdm2", "negative"),
    fact("ihc-cdk4", "positive"),
    fact("fish-mdm2", "amplified"),
)
SFT = (
    biopsy("SFT"),
    fact("birth-date", "1950-01-01"),
    fact("tumour-size", cm("12"), "2024-05-01"),
    fact("mitoses-per-10hpf", number("4", "{mitoses}/10.[HPF]")),
    fact("necrosis-percent", number("20", "%")),
)
INFECTED = (fact("severe-infection", "present", "2024-05-15"),)
TEST = (fact("sex", "female"), fact("hcg", "negative", "2024-06-04"))
SMALL = (biopsy("UPS"), fact("tumour-size", cm("8"), "2024-05-01"))

#: switch → criterion, facts, and the answer under each setting, in the order of the settings
SHOWN: dict[str, tuple[str, tuple[Fact, ...], tuple[str, ...]]] = {
    "size_rule": ("I-11", SMALL, ("yes not-applicable", "no")),
    "sft_model": ("I-13", SFT, ("yes", "no")),
    "pd1_antibodies": ("I-07", PD1, ("unknown needs-attestation", "no", "unknown silent")),
    "in_situ": ("I-08", IN_SITU, ("unknown imprecise", "no", "unknown silent")),
    "six_months": ("E-06b", OLD_MI, ("no", "yes")),
    "one_month": ("E-07a", INFECTED, ("yes", "yes")),
    "month": ("E-07a", INFECTED, ("yes", "unknown needs-attestation", "unknown needs-attestation")),
    "stain_against_gene": ("I-09", AGAINST, ("unknown conflicting", "no", "yes")),
    "pregnancy_test": ("E-09a", TEST, ("unknown silent", "no", "no")),
}
SETTINGS = [(name, setting) for name, settings in SWITCHES.items() for setting in settings]


def switched(table: Table, name: str, setting: str) -> Study:
    changed = copy.deepcopy(table)
    changed["switches"][name] = setting
    study, faults = build(changed)
    assert faults == []
    return study


@pytest.mark.parametrize(("name", "setting"), SETTINGS)
def test_each_setting_answers_as_it_says(trial_table: Table, name: str, setting: str) -> None:
    criterion, facts, expected = SHOWN[name]
    study = switched(trial_table, name, setting)
    assert short(ask(study, criterion, *facts)) == expected[SWITCHES[name].index(setting)]
    assert study.switches[name] == setting


@pytest.mark.parametrize(("name", "setting"), SETTINGS)
def test_what_a_setting_assumes_is_told_with_the_criterion(trial_table: Table, name: str, setting: str) -> None:
    def told(chosen: str) -> set[str]:
        study = switched(trial_table, name, chosen)
        return {one.what for c in study.criteria if c.id == SHOWN[name][0] for one in c.assumed}

    for other in set(SWITCHES[name]) - {setting}:
        assert told(setting) - told(other)


def test_a_pd1_antibody_counts_for_both_of_its_lines(trial_table: Table) -> None:
    study = switched(trial_table, "pd1_antibodies", "TARGETED")
    assert [short(ask(study, one, *PD1)) for one in ("I-07", "E-05")] == ["no", "yes"]


def test_a_month_ahead_is_for_people_to_say(trial_table: Table) -> None:
    study = switched(trial_table, "one_month", "LOOKS_AHEAD")
    planned = fact("surgery", "present", "2024-06-01", reference="Procedure/other")
    assert short(ask(study, "E-07b", planned)) == "unknown needs-attestation"
    assert ask(study, "E-07b", planned).facts == (planned,)


def test_the_file_names_every_switch_and_starts_with_what_is_assumed(trial_table: Table) -> None:
    assert trial_table["switches"] == {name: settings[0] for name, settings in SWITCHES.items()}


def test_a_switch_that_is_not_named_has_its_first_setting(trial_table: Table) -> None:
    bare = {key: value for key, value in trial_table.items() if key != "switches"}
    study, faults = build(bare)
    assert (faults, study.switches) == ([], {name: settings[0] for name, settings in SWITCHES.items()})


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            {"when": {"pd1_antibody": "TARGETED"}},
            "switched 1.when: switch pd1_antibody is not known; did you mean pd1_antibodies?",
        ),
        (
            {"when": {"pd1_antibodies": "YES"}},
            "switched 1.when: pd1_antibodies must be one of ASK_PEOPLE, TARGETED, NOT_TARGETED",
        ),
        ({"when": {}}, "switched 1: when is missing"),
        ({"rule": {}}, "one rule must be named"),
        ({"whenn": {}}, "switched 1: key whenn is not known; did you mean when?"),
    ],
)
def test_a_fault_of_a_rule_that_is_not_chosen_is_told(trial_table: Table, change: Table, fault: str) -> None:
    table = copy.deepcopy(trial_table)
    row = next(one for one in table["criterion"] if one["id"] == "I-07")
    row["switched"][0] |= change
    study, faults = build(table)
    assert faults == [f"criterion I-07: {fault}"]
    assert "I-07" not in [one.id for one in study.criteria]


@pytest.mark.parametrize("word", ["judge", ""])
def test_a_word_that_settles_nothing_is_a_fault(trial_table: Table, word: str) -> None:
    table = copy.deepcopy(trial_table)
    rows = {one["id"]: one["rule"] for one in table["criterion"] if "rule" in one}
    rows["I-09"]["expressed"]["contradiction"] = word
    rows["I-08"]["never"]["in_situ"] = word
    assert [fault.split(":")[0] for fault in build(table)[1]] == ["criterion I-08", "criterion I-09"]
