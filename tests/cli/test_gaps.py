"""`mappings gaps`: what a site sends and is not understood, from files and from the store."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli import gaps, run
from natars_fhir.mapping.heard.unmapped import Listing
from natars_fhir.store.engine import open_store
from tests.service.hospital import Hospital, born_on_30_february, bundle, encounter, patient
from tests.service.remap.test_gaps import result


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    def ran(*arguments: Any) -> tuple[int, str, str]:
        code = run(["mappings", "gaps", *map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return ran


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    path = tmp_path / "sent.json"
    strange = result("9", code="王五", system="urn:x")
    path.write_text(
        json.dumps(bundle("collection", patient(), result("1"), result("2"), strange, encounter())), "utf-8"
    )
    return path


def test_files_are_listed_without_a_store(said: Any, sent: Path) -> None:
    code, out, err = said(sent, "--site", "hospital-b", "--format", "json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(row["item"], row["times"], row["hint"], row["standing"]) for row in rows] == [
        ("LIS0103", 2, "anc", "own"),
        ("", 1, "", "undeclared"),
    ]
    assert "王五" not in out + err
    assert "1 standard codes or types" in err


@pytest.mark.parametrize(
    ("hint", "because", "like", "shown"),
    [
        pytest.param("resection = present", "neighbour", "SS2031", "look beside SS2031", id="only where to look"),
        pytest.param("anc", "name", "中性粒细胞", "anc (name: 中性粒细胞)", id="by its name"),
        pytest.param("", "", "", "", id="none"),
    ],
)
def test_a_hint_by_a_neighbour_does_not_say_what_it_means(hint: str, because: str, like: str, shown: str) -> None:
    row = Listing("code", "own", "Procedure", "urn:x", "SS9901", "", 1, "", "", hint, because, like)
    assert gaps._hint(row) == shown


def test_what_could_not_be_read_is_said_beside_the_list(said: Any, sent: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.json"
    half.write_bytes(sent.read_bytes()[:200])
    code, _, err = said(sent, half, "--site", "hospital-b")
    assert code == 2
    assert f"{half}: fatal: Bundle: This cannot be read as JSON" in err


def test_all_lists_what_the_trial_does_not_ask_for(said: Any, sent: Path) -> None:
    _, out, _ = said(sent, "--site", "hospital-b", "--format", "csv", "--all")
    head, *rows = csv.reader(io.StringIO(out))
    assert head[0] == "what"
    assert ["element", "standard", "Encounter"] in [row[:3] for row in rows]


def test_a_cell_is_no_formula() -> None:
    assert gaps._safe("=1+1") == "'=1+1"
    assert gaps._safe(3) == 3


def test_the_table_says_what_is_not_shown(said: Any, sent: Path) -> None:
    _, out, _ = said(sent, "--site", "hospital-b")
    assert "LIS0103" in out
    assert "not declared" in out


def test_where_everything_was_understood_that_is_said(said: Any, tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(patient()))
    assert "Everything that came was understood." in said(path)[1]
    assert said(path, "--format", "fhir")[1] == ""


def test_the_draft_goes_back_in_once_it_is_reviewed(said: Any, sent: Path, tmp_path: Path) -> None:
    _, out, _ = said(sent, "--site", "hospital-b", "--format", "fhir")
    (tmp_path / "draft.json").write_text(out, "utf-8")
    assert run(["mappings", "import", str(tmp_path / "draft.json"), "--site", "hospital-b"]) == 1


def test_the_store_is_asked_where_no_file_is_named(said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")
    assert said("--site", "hospital-a")[0] == 69
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    Hospital(store, "hospital-a").push(bundle("collection", patient(), result("1")))
    store.close()
    code, out, err = said("--site", "hospital-a", "--format", "json")
    assert (code, json.loads(out)["standing"]) == (0, "undeclared")
    assert "quiet: Observation, expected every 30 days; last: 2024-06-15" in err
    assert "quiet: Consent, expected every 30 days; last: never" in err


def test_what_waits_in_the_quarantine_is_told_beside_the_list(
    said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    Hospital(store, "hospital-a").push(bundle("batch", patient(), born_on_30_february()))
    assert "quarantine: 1 wait: natars-fhir quarantine list" in said("--site", "hospital-a")[2]
    monkeypatch.setattr("natars_fhir.service.ingest.apart.__version__", "another release")
    assert "1 wait, 1 of them not tried with this mapping yet" in said("--site", "hospital-a")[2]
    assert "quarantine" not in said("--site", "hospital-b")[2]
    store.close()


@pytest.mark.parametrize("wrong", [["--format", "xml"], ["--site", "hospital-z"]])
def test_wrong_arguments_are_told(said: Any, sent: Path, wrong: list[str]) -> None:
    assert said(sent, *wrong)[0] == 64


def test_input_that_cannot_be_read_is_told_by_the_exit_code(said: Any, tmp_path: Path) -> None:
    assert said(tmp_path / "none.json")[0] == 2
    assert said(tmp_path)[0] == 2
