"""Allocation: a ResearchSubject past registration tells the arm; one that contradicts itself is told."""

from __future__ import annotations

import pytest

from tests.ward import line, read, resource

ARM = "The Surgery only Group"


@pytest.mark.parametrize(
    ("status", "arm", "facts", "issues"),
    [
        pytest.param("on-study", ARM, [f"allocation {ARM}"], 0, id="on study"),
        pytest.param("off-study", ARM, [f"allocation {ARM}"], 0, id="off study"),
        pytest.param("candidate", ARM, [], 0, id="an arm that is planned"),
        pytest.param("withdrawn", None, [], 0, id="left before any arm"),
        pytest.param("withdrawn", ARM, [], 1, id="before the registration, and yet an arm"),
    ],
)
def test_what_a_research_subject_tells(status: str, arm: str | None, facts: list[str], issues: int) -> None:
    study = {"display": "NCT05844813"}
    told = read(
        resource("ResearchSubject", status=status, study=study, assignedArm=arm, period={"start": "2024-05-01"})
    )
    assert ([line(fact) for fact in told.facts], len(told.issues)) == (facts, issues)


def test_of_another_study_nothing_is_told() -> None:
    sent = resource("ResearchSubject", status="withdrawn", study={"display": "OTHER-1"}, assignedArm=ARM)
    told = read(sent)
    assert (told.facts, told.issues) == ((), ())
