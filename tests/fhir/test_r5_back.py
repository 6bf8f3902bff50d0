"""What hospitals send in R4 is R5 when it is read at a base of R5, and says the same."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.fhir.r5 import to_r4, to_r5
from natars_fhir.fhir.r5_back import TYPES
from natars_fhir.fhir.r5_models import problems
from natars_fhir.fhir.versions import detect

Node = dict[str, Any]
FIXTURES = Path(__file__).parents[2] / "fixtures"

#: What the fixtures leave out: R4 → R5.
PAIRS: list[tuple[Node, Node]] = [
    (
        {"resourceType": "Procedure", "reasonCode": [{"text": "a"}], "reasonReference": [{"reference": "Condition/1"}]},
        {
            "resourceType": "Procedure",
            "reason": [{"concept": {"text": "a"}}, {"reference": {"reference": "Condition/1"}}],
        },
    ),
    (
        {"resourceType": "Condition", "recorder": {"display": "r"}, "evidence": [{"code": [{"text": "e"}]}]},
        {
            "resourceType": "Condition",
            "evidence": [{"concept": {"text": "e"}}],
            "participant": [
                {
                    "function": {
                        "coding": [
                            {
                                "system": "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
                                "code": "enterer",
                            }
                        ]
                    },
                    "actor": {"display": "r"},
                }
            ],
            "clinicalStatus": {
                "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "unknown"}]
            },
        },
    ),
    (
        {"resourceType": "DiagnosticReport", "presentedForm": [{"size": 7}], "imagingStudy": [{"display": "CT"}]},
        {"resourceType": "DiagnosticReport", "presentedForm": [{"size": "7"}], "study": [{"display": "CT"}]},
    ),
    (
        {
            "resourceType": "MedicationRequest",
            "dosageInstruction": [{"asNeededBoolean": True}],
            "performer": {"display": "p"},
        },
        {
            "resourceType": "MedicationRequest",
            "dosageInstruction": [{"asNeeded": True}],
            "performer": [{"display": "p"}],
        },
    ),
    (
        {
            "resourceType": "Medication",
            "form": {"text": "f"},
            "ingredient": [{"itemReference": {"reference": "Medication/2"}}],
        },
        {
            "resourceType": "Medication",
            "doseForm": {"text": "f"},
            "ingredient": [{"item": {"reference": {"reference": "Medication/2"}}}],
        },
    ),
    (
        {"resourceType": "Observation", "valueSampledData": {"period": 5, "origin": {"value": 1}}},
        {
            "resourceType": "Observation",
            "valueSampledData": {"interval": 5, "intervalUnit": "ms", "origin": {"value": 1}},
        },
    ),
]


CASES = sorted(path for path in FIXTURES.glob("*/*/bundle.json"))


@cache
def kept(path: Path) -> list[Node]:
    """Every R4 resource of a fixture whose type is kept."""
    found = [entry.get("resource", {}) for entry in json.loads(path.read_text("utf-8")).get("entry", ())]
    return [one for one in found if one.get("resourceType") in TYPES and detect(one) != "R5"]


def test_almost_every_type_is_among_what_is_tried() -> None:
    kinds = {one["resourceType"] for path in CASES for one in kept(path)}
    assert kinds >= TYPES - {"List", "Medication"}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_what_was_sent_in_r4_is_sound_r5_and_comes_back(path: Path) -> None:
    for sent in kept(path):
        told, _ = to_r5(sent)
        assert detect(told) in (None, "R5")
        before = {(issue.code, issue.expression) for issue in problems(sent)}
        assert [issue for issue in problems(told) if (issue.code, issue.expression) not in before] == []
        back, _ = to_r4(told)
        assert without(back) == without(sent)


#: What R5 must say and R4 need not; and what one of them cannot say: a consent's hour, its policy's authority, that it
#: was rejected.
_LOST = {"clinicalStatus", "extension", "statusReason", "_status"}
_LOST_OF = {"Consent": {"policy", "dateTime", "status"}}


def without(node: Node) -> Node:
    lost = _LOST | _LOST_OF.get(node["resourceType"], set())
    return {name: value for name, value in node.items() if name not in lost}


@pytest.mark.parametrize(("four", "five"), PAIRS, ids=[four["resourceType"] for four, _ in PAIRS])
def test_what_comes_together_or_apart(four: Node, five: Node) -> None:
    assert to_r5(four) == (five, [])
    back, _ = to_r4(five)
    assert without(back) == without(four)


@pytest.mark.parametrize(
    ("status", "five", "adherence"),
    [
        ("active", "recorded", "taking"),
        ("not-taken", "recorded", "not-taking"),
        ("stopped", "recorded", "stopped"),
        ("completed", "recorded", None),
        ("intended", "draft", None),
        ("entered-in-error", "entered-in-error", None),
    ],
)
def test_whether_a_drug_is_taken_is_told_beside_the_status(status: str, five: str, adherence: str | None) -> None:
    told, _ = to_r5({"resourceType": "MedicationStatement", "status": status})
    assert told["status"] == five
    assert (told["adherence"]["code"]["coding"][0]["code"] if "adherence" in told else None) == adherence


@pytest.mark.parametrize("status", ["active", "completed", "intended", "not-taken", "on-hold", "stopped", "unknown"])
def test_the_status_of_a_drug_comes_back_as_it_was(status: str) -> None:
    told, _ = to_r5({"resourceType": "MedicationStatement", "status": status})
    assert to_r4(told)[0]["status"] == status


def test_what_adherence_says_counts_before_the_status_that_was_sent_along() -> None:
    told, _ = to_r5({"resourceType": "MedicationStatement", "status": "completed"})
    adherence = {"code": {"coding": [{"code": "not-taking"}]}}
    assert to_r4(told | {"adherence": adherence})[0]["status"] == "not-taken"


def test_the_root_of_a_consent_is_its_decision() -> None:
    system = "http://terminology.hl7.org/CodeSystem/consentscope"
    four = {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"system": system, "code": "research"}]},
        "category": [{"text": "c"}],
        "patient": {"reference": "Patient/1"},
        "dateTime": "2024-03-01T10:00:00+08:00",
        "policyRule": {"text": "p"},
        "provision": {
            "type": "permit",
            "period": {"start": "2024"},
            "provision": [{"type": "deny", "purpose": [{"code": "x"}]}],
        },
    }
    five, _ = to_r5(four)
    assert (five["decision"], five["period"], five["date"]) == ("permit", {"start": "2024"}, "2024-03-01")
    assert problems(five) == []
    back, _ = to_r4(five)
    assert back == {**four, "dateTime": "2024-03-01"}
