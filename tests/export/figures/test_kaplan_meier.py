"""The numbers of the Kaplan-Meier figure are those of the curve, and those at risk are counted as lifelines counts."""

from __future__ import annotations

import csv
import io
import json

import pytest

from natars_fhir.export.figures.kaplan_meier import KaplanMeier, kaplan_meier, survival_at, table
from natars_fhir.export.summary import observed_of
from tests.domain.endpoints.course import NEO, SURGERY_ONLY
from tests.export.figures_made import SUBJECTS
from tests.extras import needed

needed("statistics", "lifelines")


@pytest.fixture(scope="module")
def found() -> KaplanMeier:
    return kaplan_meier(SUBJECTS, "PFS")


def test_every_arm_has_its_curve(found: KaplanMeier) -> None:
    assert [(one.arm, one.curve.subjects, one.curve.events, one.undated) for one in found.arms] == [
        (NEO, 9, 5, 0),
        (SURGERY_ONLY, 9, 4, 1),
    ]


@pytest.mark.parametrize("arm", [0, 1])
def test_numbers_at_risk_are_those_that_lifelines_counts(found: KaplanMeier, arm: int) -> None:
    import lifelines
    from lifelines.plotting import add_at_risk_counts
    from matplotlib.figure import Figure

    observed, _ = observed_of(SUBJECTS, "PFS", found.arms[arm].arm)
    fitter = lifelines.KaplanMeierFitter().fit(
        [one.days / 30.4375 for one in observed], [one.event for one in observed]
    )
    axes = Figure().add_subplot()
    axes.set_xlim(0, found.ticks[-1])
    axes.set_xticks(found.ticks)
    drawn = add_at_risk_counts(
        fitter, rows_to_show=["At risk"], labels=[""], ax=axes, fig=axes.figure, xticks=found.ticks
    )
    texts = [label.get_text() for label in drawn.figure.axes[-1].get_xticklabels()]
    assert tuple(int(text.split()[-1]) for text in texts) == found.arms[arm].at_risk


def test_the_ticks_reach_beyond_the_longest_follow_up(found: KaplanMeier) -> None:
    assert found.ticks == tuple(range(0, 25, 3))
    assert [(one.at_risk[0], one.at_risk[-1]) for one in found.arms] == [(9, 0), (9, 0)]
    assert kaplan_meier((), "PFS").ticks == (0, 3)


def test_those_censored_stand_on_the_curve(found: KaplanMeier) -> None:
    line = found.arms[0]
    assert [day for day, _ in line.censored] == [40, 180, 420, 560]
    assert all(share == survival_at(line.curve, day) for day, share in line.censored)
    assert survival_at(line.curve, 0) == 1.0


def test_the_table_beside_has_the_same_numbers(found: KaplanMeier) -> None:
    told = table(found)
    rows = list(csv.DictReader(io.StringIO(told.csv().decode("utf-8-sig"))))
    assert json.loads(told.json())[0]["arm"] == rows[0]["arm"] == NEO
    risk = [int(row["at_risk"]) for row in rows if row["part"] == "at-risk" and row["arm"] == NEO]
    assert tuple(risk) == found.arms[0].at_risk
    steps = [float(row["survival"]) for row in rows if row["part"] == "curve" and row["arm"] == NEO]
    assert steps == [pytest.approx(step.survival, abs=1e-6) for step in found.arms[0].curve.steps]
    (undated,) = [row["events"] for row in rows if row["part"] == "without-a-day" and row["arm"] == SURGERY_ONLY]
    assert undated == "1"
