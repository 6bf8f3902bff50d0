"""The cases that the reference sheet names (clinical.md §6.9): each is shown by a test here or by one that is named."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.domain.study import Study
from tests import ward
from tests.domain.trial_patients import ask, biopsy, fact, short

TIMES, WINDOWS, WHOLE = (f"domain/endpoints/test_{name}.py" for name in ("time_to_event", "morbidity", "derive"))

#: case → the file that shows it, and the words by which it is found there
SHOWN = {
    "same-day recurrence and death": (TIMES, 'id="both on the same day"'),
    "death on the day of surgery": (TIMES, 'id="death on the day of surgery"'),
    "a complication on day 30 and on day 31": (WINDOWS, '(31, ["", "II", "II"])'),
    "leap day": (TIMES, "def test_a_leap_day_is_a_day"),
    "arm A died before surgery": (TIMES, "def test_an_arm_a_patient_who_dies_before_surgery_counts_by_intention"),
    "open-close laparotomy": (TIMES, "def test_an_open_and_close_laparotomy_is_no_day_0"),
    "R2, then PD": (TIMES, 'id="R2, then PD"'),
    "second primary": (TIMES, 'id="a second primary is no event"'),
    "consent after surgery": (WHOLE, "def test_acts_of_the_trial_before_consent_are_told"),
    "a partial month at the edge of six months": ("domain/test_recent_criteria.py", 'id="a month across the edge"'),
    "a partial month at the edge of a window": (WINDOWS, "def test_a_month_at_the_edge_of_a_window_leaves_it_open"),
    "ASA 3E": ("mapping/readers/test_observation.py", 'id="ASA of an emergency"'),
}
FIXTURES = ("hospital-a/sft-age-54-at-diagnosis-55-at-consent-ineligible", "hospital-b/fish-only-recommended")


@pytest.mark.parametrize("case", list(SHOWN))
def test_a_named_case_is_shown_where_it_is_said_to_be(case: str) -> None:
    file, words = SHOWN[case]
    assert words in (ward.ROOT / "tests" / file).read_text("utf-8")


@pytest.mark.parametrize("case", FIXTURES)
def test_a_named_case_of_the_criteria_is_a_fixture(case: str) -> None:
    assert (ward.FIXTURES / case / "claims.toml").is_file()


@pytest.mark.parametrize(
    ("value", "unit", "expected"), [(9.9, "cm", "no"), (10.0, "cm", "yes"), (100, "mm", "yes"), (99, "mm", "no")]
)
def test_ten_centimetres_are_ten_in_any_unit(study: Study, value: float, unit: str, expected: str) -> None:
    quantity: dict[str, Any] = {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    said = ward.observation(ward.concept("http://loinc.org", "21889-1"), valueQuantity=quantity)
    (size,) = ward.read(said).facts
    assert short(ask(study, "I-11", biopsy("LMS"), fact("tumour-size", size.value, "2024-05-01"))) == expected
