"""`natars-fhir attest` and `sign`: a named person speaks of a patient of the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli import run
from natars_fhir.service.worklist.worklist import screening_of
from natars_fhir.store.engine import open_store
from tests import ward
from tests.service.hospital import mappings
from tests.service.spoken import INVESTIGATOR, WHOLE, HospitalA, push_case

NOW = datetime(2024, 6, 15, 4, 0, tzinfo=UTC)
COORDINATOR, SIGNER = "协调员乙（虚构）", "研究者甲（虚构）"
SAYS = ("--criterion", "I-14", "--answer", "no", "--reason", "seen on CT")
AT = ("--at", "2024-06-15T10:00:00+08:00")
SITE = ("--site", "hospital-a")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    address = f"sqlite:///{tmp_path}/store.sqlite"
    store = open_store(address)
    push_case(HospitalA(store))
    store.close()
    monkeypatch.setenv("NATARS_DATABASE", address)
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)
    monkeypatch.setattr("natars_fhir.cli.speaking.now", lambda: NOW)
    return address


def people(database: str) -> dict[str, Any]:
    store = open_store(database)
    found = screening_of(store, mappings().study, "hospital-a", WHOLE, NOW)
    store.close()
    assert found is not None
    return dict(found["withPeople"])


def told(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return out + err


@pytest.mark.parametrize("name", [WHOLE, "a-102"])
def test_a_coordinator_attests(database: str, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run(["attest", name, *SAYS, "--by", COORDINATOR, *SITE, *AT]) == 0
    assert "Statements kept: 1, of them overrides: 1." in told(capsys)
    assert people(database)["criteria"]["I-14"]["why"] == "seen on CT"


def test_an_investigator_signs_and_the_same_again_says_nothing_new(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sign", WHOLE, "--by", INVESTIGATOR, *SITE, *AT]) == 0
    assert "Signed." in told(capsys)
    assert people(database)["signed"]["by"] == SIGNER
    assert run(["sign", WHOLE, "--by", SIGNER, *SITE, *AT]) == 0
    assert "nothing changes" in told(capsys)


def test_explain_shows_the_statement_beneath_the_datas_answer(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["attest", WHOLE, *SAYS, "--by", COORDINATOR, *SITE, *AT])
    told(capsys)
    assert run(["explain", WHOLE, *SITE, "--as-of", "2024-06-15"]) == 0
    lines = told(capsys).splitlines()
    assert lines[1] == "With people's part: ineligible; not signed"
    place = next(number for number, line in enumerate(lines) if line.startswith("+ I-14"))
    assert (
        lines[place + 1].strip()
        == f"With people's part no: stated no by {COORDINATOR} (2024-06-15): seen on CT; stated"
    )


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        pytest.param(["sign", WHOLE, "--by", COORDINATOR, *AT], 1, "Only an investigator", id="a coordinator signs"),
        pytest.param(["sign", WHOLE, "--by", "somebody", *AT], 1, "delegation list", id="somebody signs"),
        pytest.param(["sign", "nobody", "--by", SIGNER, *AT], 1, "No such patient", id="nobody is signed"),
        pytest.param(
            ["attest", WHOLE, *SAYS, "--by", COORDINATOR, "--at", "2999-01-01T00:00:00+08:00"], 1, "future", id="future"
        ),
        pytest.param(
            ["attest", WHOLE, *SAYS, "--by", COORDINATOR, "--at", "2024-06-15"], 64, "time zone", id="a day alone"
        ),
        pytest.param(["attest", WHOLE, *SAYS, "--by", COORDINATOR, "--at", "soon"], 64, "moment", id="no moment"),
        pytest.param(
            ["attest", WHOLE, "--criterion", "I-99", *SAYS[2:], "--by", COORDINATOR], 64, "no criterion", id="unknown"
        ),
        pytest.param(
            ["attest", WHOLE, *SAYS[:3], "maybe", *SAYS[4:], "--by", COORDINATOR], 64, "yes or no", id="maybe"
        ),
        pytest.param(["attest", WHOLE, *SAYS[:4], "--by", COORDINATOR], 64, "--reason", id="no reason"),
    ],
)
def test_what_cannot_be_taken_is_told(
    database: str, capsys: pytest.CaptureFixture[str], command: list[str], code: int, says: str
) -> None:
    assert run([*command, *SITE]) == code
    assert says in told(capsys)
    assert people(database) == {"verdict": "candidate", "signed": None}


def test_without_a_store_there_is_nobody_to_speak_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path}/none.sqlite")
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)
    assert run(["sign", WHOLE, "--by", SIGNER, *SITE]) == 69
    assert "no store yet" in told(capsys)


def test_a_key_that_is_not_the_stores_is_a_fault_of_the_configuration(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_bytes(b"short")
    assert run(["sign", WHOLE, "--by", SIGNER, *SITE, *AT]) == 78
    assert "key file" in told(capsys)
    assert people(database)["signed"] is None
