"""Parquet: typed, with nulls and the dictionary within, read again by pandas, and the same bytes each time."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from natars_fhir.export import tables
from natars_fhir.export.dictionary import TABLES, dictionary
from natars_fhir.export.extra import ExtraError
from natars_fhir.export.parquet import write_parquet
from tests.export.made import EVERYBODY, plain
from tests.extras import needed

needed("tables", "pandas", "pyarrow")
TYPES = {"text": "string", "whole": "int64", "number": "double"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parquet")
    assert write_parquet(folder, EVERYBODY, 102)["subjects"] == 4
    return folder


@pytest.mark.parametrize("table", list(TABLES))
def test_every_row_and_value_is_read_back(written: Path, table: str) -> None:
    from pyarrow import parquet

    read = parquet.read_table(written / f"{table}.parquet").to_pylist()
    assert [tuple(row.values()) for row in read] == [plain(row) for row in tables.every(EVERYBODY, 102)[table]]


@pytest.mark.parametrize("table", list(TABLES))
def test_columns_are_typed_and_say_what_they_mean(written: Path, table: str) -> None:
    from pyarrow import parquet

    schema = parquet.read_schema(written / f"{table}.parquet")
    columns = [one for one in dictionary() if one.table == table]
    assert [(field.name, str(field.type)) for field in schema] == [(one.name, TYPES[one.kind]) for one in columns]
    assert [field.metadata[b"zh"].decode() for field in schema] == [one.zh for one in columns]
    assert [one["en"] for one in json.loads(schema.metadata[b"natars.dictionary"])] == [one.en for one in columns]


def test_another_library_reads_it(written: Path) -> None:
    import pandas

    frame = pandas.read_parquet(written / "times.parquet")
    events = frame[(frame.paramcd == "OS") & (frame.cnsr == 0)]
    assert sorted(events.subject) == ["aaaa", "dddd"]
    assert events.aval.isna().tolist() == [False, True]


def test_the_same_subjects_are_the_same_bytes(written: Path, tmp_path: Path) -> None:
    write_parquet(tmp_path, EVERYBODY, 102)
    for path in written.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_without_the_library_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExtraError, match="Parquet files need the extra `tables`"):
        write_parquet(tmp_path, EVERYBODY, 102)
