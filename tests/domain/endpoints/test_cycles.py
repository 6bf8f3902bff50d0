"""Cycles, their safety visits and their worst grade (clinical.md §6.7)."""

from __future__ import annotations

from datetime import date

import pytest

from natars_fhir.domain.endpoints.cycles import Cycle
from natars_fhir.domain.interval import number
from natars_fhir.domain.record import Fact
from natars_fhir.domain.sentence import render
from tests.domain.endpoints.course import NEO, OPERATED, cycle, endpoints, lab, problems
from tests.domain.trial_patients import fact

#: Three cycles in January and February, and surgery on 10 March 2024.
CYCLES = (cycle(1, "2024-01-05"), cycle(2, "2024-01-26"), cycle(3, "2024-02-16"))
FACTS = (fact("consent", "given", "2024-01-01"), fact("allocation", NEO, "2024-01-02"), OPERATED[3], *CYCLES)
LATE = date(2025, 1, 1)


def cycles(*facts: Fact, as_of: date = LATE) -> tuple[Cycle, ...]:
    return endpoints(*FACTS, *facts, as_of=as_of).cycles


def test_a_cycle_lasts_until_the_next_and_the_last_until_the_surgery() -> None:
    found = cycles()
    assert [(one.number, one.start, one.until) for one in found] == [
        (1, date(2024, 1, 5), date(2024, 1, 26)),
        (2, date(2024, 1, 26), date(2024, 2, 16)),
        (3, date(2024, 2, 16), date(2024, 3, 10)),
    ]


@pytest.mark.parametrize(
    ("days", "standing", "done"),
    [
        (("2024-01-05",), "missed", None),
        (("2024-01-06",), "done", "2024-01-06"),
        (("2024-01-07",), "done", "2024-01-07"),
        (("2024-01-06", "2024-01-07"), "done", "2024-01-06"),
        (("2024-01-08",), "missed", None),
        (("2024-01",), "missed", None),
    ],
    ids=["day 0 is baseline", "the day", "a day late", "the nearest", "too late", "a partly known day is no visit"],
)
def test_the_visit_of_day_1(days: tuple[str, ...], standing: str, done: str | None) -> None:
    visit = cycles(*[lab("anc", "3", day) for day in days])[0].visits[0]
    assert (visit.name, visit.due, visit.standing) == ("1-d", date(2024, 1, 6), standing)
    assert visit.done == (date.fromisoformat(done) if done else None)


@pytest.mark.parametrize(
    ("days", "done"),
    [
        (("2024-01-10",), 10),
        (("2024-01-14",), 14),
        (("2024-01-11", "2024-01-13"), 13),
        (("2024-01-10", "2024-01-13"), 13),
        (("2024-01-11", "2024-01-14"), 11),
    ],
    ids=["first day", "last day", "of two as near the later", "the nearer", "the nearer, earlier"],
)
def test_the_visit_of_day_7_takes_the_nearest_day(days: tuple[str, ...], done: int) -> None:
    visit = cycles(*[lab("anc", "3", day) for day in days])[0].visits[1]
    assert (visit.due, visit.done) == (date(2024, 1, 12), date(2024, 1, done))


def test_a_visit_never_reaches_into_the_next_cycle_nor_to_the_surgery() -> None:
    close = (*FACTS[:3], cycle(1, "2024-02-10"), cycle(2, "2024-03-04"))
    found = endpoints(*close, lab("anc", "3", "2024-03-10"), as_of=LATE).cycles
    assert [(visit.closes, visit.standing) for visit in found[1].visits] == [
        (date(2024, 3, 6), "missed"),
        (date(2024, 3, 9), "missed"),
    ]


@pytest.mark.parametrize(
    ("as_of", "standings"),
    [
        ("2024-01-05", ["planned", "planned"]),
        ("2024-01-06", ["due", "planned"]),
        ("2024-01-08", ["missed", "planned"]),
        ("2024-01-14", ["missed", "due"]),
        ("2024-01-15", ["missed", "missed"]),
    ],
)
def test_what_is_due_depends_on_the_day(as_of: str, standings: list[str]) -> None:
    found = endpoints(*FACTS[:2], CYCLES[0], as_of=date.fromisoformat(as_of)).cycles
    assert [visit.standing for visit in found[0].visits] == standings


def test_a_visit_tells_what_it_lacks() -> None:
    measured = ("anc", "wbc", "platelets", "haemoglobin", "alt", "ast", "bilirubin", "creatinine", "troponin-t")
    visit = cycles(*[lab(name, "100", "2024-01-06") for name in measured])[0].visits[0]
    assert visit.lacks == ("qtc", "lvef")


def test_the_worst_grade_of_a_cycle_looks_beyond_its_visits() -> None:
    found = cycles(lab("anc", "3", "2024-01-06"), lab("anc", "0.4", "2024-01-17"), lab("anc", "1.2", "2024-01-26"))
    assert [one.worst.grade for one in found] == [(4, 4), (2, 2), None]
    assert [one.when for one in found[0].worst.facts] == ["2024-01-17"]


def test_adverse_events_and_values_are_weighed_together() -> None:
    event = fact("adverse-event", "febrile-neutropenia", "2024-01-18", grade=number(3))
    plain = fact("adverse-event", "hypertension", "2024-01-19")
    month = fact("adverse-event", "anaemia", "2024-01", grade=number(5))
    worst = cycles(lab("anc", "1.2", "2024-01-17"), event, plain, month)[0].worst
    assert (worst.grade, worst.facts, worst.ungraded) == ((3, 3), (event,), 1)


def test_a_value_near_normal_leaves_grade_1_open() -> None:
    found = endpoints(*FACTS, lab("anc", "1.7", "2024-01-06"), as_of=LATE)
    assert found.cycles[0].worst.grade == (0, 1)
    assert "Cycle 1: worst CTCAE grade 0 to 1; neutrophil count 1.7 (2024-01-06)" in [
        render(step.sentence, "en") for step in found.trace
    ]


def test_more_cycles_than_planned_are_told() -> None:
    found = problems(*FACTS, cycle(4, "2024-03-01"))
    assert "More cycles of neoadjuvant treatment than the protocol plans." in found


def test_an_arm_without_treatment_has_no_cycles() -> None:
    assert endpoints(*OPERATED).cycles == ()
