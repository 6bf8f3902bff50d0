"""Normal text: forms are folded, torn words are joined, and every place maps back to the original."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.narrative import Words, read
from natars_fhir.mapping.narrative.page import page


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＭＤＭ２（＋）", "mdm2(+)"),
        ("【诊断】", "(诊断)"),
        ("Ⅱ级", "2级"),
        ("15㎝×12㎜", "15cmx12mm"),
        ("去 分 化 脂 肪 肉 瘤", "去分化脂肪肉瘤"),
        ("去分化\n  脂肪肉瘤", "去分化脂肪肉瘤"),
        ("脂肪肉 瘤", "脂肪肉瘤"),
        ("慢性炎症 未见肿瘤", "慢性炎症 未见肿瘤"),
        ("未见\n去分化脂肪肉瘤", "未见 去分化脂肪肉瘤"),
        ("MDM2(+)\n平滑肌肉瘤", "mdm2(+)\n平滑肌肉瘤"),
        ("positive for\nMDM2", "positive for mdm2"),
        ("陰性結蛋白，惡性腫瘤", "阴性结蛋白,恶性肿瘤"),
        ("\u5e73\u200b滑肌肉瘤", "平滑肌肉瘤"),
    ],
)
def test_is_written_in_one_way(text: str, expected: str, words: Words) -> None:
    assert page(text, words).text == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("大小㎝：肿物15㎝×12㎝", "15㎝×12㎝"),
        ("肿瘤\n为去 分 化 脂 肪 肉 瘤。", "去 分 化 脂 肪 肉 瘤"),
        ("㎝㎝ MDM\n2（＋）", "MDM\n2（＋）"),
        ("C D K 4 （ ＋ ）", "C D K 4 （ ＋ ）"),
    ],
)
def test_spans_are_those_of_the_original(text: str, said: str, words: Words) -> None:
    start, end = read(text, words).said[-1].span
    assert text[start:end] == said


def test_capital_abbreviations_are_read_in_capitals_only(words: Words) -> None:
    assert [each.value for each in read("UPS", words).said] == ["UPS"]
    assert read("regular follow ups", words).said == ()
