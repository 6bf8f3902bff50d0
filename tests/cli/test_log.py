"""`natars-fhir log` and `missing`: out of files and out of the store, as a table, JSON, CSV and a FHIR List."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli import run
from natars_fhir.emit.log_object import LOG_COLUMNS, MISSING_COLUMNS
from natars_fhir.store.engine import open_store
from tests import ward
from tests.service.spoken import HospitalA, push_case

CASE = ward.FIXTURES / "hospital-a" / "infarction-at-the-edges-of-six-months" / "bundle.json"
HERE = ("--site", "hospital-a", "--as-of", "2024-06-15")


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)

    def ran(*arguments: Any, code: int = 0) -> str:
        assert run([*map(str, arguments), *HERE]) == code
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return out if code == 0 else out + err

    return ran


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"sqlite:///{tmp_path}/store.sqlite"
    opened = open_store(address)
    push_case(HospitalA(opened))
    opened.close()
    monkeypatch.setenv("NATARS_DATABASE", address)
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "key"))


@pytest.fixture
def nothing_pushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path}/none.sqlite")


def test_the_log_of_files_as_json(told: Any) -> None:
    log = json.loads(told("log", CASE, "--format", "json"))
    assert (log["site"], log["asOf"]) == ("hospital-a", "2024-06-15")
    counts = log["consort"]
    assert (counts["lookedAt"], counts["inScope"], counts["excluded"]) == (8, 8, 2)
    assert counts["excludedBy"] == {"E-06b": 1, "E-06c": 1}
    barred = [one for one in log["entries"] if one["bar"]]
    assert [(one["bar"]["criterion"], one["bar"]["kind"], one["bar"]["again"]) for one in barred] == [
        ("E-06b", "dated", "2024-06-16"),
        ("E-06c", "dated", "2024-08-02"),
    ]


def test_the_log_as_csv_has_a_row_a_patient(told: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(told("log", CASE, "--format", "csv"))))
    assert tuple(rows[0]) == LOG_COLUMNS
    assert [row["place"] for row in rows].count("excluded") == 2
    assert rows[0]["why"].startswith("Myocardial infarction within")


@pytest.mark.parametrize(("language", "says"), [("en", "2 excluded (E-06b 1, E-06c 1)"), ("zh", "排除2例")])
def test_the_log_as_a_table_with_its_counts(told: Any, language: str, says: str) -> None:
    out = told("log", CASE, "--language", language)
    assert says in out
    assert "Patient/a-251" in out


def test_what_is_missing_as_json_csv_and_table(told: Any) -> None:
    rows = json.loads(told("missing", CASE, "--format", "json"))
    mdt = next(row for row in rows if row["criterion"] == "I-15")
    assert (mdt["count"], mdt["wants"]["en"], mdt["reason"]) == (
        6,
        "MDT: R0/R1 resection possible",
        "needs-attestation",
    )
    assert len(mdt["patients"]) == 6
    read = list(csv.DictReader(io.StringIO(told("missing", CASE, "--format", "csv"))))
    assert tuple(read[0]) == MISSING_COLUMNS
    assert next(row for row in read if row["criterion"] == "I-15")["count"] == "6"
    assert "能否R0/R1切除" in told("missing", CASE, "--language", "zh")
    every = json.loads(told("missing", CASE, "--format", "json", "--all"))
    assert next(row for row in every if row["criterion"] == "I-15")["count"] == 8


@pytest.mark.usefixtures("store")
def test_out_of_the_store_both_are_fhir_lists_too(told: Any) -> None:
    assert json.loads(told("log", "--format", "json"))["consort"]["candidate"] == 1
    assert json.loads(told("missing", "--format", "json")) == []
    for command in ("log", "missing"):
        made = json.loads(told(command, "--format", "fhir"))
        assert (made["resourceType"], made["mode"]) == ("List", "working" if command == "log" else "snapshot")


@pytest.mark.parametrize("command", ["log", "missing"])
@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        ((CASE, "--format", "xml"), 64, "not table"),
        ((CASE, "--format", "fhir"), 64, "from the store alone"),
        ((CASE, "--language", "de"), 64, "en or zh"),
        ((), 69, "no store yet"),
    ],
)
@pytest.mark.usefixtures("nothing_pushed")
def test_what_cannot_be_shown_is_told(told: Any, command: str, more: tuple[Any, ...], code: int, says: str) -> None:
    assert says in told(command, *more, code=code)


def test_an_input_that_cannot_be_read_is_told_by_the_exit_code(told: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert run(["log", str(broken), *HERE, "--format", "json"]) == 2


@pytest.mark.parametrize("command", ["log", "missing"])
def test_what_of_the_files_could_not_be_read_is_told(told: Any, tmp_path: Path, command: str) -> None:
    half = tmp_path / "half.json"
    half.write_bytes(CASE.read_bytes()[:200])
    assert f"{half}: fatal: Bundle: This cannot be read as JSON" in told(command, CASE, half, code=2)
