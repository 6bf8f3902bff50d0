"""Visits by site: a stack a site, as the visits stand."""

from __future__ import annotations

from natars_fhir.export.agenda import SiteCount
from natars_fhir.export.figures.visiting import stacked, table

COUNTS = (SiteCount("hospital-a", 1, 2, 3, 4, 5), SiteCount("hospital-b", 0, 0, 7, 0, 0))


def test_a_stack_holds_every_standing_of_its_site() -> None:
    found = stacked(COUNTS, "en")
    assert found.categories == ("hospital-a", "hospital-b")
    assert [one.values for one in found.series] == [(1, 0), (2, 0), (3, 7), (4, 0), (5, 0)]
    assert [one.name for one in stacked(COUNTS, "zh").series][:2] == ["已逾期", "应完成"]


def test_the_table_is_that_of_the_command() -> None:
    assert table(COUNTS).head == ("site", "overdue", "due", "done", "missed", "planned")
    assert table(COUNTS).rows == [*COUNTS]
