"""A simulated hospital in a folder: what is written, and that it is read back."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from natars_fhir.bulk import simulated
from natars_fhir.bulk.agreement import truths
from natars_fhir.bulk.simulated import Made, agreement, made, write
from natars_fhir.fhir.ndjson import every_document
from tests import ward
from tests.simulate.hospitals import order


def test_a_folder_holds_the_feed_the_truth_and_what_was_asked_for(tmp_path: Path) -> None:
    written = write(order(number=6), tmp_path / "new")
    folder = tmp_path / "new"
    assert written.patients == len(list(truths(folder))) == 6
    assert written.documents == len(list(every_document([folder / "feed"])))
    assert written.bytes == sum(path.stat().st_size for path in (folder / "feed").iterdir())
    assert json.loads((folder / "simulated.json").read_text("utf-8"))["seed"] == order().seed
    assert made(folder) == Made("hospital-a", date(2024, 12, 31))


def test_bundles_are_pushes_and_screen_alike(tmp_path: Path) -> None:
    found = []
    for style in ("ndjson", "bundles"):
        write(order(number=6), tmp_path / style, style)
        found.append(agreement(tmp_path / style, ward.reader("hospital-a"), ward.mappings().study, order().as_of))
    assert found[0].counts == found[1].counts
    first = next(iter(every_document([tmp_path / "bundles" / "feed"])))
    assert json.loads(first.raw)["resourceType"] == "Bundle"


def test_a_feed_that_has_grown_goes_on_in_the_next_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated, "_LARGEST", 20_000)
    written = write(order(number=4), tmp_path)
    files = sorted((tmp_path / "feed").iterdir())
    assert len(files) > 1
    assert sum(path.stat().st_size for path in files) == written.bytes


def test_a_folder_that_was_not_finished_is_none(tmp_path: Path) -> None:
    (tmp_path / "simulated.json").write_text("{", "utf-8")
    with pytest.raises(ValueError, match="no folder that"):
        made(tmp_path)
