"""The SFT score against its closed form, for every combination and every gap (clinical.md §3.1)."""

from __future__ import annotations

from itertools import product

import pytest

from natars_fhir.domain.answer import Answer
from natars_fhir.domain.interval import Interval, Number, number
from natars_fhir.domain.sft import VARIABLES, Points, points, reaches, total

#: A value for each number of points.
VALUES = {"age": ["54", "55"], "size": ["4.9", "5", "10", "15"], "mitoses": ["0", "1", "4"], "necrosis": ["9", "10"]}
NAMES = VARIABLES[4]


def high_risk(age: int, size: int, mitoses: int, necrosis: int) -> bool:
    """The reference's closed form: all the ways to reach 6."""
    if age == 0:
        return (size, mitoses, necrosis) == (3, 2, 1)
    return (size, mitoses, necrosis) in {(3, 2, 0), (3, 1, 1), (2, 2, 1), (3, 2, 1)}


ALL = list(product(range(2), range(4), range(3), range(2)))


@pytest.mark.parametrize("combination", ALL, ids=str)
def test_every_combination_agrees_with_the_closed_form(combination: tuple[int, int, int, int]) -> None:
    scored = [points(name, number(VALUES[name][n])) for name, n in zip(NAMES, combination, strict=True)]
    assert scored == [Points(n, n) for n in combination]
    assert reaches(total(scored), 6) is Answer.of(high_risk(*combination))


@pytest.mark.parametrize("missing", list(product([False, True], repeat=4))[1:], ids=str)
def test_a_gap_decides_only_where_every_way_to_fill_it_agrees(missing: tuple[bool, ...]) -> None:
    for combination in ALL:
        scored = [
            points(name, None if gap else number(VALUES[name][n]))
            for name, n, gap in zip(NAMES, combination, missing, strict=True)
        ]
        fills = {
            high_risk(*other)
            for other in ALL
            if all(gap or n == o for n, o, gap in zip(combination, other, missing, strict=True))
        }
        expected = Answer.UNKNOWN if len(fills) > 1 else Answer.of(fills.pop())
        assert reaches(total(scored), 6) is expected


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("mitoses", number("0.5"), Points(1, 1)),
        ("mitoses", number("3.9"), Points(1, 1)),
        ("mitoses", Interval(number(0).low, number(1).low), Points(0, 1)),
        ("size", Interval(number(8).low, None, low_open=True), Points(1, 3)),
        ("size", number("14.99"), Points(2, 2)),
        ("necrosis", Interval(number(0).low, number(100).low), Points(0, 1)),
        ("age", Interval(number(54).low, number(55).low), Points(0, 1)),
    ],
)
def test_points_of_what_is_partly_known(variable: str, value: Number, expected: Points) -> None:
    assert points(variable, value) == expected


def test_the_score_of_three_variables_leaves_necrosis_out() -> None:
    assert total([points(name, None) for name in VARIABLES[3]]) == Points(0, 6)
    assert total([points(name, None) for name in VARIABLES[4]]) == Points(0, 7)
