"""One table of engines: what stands in it can be asked for, and is told in the documentation."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.bulk.engines import ENGINES, OnCluster, workers_of
from natars_fhir.bulk.grid import Grid
from natars_fhir.bulk.recipe import Recipe
from natars_fhir.bulk.screen import Tally
from natars_fhir.bulk.spark import Ran
from natars_fhir.bulk.spark_session import Where
from natars_fhir.cli import run
from natars_fhir.cli.exits import BAD_ARGUMENTS
from tests import ward
from tests.doc_pages import DOCS, sections

CASE = str(ward.FIXTURES / "hospital-a" / "age-17-18-75-76")


@pytest.fixture(autouse=True)
def mappings_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)


def test_every_engine_stands_in_the_documentation() -> None:
    named = sections(DOCS / "cluster.md", "##")["Which engine"]
    assert all(f"`--engine {name}`" in named for name in ENGINES)


def test_the_command_names_every_engine(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["screen", CASE, "--engine", "none"]) == BAD_ARGUMENTS
    assert ", ".join(ENGINES) in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_a_cluster_has_workers_of_its_own() -> None:
    with pytest.raises(ValueError, match="cuts the work itself"):
        workers_of("spark", 2)


def test_another_engine_is_one_more_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def elsewhere(where: Where, pieces: Grid, recipe: Recipe, to: str, style: str) -> Ran:
        asked.extend((where, len(pieces.sheets), recipe.site, to, style))
        (tmp_path / "new").mkdir()
        return Ran(Tally(), Counter())

    monkeypatch.setitem(ENGINES, "elsewhere", OnCluster(elsewhere))
    to = tmp_path / "new"
    assert run(["screen", CASE, "--site", "hospital-a", "--engine", "elsewhere", "--to", str(to)]) == 0
    assert asked == [Where(), 2, "hospital-a", to.as_uri(), "json"]
    assert (to / "report.json").exists()
