"""Tables as CSV: what is written is what is read, and no cell is a formula."""

from __future__ import annotations

import csv
import io

import pytest

from natars_fhir.export.dictionary import TABLES, dictionary
from natars_fhir.export.rows import EnrolmentRow, VisitRow
from natars_fhir.export.tables import visits
from natars_fhir.export.written import cell, write_dictionary, write_rows
from tests.export.made import EVERYBODY


def test_what_is_written_is_read_back() -> None:
    out = io.StringIO()
    assert write_rows(out, VisitRow, visits(EVERYBODY)) == 2
    first, second = csv.DictReader(io.StringIO(out.getvalue()))
    assert (first["visit"], first["day_done"], second["day_done"]) == ("1-d", "4", "")


def test_an_empty_table_has_its_head() -> None:
    out = io.StringIO()
    assert write_rows(out, EnrolmentRow, []) == 0
    assert out.getvalue() == "site,month,allocated,so_far,all_sites,planned\r\n"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_text_that_a_spreadsheet_would_run_is_guarded(text: str) -> None:
    out = io.StringIO()
    write_rows(out, EnrolmentRow, [EnrolmentRow(text, "2024-01", 1, 1, 1, 102)])
    (row,) = csv.DictReader(io.StringIO(out.getvalue(), newline=""))
    assert row["site"] == f"'{text}"


@pytest.mark.parametrize(("value", "expected"), [(None, ""), (-3, -3), ("a", "a"), ("", "")])
def test_numbers_and_plain_texts_stay(value: object, expected: object) -> None:
    assert cell(value) == expected


def test_the_dictionary_is_a_table_too() -> None:
    out = io.StringIO()
    write_dictionary(out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert len(rows) == len(dictionary())
    assert {row["table"] for row in rows} == set(TABLES)
