"""When it is worth asking again: the first day on which time alone changes an answer, and which bars can change."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from natars_fhir.domain.again import again, bar
from natars_fhir.domain.record import Fact
from natars_fhir.domain.screening import Screening, put, screen
from natars_fhir.domain.study import Study
from tests.domain.test_laws import facts
from tests.domain.trial_patients import (
    ALLOCATED,
    AS_OF,
    CANDIDATE,
    OPERATED,
    biopsy,
    cm,
    fact,
    grade,
    record,
    short,
)

WOMAN = fact("sex", "female")
MI = "myocardial-infarction"
SFT = (biopsy("SFT", None), fact("birth-date", "1970-01-01"), fact("tumour-size", cm("16"), "2024-05-01"))


def screened(study: Study, *told: Fact, as_of: date = AS_OF) -> Screening:
    return screen(record(*told), study, as_of)


@pytest.mark.parametrize(
    ("told", "criterion", "expected"),
    [
        pytest.param((fact("birth-date", "2006-06-16"),), "I-01", "2024-06-16", id="eighteen tomorrow"),
        pytest.param((fact("birth-date", "1948-06-16"),), "I-01", "2024-06-16", id="seventy-six tomorrow"),
        pytest.param((fact("birth-date", "1948-02-29"),), "I-01", None, id="seventy-six already"),
        pytest.param((fact("birth-date", "2006-07"),), "I-01", "2024-07-01", id="perhaps eighteen in July"),
        pytest.param(
            (fact("birth-date", "1948-07-20"), fact("consent", "given", "2024-06-01")), "I-01", None, id="consented"
        ),
        pytest.param((fact(MI, "present", "2023-12-15"),), "E-06b", "2024-06-16", id="on the window's first day"),
        pytest.param((fact(MI, "present", "2024-03-01"),), "E-06b", "2024-09-02", id="in the window"),
        pytest.param((fact(MI, "present", "2023-12"),), "E-06b", "2024-07-01", id="a month that straddles the edge"),
        pytest.param(
            (fact(MI, "present", "2024-02-29"),),
            "E-06b",
            "2024-09-01",
            id="a window clamped to the leap day",
        ),
        pytest.param((fact(MI, "present", "2023-08-31"),), "E-06b", None, id="before the window"),
        pytest.param((fact(MI, "present", "2024-03-01"), ALLOCATED), "E-06b", None, id="window ended at allocation"),
        pytest.param((fact(MI, "absent", "2024-06-01"),), "E-06b", "2024-12-02", id="a denial that ages"),
        pytest.param((WOMAN, fact("hcg", "negative", "2024-06-10")), "E-09a", "2024-06-18", id="a test that ages"),
        pytest.param((WOMAN, fact("hcg", "positive", "2024-06-10")), "E-09a", "2024-06-18", id="and a positive one"),
        pytest.param((WOMAN, fact("breastfeeding", "absent", "2024-06-01")), "E-09b", "2024-11-29", id="180 days"),
        pytest.param((fact("severe-infection", "present", "2024-05-31"),), "E-07a", "2024-07-01", id="one month"),
        pytest.param(
            (biopsy("DDLPS"), fact("fnclcc-grade", grade(1), "2024-05"), fact("fnclcc-grade", grade(2), "2024-06")),
            "I-10",
            "2024-06-30",
            id="a report of June is the newest for sure when June is over",
        ),
        pytest.param((biopsy("DDLPS"), fact("fnclcc-grade", grade(1))), "I-10", None, id="time changes no grade"),
        pytest.param((), "I-02", None, id="nor silence"),
    ],
)
def test_the_first_day_on_which_time_alone_changes_an_answer(
    study: Study, told: tuple[Fact, ...], criterion: str, expected: str | None
) -> None:
    found = again(screened(study, *told)).get(criterion)
    assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize(
    ("told", "criterion", "expected"),
    [
        pytest.param((fact("birth-date", "2007-01-01"),), "I-01", "dated", id="too young"),
        pytest.param((fact("birth-date", "1940-01-01"),), "I-01", "lasting", id="too old"),
        pytest.param((fact(MI, "present", "2024-03-01"),), "E-06b", "dated", id="an infarction ages out"),
        pytest.param((fact(MI, "present", "2024-03-01"), ALLOCATED), "E-06b", "lasting", id="not after allocation"),
        pytest.param((biopsy("WDLPS"),), "I-02", "lasting", id="another type"),
        pytest.param((biopsy("LMS"), fact("tumour-size", cm("9.9"), "2024-05-01")), "I-11", "open", id="it may grow"),
        pytest.param((fact("asa-class", grade(4), "2024-06-01"),), "I-18", "open", id="it may be graded anew"),
        pytest.param((fact("prior-resection", "present", "2020"),), "I-04", "lasting", id="history stays"),
        pytest.param((fact("mdt-resectability", "no", "2024-06-01"),), "I-15", "open", id="the MDT may meet again"),
        pytest.param((WOMAN, fact("hcg", "positive", "2024-06-10")), "E-09a", "dated", id="a positive test ages"),
        pytest.param((biopsy("DDLPS"),), "I-02", None, id="no bar"),
        pytest.param((), "I-02", None, id="unknown is no bar"),
    ],
)
def test_bars_that_can_change_are_told_from_those_that_cannot(
    study: Study, told: tuple[Fact, ...], criterion: str, expected: str | None
) -> None:
    screening = screened(study, *told)
    one, found = next((one, found) for one, found in screening.findings if one.id == criterion)
    assert bar(one, found, again(screening).get(criterion)) == expected


def _answers(screening: Screening) -> dict[str, str]:
    return {one.id: short(found) for one, found in screening.findings}


@settings(max_examples=60, deadline=None)
@given(told=facts)
def test_between_today_and_the_day_told_no_answer_changes_and_on_it_it_does(
    study: Study, told: tuple[Fact, ...]
) -> None:
    known = record(*told).known_by(AS_OF)
    today = put(known, study, AS_OF)
    first, days = _answers(today), again(today)
    changed: dict[str, date] = {}
    for number in range(1, 240):
        day = AS_OF + timedelta(days=number)
        for name, answer in _answers(put(known, study, day)).items():
            if answer != first[name]:
                changed.setdefault(name, day)
    limit = AS_OF + timedelta(days=239)
    assert changed == {name: day for name, day in days.items() if day <= limit}


@pytest.mark.parametrize(
    ("told", "expected"),
    [((), "screening"), ((ALLOCATED,), "allocated"), ((ALLOCATED, OPERATED), "operated"), ((OPERATED,), "operated")],
)
def test_the_phase_is_told_beside_the_answers(study: Study, told: tuple[Fact, ...], expected: str) -> None:
    assert screened(study, *CANDIDATE, *told).phase == expected
