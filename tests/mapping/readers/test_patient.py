"""Patient: what is told of the person; a record that is out of use is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ward import read, resource


@pytest.mark.parametrize(
    ("elements", "told"),
    [
        pytest.param({}, [], id="nothing is said"),
        pytest.param({"active": True}, [], id="in use"),
        pytest.param({"active": False}, ["Patient.active"], id="out of use"),
        pytest.param(
            {"active": False, "link": [{"type": "replaced-by", "other": {"reference": "Patient/2"}}]}, [], id="merged"
        ),
    ],
)
def test_a_record_that_is_out_of_use_counts_and_is_told(elements: dict[str, Any], told: list[str]) -> None:
    found = read(resource("Patient", birthDate="1960-01-01", **elements))
    assert [fact.concept for fact in found.facts] == ["birth-date"]
    assert [issue.expression for issue in found.issues] == told
