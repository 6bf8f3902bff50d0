"""`natars-fhir load`: files into the store; told what became of them; a run that is killed goes on where it was."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.exc import OperationalError

from natars_fhir.cli import load, run
from natars_fhir.service.ingest.load import OvertakenError
from natars_fhir.store.engine import open_store
from natars_fhir.store.tables.load import load as loads
from tests.served import Life, started
from tests.service.hospital import Hospital, born_on_30_february, bundle, condition, encounter, patient
from tests.service.ingest.test_load import LINES, many, raw, rows
from tests.ward import load_once

#: Steps are short, so that one can be killed between them.
SHORT = {"natars_fhir.service.ingest.load.MOST_DOCUMENTS": 20}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("natars_fhir.cli.inputs.load", load_once)
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "key"))


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    def ran(*arguments: Any, site: str = "generic") -> tuple[int, str, str]:
        code = run(["load", *map(str, arguments), "--site", site])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return ran


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    folder = tmp_path / "sent"
    folder.mkdir()
    (folder / "a.json").write_text(
        json.dumps(bundle("batch", patient(), born_on_30_february("PLANTED")), indent=2), "utf-8"
    )
    (folder / "b.ndjson.gz").write_bytes(gzip.compress(raw(condition(), encounter())))
    return folder


def test_a_folder_is_loaded_and_the_report_tells_what_became_of_it(said: Any, sent: Path) -> None:
    code, out, _ = said(sent, "--format", "json")
    told = json.loads(out)
    assert code == 2
    assert {fate: number for fate, number in told["resources"].items() if number} == {
        "created": 2, "let-go": 1, "refused": 1
    }  # fmt: skip
    assert (told["documents"], told["quarantined"], told["patients"]) == (3, 1, {"known": 1, "new": 1})
    assert [(Path(one["name"]).name, one["found"], one["state"]) for one in told["files"]] == [
        ("a.json", "new", "done"),
        ("b.ndjson.gz", "new", "done"),
    ]
    (problem,) = told["problems"]
    assert (problem["expression"], problem["code"]) == ("Bundle.entry[1].resource.birthDate", "value")
    assert "PLANTED" not in out
    assert (told["halted"], told["moreProblems"]) == (None, 0)
    assert told["resourcesPerSecond"] > 0


def test_the_same_again_changes_nothing_and_says_so(said: Any, sent: Path) -> None:
    said(sent)
    code, out, _ = said(sent)
    assert (code, out.count("loaded before")) == (2, 2)
    assert "(2 known already), 0 documents, 0 resources" in out
    code, out, _ = said(sent / "b.ndjson.gz", "--language", "zh")
    assert (code, "此前已导入" in out) == (0, True)
    assert "unchanged 1" in said(sent / "b.ndjson.gz", "--again")[1]


def test_a_changed_file_and_a_cut_off_one_are_told(said: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(raw(patient()))
    assert said(path)[0] == 0
    path.write_bytes(raw(patient(), condition()))
    assert "changed since it was loaded" in said(path)[1]
    packed = gzip.compress(raw(*(encounter(os.urandom(8).hex()) for _ in range(2_000))))
    path.write_bytes(packed[: len(packed) // 2])
    code, out, _ = said(path)
    assert (code, "cut off or damaged" in out) == (2, True)


def test_standard_input_is_read(said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        buffer = io.BytesIO(raw(patient(), condition()))

    monkeypatch.setattr(sys, "stdin", Input)
    code, out, _ = said("-")
    assert (code, "2 documents, 2 resources: created 2" in out) == (0, True)


def test_what_is_not_there_is_told_and_the_rest_is_loaded(said: Any, sent: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, out, _ = said(tmp_path / "none.json", tmp_path / "empty", sent / "b.ndjson.gz")
    assert code == 2
    assert "There is no such file." in out
    assert "created 1" in out


def test_a_code_that_nobody_knows_costs_nothing(said: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(raw(*LINES[:2], *LINES[4:]))
    code, out, _ = said(path)
    assert (code, "1 codes, values or texts are not mapped yet" in out) == (0, True)


@pytest.mark.parametrize("wrong", [["--format", "xml"], ["--language", "fr"], ["--fhir-version", "R3"], ["--mappings"]])
def test_wrong_arguments_are_told(said: Any, sent: Path, wrong: list[str]) -> None:
    assert said(sent, *wrong)[0] == 64
    assert said(sent, site="nowhere")[0] == 64


def test_a_store_that_cannot_be_opened_is_told(
    said: Any, sent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path}/none/store.sqlite")
    assert said(sent)[0] == 69


@pytest.mark.parametrize(
    ("fault", "code", "told"),
    [
        (OperationalError("", {}, Exception()), 69, "The store cannot be reached (OperationalError)."),
        (KeyboardInterrupt(), 1, "Stopped."),
        (OvertakenError(), 1, "Another run is at work"),
    ],
)
@pytest.mark.parametrize("style", ["table", "json"])
def test_a_run_that_halts_ends_with_its_report_too(
    said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException, code: int, told: str, style: str
) -> None:
    from natars_fhir.service.ingest import load as service

    path, whole, left = tmp_path / "a.ndjson", service._take_in, [1]
    path.write_bytes(raw(patient(), condition(), born_on_30_february()))

    def take_in(*given: Any) -> None:
        if not left:
            raise fault
        left.pop()
        whole(*given)

    monkeypatch.setattr(service, "MOST_DOCUMENTS", 2)
    monkeypatch.setattr(service, "_take_in", take_in)
    ended, out, err = said(path, "--format", style)
    assert (ended, told in out + err) == (code, True)
    assert ('"created": 2' if style == "json" else "created 2") in out
    if code == 1:  # the store can be asked
        assert ('"due": 1' if style == "json" else "1 patients are still to be screened") in out
    monkeypatch.setattr(service, "_take_in", whole)
    ended, out, _ = said(path)
    assert (ended, "goes on after line 2" in out, "still to be screened" in out) == (2, True, False)


def test_every_word_is_there_in_both_languages() -> None:
    assert set(load._WORDS["en"]) == set(load._WORDS["zh"])
    assert set(load._FATES) == set(load._FATES_ZH)


def start(folder: Path, path: Path, database: Path, says: Path) -> BaseProcess:
    settings = {"NATARS_DATABASE": f"sqlite:///{database}", "NATARS_KEY_FILE": str(folder / "key")}
    command = ("load", str(path), "--site", "generic", "--format", "json")
    return started(settings, *command, life=Life(folder, says, told=SHORT))


def told_by(process: BaseProcess, says: Path) -> Any:
    """What one said that came to its end."""
    process.join(120)
    assert process.exitcode is not None
    return json.loads(says.read_bytes())


def begun(database: Path, line: int) -> Callable[[], bool]:
    engine = create_engine(f"sqlite:///{database}")

    def so_far() -> bool:
        if not database.exists():
            return False
        try:
            with engine.connect() as connection:
                return (connection.execute(select(loads.c.line)).scalar() or 0) >= line
        except OperationalError:  # its tables are being made
            return False
        finally:
            engine.dispose()

    return so_far


def test_a_run_that_is_killed_at_any_moment_leaves_in_the_end_what_an_unbroken_one_leaves(tmp_path: Path) -> None:
    path = tmp_path / "sent.ndjson"
    path.write_bytes(raw(*many(400)))  # so many that it is under way still when it is looked at
    whole, killed = tmp_path / "whole.sqlite", tmp_path / "killed.sqlite"
    said = [tmp_path / name for name in ("unbroken", "broken", "last")]
    told = told_by(start(tmp_path, path, whole, said[0]), said[0])
    assert (told["files"][0]["line"], told["files"][0]["state"]) == (800, "done")
    for line in (20, 160):
        running, there = start(tmp_path, path, killed, said[1]), begun(killed, line)
        deadline = time.monotonic() + 60
        while not there() and running.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        running.kill()
        running.join(60)
        assert running.exitcode == -signal.SIGKILL
    again = told_by(start(tmp_path, path, killed, said[2]), said[2])
    assert (again["files"][0]["found"], again["files"][0]["state"]) == ("resumed", "done")
    assert again["files"][0]["all"] == told["files"][0]["all"]
    stores = [open_store(f"sqlite:///{database}") for database in (whole, killed)]
    left = [rows(store) for store in stores]
    found = [Hospital(store).concepts("Patient/3") for store in stores]
    for store in stores:
        store.close()
    assert left[0] == left[1]
    assert found[0] == found[1] != []
