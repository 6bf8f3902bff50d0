"""A line is written once, read again, and not sent where it is no valid FHIR."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.export.research.made import NAME, writer


def line(**elements: Any) -> tuple[Any, Any]:
    mask = writer().mask(NAME)
    resource = {"resourceType": "Observation", "id": "x", "status": "final", "code": {"coding": []}, **elements}
    return writer().line(resource, mask), mask.left


def test_a_line_is_json_without_a_newline_and_keeps_its_digits() -> None:
    made, left = line(code={"coding": [{"code": "ecog"}]}, valueQuantity={"value": Decimal("1.50")})
    assert left == {}
    assert (made.kind, made.subject) == ("Observation", NAME)
    assert b"\n" not in made.raw
    assert b'"value":1.50' in made.raw
    assert json.loads(made.raw)["id"] == made.id


@pytest.mark.parametrize(
    "elements",
    [
        {},
        {"status": "韩梅梅", "code": {"coding": [{"code": "ecog"}]}},
        {"code": {"coding": [{"code": "ecog"}]}, "valueInteger": Decimal("1.5")},
    ],
    ids=["without its code", "of a status that is none", "a whole number that is none"],
)
def test_what_is_no_valid_fhir_is_not_sent_and_is_told(elements: dict[str, Any]) -> None:
    made, left = line(**elements)
    assert made is None
    assert left["Observation", "check"] == 1


def test_a_type_without_a_table_gives_no_line() -> None:
    mask = writer().mask(NAME)
    assert writer().line({"resourceType": "Basic"}, mask) is None
    assert mask.left == {("Resource", "rule"): 1}
