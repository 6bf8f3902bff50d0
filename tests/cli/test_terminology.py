"""`mappings export` and `import` on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli import run
from natars_fhir.mapping.files import load
from tests.ward import FOLDER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "mappings"))


def mapped(code: str, target: str, remark: str = "", **more: Any) -> dict[str, Any]:
    """A map of one laboratory code of hospital B."""
    told = {"code": target, "equivalence": "equivalent", **({"comment": remark} if remark else {})}
    group = {
        "source": "http://his.hospital-b.example/lis",
        "target": "https://natars.example/fhir/CodeSystem/concept",
        "element": [{"code": code, "target": [told]}],
    }
    return {"resourceType": "ConceptMap", "status": "active", "group": [group], **more}


def kept(tmp_path: Path, content: Any) -> str:
    path = tmp_path / "map.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), "utf-8")
    return str(path)


def test_the_maps_of_one_site_are_written_as_files(tmp_path: Path) -> None:
    assert run(["mappings", "export", "--site", "hospital-b", "--out", str(tmp_path / "maps")]) == 0
    names = sorted(path.name for path in (tmp_path / "maps").iterdir())
    assert "hospital-b-unit-spelling.json" in names
    assert all(name.startswith("hospital-b-") for name in names)


def test_without_a_site_all_maps_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["mappings", "export"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {one["name"][:11] for one in told if one["resourceType"] == "ConceptMap"} == {"NatarsHospi", "NatarsStand"}
    assert {one["id"] for one in told if one["resourceType"] == "CodeSystem"} == {"concept", "value", "report"}


def test_what_was_exported_is_known_already(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["mappings", "export", "--site", "hospital-a", "--out", str(tmp_path / "maps")])
    assert run(["mappings", "import", str(tmp_path / "maps"), "--site", "hospital-a"]) == 0
    assert capsys.readouterr().out == ""


def test_new_lines_are_printed_with_their_remarks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["mappings", "import", kept(tmp_path, mapped("LIS0999", "qtc", "间期")), "--site", "hospital-b"]) == 0
    assert capsys.readouterr().out == '[codes."http://his.hospital-b.example/lis"]\n"LIS0999" = "qtc"   # 间期\n'


def test_a_bundle_of_maps_is_written_into_the_file(folder: Path, tmp_path: Path) -> None:
    entry = [{"resource": mapped("LIS0999", "qtc", "间期")}, {"resource": mapped("LIS0101", "ldh")}]
    sent = kept(tmp_path, {"resourceType": "Bundle", "type": "collection", "entry": entry})
    given = ["mappings", "import", sent, "--site", "hospital-b", "--write", "--mappings", str(folder)]
    assert run(given) == 0
    codes = load(folder).sites["hospital-b"].codes["http://his.hospital-b.example/lis"]
    assert (codes["LIS0999"], codes["LIS0101"], codes["LIS0102"]) == ("qtc", "ldh", "anc")
    text = (folder / "sites/hospital-b.toml").read_text("utf-8")
    assert '"LIS0999" = "qtc"   # 间期\n' in text
    assert "# 中性粒细胞绝对值" in text


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        pytest.param(mapped("LIS0999", "qtcc"), 1, "ConceptMap.group[0].element[0].target[0]", id="no such concept"),
        pytest.param(mapped("LIS0999", "qtc", status="draft"), 1, "ConceptMap.status", id="a draft"),
        pytest.param("{", 2, "document: ", id="no JSON"),
        pytest.param({"resourceType": "Patient"}, 2, "This is no ConceptMap.", id="no map"),
        pytest.param(
            mapped("X", "sex") | {"group": [{"source": "urn:x", "target": "u/CodeSystem/value", "element": [
                {"code": "X", "target": [{"code": "positve", "equivalence": "equal"}]}]}]},
            1, "did you mean «positive»?", id="a value of no kind",
        ),
    ],
)  # fmt: skip
def test_faults_are_told_and_nothing_is_written(
    folder: Path, tmp_path: Path, content: Any, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "sites/hospital-b.toml").read_bytes()
    given = ["mappings", "import", kept(tmp_path, content), "--site", "hospital-b", "--write"]
    assert run([*given, "--mappings", str(folder)]) == code
    assert told in capsys.readouterr().err
    assert (folder / "sites/hospital-b.toml").read_bytes() == before


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["mappings", "import", str(tmp_path / "none.json"), "--site", "hospital-b"]) == 2
    assert "no such file" in capsys.readouterr().err


def test_a_site_that_is_not_known_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["mappings", "export", "--site", "hospital-aa"]) == 64
    assert "hospital-a" in capsys.readouterr().err
