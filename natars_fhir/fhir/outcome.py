"""Issues as an OperationOutcome: the one place where they become FHIR. https://hl7.org/fhir/R4/operationoutcome.html"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from natars_fhir.domain.issue import Issue

_ALL_WELL = Issue("information", "informational", "", "No issues found.")


def operation_outcome(issues: Iterable[Issue]) -> dict[str, Any]:
    """The R4 OperationOutcome that says *issues*; where there are none, it says so."""
    return {"resourceType": "OperationOutcome", "issue": [_said(issue) for issue in issues] or [_said(_ALL_WELL)]}


def _said(issue: Issue) -> dict[str, Any]:
    told: dict[str, Any] = {"severity": issue.severity, "code": issue.code}
    if issue.text:
        told["diagnostics"] = issue.text
    if issue.expression:
        told["expression"] = [issue.expression]
    return told
