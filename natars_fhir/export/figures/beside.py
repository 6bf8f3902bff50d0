"""Beside: the numbers of a figure as a table, for CSV and JSON: whoever cannot see the figure has the same numbers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import NamedTuple

from natars_fhir.export.written import cell

Value = str | int | float | None


class Table(NamedTuple):
    """A head, and rows under it."""

    head: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]

    def csv(self) -> bytes:
        """RFC 4180 with UTF-8's mark, for spreadsheets."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(self.head)
        writer.writerows([cell(value) for value in row] for row in self.rows)
        return out.getvalue().encode("utf-8-sig")

    def json(self) -> bytes:
        """An object a row."""
        told = [dict(zip(self.head, row, strict=True)) for row in self.rows]
        return f"{json.dumps(told, ensure_ascii=False, indent=1)}\n".encode()
