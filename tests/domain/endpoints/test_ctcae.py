"""Grades of laboratory values: as sure as the value lets them be, at the limits of clinical.md §3.4."""

from __future__ import annotations

from decimal import Decimal

import pytest

from natars_fhir.domain.endpoints.ctcae import grade
from natars_fhir.domain.interval import Interval, Number, number


@pytest.mark.parametrize(
    ("analyte", "value", "expected"),
    [
        ("anc", "1.5", (0, 1)),
        ("anc", "1.49", (2, 2)),
        ("anc", "1.0", (2, 2)),
        ("anc", "0.99", (3, 3)),
        ("anc", "0.5", (3, 3)),
        ("anc", "0.49", (4, 4)),
        ("wbc", "2.5", (2, 2)),
        ("wbc", "0.9", (4, 4)),
        ("platelets", "74", (2, 2)),
        ("platelets", "24.9", (4, 4)),
        ("haemoglobin", "100", (0, 1)),
        ("haemoglobin", "99", (2, 2)),
        ("haemoglobin", "79", (3, 3)),
        ("lvef", "60", (0, 0)),
        ("lvef", "50", (2, 2)),
        ("lvef", "39", (3, 3)),
        ("lvef", "19", (4, 4)),
        ("qtc", "449", (0, 0)),
        ("qtc", "450", (1, 1)),
        ("qtc", "481", (2, 2)),
        ("qtc", "501", (3, 3)),
    ],
)
def test_grades_at_their_limits(analyte: str, value: str, expected: tuple[int, int]) -> None:
    assert grade(analyte, number(value)) == expected


@pytest.mark.parametrize(
    ("analyte", "value", "baseline", "expected"),
    [
        ("lvef", "56", "65", (0, 0)),
        ("lvef", "55", "65", (2, 2)),
        ("lvef", "52", "72", (3, 3)),
        ("qtc", "470", "409", (3, 3)),
        ("qtc", "470", "410", (1, 1)),
        ("creatinine", "140", "90", (2, 4)),
        ("creatinine", "271", "90", (3, 4)),
        ("creatinine", "100", "90", None),
    ],
)
def test_grades_against_the_baseline(analyte: str, value: str, baseline: str, expected: tuple[int, int] | None) -> None:
    assert grade(analyte, number(value), number(baseline)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Interval(None, Decimal(1), high_open=True), (3, 4)),
        (Interval(Decimal("0.8"), Decimal("1.2")), (2, 3)),
        (Interval(Decimal("1.4"), None), (0, 2)),
    ],
    ids=["below 1", "a range", "at least 1.4"],
)
def test_what_is_partly_known_has_a_range_of_grades(value: Number, expected: tuple[int, int]) -> None:
    assert grade("anc", value) == expected


def test_without_a_baseline_or_a_limit_of_the_laboratory_nothing_is_graded() -> None:
    assert grade("creatinine", number(300)) is None
    assert grade("alt", number(300)) is None
    assert grade("creatinine", number(300), Interval(Decimal(50), Decimal(60))) is None
