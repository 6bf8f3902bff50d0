"""The CapabilityStatement is conformant, and says what the routes do and no more."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import APIRouter
from fhir.resources import capabilitystatement as r5
from fhir.resources.R4B import capabilitystatement as r4

from natars_fhir.fhir.check import check
from natars_fhir.settings import Settings
from natars_fhir.web.capability import capability
from tests.service.hospital import NOW
from tests.web.caller import Caller


@pytest.mark.parametrize(
    ("base", "model", "number"),
    [("r4", r4.CapabilityStatement, "4.0.1"), ("r5", r5.CapabilityStatement, "5.0.0")],
    ids=["R4", "R5"],
)
def test_it_is_conformant_and_names_the_limits(call: Caller, base: str, model: Any, number: str) -> None:
    statement = call("GET", f"/fhir/{base}/metadata").json()
    model.model_validate(statement)
    assert statement["fhirVersion"] == number
    (rest,) = statement["rest"]
    assert [one["code"] for one in rest["interaction"]] == ["transaction", "batch"]
    assert [one["name"] for one in rest["operation"]] == ["validate", "process-message"]
    assert call("POST", f"/fhir/{base}/$validate", {"resourceType": "Patient"}).status_code == 200
    assert str(call.settings.most_bytes) in rest["documentation"]
    assert str(call.settings.most_entries) in rest["documentation"]


def test_r4_finds_nothing_wrong_with_it(call: Caller) -> None:
    assert check(call("GET", "/fhir/r4/metadata").json()) == []


def test_what_no_route_does_is_not_said() -> None:
    statement = capability("R4", "/fhir/r4", APIRouter().routes, Settings(), NOW)
    assert statement["rest"][0]["interaction"] == []
    assert "operation" not in statement["rest"][0]
