"""CTCAE grades of laboratory values, as intervals: without the laboratory's limits a grade 1 cannot be told from none.

The limits are those of clinical.md §3.4 (CTCAE v5.0); its numbers beyond the liver's are marked there as not yet
checked against the original. Liver values need the laboratory's upper limit, which is not on record: they get no grade.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.domain.answer import NO, YES, Answer
from natars_fhir.domain.interval import Number

_D = Decimal


class Grade(NamedTuple):
    """The least and the greatest grade that a value may have."""

    low: int
    high: int


#: (value, baseline) → its grade; None where nothing can be told
Grader = Callable[[Number, Number | None], "Grade | None"]


def _falling(*values: str) -> Grader:
    """Grades 2 and up below each of *values*; above the first, none or grade 1."""
    limits = tuple(map(_D, values))

    def grade(value: Number, _: Number | None) -> Grade:
        return _reached([value.below(limit) for limit in limits], 2)

    return grade


def _reached(limits: Sequence[Answer], first: int) -> Grade:
    """Grade *first* from the first limit on, one more from each next; where none is surely reached it may be none."""
    sure = sum(1 for answer in limits if answer is YES)
    maybe = sum(1 for answer in limits if answer is not NO)
    return Grade(first - 1 + sure if sure else 0, first - 1 + maybe)


def _ejection(value: Number, baseline: Number | None) -> Grade:
    """LVEF: 50 to 40 % or a drop of 10 to 19 points is grade 2, 39 to 20 % or a drop of 20 grade 3, below grade 4."""
    by_value = [value.at_most(_D(50)), value.below(_D(40)), value.below(_D(20))]
    found = _reached(by_value, 2)
    found = Grade(found.low, found.high if found.high > 1 else 0)
    drop = _drop(value, baseline)
    if drop is None:
        return found
    by_drop = 3 if drop >= 20 else 2 if drop >= 10 else 0
    return Grade(max(found.low, by_drop), max(found.high, by_drop))


def _drop(value: Number, baseline: Number | None) -> Decimal | None:
    if baseline is None or baseline.low is None or value.low is None or not (value.exact and baseline.exact):
        return None
    return baseline.low - value.low


def _qtc(value: Number, baseline: Number | None) -> Grade:
    """QTc: 450 to 480 ms is grade 1, 481 to 500 grade 2, from 501 on, or 60 more than before, grade 3."""
    found = _reached([value.at_least(_D(450)), value.above(_D(480)), value.above(_D(500))], 1)
    drop = _drop(value, baseline)
    risen = drop is not None and -drop > 60
    return Grade(3, 3) if risen else found


def _creatinine(value: Number, baseline: Number | None) -> Grade | None:
    """By the baseline alone: above 1.5 times at least grade 2, above 3 times at least grade 3; the rest is open."""
    if baseline is None or baseline.low is None or not baseline.exact:
        return None
    if value.above(baseline.low * 3) is YES:
        return Grade(3, 4)
    return Grade(2, 4) if value.above(baseline.low * _D("1.5")) is YES else None


#: analyte → how its values are graded
GRADERS: dict[str, Grader] = {
    "anc": _falling("1.5", "1.0", "0.5"),
    "wbc": _falling("3.0", "2.0", "1.0"),
    "platelets": _falling("75", "50", "25"),
    "haemoglobin": _falling("100", "80"),
    "lvef": _ejection,
    "qtc": _qtc,
    "creatinine": _creatinine,
}


@lru_cache(maxsize=16_384)
def grade(analyte: str, value: Number, baseline: Number | None = None) -> Grade | None:
    """The grade of a value; None where values of *analyte* alone cannot be graded."""
    grader = GRADERS.get(analyte)
    return grader(value, baseline) if grader else None
