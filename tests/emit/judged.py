"""What outside judges say of a resource that we emit, in R4 and in R5; each of them missed something another caught."""

from __future__ import annotations

import copy
import re
from typing import Any

import fhirkit
from fhir.resources import get_fhir_model_class as r5_model
from fhir.resources.R4B import get_fhir_model_class as r4_model
from pyfhircheck import Validator
from pyfhircheck.config import ValidatorConfig

from natars_fhir.fhir.check import check
from natars_fhir.fhir.versions import VERSIONS, detect

#: Where pyfhircheck is wrong: it takes `text`, `language` and `description` for elements of resources alone, knows no
#: Questionnaire but those it is given, does not follow "#" out of a contained resource (R4's dom-3 allows it), and
#: takes a required element for absent that says by an extension why it has no value; and of a Task's statuses it knows
#: some alone (https://hl7.org/fhir/R4/valueset-task-status.html).
MISTAKEN = re.compile(
    r"Unknown element .*\._?(text|language|description)$"
    r"|QuestionnaireResponse\.questionnaire .* could not be resolved"
    r"|Contained reference # does not resolve"
    r"|Provenance\.recorded is required"
    r"|Code '(completed|rejected|cancelled)' is not in required ValueSet _r4b_status"
)

_validator = Validator(ValidatorConfig(allow_unknown_extensions=True))


def faults(resource: dict[str, Any]) -> list[str]:
    """Everything that anybody finds wrong with a resource in R4, or with what is made of it in R5."""
    kind = resource["resourceType"]
    found = [f"ours: {issue.expression}: {issue.text}" for issue in check(resource)]
    found += [f"fhirkit: {issue}" for issue in fhirkit.validate(resource)]
    told = _validator.validate_resource(copy.deepcopy(resource)).errors
    found += [f"pyfhircheck: {issue.message}" for issue in told if not MISTAKEN.search(issue.message)]
    found += _model(r4_model(kind), resource)
    r5, lost = VERSIONS["R5"].from_r4(resource)
    return found + [f"to R5: {issue}" for issue in lost] + _model(r5_model(kind), r5)


def in_r5(resource: dict[str, Any]) -> dict[str, Any]:
    """The same resource in R5, which nobody takes for R4."""
    made, lost = VERSIONS["R5"].from_r4(resource)
    assert lost == []
    assert detect(made) in ("R5", None)
    return made


def _model(model: Any, resource: dict[str, Any]) -> list[str]:
    try:
        model(**copy.deepcopy(resource))
    except ValueError as wrong:
        return [f"fhir.resources: {wrong}"]
    return []
