"""What a server does not say it can do is not asked of it, and whatever it says, nothing is raised."""

from __future__ import annotations

import json
from typing import Any

import pytest

from natars_fhir.service.pull.offered import Offered, offered
from tests.service.pull.ward import capability


def test_what_is_offered_of_each_type() -> None:
    told = capability(Patient={"searchInclude": ["Patient:link"], "searchRevInclude": ["*"]})
    found = offered(json.dumps(told).encode())
    assert found["Condition"] == Offered(sorted=True)
    assert found["Patient"].includes("Patient:link")
    assert not found["Patient"].includes("Patient:organization")
    assert found["Patient"].revincludes("Observation:subject")


def test_a_parameter_of_every_type_counts_for_each() -> None:
    rest = {"searchParam": [{"name": "_lastUpdated"}], "resource": [{"type": "Patient"}]}
    assert offered(json.dumps({"rest": [rest]}).encode())["Patient"].sorted


@pytest.mark.parametrize(
    "told", [b"{", b"[]", b"3", {"rest": 3}, {"rest": [{"resource": [{"type": 3}]}]}, {"rest": [{"resource": "x"}]}]
)
def test_what_is_no_statement_offers_nothing(told: Any) -> None:
    assert offered(told if isinstance(told, bytes) else json.dumps(told).encode()) == {}
