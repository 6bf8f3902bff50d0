"""`natars-fhir backup` and `restore` say what they did, and end with the contract's codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from natars_fhir.cli import run
from tests import ward
from tests.service.upkeep.test_backup import Installation


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = Installation(tmp_path / "here")
    made.push(1)
    made.store.close()
    point_at(tmp_path / "here", monkeypatch)
    monkeypatch.setattr("natars_fhir.cli.backup.load", ward.load_once)
    return tmp_path


def point_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{folder}/store.sqlite")
    monkeypatch.setenv("NATARS_KEY_FILE", str(folder / "key"))


def test_a_backup_is_made_and_restored_elsewhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["backup", str(folder / "kept")]) == 0
    assert "Backed up:" in capsys.readouterr().out
    (folder / "there").mkdir()
    point_at(folder / "there", monkeypatch)
    assert run(["restore", str(folder / "kept")]) == 0
    out = capsys.readouterr().out
    assert "Restored:" in out
    assert "The audit is whole: 2 rows in 2 chains." in out
    assert run(["audit", "verify"]) == 0


def test_a_store_that_holds_something_is_moved_aside_by_force_alone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["backup", str(folder / "kept"), "--key-to", str(folder / "apart")]) == 0
    assert run(["restore", str(folder / "kept"), "--key-from", str(folder / "apart")]) == 1
    assert "not empty" in capsys.readouterr().err
    assert run(["restore", str(folder / "kept"), "--key-from", str(folder / "apart"), "--force"]) == 0
    assert "The store that was there is now" in capsys.readouterr().out


def test_what_cannot_be_done_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["restore", str(folder / "nothing")]) == 1
    assert "no backup" in capsys.readouterr().err
    (folder / "file").write_text("x")
    assert run(["backup", str(folder / "file" / "below")]) == 69
    (folder / "here" / "key").unlink()
    assert run(["backup", str(folder / "kept")]) == 78
    point_at(folder / "empty", monkeypatch)
    assert run(["backup", str(folder / "other")]) == 69
    assert "no store yet" in capsys.readouterr().err
    assert not (folder / "empty").exists()
