"""The picture of bars holds its words, draws the same bytes each time, and shows whole numbers alone."""

from __future__ import annotations

import re

import pytest

from natars_fhir.export.figures.stacked import Series, Stacked
from natars_fhir.export.figures.stacked_plot import COLOURS, PATTERNS, plot
from tests.extras import needed

needed("statistics", "matplotlib")

BARS = (Series("hospital-a", (1, 0)), Series("hospital-b", (2, 1)))
STANDING = Stacked("By month", "Subjects", ("2024-01", "2024-02"), BARS, Series("so far", (3, 4)), ("planned", 102))
LYING = Stacked("By element", "Patients", ("I-01", "E-04"), BARS, lying=True)


@pytest.mark.parametrize("found", [STANDING, LYING], ids=["standing", "lying"])
def test_its_words_are_texts_and_its_bytes_are_the_same_again(found: Stacked) -> None:
    made = plot(found, "en")
    assert made == plot(found, "en")
    text = made.svg.decode()
    for word in (found.title, found.unit, *found.categories, "hospital-a", "hospital-b"):
        assert f">{word}<" in text


def test_the_goal_is_named_with_its_number() -> None:
    assert ">planned: 102<" in plot(STANDING, "en").svg.decode()


def test_no_tick_stands_between_two_counts() -> None:
    assert not re.search(r">\d+\.\d+<", plot(LYING, "en").svg.decode())


def test_as_many_series_as_there_are_grades_and_more_look_unlike_one_another() -> None:
    looks = [(COLOURS[number % len(COLOURS)], PATTERNS[number % len(PATTERNS)]) for number in range(40)]
    assert len({*looks}) == 40
    assert len({*COLOURS}) >= 8  # Clavien-Dindo has seven grades, and what is not told
