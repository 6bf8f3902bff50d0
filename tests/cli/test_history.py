"""`natars-fhir history`: every change of a patient in the store, with its cause."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from natars_fhir.cli import run
from natars_fhir.store.engine import open_store
from tests import ward
from tests.service.hospital import Hospital, transaction
from tests.service.test_corrections import stain, whole

LINE = "Observation/9 v2: MDM2 positive → negative; I-09 yes → no; candidate → ineligible"


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"sqlite:///{tmp_path}/store.sqlite"
    store = open_store(address)
    hospital = Hospital(store)
    hospital.push(transaction(*whole()))
    hospital.push(transaction(stain("9", "mdm2", "negative", 2, status="amended")))
    store.close()
    monkeypatch.setenv("NATARS_DATABASE", address)
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)


def test_each_step_is_a_line_with_its_moment(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", "1", "--site", "generic"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("2024-06-15T04:00+00:00  Patient/1, Condition/11, ")
    assert second == f"2024-06-15T04:00+00:00  {LINE}"


def test_as_json_and_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", "Patient/1", "--site", "generic", "--format", "json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["causes"] for one in told][1] == ["Observation/9 v2"]
    assert told[1]["told"]["en"] == LINE
    assert run(["history", "Patient/1", "--site", "generic", "--language", "zh"]) == 0
    assert "候选 → 不符合" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["history", "nobody", "--site", "generic"], 1),
        (["history", "1", "--site", "hospital-a"], 1),
        (["history", "1"], 64),
        (["history", "1", "--site", "nowhere"], 64),
        (["history", "1", "--site", "generic", "--format", "xml"], 64),
        (["history", "1", "--site", "generic", "--language", "de"], 64),
    ],
)
def test_what_cannot_be_shown_is_told(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == code
    assert "Traceback" not in "".join(capsys.readouterr())
