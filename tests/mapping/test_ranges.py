"""Ranges of codes: written out code by code, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.mapping.ranges import codes, holds


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("C77", "C79", ["C77", "C78", "C79"]),
        ("C08", "C11", ["C08", "C09", "C10", "C11"]),
        ("C49.4", "C49.6", ["C49.4", "C49.5", "C49.6"]),
        ("54.08", "54.11", ["54.08", "54.09", "54.10", "54.11"]),
        ("8850/0", "8850/2", ["8850/0", "8850/1", "8850/2"]),
        ("O98", "O9A", ["O98", "O99", "O9A"]),
        ("C49.8", "C49.A", ["C49.8", "C49.9", "C49.A"]),
        ("C77", "C77", ["C77"]),
    ],
)
def test_a_range_is_written_out_code_by_code(first: str, last: str, found: list[str]) -> None:
    assert codes(first, last) == found
    assert all(holds(first, last, f"{code}x") for code in found)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("C49.4", "C51"),
        ("C49", "C49.6"),
        ("C00", "D09"),
        ("C79", "C77"),
        ("O9A", "O9B"),
        ("C49.4", "C50.4"),
        ("C49.", "C49."),
        ("C4", "CAB"),
        ("", ""),
    ],
)
def test_what_is_no_range_is_refused(first: str, last: str) -> None:
    with pytest.raises(ValueError, match="is no range"):
        codes(first, last)


@settings(max_examples=60, deadline=None)
@given(low=st.integers(0, 99), high=st.integers(0, 99), other=st.integers(0, 99))
def test_what_is_written_out_is_what_lies_in_it(low: int, high: int, other: int) -> None:
    low, high = sorted((low, high))
    first, last, code = f"C{low:02d}", f"C{high:02d}", f"C{other:02d}"
    assert holds(first, last, f"{code}.1") == (code in codes(first, last))
