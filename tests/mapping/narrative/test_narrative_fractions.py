"""The share of necrosis: fractions by eye, and what bounds a share, before it and behind it."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.narrative import Words, read

from .written import value

SHARES = [
    ("坏死1/3左右", "[33,34]"),
    ("坏死（1/3左右）", "[33,34]"),
    ("坏死1/4上下", "25"),
    ("坏死1/3强", "[33,34]"),
    ("肿瘤坏死1/2左右", "50"),
    ("【坏死】有（约占1/3）", "[33,34]"),
    ("坏死：存在，1/3左右", "[33,34]"),
    ("坏死10%以下", "[0,10]"),
    ("坏死占10%以内", "[0,10]"),
    ("坏死范围约占50%以上", "[50,100]"),
    ("坏死<10%以下", "[0,10)"),
    ("坏死小于肿瘤的10%", "[0,10)"),
    ("坏死范围：不足肿瘤面积的10%", "[0,10)"),
    ("坏死约占肿瘤的30%", "30"),
    ("局灶坏死，小于10%", "[0,10)"),
    ("可见坏死，约30%", "30"),
]
NO_SHARES = ["坏死1/3", "坏死评分1/3", "坏死1/3分", "坏死1/3张切片", "坏死3/10HPF"]


@pytest.mark.parametrize(("text", "expected"), SHARES, ids=[row[0] for row in SHARES])
def test_a_share_of_necrosis(text: str, expected: str, words: Words) -> None:
    assert [value(each.value) for each in read(text, words).of("necrosis-percent")] == [expected]


@pytest.mark.parametrize("text", NO_SHARES)
def test_a_fraction_that_nothing_makes_a_share_is_not_one(text: str, words: Words) -> None:
    assert read(text, words).of("necrosis-percent") == ()


def test_a_share_after_a_comma_that_another_name_begins_is_not_of_necrosis(words: Words) -> None:
    told = read("可见坏死，Ki-67约30%", words)
    assert [value(each.value) for each in told.of("necrosis-percent")] == ["(0,100]"]


def test_a_fraction_by_eye_is_approximate(words: Words) -> None:
    [said] = read("坏死1/3左右", words).of("necrosis-percent")
    assert dict(said.detail)["approximate"] == "yes"
