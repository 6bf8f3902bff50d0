"""Every R5 element of every type that we read becomes R4 or is told; nothing is lost, and R4 stays R4."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import fhirkit
import pytest

from natars_fhir.fhir.r5 import READ, to_r4
from natars_fhir.fhir.r5_elements import MOVES
from tests.fhir.r5_samples import Sample, differing, elements, leaves, model

TYPES = sorted(READ - {"Bundle"})
ELEMENTS = [
    (kind, name)
    for kind in TYPES
    for name in elements(kind, kind)
    if name not in ("id", "contained", "extension", "modifierExtension", "implicitRules", "resourceType")
]
#: What R4 says by other words, without loss.
IMPLIED = {
    "Encounter.status",  # completed is finished
    "MedicationRequest.dosageInstruction[0].asNeeded",  # a reason for it says so
    "MedicationStatement.dosage[0].asNeeded",
    "Observation.valueSampledData.intervalUnit",  # R4 counts in milliseconds
    "ResearchSubject.status",  # the record is in force
}


def resource(kind: str, name: str) -> dict[str, Any]:
    """The least that R5 asks for, and one element with everything in it."""
    sample = Sample()
    choice = elements(kind, kind)[name].get("one_of_many")
    least = sample.minimal(kind)
    kept = {
        n: v for n, v in least.items() if not choice or elements(kind, kind).get(n, {}).get("one_of_many") != choice
    }
    return kept | {name: sample.element(kind, name)}


@pytest.mark.parametrize("kind", TYPES)
def test_every_element_that_differs_has_a_row(kind: str) -> None:
    assert [path for path in differing(kind, kind, kind) if path not in MOVES] == []


@pytest.mark.parametrize("datatype", ["Attachment", "Dosage", "SampledData"])
def test_every_datatype_element_that_differs_has_a_row(datatype: str) -> None:
    assert [path for path in differing(datatype, datatype, datatype) if path not in MOVES] == []


def test_every_row_is_of_an_element_that_r5_has() -> None:
    for path in MOVES:
        kind, *names = path.split(".")
        cls = kind
        for name in names[:-1]:
            shown = str(next(f for n, f in model(kind, cls).model_fields.items() if (f.alias or n) == name).annotation)
            cls = re.search(r"abc\.(\w+)Type", shown)[1]  # type: ignore[index]
        assert names[-1] in {f.alias or n for n, f in model(kind, cls).model_fields.items()}, path


@pytest.mark.parametrize(("kind", "name"), ELEMENTS, ids=[f"{kind}.{name}" for kind, name in ELEMENTS])
def test_an_element_is_kept_or_told_and_the_result_is_r4(kind: str, name: str) -> None:
    given = resource(kind, name)
    model(kind, kind)(**copy.deepcopy(given))
    before = copy.deepcopy(given)
    r4, issues = to_r4(given)
    assert given == before
    assert [str(issue) for issue in fhirkit.validate(r4)] == []
    model(kind, kind, "R4B.")(**copy.deepcopy(r4))
    written = json.dumps(r4)
    places = [issue.expression for issue in issues]
    for place, value in leaves(given.get(name), f"{kind}.{name}"):
        assert (
            place in IMPLIED
            or kept(value, written)
            or any(re.match(rf"{re.escape(told)}(\.|\[|$)", place) for told in places)
        ), place
    words = [value for _, value in leaves(given, kind) if isinstance(value, str) and re.fullmatch(r"\S*w\d+w", value)]
    assert not any(word in f"{issue.expression} {issue.text}" for issue in issues for word in words)


def kept(value: Any, written: str) -> bool:
    """Is the value to be found again? The size of an Attachment is a number in R4."""
    return json.dumps(value) in written or (isinstance(value, str) and value.isdigit() and f": {value}" in written)
