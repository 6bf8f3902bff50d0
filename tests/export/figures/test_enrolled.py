"""Enrolment by month and site: no month is left out, and the line is the sum so far."""

from __future__ import annotations

from natars_fhir.export.figures.enrolled import months, stacked, table
from natars_fhir.export.rows import EnrolmentRow

ROWS = [
    EnrolmentRow("hospital-a", "2023-11", 2, 2, 2, 102),
    EnrolmentRow("hospital-b", "2024-02", 1, 1, 3, 102),
    EnrolmentRow("hospital-a", "2024-02", 4, 6, 7, 102),
]


def test_months_without_anybody_are_shown_over_the_turn_of_the_year() -> None:
    assert months(ROWS) == ("2023-11", "2023-12", "2024-01", "2024-02")
    assert months([]) == ()


def test_the_line_reaches_what_all_sites_came_to_and_the_goal_is_the_plan() -> None:
    found = stacked(ROWS, 102, "en")
    assert [(one.name, one.values) for one in found.series] == [
        ("hospital-a", (2, 0, 0, 4)),
        ("hospital-b", (0, 0, 0, 1)),
    ]
    assert found.line is not None
    assert found.line.values == (2, 2, 2, 7)
    assert found.goal == ("planned", 102)


def test_before_anybody_is_allocated_there_is_the_goal_alone() -> None:
    found = stacked([], 102, "zh")
    assert (found.empty, found.line, found.goal) == (True, None, ("计划例数", 102))
    assert table([]).rows == []
