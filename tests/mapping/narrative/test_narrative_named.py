"""The organ that a diagnosis is called by: what it invades, where it went and what lies beside it is not its origin."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.narrative import Words
from natars_fhir.mapping.narrative.named import origins, where


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("子宫平滑肌肉瘤", ["uterus"]),
        ("考虑子宫平滑肌肉瘤", ["uterus hedged"]),
        ("非子宫平滑肌肉瘤", []),
        ("子宫肌层恶性肿瘤", ["uterus"]),
        ("胃肠道外间质瘤", []),
        ("十二指肠降部间质瘤", ["gi-tract"]),
        ("肝转移癌", []),
        ("腹膜后转移癌", ["other"]),
        ("侵犯肾的肿瘤", []),
        ("肾门旁肉瘤", []),
        ("右大腿部脂肪肉瘤", ["other"]),
        ("sarcoma of the stomach", ["gi-tract"]),
        ("sarcoma of the retroperitoneum", []),
        ("癌胚抗原升高", []),
    ],
)
def test_a_diagnosis_is_called_by_an_organ(text: str, said: list[str], words: Words) -> None:
    found = origins(text, words)
    assert [f"{one.value}{'' if one.standing == 'final' else ' hedged'}" for one in found] == said


def test_the_span_is_that_of_the_organ_and_its_tumour(words: Words) -> None:
    (found,) = origins("诊断：胃体间质瘤", words)
    assert "诊断：胃体间质瘤"[slice(*found.span)] == "胃体间质瘤"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("右侧腹膜后间隙", ("retroperitoneum", "final")),
        ("肾周区", ("retroperitoneum", "hedged")),
        ("胃", ("gi-tract", "final")),
        ("左大腿", ("other", "final")),
        ("胃周", None),
        ("胃及十二指肠", None),
        ("", None),
    ],
)
def test_a_place_is_one_name_and_no_more(text: str, said: tuple[str, str] | None, words: Words) -> None:
    assert where(text, words) == said
