"""The criteria as a Group and as an EvidenceVariable ask for the same patients as the trial file does."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.emit.evidence_variable import evidence_variable
from natars_fhir.emit.group import group
from natars_fhir.emit.published import published
from tests import ward
from tests.emit.judged import faults, in_r5

BASE = "https://trial.example.org/fhir"
STUDY = ward.mappings().study
GROUP, VARIABLE = group(STUDY, BASE), evidence_variable(STUDY, BASE)
ASKED = [one for one in STUDY.criteria if not one.advisory]


def code(concept: Any) -> str:
    return str(concept["coding"][0]["code"])


@pytest.mark.parametrize("resource", published(STUDY, BASE), ids=lambda one: f"{one['resourceType']}/{one['id']}")
def test_what_is_published_is_valid_in_r4_and_r5_and_the_same_each_time(resource: dict[str, Any]) -> None:
    assert faults(resource) == []
    assert resource in published(STUDY, BASE)


def test_the_group_asks_every_question_that_can_keep_a_patient_out() -> None:
    told = [(code(one["code"]), one["exclude"]) for one in GROUP["characteristic"]]
    assert told == [(one.id, one.kind == "exclusion") for one in ASKED if not one.parts]
    assert {code(one["valueCodeableConcept"]) for one in GROUP["characteristic"]} == {"yes"}


def test_the_group_is_a_definition_and_lists_nobody() -> None:
    assert (GROUP["actual"], "member" in GROUP) == (False, False)
    assert (in_r5(GROUP)["membership"], "actual" in in_r5(GROUP)) == ("definitional", False)


def test_in_r5_a_line_of_several_questions_is_any_of_them() -> None:
    lines = {one["linkId"]: one for one in in_r5(VARIABLE)["characteristic"]}
    within = {part for one in ASKED for part in one.parts}
    assert list(lines) == [one.id for one in ASKED if one.id not in within]
    for criterion in ASKED:
        if criterion.parts:
            combined = lines[criterion.id]["definitionByCombination"]
            assert combined["code"] == "any-of"
            assert [one["linkId"] for one in combined["characteristic"]] == list(criterion.parts)
            assert "definitionCodeableConcept" not in lines[criterion.id]


def test_in_r4_the_same_is_told_by_the_cross_version_extensions() -> None:
    for line in VARIABLE["characteristic"]:
        names = [one["url"].rpartition("EvidenceVariable.characteristic.")[2] for one in line["extension"]]
        combined = (
            ["definitionByCombination"] if code(line["definitionCodeableConcept"]) in ("E-06", "E-07", "E-09") else []
        )
        assert names == ["linkId", *combined]


def test_advice_keeps_nobody_out() -> None:
    assert "I-09r" not in str(GROUP)
    assert "I-09r" not in str(VARIABLE)
