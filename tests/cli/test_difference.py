"""`mappings diff`: what a changed folder changes, of files and of everything that a server has kept."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli import run
from natars_fhir.store.engine import open_store
from tests.service.hospital import Hospital
from tests.ward import FIXTURES, FOLDER, mappings

CASE = FIXTURES / "hospital-b" / "asa-in-words" / "bundle.json"


@pytest.fixture
def new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the ASA class goes by another code."""
    words = mappings().words  # they take most of the time of loading
    monkeypatch.setattr("natars_fhir.mapping.files.load_words", lambda *_: words)
    folder = Path(shutil.copytree(FOLDER, tmp_path / "new"))
    path = folder / "sites" / "hospital-b.toml"
    path.write_text(path.read_text("utf-8").replace('"MZ-ASA" = "asa-class"', '"MZ-ASA2" = "asa-class"'), "utf-8")
    return folder


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    def ran(*arguments: Any) -> tuple[int, str, str]:
        code = run(["mappings", "diff", *map(str, arguments), "--as-of", "2024-06-15"])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return ran


def test_the_same_folder_makes_no_difference(said: Any, new: Path) -> None:
    code, out, _ = said(new, new, CASE, "--site", "hospital-b")
    assert code == 0
    assert "0 values in 0 patients, 0 answers, 0 verdicts." in out


def test_a_changed_line_is_told_with_all_that_follows(said: Any, new: Path) -> None:
    code, out, _ = said(FOLDER, new, CASE, "--site", "hospital-b", "--format", "json")
    told = json.loads(out)
    assert code == 1
    assert told["values"] >= 1
    assert {(one["what"], one["name"]) for one in told["changes"]} >= {("value", "asa-class"), ("answer", "I-18")}
    assert said(FOLDER, new, CASE, "--site", "hospital-b")[1].count("asa-class") == told["values"]


def test_what_a_server_has_kept_is_read_with_both_and_nothing_is_written(
    said: Any, new: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")
    assert said(FOLDER, new, "--site", "hospital-b")[0] == 69
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    Hospital(store, "hospital-b").push(CASE.read_bytes())
    store.close()
    before = (tmp_path / "store.sqlite").read_bytes()
    of_store = json.loads(said(FOLDER, new, "--site", "hospital-b", "--format", "json")[1])
    of_files = json.loads(said(FOLDER, new, CASE, "--site", "hospital-b", "--format", "json")[1])
    assert of_store == of_files
    assert (tmp_path / "store.sqlite").read_bytes() == before


@pytest.mark.parametrize(
    ("wrong", "code"),
    [(["--format", "xml"], 64), (["-"], 64), (["--site", "hospital-z"], 64)],
)
def test_wrong_arguments_are_told(said: Any, new: Path, wrong: list[str], code: int) -> None:
    assert said(FOLDER, new, *wrong)[0] == code


def test_a_folder_with_faults_lists_them(said: Any, new: Path) -> None:
    path = new / "sites" / "hospital-b.toml"
    path.write_text(path.read_text("utf-8").replace('"asa-class"', '"asa-clas"'), "utf-8")
    code, _, err = said(FOLDER, new, CASE)
    assert code == 78
    assert "did you mean «asa-class»" in err


def test_input_that_cannot_be_read_is_told(said: Any, new: Path, tmp_path: Path) -> None:
    assert said(new, new, tmp_path / "none.json")[0] == 2
