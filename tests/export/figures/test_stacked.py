"""Rows of counts become stacks: nothing is lost, and the order is that in which they come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.export.figures.stacked import Row, Series, Stacked, stacks

_rows = st.lists(st.builds(Row, st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), st.integers(0, 99)))


@given(_rows)
def test_every_count_is_in_one_stack(rows: list[Row]) -> None:
    categories, series = stacks(rows, 0, 1)
    assert sum(sum(one.values) for one in series) == sum(one.number for one in rows)
    assert {*categories} == {one.names[0] for one in rows}
    assert all(len(one.values) == len(categories) for one in series)


def test_the_highest_is_the_top_of_all_that_is_shown() -> None:
    bars = (Series("a", (1, 2)), Series("b", (3, 4)))
    assert Stacked("", "", ("x", "y"), bars).highest == 6
    assert Stacked("", "", ("x", "y"), bars, line=Series("l", (1, 9))).highest == 9
    assert Stacked("", "", ("x", "y"), bars, goal=("g", 102)).highest == 102
    assert Stacked("", "", (), ()).highest == 1


def test_without_a_bar_it_is_empty() -> None:
    assert Stacked("", "", (), ()).empty
    assert Stacked("", "", ("x",), (Series("a", (0,)),)).empty
    assert not Stacked("", "", ("x",), (Series("a", (1,)),)).empty
