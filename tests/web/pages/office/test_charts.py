"""A chart's option holds the figure's numbers, has patterns beside colours, and speaks no language of its own."""

from __future__ import annotations

import json

import pytest

from natars_fhir.export.figures.kaplan_meier import kaplan_meier
from natars_fhir.export.figures.stacked import Series, Stacked
from natars_fhir.web.pages.office.charts import bars, curves
from tests.export.figures_made import SUBJECTS

BARS = (Series("a", (1, 2)), Series("b", (0, 4)))


def test_bars_hold_the_numbers_and_the_goal_stays_in_sight() -> None:
    found = bars(Stacked("t", "Subjects", ("x", "y"), BARS, Series("so far", (1, 7)), ("planned", 102)))
    assert [one["data"] for one in found["series"]] == [[1, 2], [0, 4], [1, 7]]
    assert found["yAxis"]["max"] == 102
    assert found["series"][-1]["markLine"]["data"][0]["yAxis"] == 102
    assert found["aria"]["decal"]["show"] is True
    assert found["aria"]["label"]["enabled"] is False
    assert json.loads(json.dumps(found)) == found


def test_lying_bars_have_their_names_on_the_other_axis_and_less_room_on_a_telephone() -> None:
    found = bars(Stacked("t", "Patients", ("x", "y"), BARS, lying=True))
    assert (found["yAxis"]["data"], found["xAxis"]["type"]) == (["x", "y"], "value")
    narrow = found["media"][0]["option"]["yAxis"]["axisLabel"]
    assert narrow["width"] < found["yAxis"]["axisLabel"]["width"]
    assert narrow["overflow"] == "truncate"  # two lines would lie over the next name


def test_curves_step_down_from_all_and_end_with_the_follow_up() -> None:
    pytest.importorskip("lifelines", reason="the extra `statistics` is not installed")
    told = kaplan_meier(SUBJECTS, "PFS")
    found = curves(told, "Months", "Survival, %", lambda one: one.arm)
    for arm in told.arms:
        line = next(one for one in found["series"] if one["name"] == arm.arm)
        assert line["step"] == "end"
        assert line["data"][0] == [0.0, 100.0]
        shares = [share for _, share in line["data"]]
        assert shares == sorted(shares, reverse=True)
        assert len(line["data"]) == len(arm.curve.steps) + 2
    assert len([one for one in found["series"] if one["type"] == "scatter"]) == len(told.arms)


def test_without_anybody_there_is_an_empty_chart() -> None:
    pytest.importorskip("lifelines", reason="the extra `statistics` is not installed")
    assert curves(kaplan_meier((), "PFS"), "m", "s", lambda one: one.arm)["series"] == []
