"""XLSX: one sheet a table, read again by openpyxl; no text runs, and the same tables are the same bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.export import tables
from natars_fhir.export.dictionary import TABLES, dictionary
from natars_fhir.export.workbook import NAME, write_workbook
from tests.export.made import EVERYBODY, A, plain

openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed")
pytest.importorskip("xlsxwriter", reason="the extra `tables` is not installed")
DAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("xlsx")
    write_workbook(folder, EVERYBODY, 102, DAY)
    return folder / NAME


@pytest.fixture(scope="module")
def book(written: Path) -> Any:
    return openpyxl.load_workbook(written)


@pytest.mark.parametrize("table", list(TABLES))
def test_every_row_and_value_is_read_back(book: Any, table: str) -> None:
    head, *read = book[table].iter_rows(values_only=True)
    assert head == tuple(TABLES[table].__dataclass_fields__)  # type: ignore[attr-defined]
    assert [tuple(row) for row in read] == [plain(row) for row in tables.every(EVERYBODY, 102)[table]]


def test_the_dictionary_is_a_sheet_too(book: Any) -> None:
    _, *rows = book["dictionary"].iter_rows(values_only=True)
    assert rows == [tuple(one) for one in dictionary()]


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "https://example.org/x", "-2", "007"])
def test_a_planted_text_stays_a_text(tmp_path: Path, text: str) -> None:
    write_workbook(tmp_path, [replace(A, site=text)], 102, DAY)
    cell = openpyxl.load_workbook(tmp_path / NAME)["subjects"]["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_more_than_a_sheet_holds_goes_on_in_another(tmp_path: Path) -> None:
    assert write_workbook(tmp_path, EVERYBODY, 102, DAY, sheet_rows=3)["subjects"] == 4
    found = openpyxl.load_workbook(tmp_path / NAME)
    assert [row[1] for name in ("subjects", "subjects 2") for row in found[name].iter_rows(values_only=True)] == [
        "subject", "aaaa", "bbbb", "subject", "cccc", "dddd",
    ]  # fmt: skip


def test_the_same_tables_are_the_same_bytes(written: Path, tmp_path: Path) -> None:
    write_workbook(tmp_path, EVERYBODY, 102, DAY)
    assert (tmp_path / NAME).read_bytes() == written.read_bytes()
    assert openpyxl.load_workbook(written).properties.created.date() == DAY
