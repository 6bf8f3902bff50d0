"""A derivation that leaves the house: every decision, days for dates, and nothing that it should not say."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from natars_fhir.domain.finding import Sentence
from natars_fhir.domain.record import Fact
from natars_fhir.export.derivation import derivation, undated
from natars_fhir.export.subject import Subject
from tests.domain.endpoints.course import BORN, NEO, T0, grew, scan, seen
from tests.domain.trial_patients import fact
from tests.export.made import EVERYBODY, A, B, C, subject


def name(one: Fact) -> str:
    return f"mark of {one.concept}"


@pytest.mark.parametrize("one", EVERYBODY)
def test_it_holds_no_date_and_no_reference_of_the_hospitals(one: Subject) -> None:
    text = json.dumps(derivation(one, name), ensure_ascii=False)
    assert not re.search(r"(19|20)\d\d-\d\d|Patient/|Observation/|Procedure/|AdverseEvent/", text), text


def test_every_decision_is_said_in_both_languages() -> None:
    told = derivation(A, name)
    steps = [*told["trace"], *(step for one in told["times"] for step in one["trace"])]
    assert len(steps) == len(A.endpoints.trace) + sum(len(one.trace) for one in A.endpoints.times)
    assert all(step["en"] and step["zh"] and step["rule"].startswith("clinical.md §6.") for step in steps)
    free = told["times"][0]
    assert (free["parameter"], free["status"], free["days"]) == ("PFS", "event", 200)
    assert free["trace"][1] == {
        "rule": "clinical.md §6.2",
        "decision": "progression",
        "en": "The first progression after that day: progression (day 200), so the event is on day 200",
        "zh": "其后首次进展：疾病进展（第200天），事件日为第200天",
        "facts": ["mark of progression"],
    }


def test_days_are_counted_as_the_tables_count_them() -> None:
    told = derivation(A, name)
    assert [(one["cycle"], one["day"]) for one in told["cycles"]] == [(1, 3)]  # from allocation
    assert [(one["visit"], one["day"]) for one in told["cycles"][0]["visits"]] == [("1-d", 4), ("7-d", None)]
    assert [one["worst"] for one in told["morbidity"]] == ["IIIb"] * 3


def test_one_without_a_surgery_has_a_reason_and_no_time() -> None:
    told = derivation(C, name)
    assert (told["neverOperated"], told["times"][0]["status"], told["times"][0]["days"]) == (
        "pending", "not-evaluable", None,
    )  # fmt: skip
    assert derivation(B, name)["neverOperated"] is None


SAID = [
    pytest.param((grew("2024-05"), T0), "first progression after that day: progression (a day)", id="a month"),
    pytest.param((grew("2025"), T0), "progression (a day)", id="a year"),
    pytest.param((grew("2024-03-12T08:00:00+08:00"), T0), "progression (day 2)", id="a moment"),
    pytest.param(((grew(9), grew(100)), T0), "progression (day 9), progression (day 100)", id="in their order"),
    pytest.param((seen(30), T0), "last contact day 30 (day 30)", id="a value that is a date"),
    pytest.param((fact("progression", "李四说好", "2024-03-20"), T0), "progression ? (day 10)", id="a text"),
]


@pytest.mark.parametrize(("fills", "text"), SAID)
def test_dates_are_said_as_days(fills: tuple[object, ...], text: str) -> None:
    assert text in undated(Sentence("endpoint.progression", fills), "en", T0)


def test_without_a_day_to_count_from_no_date_is_said() -> None:
    assert undated(Sentence("endpoint.from-surgery", (T0,)), "en", None) == "Counted from the index surgery, a day"
    assert undated(Sentence("endpoint.from-surgery", (T0,)), "zh", None) == "自研究手术日某日起算"


def test_a_sentence_that_would_still_hold_a_date_is_not_said() -> None:
    hidden = Sentence("endpoint.death", ("on 2024-03-10 as they say",))
    assert undated(hidden, "en", T0) == ""


def test_a_progression_before_the_day_that_is_counted_from_has_a_day_below_zero() -> None:
    made = subject("x", BORN, fact("allocation", NEO, "2024-01-02"), fact("index-surgery", "present", T0.isoformat()),
                   grew(-20), scan(90))  # fmt: skip
    text = json.dumps(derivation(made, name))
    assert "day -20" in text
    assert made.endpoints.surgery == date(2024, 3, 10)
