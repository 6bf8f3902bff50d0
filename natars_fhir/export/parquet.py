"""Tables as Parquet (https://parquet.apache.org/docs/file-format/): typed columns, nothing is null, and the dictionary
within: each column's meaning stands at the column, and the whole table of them in the file's metadata."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from natars_fhir.export import tables
from natars_fhir.export.dictionary import TABLES, Column, dictionary
from natars_fhir.export.extra import library
from natars_fhir.export.rows import values_of
from natars_fhir.export.subject import Subject

#: Rows that are held at once.
_AT_ONCE = 20_000
_SAID = ("en", "zh", "derivation")
_TYPES = {"text": "string", "whole": "int64", "number": "float64"}


def write_parquet(
    folder: Path, subjects: Sequence[Subject], planned: int, withheld: tables.Withheld = tables.NOBODY
) -> dict[str, int]:
    """Every table as ``<table>.parquet``; gives the rows of each. Raises ExtraError."""
    rows = tables.every(subjects, planned, withheld)
    return {name: _write(folder / f"{name}.parquet", name, rows[name]) for name in TABLES}


def _write(path: Path, table: str, rows: Iterable[Any]) -> int:
    arrow = library("pyarrow", what="Parquet files", extra="tables")
    parquet = library("pyarrow.parquet", what="Parquet files", extra="tables")
    columns = [one for one in dictionary() if one.table == table]
    schema, count = _schema(arrow, columns), 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as out:
        for some in _some(rows):
            values = zip(*(map(_value, values_of(row)) for row in some), strict=True)
            arrays = [arrow.array(list(one), field.type) for one, field in zip(values, schema, strict=True)]
            out.write_table(arrow.Table.from_arrays(arrays, schema=schema))
            count += len(some)
    return count


def _some(rows: Iterable[Any]) -> Iterator[list[Any]]:
    waiting = iter(rows)
    while some := list(islice(waiting, _AT_ONCE)):
        yield some


def _schema(arrow: Any, columns: Sequence[Column]) -> Any:
    fields = [
        arrow.field(one.name, getattr(arrow, _TYPES[one.kind])(), metadata={n: getattr(one, n) for n in _SAID})
        for one in columns
    ]
    whole = json.dumps([one._asdict() for one in columns], ensure_ascii=False)
    return arrow.schema(fields, metadata={"natars.dictionary": whole})


def _value(value: object) -> object:
    """Nothing is null; a number that keeps its decimals in a text is a float here."""
    if isinstance(value, Decimal):
        return float(value)
    return None if value == "" else value
