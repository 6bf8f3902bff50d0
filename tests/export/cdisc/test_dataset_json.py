"""Dataset-JSON 1.1: read again by odmlib's own reader, every row of it, and the same bytes each time."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.export.cdisc.dataset_json import write_dataset_json
from natars_fhir.export.cdisc.rows import rows_of
from tests.export.cdisc_made import SUBJECTS, by_map

pytest.importorskip("dsjson", reason="the extra `tables` is not installed")
model = pytest.importorskip("odmlib.dataset_json_1_1.model", reason="the extra `tables` is not installed")
DAY = date(2026, 6, 30)
DATASETS = [one.name for one in by_map().plan.dataset]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dataset-json")
    write_dataset_json(folder, by_map(), SUBJECTS, DAY, "abc123")
    return folder


def read(folder: Path, dataset: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((folder / f"{dataset.lower()}.json").read_text("utf-8"))
    return made


@pytest.mark.parametrize("dataset", DATASETS)
def test_another_library_reads_it_by_the_rules(written: Path, dataset: str) -> None:
    told = read(written, dataset)
    made = model.DatasetJSON(
        **{
            **told,
            "sourceSystem": model.SourceSystem(**told["sourceSystem"]),
            "columns": [model.Column(**one) for one in told["columns"]],
        }
    )
    assert made.to_dict() == told
    assert made.datasetJSONVersion == "1.1"
    assert all(len(row) == len(told["columns"]) for row in told["rows"])


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_row_and_value_is_read_back(written: Path, dataset: str) -> None:
    told = read(written, dataset)
    everybody = sorted(SUBJECTS, key=lambda one: (one.site, one.pseudonym))
    rows = [row for one in everybody for row in rows_of(by_map(), one) if row.dataset == dataset]
    assert told["records"] == len(rows)
    assert told["rows"] == [list(row.values.values()) for row in rows]
    assert rows


def test_columns_say_what_they_are(written: Path) -> None:
    columns = {one["name"]: one for one in read(written, "LB")["columns"]}
    assert columns["LBSTRESN"] == {
        "itemOID": "IT.LB.LBSTRESN",
        "name": "LBSTRESN",
        "label": "Numeric Result/Finding in Standard Units",
        "dataType": "double",
    }
    assert (columns["LBTESTCD"]["dataType"], columns["LBTESTCD"]["length"]) == ("string", 4)
    for one in DATASETS:
        assert all(len(column["label"]) <= 40 for column in read(written, one)["columns"])


def test_no_date_of_a_subject_is_in_it(written: Path) -> None:
    for one in DATASETS:
        assert not re.search(r"\b(19|20)\d\d-\d\d", json.dumps(read(written, one)["rows"]))


def test_the_same_subjects_in_any_order_are_the_same_bytes(written: Path, tmp_path: Path) -> None:
    write_dataset_json(tmp_path, by_map(), tuple(reversed(SUBJECTS)), DAY, "abc123")
    for path in written.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
