"""A grade of another hospital gives way to ours, and stands where nobody here says otherwise."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.narrative import Words, read

from .written import line

GRADES = [
    ("外院诊断：去分化脂肪肉瘤，FNCLCC 1级。会诊诊断：去分化脂肪肉瘤，FNCLCC 2级。", ["1 hedged", "2"]),
    ("FNCLCC1级（外院），会诊：FNCLCC2级", ["1 hedged", "2"]),
    ("外院FNCLCC 1级，本院评为2级", ["1 hedged"]),
    ("外院FNCLCC 2级", ["2"]),
    ("外院FNCLCC 2级，同意外院诊断", ["2"]),
    ("外院诊断：FNCLCC 2级。本院会诊：去分化脂肪肉瘤", ["2"]),
    ("FNCLCC 2级（本院）", ["2"]),
    ("高分化区域FNCLCC 1级，去分化区域FNCLCC 3级", ["1", "3"]),
    ("FNCLCC分级：2级（FNCLCC评分5分）", ["2"]),
]


@pytest.mark.parametrize(("text", "expected"), GRADES, ids=[row[0] for row in GRADES])
def test_the_grade_of_another_hospital(text: str, expected: list[str], words: Words) -> None:
    assert [line(each).partition(" ")[2] for each in read(text, words).of("fnclcc-grade")] == expected
