"""The funnel begins with everybody in scope and ends with those whom nothing kept out."""

from __future__ import annotations

from natars_fhir.domain.screening_log import Consort
from natars_fhir.export.figures.consort import flow
from natars_fhir.export.figures.first_bars import Kept, first_bars, stacked, table
from tests.export.figures_made import LOG
from tests.ward import mappings


def test_each_criterion_leaves_what_the_one_before_left_without_its_own() -> None:
    told = first_bars(flow([LOG], (), mappings().study))
    assert told == (Kept("I-02", 2, 46), Kept("I-11", 5, 41), Kept("E-04", 4, 37), Kept("died or withdrew", 1, 36))
    assert told[-1].left == LOG.in_scope - LOG.left - LOG.excluded


def test_the_chart_and_the_table_hold_the_same_numbers() -> None:
    told = first_bars(flow([LOG], (), mappings().study))
    found = stacked(told, "en")
    assert [one.values for one in found.series] == [(46, 41, 37, 36), (2, 5, 4, 1)]
    assert found.categories[-1] == "died or withdrew before"
    assert table(told).rows == [*told]


def test_where_nobody_is_kept_out_there_is_nothing_to_show() -> None:
    nobody = Consort(3, 3, 0, {}, 1, 2, 0, 0, {}, 0, 0)
    assert first_bars(flow([nobody], (), mappings().study)) == ()
    assert stacked((), "en").empty
