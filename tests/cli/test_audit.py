"""`natars-fhir audit …`: what was done is told with pseudonyms, and what was tampered with is found with its row."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from natars_fhir.cli import run
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.upkeep.secret import secret
from natars_fhir.store.engine import open_store
from tests import ward
from tests.emit.judged import faults
from tests.service.hospital import NOW, condition, intake, mappings, patient, reader, transaction

PLANTED = "PLANTED77"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "store.sqlite"
    store = open_store(f"sqlite:///{path}")
    key = secret(tmp_path / "key", store)
    here = Intake(mappings().study, key, intake().canonical_base)
    for number in range(3):
        push(store, here, reader(), json.dumps(transaction(patient(str(number), PLANTED), condition())).encode(), NOW)
    store.close()
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{path}")
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "key"))
    return path


def tamper(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)


def test_what_nobody_touched_is_whole(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "verify"]) == 0
    assert "3 rows in 1 chains: no flaws." in capsys.readouterr().err
    assert run(["audit", "verify", "--site", "generic"]) == 0


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit SET status = 500 WHERE seq = 2", "generic: position 2, row 2: the row was edited"),
        ("DELETE FROM audit WHERE seq = 2", "generic: position 2, row 2: the row is gone"),
        ("UPDATE audit SET seq = 12 WHERE seq = 2", "generic: position 2, row 2: the row is gone"),
        ("DELETE FROM audit_seal WHERE position = 2", "generic: position 2: the seal is gone"),
    ],
)
def test_what_was_changed_is_told_with_its_row(
    database: Path, capsys: pytest.CaptureFixture[str], statement: str, told: str
) -> None:
    assert run(["audit", "verify"]) == 0
    tamper(database, statement)
    assert run(["audit", "verify"]) == 1
    assert told in capsys.readouterr().out


def test_a_tail_that_was_cut_is_found_by_the_head_that_was_kept(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", "head"]) == 0
    kept = tmp_path / "kept.ndjson"
    kept.write_text(capsys.readouterr().out, "utf-8")
    assert run(["audit", "verify", "--head", str(kept)]) == 0
    tamper(database, "DELETE FROM audit WHERE seq = 3")
    tamper(database, "DELETE FROM audit_seal WHERE position = 3")
    assert run(["audit", "verify"]) == 0
    assert run(["audit", "verify", "--head", str(kept)]) == 1
    assert "does not hold the head" in capsys.readouterr().out
    kept.write_text("not a head", "utf-8")
    assert run(["audit", "verify", "--head", str(kept)]) == 64


def test_who_did_what_is_listed_and_that_somebody_looked(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "list", "--format", "json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["site"], row["act"], row["by"]) for row in rows] == [
        ("", "audit", "command:audit"), *[("generic", "push", "program")] * 3,
    ]  # fmt: skip
    assert len(rows[0]["person"]) == 32
    assert run(["audit", "list", "--site", "generic", "--since", "2030-01-01"]) == 0
    assert "push" not in capsys.readouterr().out
    assert run(["audit", "list", "--format", "xml"]) == 64


@pytest.mark.parametrize("version", ["R4", "R5"])
def test_the_audit_goes_out_as_audit_events(database: Path, capsys: pytest.CaptureFixture[str], version: str) -> None:
    assert run(["audit", "export", "--site", "generic", "--to", version]) == 0
    out = capsys.readouterr().out
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["resourceType"] for event in events] == ["AuditEvent"] * 4
    assert PLANTED not in out
    assert ("category" in events[0]) == (version == "R5")
    if version == "R4":
        assert [faults(event) for event in events] == [[]] * 4
    assert run(["audit", "export", "--to", "R3"]) == 64


def test_without_the_key_nothing_can_be_checked(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "another"))
    assert run(["audit", "verify"]) == 78
    assert "key file is missing" in capsys.readouterr().err


def test_who_looks_at_a_patient_on_the_command_line_is_written_down(
    database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)
    assert run(["explain", "Patient/1", "--site", "generic"]) == 0
    assert run(["log", "--site", "generic"]) == 0
    capsys.readouterr()
    assert run(["audit", "list", "--site", "generic", "--format", "json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    looks = [row for row in rows if row["act"] == "look"]
    assert [row["by"] for row in looks] == ["command:explain", "command:log"]
    assert [len(row["about"]) for row in looks] == [32, 0]
    assert [len(row["person"]) for row in looks] == [32, 32]
