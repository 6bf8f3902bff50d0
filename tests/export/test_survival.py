"""Survival figures are those that are published for public data sets, to the digits published."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.domain.endpoints.time_to_event import TimeToEvent
from natars_fhir.export.survival import Curve, Observed, StatisticsError, at_risk, curve, log_rank, timed
from tests.export.published import AML, GEHAN, OVARIAN, VETERAN, typed
from tests.extras import needed

needed("statistics", "lifelines")


def column(found: Curve) -> list[tuple[int, int, int, str]]:
    return [(step.days, step.at_risk, step.events, f"{step.survival:.3f}") for step in found.steps]


def test_aml_maintained_as_r_prints_it() -> None:
    found = curve(AML["Maintained"])
    assert column(found) == [
        (9, 11, 1, "0.909"),
        (13, 10, 1, "0.818"),
        (18, 8, 1, "0.716"),
        (23, 7, 1, "0.614"),
        (31, 5, 1, "0.491"),
        (34, 4, 1, "0.368"),
        (48, 2, 1, "0.184"),
    ]
    assert (found.subjects, found.events, found.median) == (11, 7, 31)


def test_aml_without_maintenance_as_r_prints_it() -> None:
    found = curve(AML["Nonmaintained"])
    assert [
        (day, risk, events, f"{step.survival:.4f}") for step in found.steps for day, risk, events, *_ in [step]
    ] == [
        (5, 12, 2, "0.8333"),
        (8, 10, 2, "0.6667"),
        (12, 8, 1, "0.5833"),
        (23, 6, 1, "0.4861"),
        (27, 5, 1, "0.3889"),
        (30, 4, 1, "0.2917"),
        (33, 3, 1, "0.1944"),
        (43, 2, 1, "0.0972"),
        (45, 1, 1, "0.0000"),
    ]
    assert (found.subjects, found.events, found.median) == (12, 11, 23)
    assert (found.steps[-1].low, found.steps[-1].high) == (None, None)


def test_ovarian_as_r_prints_it() -> None:
    found = curve([*OVARIAN["1"], *OVARIAN["2"]])
    assert column(found) == [
        (59, 26, 1, "0.962"),
        (115, 25, 1, "0.923"),
        (156, 24, 1, "0.885"),
        (268, 23, 1, "0.846"),
        (329, 22, 1, "0.808"),
        (353, 21, 1, "0.769"),
        (365, 20, 1, "0.731"),
        (431, 17, 1, "0.688"),
        (464, 15, 1, "0.642"),
        (475, 14, 1, "0.596"),
        (563, 12, 1, "0.546"),
        (638, 11, 1, "0.497"),
    ]
    assert found.median == 638
    assert [curve(OVARIAN[arm]).median for arm in "12"] == [638, None]


def test_veteran_as_r_prints_it() -> None:
    found = curve([*VETERAN["1"], *VETERAN["2"]])
    assert (found.subjects, found.events, found.median) == (137, 128, 80)
    assert [(curve(VETERAN[arm]).subjects, curve(VETERAN[arm]).events) for arm in "12"] == [(69, 64), (68, 64)]


@pytest.mark.parametrize(
    ("groups", "statistic", "p", "digits"),
    [(AML, "3.4", "0.0653", 3), (OVARIAN, "1.06", "0.303", 3), (VETERAN, "0.00823", "0.9", 1)],
    ids=["aml", "ovarian", "veteran"],
)
def test_the_log_rank_test_as_r_prints_it(
    groups: dict[str, list[Observed]], statistic: str, p: str, digits: int
) -> None:
    found = log_rank(groups)
    assert found is not None
    assert (f"{found.statistic:.3g}", found.freedom, f"{found.p:.{digits}g}") == (statistic, 1, p)


def test_log_log_limits_as_venables_and_ripley_print_them() -> None:
    found = curve(GEHAN["6-MP"])
    printed = [(s.days, f"{s.survival:.3f}", f"{s.low:.3f}", f"{s.high:.3f}") for s in found.steps]
    assert printed == [
        (6, "0.857", "0.620", "0.952"),
        (7, "0.807", "0.563", "0.923"),
        (10, "0.753", "0.503", "0.889"),
        (13, "0.690", "0.432", "0.849"),
        (16, "0.627", "0.368", "0.805"),
        (22, "0.538", "0.268", "0.747"),
        (23, "0.448", "0.188", "0.680"),
    ]


#: R's printed standard errors of the survival (tests/doaml.Rout.save): day → (survival, standard error)
_AML_ERRORS = {
    9: (0.909, 0.0867), 13: (0.818, 0.1163), 18: (0.716, 0.1397), 23: (0.614, 0.1526), 31: (0.491, 0.1642),
    34: (0.368, 0.1627), 48: (0.184, 0.1535),
}  # fmt: skip


def test_log_log_limits_agree_with_the_published_standard_errors() -> None:
    for step in curve(AML["Maintained"]).steps:
        estimate, error = _AML_ERRORS[step.days]
        width = 1.959964 * error / abs(estimate * math.log(estimate))
        low, high = (estimate ** math.exp(sign * width) for sign in (1, -1))
        assert (step.low, step.high) == (pytest.approx(low, abs=0.004), pytest.approx(high, abs=0.004))


def test_landmarks_carry_what_the_curve_says_on_their_day() -> None:
    found = curve([*OVARIAN["1"], *OVARIAN["2"]], (12, 36, 60))
    year, three, five = found.landmarks
    assert (year.at_risk, f"{year.survival:.3f}") == (19, "0.731")  # month 12 ends after the event of day 365
    assert (three.at_risk, f"{three.survival:.3f}") == (4, "0.497")
    assert (five.at_risk, five.survival, five.low, five.high) == (0, None, None, None)


def test_before_the_first_event_everybody_lives_and_there_are_no_limits() -> None:
    found = curve(typed("400 500+ 600+"), (12,)).landmarks[0]
    assert (found.at_risk, found.survival, found.low, found.high) == (3, 1.0, None, None)


def test_median_follow_up_by_reverse_kaplan_meier_by_hand() -> None:
    """Times 10 (event), 20+, 30 (event), 40+, 50+: the reverse curve is 3/4, 3/8 after 20 and 40; its median is 40."""
    assert curve(typed("10 20+ 30 40+ 50+")).follow_up == 40
    assert curve(typed("10 20 30")).follow_up is None


def test_nobody_has_no_curve() -> None:
    found = curve([], (12,))
    assert (found.subjects, found.median, found.steps, found.landmarks[0].survival) == (0, None, (), None)


@pytest.mark.parametrize(
    "groups", [{}, {"a": typed("1 2")}, {"a": typed("1 2"), "b": []}, {"a": typed("1+"), "b": typed("2+")}]
)
def test_nothing_to_compare_is_no_test(groups: dict[str, list[Observed]]) -> None:
    assert log_rank(groups) is None


def test_more_than_two_groups_have_more_degrees_of_freedom() -> None:
    found = log_rank({**AML, "third": typed("3 4 5")})
    assert found is not None
    assert found.freedom == 2


def test_numbers_at_risk_count_those_still_observed_on_the_day() -> None:
    assert [at_risk(AML["Maintained"], day) for day in (0, 13, 14, 161, 162)] == [11, 10, 8, 1, 0]


def test_an_event_without_a_day_is_counted_and_not_timed() -> None:
    day = date(2024, 1, 1)
    told = [
        TimeToEvent("OS", "event", "death-undated", day),
        TimeToEvent("OS", "event", "death", day, date(2024, 1, 11)),
        TimeToEvent("OS", "censored", "alive", day, day),
        TimeToEvent("OS", "not-evaluable", "never-operated"),
    ]
    assert timed(told) == ([Observed(10, True), Observed(0, False)], 1)


def test_without_the_library_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lifelines", None)
    with pytest.raises(StatisticsError, match="extra `statistics`"):
        curve(typed("1 2"))


def test_the_library_is_not_imported_before_a_figure_is_asked_for() -> None:
    look = "import sys, natars_fhir.export.survival; sys.exit('lifelines' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0  # noqa: S603


GROUP = st.lists(
    st.tuples(st.integers(0, 400), st.booleans()).map(lambda pair: Observed(*pair)), min_size=1, max_size=30
)


@settings(deadline=None, max_examples=40)
@given(GROUP)
def test_a_curve_never_rises_and_its_limits_hold_it(group: list[Observed]) -> None:
    steps = curve(group).steps
    assert all(later.survival <= earlier.survival + 1e-12 for earlier, later in pairwise(steps))
    for step in steps:
        assert step.low is None or step.high is None or step.low <= step.survival <= step.high


@settings(deadline=None, max_examples=40)
@given(GROUP)
def test_the_curve_is_the_product_of_what_each_event_leaves(group: list[Observed]) -> None:
    left = 1.0
    for step in curve(group).steps:
        assert step.at_risk == at_risk(group, step.days)
        left *= 1 - step.events / step.at_risk
        assert step.survival == pytest.approx(left)
