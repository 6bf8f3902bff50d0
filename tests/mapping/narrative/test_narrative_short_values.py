"""A short value of a concept that is known already, and the name of a marker."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.narrative import Words, marker, one

from .written import line

CASES = [
    ("ihc-mdm2", "阳性（+++）", "positive"),
    ("ihc-mdm2", "(+)", "positive"),
    ("ihc-mdm2", "positive, 90%", "positive"),
    ("ihc-mdm2", "弱阳", "positive"),
    ("ihc-mdm2", "NEG", "negative"),
    ("ihc-mdm2", "-", "negative"),
    ("ihc-mdm2", "±", "equivocal"),
    ("ihc-mdm2", "未做", "not-done"),
    ("ihc-mdm2", "待回报", "pending pending"),
    ("ihc-mdm2", "MDM2(+)", "positive"),
    ("ihc-mdm2", "建议加做", None),
    ("ihc-mdm2", "见报告", None),
    ("ihc-cd34", "血管+", "negative"),
    ("ihc-ki67", "20%-30%", "positive"),
    ("tumour-size", "15×12×8cm", "15"),
    ("tumour-size", "165mm×96mm×200mm", "20"),
    ("tumour-size", ">10cm", "(10,)"),
    ("tumour-size", "15*12*8", None),
    ("fnclcc-grade", "FNCLCC 2级", "2"),
    ("fnclcc-grade", "2级", "2"),
    ("fnclcc-grade", "G3", "3"),
    ("fnclcc-grade", "Ⅲ级", "3"),
    ("fnclcc-grade", "II", "2"),
    ("fnclcc-grade", "2-3级", "[2,3]"),
    ("fnclcc-grade", "至少2级", "[2,3]"),
    ("fnclcc-grade", "Grade 2 of 3", "2"),
    ("fnclcc-grade", "2/3级", "[2,3]"),
    ("fnclcc-grade", "高级别", None),
    ("fnclcc-grade", "4级", None),
    ("fish-mdm2", "扩增", "amplified"),
    ("fish-mdm2", "未见扩增", "not-amplified"),
    ("fish-mdm2", "not amplified", "not-amplified"),
    ("fish-mdm2", "MDM2/CEP12 ratio 8.2", "amplified"),
    ("fish-mdm2", "杂交失败", "failed"),
    ("asa-class", "ASA Ⅱ级", "2"),
    ("asa-class", "3E", "3"),
    ("asa-class", "7", None),
    ("ecog", "0-1", "[0,1]"),
    ("histology", "去分化脂肪肉瘤", "DDLPS"),
    ("histology", "考虑平滑肌肉瘤", "LMS hedged"),
    ("mitoses-per-10hpf", "12", "12"),
    ("mitoses-per-10hpf", "3/mm2", "6"),
    ("mitoses-per-10hpf", "罕见", "[0,3]"),
    ("necrosis-percent", "<10%", "[0,10)"),
    ("necrosis-percent", "无", "0"),
    ("primary-site", "后腹膜", "retroperitoneum"),
    ("primary-site", "子宫", "uterus"),
    ("metastasis", "无", "absent"),
    ("metastasis", "有", "present"),
    ("metastasis", "可疑", "suspected hedged"),
    ("radiotherapy", "否", "absent"),
    ("resection-margin", "R0", "R0"),
    ("no-such-concept", "有", None),
]


@pytest.mark.parametrize(("concept", "text", "expected"), CASES, ids=[f"{case[0]}:{case[1]}" for case in CASES])
def test_short_value(concept: str, text: str, expected: str | None, words: Words) -> None:
    said = one(text, words, concept)
    assert (said and line(said)) == (expected and f"{concept} {expected}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MDM2", "ihc-mdm2"),
        ("MDM2 免疫组化", "ihc-mdm2"),
        ("ＭＤＭ２", "ihc-mdm2"),
        ("S-100蛋白", "ihc-s-100"),
        ("MIB-1", "ihc-ki67"),
        ("α-SMA", "ihc-sma"),
        ("c-kit/CD117", "ihc-cd117"),
        ("CD34 (QBEnd/10)", "ihc-cd34"),
        ("CDK4/6", None),
        ("SMARCB1", "ihc-ini1"),
        ("p160", None),
        ("er", None),
        ("血红蛋白", None),
        ("MDM2 和 CDK4", None),
    ],
)
def test_marker(text: str, expected: str | None, words: Words) -> None:
    assert marker(text, words) == expected
