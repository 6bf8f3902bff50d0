"""Issue: wrong or unusable data, as a value. Collected, never raised; never holds a patient's value.

The words are those of FHIR's OperationOutcome: https://hl7.org/fhir/R4/operationoutcome.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Severity = Literal["fatal", "error", "warning", "information"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem of the input.

    ``code`` is a FHIR issue-type (https://hl7.org/fhir/R4/valueset-issue-type.html), ``expression`` the FHIRPath
    of the place, ``text`` a sentence for people. Neither names a patient's value.
    """

    severity: Severity
    code: str
    expression: str
    text: str

    def within(self, place: str) -> Issue:
        """The same problem, seen from the Bundle: ``Observation.x`` becomes ``Bundle.entry[3].resource.x``."""
        _, dot, rest = self.expression.partition(".")
        return replace(self, expression=f"{place}{dot}{rest}")


def worst(issues: list[Issue] | tuple[Issue, ...]) -> Severity | None:
    """The gravest severity among *issues*; None where there are none."""
    order: tuple[Severity, ...] = ("fatal", "error", "warning", "information")
    return next((severity for severity in order if any(issue.severity == severity for issue in issues)), None)
