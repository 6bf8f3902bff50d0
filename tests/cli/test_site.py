"""`site check`: the contract test that a hospital, or its CI, runs on a few bundles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli import run
from tests.ward import FIXTURES

CASE = FIXTURES / "hospital-b"
CANDIDATE = FIXTURES / "hospital-a" / "ddlps-grade-2-mdm2-cdk4-positive-candidate" / "bundle.json"
CHECK = ["site", "check"]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    def ran(*arguments: Any) -> tuple[int, str, str]:
        code = run([*CHECK, *map(str, arguments), "--as-of", "2024-06-15"])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return ran


def test_a_feed_that_tells_everything_is_ready(said: Any) -> None:
    code, out, _ = said(CANDIDATE, "--site", "hospital-a", "--format", "json", "--at-least", 70)
    told = json.loads(out)
    assert (code, told["ready"]) == (0, True)
    assert told["readiness"] >= 70
    assert all(one["change"]["en"] == [] for one in told["elements"] if one["state"] == "read")


def test_a_feed_that_does_not_is_not_ready(said: Any) -> None:
    code, out, _ = said(CASE / "local-code-unmapped", "--site", "generic", "--format", "json")
    told = json.loads(out)
    assert (code, told["ready"]) == (1, False)
    assert told["undeclared"]


def test_the_threshold_decides(said: Any) -> None:
    assert said(CANDIDATE, "--site", "hospital-a", "--at-least", 0)[0] == 0
    assert said(CASE / "cdk4-not-mentioned", "--site", "hospital-b", "--at-least", 100)[0] == 1


def test_nobody_in_scope_is_never_ready(said: Any, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text('{"resourceType": "Patient", "id": "1"}')
    code, out, _ = said(tmp_path, "--site", "hospital-a", "--at-least", 0)
    assert code == 1
    assert "Nobody is in scope" in out


@pytest.mark.parametrize(
    ("language", "words"), [("en", ["what to change", "Readiness"]), ("zh", ["需要的改动", "就绪度", "缺失"])]
)
def test_the_table_speaks_both_languages(said: Any, language: str, words: list[str]) -> None:
    _, out, _ = said(CASE / "unit-missing-or-unknown", CANDIDATE, "--site", "hospital-b", "--language", language)
    assert all(word in out for word in words)


def test_what_the_sites_file_expects_and_did_not_come_is_told(said: Any) -> None:
    told = json.loads(said(CANDIDATE, "--site", "hospital-a", "--format", "json")[1])
    assert set(told["quiet"]) <= {"Condition", "Consent", "DiagnosticReport", "MedicationAdministration", "Procedure"}


def test_no_value_of_a_person_is_told(said: Any) -> None:
    _, out, _ = said(CANDIDATE, "--site", "hospital-a", "--format", "json")
    sent = CANDIDATE.read_text("utf-8")
    birth = json.loads(sent)["entry"][0]["resource"].get("birthDate", "1966")
    assert birth not in out


@pytest.mark.parametrize(
    "wrong", [["--format", "xml"], ["--language", "fr"], ["--at-least", "101"], ["--site", "hospital-z"]]
)
def test_wrong_arguments_are_told(said: Any, wrong: list[str]) -> None:
    assert said(CANDIDATE, "--site", "hospital-a", *wrong)[0] == 64


def test_input_that_cannot_be_read_is_told_where_the_rest_is_ready(said: Any, tmp_path: Path) -> None:
    assert said(CANDIDATE, tmp_path / "none.json", "--site", "hospital-a", "--at-least", 0)[0] == 2


def test_what_breaks_the_standard_is_told_by_kind(said: Any) -> None:
    told = json.loads(
        said(CASE / "thirtieth-of-february" / "bundle.json", "--site", "hospital-b", "--format", "json")[1]
    )
    assert told["standard"] == [
        {
            "count": 1,
            "severity": "error",
            "expression": "Bundle.entry.resource.effectiveDateTime",
            "text": "This day is not in the calendar.",
        }
    ]
    table = said(CASE / "thirtieth-of-february" / "bundle.json", "--site", "hospital-b")[1]
    assert "Against the standard, 1 kinds of problems" in table
    assert "Faults for which something was not read: 1." in table


def test_in_chinese_what_was_read_is_told_in_chinese_and_whole(said: Any) -> None:
    out = said(CASE / "sft-score-from-words", "--site", "hospital-b", "--language", "zh")[1]
    assert "日期 (3)" in out
    assert "数值，单位 cm (3)" in out
    assert "女 (2)" in out
    assert "…" not in out
