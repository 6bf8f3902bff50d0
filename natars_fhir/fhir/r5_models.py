"""One R5 resource against the models of fhir.resources: every problem that they and its shapes show.

What it holds of other resources is left out: each stands for itself, and an unknown type would upset the models.
What a model says of a problem may hold the value, so its sentences are our own. The models know neither R5's required
codes nor its invariants; of the types that we read, the walker sees the former once they are R4 (`validate`).
https://hl7.org/fhir/R5/resourcelist.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import ValidationError

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.inner import alone
from natars_fhir.fhir.r5_shapes import Model, model, shapes

_NAME = re.compile(r"_?[A-Za-z][A-Za-z0-9]*")

_CHOICE = "There is one and only one of a choice of types."
#: pydantic's error types, by what they begin with → FHIR's issue-type and what we say
_SENTENCES = (
    ("missing", "required", "The element is required."),
    ("model_field_validation.missing", "required", "The element is required."),
    ("list_type", "structure", "null says nothing here: leave the entry out."),
    ("model_validation_format", "structure", "Something else is expected here."),
    ("greater_than", "value", "The number is out of the range of its type."),
    ("less_than", "value", "The number is out of the range of its type."),
)
_OTHER = ("value", "The value does not have the form of its type.")
#: unknown names are told by the shapes, which repeat none; R5 allows every UUID, the models those of version 4 alone
_LEFT_OUT = ("extra_forbidden", "uuid_version")


def problems(resource: Node) -> list[Issue]:
    """Every problem of a resource by itself; expressions start with its type, and no text holds a value."""
    kind = resource.get("resourceType")
    if kind is None:
        return [Issue("error", "required", "Resource", "A resource says its type in resourceType.")]
    found = model(kind) if isinstance(kind, str) else None
    if found is None or not isinstance(kind, str):
        return [Issue("error", "structure", "Resource", "R5 has no resource type of this name.")]
    told = list(shapes(resource, found, kind))
    places = {issue.expression for issue in told}
    more = _by_model(resource, found, kind)
    seen = (issue for issue in more if issue.text == _CHOICE or issue.expression not in places)
    return list(dict.fromkeys((*told, *seen)))


def _by_model(resource: Node, found: Model, kind: str) -> Iterator[Issue]:
    try:
        found.model_validate(alone(resource))
    except ValidationError as faults:
        for fault in faults.errors(include_url=False, include_context=False, include_input=False):
            if fault["type"] not in _LEFT_OUT:
                yield _issue(fault["type"], fault["msg"], kind + _place(fault["loc"]))
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        yield Issue("error", "structure", kind, "This cannot be read as R5.")


def _issue(fault: str, message: str, place: str) -> Issue:
    """One fault in our words; the model's *message* tells choices from values, and is not repeated."""
    if fault == "value_error" and "from this list" in message:
        return Issue("error", "structure", place, _CHOICE)
    code, text = next(((code, text) for begins, code, text in _SENTENCES if fault.startswith(begins)), _OTHER)
    return Issue("error", code, place, text)


def _place(steps: tuple[int | str, ...]) -> str:
    """Where it is, as FHIRPath: of names only such as R5 may have, and of an unknown one only what holds it."""
    place = ""
    for step in steps:
        if isinstance(step, int):
            place += f"[{step}]"
        elif step != "root" and _NAME.fullmatch(step):
            place += "." + step.removeprefix("_")
    return place
