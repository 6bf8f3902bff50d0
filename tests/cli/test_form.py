"""`natars-fhir form`: the form blank or prefilled, from files or from the store, in either language and version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli import run
from natars_fhir.fhir.check import check
from natars_fhir.store.engine import open_store
from tests import ward
from tests.service.hospital import Hospital, condition, patient, transaction
from tests.ward import FIXTURES

CASE = FIXTURES / "hospital-b" / "sft-score-from-words" / "bundle.json"
DAY = ("--as-of", "2024-06-15")


@pytest.fixture
def form(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)

    def printed(*arguments: Any) -> tuple[int, Any, str]:
        code = run(["form", *map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, json.loads(out) if out else None, err

    return printed


def test_without_a_patient_the_form_is_blank(form: Any) -> None:
    code, made, _ = form()
    assert (code, made["resourceType"], made["id"]) == (0, "Questionnaire", "natars-screening")


def test_a_patient_of_the_files_has_the_form_prefilled(form: Any) -> None:
    code, made, _ = form("Patient/b-121", CASE, "--site", "hospital-b", *DAY)
    assert (code, made["resourceType"], made["status"]) == (0, "QuestionnaireResponse", "in-progress")
    assert made["subject"] == {"reference": "Patient/b-121"}
    assert check(made) == []


def test_a_patient_of_the_store_has_the_same_form(form: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = transaction(patient(number="77"), condition())
    path = tmp_path / "sent.json"
    path.write_bytes(ward.raw(sent))
    database = f"sqlite:///{tmp_path / 'store.sqlite'}"
    store = open_store(database)
    Hospital(store).push(sent)
    store.close()
    monkeypatch.setenv("NATARS_DATABASE", database)
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "key"))
    (_, stored, _), (_, read, _) = form("Patient/1", *DAY), form("Patient/1", path, *DAY)
    assert stored["item"] == read["item"]


def test_it_speaks_chinese_and_r5_when_asked(form: Any) -> None:
    _, made, _ = form("--language", "zh", "--to", "R5")
    assert made["title"] == "NATARS 筛选表"
    assert made["item"][1]["item"][0]["type"] == "coding"


def test_what_could_not_be_used_is_told_beside_it(form: Any, tmp_path: Path) -> None:
    path = tmp_path / "sent.json"
    late = condition(recordedDate="2025-01-01")
    path.write_bytes(ward.raw(transaction(patient(), condition("c2"), late)))
    code, made, err = form("Patient/1", path, *DAY)
    assert (code, made["resourceType"]) == (0, "QuestionnaireResponse")
    assert "after the day asked for" in err


def test_a_patient_out_of_scope_is_told_as_such(form: Any, tmp_path: Path) -> None:
    path = tmp_path / "sent.json"
    path.write_bytes(ward.raw(transaction(patient())))
    code, _, err = form("Patient/1", path, *DAY)
    assert code == 0
    assert "scope" in err


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        pytest.param(["Patient/none", CASE], 1, "No such patient", id="nobody"),
        pytest.param(["Patient/1", "-"], 64, "standard input", id="standard input"),
        pytest.param(["--language", "fr"], 64, "is not en or zh", id="a language that is none"),
        pytest.param(["--to", "R9"], 64, "is not R4", id="a version that is none"),
        pytest.param(["--site", "hospital-z"], 64, "hospital-z", id="a site that is none"),
    ],
)
def test_what_cannot_be_done_is_told(form: Any, arguments: list[Any], code: int, told: str) -> None:
    found, made, err = form(*arguments)
    assert (found, made) == (code, None)
    assert told in err


def test_where_there_is_no_store_it_says_so(form: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path / 'none.sqlite'}")
    assert form("Patient/1")[0] == 69
