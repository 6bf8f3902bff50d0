"""The walker against its tables: every problem of an invalid resource, and no error in an unusual but valid one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.check import Level, check, check_bytes

CASES = Path(__file__).with_name("check_cases")


def _cases(name: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in json.loads((CASES / name).read_text(encoding="utf-8"))]


def _raw(case: dict[str, Any]) -> bytes:
    return (case["text"] if "text" in case else json.dumps(case["resource"], ensure_ascii=False)).encode()


def _readable(issues: list[Issue]) -> bool:
    return not any(issue.severity in ("error", "fatal") for issue in issues)


@pytest.mark.parametrize("case", _cases("invalid.json"))
def test_every_problem_is_told_with_severity_code_place_and_sentence(case: dict[str, Any]) -> None:
    _, issues = check_bytes(_raw(case))
    told = [
        {"severity": issue.severity, "code": issue.code, "expression": issue.expression, "text": issue.text}
        for issue in issues
    ]
    assert told == case["expect"]


@pytest.mark.parametrize("case", _cases("invalid.json"))
def test_only_what_may_change_a_fact_makes_a_resource_unreadable(case: dict[str, Any]) -> None:
    _, issues = check_bytes(_raw(case), "readable")
    assert _readable(issues) == case["readable"]


@pytest.mark.parametrize("case", _cases("invalid.json"))
def test_what_is_unreadable_is_not_conformant_either(case: dict[str, Any]) -> None:
    readable, conformant = (check_bytes(_raw(case), level)[1] for level in ("readable", "conformant"))
    assert _readable(readable) or not _readable(conformant)


@pytest.mark.parametrize("level", ["readable", "conformant"])
@pytest.mark.parametrize("case", _cases("valid.json"))
def test_the_unusual_but_valid_passes_without_a_word(case: dict[str, Any], level: Level) -> None:
    resource, issues = check_bytes(_raw(case), level)
    assert issues == []
    assert isinstance(resource, dict)


@pytest.mark.parametrize("place", ["text", "resource"])
def test_the_tables_are_as_long_as_promised(place: str) -> None:
    invalid, valid = (json.loads((CASES / name).read_text(encoding="utf-8")) for name in ("invalid.json", "valid.json"))
    assert len(invalid) >= 120
    assert len(valid) >= 125
    assert any(place in case for case in valid)


def test_a_string_of_more_than_a_mebibyte_is_too_long_to_conform_and_can_be_read() -> None:
    report = {"resourceType": "Patient", "name": [{"family": "x" * (1024 * 1024 + 1)}]}
    assert [(issue.code, issue.expression) for issue in check(report)] == [("too-long", "Patient.name[0].family")]
    assert check(report, "readable") == []


def test_a_decimal_may_be_a_finite_float_where_we_build_the_resource() -> None:
    quantity = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "valueQuantity": {"value": 1.5},
    }
    assert check(quantity) == []
    quantity["valueQuantity"] = {"value": float("nan")}
    assert [issue.code for issue in check(quantity)] == ["value"]


def test_a_resource_that_holds_itself_ends_in_one_fatal_issue() -> None:
    extension: dict[str, Any] = {"url": "http://e.example/x"}
    extension["extension"] = [extension]
    issues = check({"resourceType": "Patient", "extension": [extension]})
    assert [(issue.severity, issue.code) for issue in issues] == [("fatal", "too-long")]


def test_unknown_names_that_are_not_repeated_are_one_issue_of_each_object() -> None:
    issues = check({"resourceType": "Patient", "qqqqqq": 1, "zzzzzz": 2, "name": [{"wwwwww": 3}]})
    assert [issue.expression for issue in issues] == ["Patient.name[0]", "Patient"]
