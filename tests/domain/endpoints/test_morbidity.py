"""Postoperative morbidity within 30, 90 and 365 days (clinical.md §6.8)."""

from __future__ import annotations

import pytest

from natars_fhir.domain.endpoints.morbidity import Morbidity
from natars_fhir.domain.record import Fact
from tests.domain.endpoints.course import OPERATED, WAITING, complication, day, died, endpoints, grew, seen
from tests.domain.trial_patients import fact

FOLLOWED = seen(800)


def windows(*facts: Fact) -> tuple[Morbidity, ...]:
    return endpoints(*OPERATED, *facts).morbidity


def worst(*facts: Fact) -> list[tuple[str, str]]:
    return [(one.worst, one.followed) for one in windows(*facts)]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (0, ["II", "II", "II"]),
        (30, ["II", "II", "II"]),
        (31, ["", "II", "II"]),
        (90, ["", "II", "II"]),
        (91, ["", "", "II"]),
        (365, ["", "", "II"]),
        (366, ["", "", ""]),
        (-1, ["", "", ""]),
    ],
)
def test_a_complication_counts_up_to_the_last_day_of_a_window(after: int, expected: list[str]) -> None:
    assert worst(complication(after, "II"), FOLLOWED) == [(grade, "whole") for grade in expected]


@pytest.mark.parametrize(
    ("grades", "expected", "major"),
    [
        (("I", "II"), "II", "no"),
        (("II", "IIIa"), "IIIa", "yes"),
        (("IIIb", "IIIa"), "IIIb", "yes"),
        (("IVb", "IVa"), "IVb", "yes"),
        (("III", "IIIb"), "IIIb", "yes"),
        (("IV", "IIIb"), "IVa", "yes"),
    ],
)
def test_the_worst_grade_speaks(grades: tuple[str, ...], expected: str, major: str) -> None:
    found = windows(*[complication(5, grade) for grade in grades], FOLLOWED)[0]
    assert (found.worst, found.major.word) == (expected, major)


def test_an_undivided_grade_counts_as_its_lower_half_and_is_flagged() -> None:
    found = windows(complication(5, "III"), FOLLOWED)[0]
    assert (found.worst, found.undivided) == ("IIIa", True)


def test_who_was_not_followed_is_unknown_and_not_without_complications() -> None:
    assert worst(seen(60)) == [("", "whole"), ("", "unknown"), ("", "unknown")]
    assert worst(seen(60), complication(10, "II")) == [("II", "whole"), ("II", "at-least"), ("II", "at-least")]
    assert [one.major.word for one in windows(seen(60), complication(10, "II"))] == ["no", "unknown", "unknown"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((died(20),), ["V", "V", "V"], id="within 30 days"),
        pytest.param((died(90),), ["", "V", "V"], id="day 90"),
        pytest.param((died(91),), ["", "", ""], id="later, nothing said"),
        pytest.param((died(120), complication(120, "V")), ["", "", "V"], id="later, said to be grade V"),
        pytest.param((grew(100), died(120), complication(120, "V")), ["", "", ""], id="of the disease that came back"),
    ],
)
def test_death_is_grade_v_up_to_day_90(facts: tuple[Fact, ...], expected: list[str]) -> None:
    assert [one.worst for one in windows(*facts)] == expected


def test_mortality_is_told_beside_the_grades() -> None:
    assert [one.died.word for one in windows(died(60))] == ["no", "yes", "yes"]
    assert [one.died.word for one in windows(seen(60))] == ["no", "unknown", "unknown"]
    assert [one.died.word for one in windows(died(None))] == ["unknown", "unknown", "unknown"]
    assert [one.died.word for one in windows(died("2024-04"))] == ["unknown", "yes", "yes"]


def test_a_month_at_the_edge_of_a_window_leaves_it_open() -> None:
    first, second, _ = windows(complication("2024-04", "IIIb"), FOLLOWED)
    assert (first.worst, first.major.word, len(first.unsure)) == ("", "unknown", 1)
    assert (second.worst, second.major.word, len(second.unsure)) == ("IIIb", "yes", 0)


def test_another_operation_is_told() -> None:
    def operation(after: int, concept: str = "surgery", path: str = "Procedure.code.coding[0]") -> Fact:
        return fact(concept, "present", day(after), reference=f"Procedure/{after}")._replace(path=path)

    assert [one.reoperated.word for one in windows(operation(12), operation(0), FOLLOWED)] == ["yes", "yes", "yes"]
    assert [one.reoperated.word for one in windows(operation(60, "prior-resection"), FOLLOWED)] == ["no", "yes", "yes"]
    assert [one.reoperated.word for one in windows(operation(0), FOLLOWED)] == ["no", "no", "no"]
    assert windows(operation(0))[0].reoperated.word == "unknown"
    spoken_of = operation(60, "prior-resection", "DiagnosticReport.conclusion")
    assert [one.reoperated.word for one in windows(spoken_of, FOLLOWED)] == ["no", "no", "no"]


def test_chemotherapys_toxicity_is_no_complication_of_surgery() -> None:
    event = fact("adverse-event", "neutrophil-count-decreased", day(60))
    assert worst(event, FOLLOWED) == [("", "whole")] * 3


def test_without_surgery_there_is_no_window() -> None:
    assert endpoints(*WAITING).morbidity == ()


def test_who_died_after_a_window_was_followed_through_it() -> None:
    assert worst(died(400), complication(5, "II")) == [("II", "whole")] * 3
