"""`natars-fhir simulate`: its folder, its standard output, its comparison, its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli import run
from tests import ward

FEW = ("--patients", "5", "--candidates", "1", "--seed", "3")


@pytest.fixture
def simulate(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)

    def ran(*arguments: object) -> tuple[int, str, str]:
        code = run(["simulate", *map(str, arguments)])
        out, err = capfdbinary.readouterr()
        assert b"Traceback" not in out + err
        return code, out.decode(), err.decode()

    return ran


def test_a_folder_is_made_and_what_to_do_with_it_is_told(simulate: Any, tmp_path: Path) -> None:
    code, out, err = simulate(*FEW, "--dialect", "text", "--to", tmp_path / "a")
    assert (code, out) == (0, "")
    assert {path.name for path in (tmp_path / "a").iterdir()} == {"feed", "truth.ndjson", "simulated.json"}
    assert f"natars-fhir screen {tmp_path}/a/feed --site hospital-b --as-of 2024-12-31" in err
    assert f"natars-fhir simulate --compare {tmp_path}/a" in err


def test_the_feed_goes_to_standard_output(simulate: Any) -> None:
    code, out, err = simulate(*FEW, "--to", "-")
    assert code == 0
    assert {json.loads(line)["resourceType"] for line in out.splitlines()} >= {"Patient", "Condition"}
    assert "5 patients" in err
    code, out, _ = simulate(*FEW, "--to", "-", "--format", "bundles")
    assert {json.loads(line)["resourceType"] for line in out.splitlines()} == {"Bundle"}


def test_a_comparison_shows_the_table_and_ends_with_0_where_nothing_is_wrong(simulate: Any, tmp_path: Path) -> None:
    simulate(*FEW, "--to", tmp_path / "a")
    code, out, _ = simulate("--compare", tmp_path / "a")
    assert code == 0
    assert "E-10" in out
    assert "Wrong: 0" in out


def test_a_wrong_answer_is_listed_and_ends_with_1(simulate: Any, tmp_path: Path) -> None:
    simulate(*FEW, "--to", tmp_path / "a")
    truth = tmp_path / "a" / "truth.ndjson"
    rows = [json.loads(line) for line in truth.read_text("utf-8").splitlines()]
    sure = next(row for row in rows if row["criteria"]["I-01"]["answer"] == "yes")
    sure["criteria"]["I-01"]["answer"] = "no"
    truth.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    code, out, _ = simulate("--compare", tmp_path / "a")
    assert code == 1
    assert f"{sure['patient']}  I-01: demanded no, answered yes" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "say where to"),
        (("--dialect", "cod", "--to", "-"), "did you mean «coded»"),
        (("--format", "xml", "--to", "-"), "ndjson or bundles"),
        (("--start", "2024", "--to", "-"), "is not a day"),
        (("--candidates", "2", "--to", "-"), "--candidates"),
        (("--patients", "0", "--to", "-"), "--patients"),
        (("--compare", "."), "no folder that"),
    ],
)
def test_what_is_asked_wrongly_ends_with_64(simulate: Any, arguments: tuple[str, ...], told: str) -> None:
    code, out, err = simulate(*arguments)
    assert (code, out) == (64, "")
    assert told in err


def test_nothing_is_written_over(simulate: Any, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    code, _, err = simulate(*FEW, "--to", tmp_path)
    assert code == 64
    assert "nothing is written over" in err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_hospital_that_is_stopped_in_the_middle_is_not_taken_for_a_whole_one(
    simulate: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_: object, folder: Path, *__: object) -> None:
        (folder / "feed").mkdir(parents=True)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("natars_fhir.cli.simulate.write", stopped)
        code, _, err = simulate(*FEW, "--to", tmp_path / "a")
    assert (code, err.strip()) == (1, "stopped")
    assert simulate(*FEW, "--to", tmp_path / "a")[0] == 0
