"""`natars-fhir expect` and `mappings check`: regression cases and mappings for people who do not program."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from natars_fhir import __version__
from natars_fhir.cli import expect, run
from tests import ward
from tests.ward import FIXTURES, FOLDER, bundle, raw, resource

CASE = FIXTURES / "hospital-b" / "asa-in-words"


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("natars_fhir.cli.expect.load", ward.load_once)

    def ran(*arguments: Any) -> tuple[int, str, str]:
        code = run([*map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return ran


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(CASE, tmp_path / "hospital-b" / "case"))
    (folder / "expected.json").unlink(missing_ok=True)
    return folder


def test_what_was_written_compares_equal(said: Any, case: Path) -> None:
    assert said("expect", case, "--write")[0] == 0
    code, out, err = said("expect", case)
    assert (code, err) == (0, "")
    assert "1 cases compared, 0 differ" in out
    (patient, *_) = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    assert patient["asOf"] == "2024-06-15"


def test_a_difference_is_shown_line_by_line_and_is_a_fault(said: Any, case: Path) -> None:
    said("expect", case, "--write")
    path = case / "expected.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"inScope": true', '"inScope": false'), encoding="utf-8")
    code, _, err = said("expect", case)
    assert code == 1
    assert '-  "inScope": false' in err
    assert '+  "inScope": true' in err


def test_a_case_without_an_expectation_differs(said: Any, case: Path) -> None:
    assert said("expect", case)[0] == 1


def test_the_expectation_is_no_input(case: Path) -> None:
    (case / "expected.json").write_text("[]", encoding="utf-8")
    assert [path.name for path in expect.inputs_of(case)] == ["bundle.json"]


def test_a_folder_without_a_bundle_is_no_case(said: Any, tmp_path: Path) -> None:
    code, _, err = said("expect", tmp_path)
    assert code == 64
    assert "holds no bundle" in err


def test_a_case_of_no_site_is_read_by_standard_codes(said: Any, tmp_path: Path) -> None:
    folder = tmp_path / "anything" / "case"
    folder.mkdir(parents=True)
    (folder / "bundle.json").write_bytes(raw(bundle(resource("Patient", "p1", birthDate="1960"))))
    assert said("expect", folder, "--write")[0] == 0
    assert json.loads((folder / "expected.json").read_text(encoding="utf-8"))[0]["patient"]["site"] == "generic"


def test_every_fixture_is_a_case() -> None:
    assert list(expect.folders(FIXTURES)) == ward.cases()


def test_the_mappings_of_this_repository_check(said: Any) -> None:
    code, out, _ = said("mappings", "check")
    assert code == 0
    assert "no fault" in out
    assert ward.mappings().hash in out


def test_every_fault_of_other_mappings_is_told(said: Any, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "m"))
    (folder / "sites" / "new.toml").write_text('site = "new"\nen = "n"\nzh = "n"\nunit = 1', encoding="utf-8")
    (folder / "views" / "new.toml").write_text('[[view]]\nresource = "Patient"\nreader = "pat"', encoding="utf-8")
    code, out, err = said("mappings", "check", "--mappings", folder)
    assert (code, out) == (78, "")
    assert "new.toml:4: unit: unknown key; did you mean «units»?" in err
    assert "new.toml:3: unknown reader «pat»" in err


def test_the_version_is_told(said: Any) -> None:
    assert said("--version")[:2] == (0, f"natars-fhir {__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "ends"),
    [
        pytest.param(["--help"], 0, id="asked for"),
        pytest.param(["screen", "--help"], 0, id="asked for a command"),
        pytest.param([], 64, id="nothing asked"),
        pytest.param(["mappings"], 64, id="half a command"),
    ],
)
def test_help_is_shown(said: Any, arguments: list[str], ends: int) -> None:
    code, out, err = said(*arguments)
    assert "Usage" in out + err
    assert code == ends


def test_a_command_that_is_none_is_a_bad_argument(said: Any) -> None:
    assert said("scren")[0] == 64
