"""Tables written as CSV (https://www.rfc-editor.org/rfc/rfc4180), so that no spreadsheet takes a cell for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TextIO

from natars_fhir.export import tables
from natars_fhir.export.dictionary import TABLES, Column, dictionary
from natars_fhir.export.rows import values_of
from natars_fhir.export.subject import Subject

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_rows(out: TextIO, row: type, rows: Iterable[Any]) -> int:
    """The head and every row; gives their number. *row* is what they are, so that an empty table has its head."""
    writer, count = csv.writer(out), 0
    writer.writerow(row.__dataclass_fields__)  # type: ignore[attr-defined]
    for one in rows:
        writer.writerow([cell(value) for value in values_of(one)])
        count += 1
    return count


def write_dictionary(out: TextIO) -> None:
    """The data dictionary, as a table of its own."""
    writer = csv.writer(out)
    writer.writerow(Column._fields)
    writer.writerows([cell(value) for value in column] for column in dictionary())


def write_tables(
    folder: Path, subjects: Sequence[Subject], planned: int, withheld: tables.Withheld = tables.NOBODY
) -> dict[str, int]:
    """Every table as ``<table>.csv`` in *folder*, and ``dictionary.csv``; gives the rows of each. Spreadsheets
    know UTF-8 by its mark."""
    rows = tables.every(subjects, planned, withheld)
    written: dict[str, int] = {}
    for name, row in TABLES.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as out:
            written[name] = write_rows(out, row, rows[name])
    with (folder / "dictionary.csv").open("w", encoding="utf-8-sig", newline="") as out:
        write_dictionary(out)
    return written


def cell(value: object) -> object:
    """A text that a spreadsheet would run gets an apostrophe before it; nothing is an empty cell."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
