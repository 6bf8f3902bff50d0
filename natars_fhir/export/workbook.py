"""Tables as one XLSX file (ECMA-376, by https://xlsxwriter.readthedocs.io): a sheet a table, and the dictionary.

No text becomes a formula or a link. The same tables are the same bytes: the file says that it was made on the day
that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from natars_fhir.export import tables
from natars_fhir.export.dictionary import TABLES, Column, dictionary
from natars_fhir.export.extra import library
from natars_fhir.export.rows import values_of
from natars_fhir.export.subject import Subject

NAME = "natars-tables.xlsx"
#: What a sheet can hold, its head included; what is more goes on in another sheet.
SHEET_ROWS = 1_048_576
_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True}


def write_workbook(
    folder: Path,
    subjects: Sequence[Subject],
    planned: int,
    as_of: date,
    withheld: tables.Withheld = tables.NOBODY,
    *,
    sheet_rows: int = SHEET_ROWS,
) -> dict[str, int]:
    """Every table as a sheet of one file; gives the rows of each. Raises ExtraError."""
    writer = library("xlsxwriter", what="XLSX files", extra="tables")
    rows = tables.every(subjects, planned, withheld)
    with writer.Workbook(str(folder / NAME), _PLAIN) as book:
        book.set_properties({"title": "NATARS", "created": datetime(as_of.year, as_of.month, as_of.day)})  # noqa: DTZ001
        head = book.add_format({"bold": True})
        written = {
            name: _sheets(book, head, name, [one.name for one in fields(row)], map(values_of, rows[name]), sheet_rows)
            for name, row in TABLES.items()
        }
        _sheets(book, head, "dictionary", Column._fields, dictionary(), sheet_rows)
    return written


def _sheets(
    book: Any, head: Any, name: str, heads: Sequence[str], rows: Iterable[Sequence[object]], sheet_rows: int
) -> int:
    """The rows, in as many sheets as it takes: ``facts``, ``facts 2`` …"""
    sheet, count, on_sheet, sheets = _sheet(book, head, name, heads), 0, 1, 1
    for row in rows:
        if on_sheet == sheet_rows:
            sheets += 1
            sheet, on_sheet = _sheet(book, head, f"{name} {sheets}", heads), 1
        for column, value in enumerate(row):
            _cell(sheet, on_sheet, column, value)
        count, on_sheet = count + 1, on_sheet + 1
    return count


def _sheet(book: Any, head: Any, name: str, heads: Sequence[str]) -> Any:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(heads):
        sheet.write_string(0, column, title, head)
    return sheet


def _cell(sheet: Any, row: int, column: int, value: object) -> None:
    if isinstance(value, int | Decimal):
        sheet.write_number(row, column, value)
    elif value not in (None, ""):
        sheet.write_string(row, column, str(value))
