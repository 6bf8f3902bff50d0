"""Issues as an OperationOutcome."""

from __future__ import annotations

import json

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.check import check
from natars_fhir.fhir.outcome import operation_outcome

ISSUES = [
    Issue("fatal", "structure", "", "This is not JSON: see line 1, column 1."),
    Issue("error", "code-invalid", "Bundle.entry[3].resource.status", "This code is not one of final."),
    Issue("warning", "value", "Patient.id", ""),
    Issue("information", "informational", "", "Let go, not checked."),
]


def test_each_issue_keeps_severity_code_place_and_sentence_and_leaves_out_what_is_empty() -> None:
    assert operation_outcome(ISSUES) == {
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": "fatal", "code": "structure", "diagnostics": "This is not JSON: see line 1, column 1."},
            {
                "severity": "error",
                "code": "code-invalid",
                "diagnostics": "This code is not one of final.",
                "expression": ["Bundle.entry[3].resource.status"],
            },
            {"severity": "warning", "code": "value", "expression": ["Patient.id"]},
            {"severity": "information", "code": "informational", "diagnostics": "Let go, not checked."},
        ],
    }


def test_no_issue_is_said_as_information() -> None:
    assert operation_outcome(iter(())) == {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "information", "code": "informational", "diagnostics": "No issues found."}],
    }


@pytest.mark.parametrize("issues", [ISSUES, []], ids=["issues", "none"])
def test_the_outcome_is_valid_fhir(issues: list[Issue]) -> None:
    outcome = operation_outcome(issues)
    OperationOutcome.model_validate_json(json.dumps(outcome))
    assert check(outcome) == []
