"""Single resources are taken in together; what says something as a whole stays by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from natars_fhir.service.ingest.arrival import arrive
from natars_fhir.service.ingest.gathering import gathered
from tests.service.hospital import born_on_30_february, bundle, condition, encounter, patient, reader

BATCH = bundle("batch", patient("9"))
WRAPPED = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": patient("8")}]}


def sizes(*documents: Any) -> list[int]:
    raws = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in documents]
    return [len(one.arrived) for one in gathered(arrive(raw, reader(), 100) for raw in raws)]


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([patient()], [1], id="one"),
        pytest.param([patient(), condition(), encounter()], [3], id="resources, of a type that nobody reads too"),
        pytest.param([patient(), BATCH, condition(), condition("c2")], [1, 1, 2], id="a Bundle among them"),
        pytest.param([patient(), born_on_30_february(), condition()], [1, 1, 1], id="one that cannot be read"),
        pytest.param([patient(), b"{", condition()], [1, 0, 1], id="one that is no JSON"),
        pytest.param([patient(), WRAPPED, condition()], [1, 1, 1], id="one in Parameters"),
    ],
)
def test_runs_of_readable_resources_are_one(documents: list[Any], expected: list[int]) -> None:
    assert sizes(*documents) == expected


def test_the_order_and_the_bytes_stay() -> None:
    raws = [json.dumps(one).encode() for one in (patient(), condition(), condition("c2"))]
    (one,) = gathered(arrive(raw, reader(), 100) for raw in raws)
    assert [each.raw for each in one.arrived] == raws
    assert [reading.key for reading in one.document.readings] == ["Patient/1", "Condition/c1", "Condition/c2"]
    assert (one.asked, one.refused_whole, one.answered_each) == (3, (), False)
