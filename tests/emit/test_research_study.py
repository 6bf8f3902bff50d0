"""The trial and its sites say what is registered, in R4 and in R5."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from natars_fhir.emit.research_study import master_study, site_study
from natars_fhir.fhir.r5 import to_r5
from tests.emit.trial import BASE, STUDY

MASTER = master_study(STUDY, BASE)
SITE = site_study(STUDY, "hospital-a", "Hospital A", BASE)
MASTER_R5, _ = to_r5(MASTER)


def codes(concept: Any) -> list[str]:
    return [coding["code"] for coding in concept.get("coding", [])]


def test_the_trial_is_known_by_its_registry_number_and_ours() -> None:
    assert [(one["system"], one["value"]) for one in MASTER["identifier"]] == [
        ("http://clinicaltrials.gov", "NCT05844813"),
        (f"{BASE}/NamingSystem/study", "natars"),
    ]


def test_a_site_study_is_part_of_the_trial_and_known_by_the_site_alone() -> None:
    assert SITE["partOf"][0]["reference"] == f"ResearchStudy/{MASTER['id']}"
    assert SITE["identifier"] == [{"system": f"{BASE}/NamingSystem/site", "value": "hospital-a"}]
    assert SITE["id"] == "natars-hospital-a"
    assert "Hospital A" in SITE["title"]


def test_what_is_registered_is_said_in_r4() -> None:
    assert MASTER["status"] == "active"
    assert MASTER["note"][0]["text"] == "Enrolling by invitation"
    assert codes(MASTER["phase"]) == ["phase-4"]
    assert codes(MASTER["primaryPurposeType"]) == ["treatment"]
    assert MASTER["period"] == {"start": "2022-11-01", "end": "2027-11-01"}
    assert MASTER["sponsor"]["display"] == "Peking University International Hospital"
    assert [arm["name"] for arm in MASTER["arm"]] == ["The Neoadjuvant Therapy Group", "The Surgery only Group"]
    assert [codes(arm["type"]) for arm in SITE["arm"]] == [["experimental"], ["active-comparator"]]
    assert [codes(one["type"]) for one in MASTER["objective"]] == [["primary"], ["secondary"]]


def test_what_r4_has_no_element_for_is_r5s_own() -> None:
    assert MASTER_R5["recruitment"] == {"targetNumber": 102}
    assert codes(MASTER_R5["progressStatus"][0]["state"]) == ["enrolling-by-invitation"]
    assert [arm["linkId"] for arm in MASTER_R5["comparisonGroup"]] == ["neoadjuvant", "surgery-only"]
    assert [one["name"] for one in MASTER_R5["outcomeMeasure"]] == ["3-year PFS", "Cost"]
    assert codes(MASTER_R5["studyDesign"][0]) == ["SEVCO:01005"]
    assert MASTER_R5["label"][0]["value"] == "NATARS"
    assert "extension" not in MASTER_R5


def test_each_hospital_has_one_part_in_the_trial() -> None:
    parties = [(party["name"], codes(party["role"])) for party in MASTER_R5["associatedParty"]]
    assert parties == [
        ("Peking University International Hospital", ["sponsor"]),
        ("Beijing Friendship Hospital", ["collaborator"]),
    ]


@pytest.mark.parametrize("study", [MASTER, SITE, MASTER_R5], ids=["master", "site", "R5"])
def test_the_trial_is_never_called_randomized(study: Any) -> None:
    words = json.dumps(study).lower().replace("non-randomized", "")
    assert "randomi" not in words
    assert "sevco:01003" not in words


@pytest.mark.parametrize(
    ("phase", "known"),
    [("phase-4", ["phase-4"]), ("Phase 2/Phase 3", ["phase-2-phase-3"]), ("N/A", ["n-a"]), ("pilot", []), ("", None)],
)
def test_a_phase_without_a_code_keeps_its_words(phase: str, known: list[str] | None) -> None:
    said = master_study(replace(STUDY, phase=phase), BASE).get("phase")
    assert (said is None) if known is None else (codes(said) == known and said["text"] == phase)


def test_what_the_trial_file_does_not_say_is_not_said() -> None:
    bare = replace(
        STUDY,
        purpose="",
        design=(),
        status_note="",
        primary_completion="",
        condition="",
        sponsor="",
        outcomes=(),
        arms=(),
    )
    made = master_study(bare, BASE)
    assert not {"primaryPurposeType", "note", "condition", "sponsor", "arm"} & set(made)
    r5, _ = to_r5(made)
    assert codes(r5["progressStatus"][0]["state"]) == ["active"]
    assert "outcomeMeasure" not in r5


def test_a_status_that_r5_has_no_code_for_keeps_its_words() -> None:
    r5, _ = to_r5(site_study(replace(STUDY, status_note="On the way"), "a", "A", BASE))
    assert r5["progressStatus"] == [{"state": {"text": "On the way"}}]
