"""Events by term, arm and grade: each is counted once, and an inexact grade is never rounded."""

from __future__ import annotations

import pytest

from natars_fhir.export.figures.adverse import Of, adverse, columns, stacked, table
from natars_fhir.export.rows import AdverseEventRow

NEO, OTHER = "The Neoadjuvant Therapy Group", "The Surgery only Group"


def event(subject: str, term: str, grade: str, arm: str = NEO, kind: str = "adverse-event") -> AdverseEventRow:
    return AdverseEventRow("hospital-a", subject, arm, kind, term, grade, "", "", 3, 3, 1, None)


ROWS = [
    event("1", "anaemia", "2"), event("1", "anaemia", "3"), event("2", "anaemia", "2..3"), event("3", "anaemia", ""),
    event("3", "hypertension", "1"),
    event("4", "", "IIIa", OTHER, "clavien-dindo"), event("5", "", "?", OTHER, "clavien-dindo"),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["adverse-event", "clavien-dindo"])
def test_every_event_is_in_one_grade(kind: Of) -> None:
    told = adverse(ROWS, kind)
    assert sum(sum(one.grades) for one in told) == sum(one.kind == kind for one in ROWS)
    assert all(sum(one.grades) == one.events for one in told)


def test_a_range_and_a_silent_grade_stand_apart() -> None:
    first, second = adverse(ROWS, "adverse-event")
    assert (first.term, first.grades, first.events, first.subjects) == ("anaemia", (0, 1, 1, 0, 0, 2), 4, 3)
    assert (second.term, second.grades) == ("hypertension", (1, 0, 0, 0, 0, 0))
    assert columns("adverse-event")[-1] == "?"


def test_a_complication_is_told_by_arm_alone() -> None:
    told = adverse(ROWS, "clavien-dindo")
    assert [(one.term, one.arm, one.events) for one in told] == [("", OTHER, 2)]
    assert stacked(told, "clavien-dindo", "en").categories == (OTHER,)
    assert [one.name for one in stacked(told, "clavien-dindo", "zh").series][-1] == "分级不明确或缺失"


def test_the_table_tells_events_and_subjects_once_and_then_each_grade() -> None:
    rows = table(adverse(ROWS, "adverse-event")).rows
    assert rows[0] == ("adverse-event", "anaemia", NEO, "", 4, 3)
    assert len(rows) == 2 * (1 + 6)
