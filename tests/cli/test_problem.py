"""A problem of the data is told in the language of whoever asked, by every command that reads files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli.problem import problem
from tests.cli.installed import installed  # noqa: F401 (a fixture)
from tests.ward import load_once

EMPTY = ("fatal", "Resource", "There is nothing here: the document is empty.")


@pytest.fixture(autouse=True)
def _loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("natars_fhir.cli.inputs.load", load_once)


@pytest.mark.parametrize(
    ("place", "told", "language", "line"),
    [
        ("a.json:3", EMPTY, "en", "a.json:3: fatal: Resource: There is nothing here: the document is empty."),
        ("", ("error", "", "x"), "en", "error: document: x"),
        ("", ("error", "", "x"), "zh", "错误: 文档: x"),
    ],
)
def test_it_is_its_place_its_weight_and_its_sentence(
    place: str, told: tuple[str, str, str], language: str, line: str
) -> None:
    assert problem(place, *told, language) == line


@pytest.mark.parametrize(
    "arguments",
    [("screen",), ("log",), ("missing",), ("load",), ("explain", "Patient/1"), ("form", "Patient/1")],
    ids=lambda one: one[0],
)
def test_in_chinese_no_sentence_is_left_in_english(said: Any, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    file = tmp_path / "empty.json"
    file.touch()
    _, out, err = said(*arguments, str(file), "--site", "hospital-b", "--language", "zh")
    (line,) = [one for one in (out + err).splitlines() if "empty.json" in one]
    assert line.startswith("  ")
    assert "严重错误: Resource: " in line
    assert "nothing" not in line
    assert "documents" not in err


def test_a_load_that_brought_no_resource_tells_of_no_fate(said: Any, tmp_path: Path) -> None:
    (tmp_path / "empty.json").touch()
    _, out, _ = said("load", str(tmp_path / "empty.json"), "--site", "hospital-b")
    assert "0 documents, 0 resources.\n" in out
