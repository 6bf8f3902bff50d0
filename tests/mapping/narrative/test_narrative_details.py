"""What qualifies a value stands in its details: share, extent, cells, sums, methods."""

from __future__ import annotations

import pytest

from natars_fhir.domain.interval import Interval, number
from natars_fhir.mapping.narrative import Kind, Words, read

from .written import value

CASES = [
    ("Ki-67(+,约20%)", "pathology", "ihc-ki67", {"percent": "20", "approximate": "yes"}),
    ("Ki67 LI 10-15%", "pathology", "ihc-ki67", {"percent": "[10,15]"}),
    ("Ki-67(＜5%)", "pathology", "ihc-ki67", {"percent": "[0,5)"}),
    ("Ki-67（热点区约40%+）", "pathology", "ihc-ki67", {"percent": "40", "approximate": "yes", "area": "hot-spot"}),
    ("CDK4(弱+)", "pathology", "ihc-cdk4", {"intensity": "weak"}),
    ("Desmin(灶+)", "pathology", "ihc-desmin", {"extent": "focal"}),
    ("MDM2(散在核+)", "pathology", "ihc-mdm2", {"extent": "partial", "compartment": "nuclear"}),
    ("MDM2(胞浆+)", "pathology", "ihc-mdm2", {"compartment": "cytoplasmic", "reason": "not-nuclear"}),
    ("MDM2染色无法判读", "pathology", "ihc-mdm2", {"reason": "not-interpretable"}),
    ("MDM2(<1%)", "pathology", "ihc-mdm2", {"percent": "[0,1)", "reason": "may-be-none"}),
    (
        "MDM2 (diffuse, strong, 90%)",
        "pathology",
        "ihc-mdm2",
        {"extent": "diffuse", "intensity": "strong", "percent": "90"},
    ),
    ("S-100(脂肪细胞+)", "pathology", "ihc-s-100", {"cellScope": "other"}),
    ("MDM2/CEP12比值1.9，CEP12多体", "pathology", "fish-mdm2", {"from": "ratio", "polysomy": "yes"}),
    ("FNCLCC 3级（分化3+核分裂2+坏死1=6分）", "pathology", "fnclcc-grade", {"scheme": "fnclcc", "sum": "6"}),
    ("FNCLCC：分化3分，核分裂1分，坏死0分", "pathology", "fnclcc-grade", {"scheme": "fnclcc", "sum": "4"}),
    ("肿块大小约15×12×8cm", "imaging", "tumour-size", {"method": "imaging", "dimensions": "3", "approximate": "yes"}),
    ("肝多发转移瘤", "imaging", "metastasis", {"method": "imaging", "scope": "liver"}),
    ("淋巴结未见转移（0/8）", "pathology", "metastasis", {"method": "pathology", "scope": "lymph-nodes"}),
    ("脂肪肉瘤局部复发", "other", "prior-resection", {"method": "other", "origin": "recurrence"}),
    ("ASA 3E", "other", "asa-class", {"emergency": "yes"}),
    ("去分化脂肪肉瘤伴高分化脂肪肉瘤成分", "pathology", "histology", {"method": "pathology"}),
    ("坏死约20%", "pathology", "necrosis-percent", {"approximate": "yes"}),
]


@pytest.mark.parametrize(("text", "kind", "concept", "expected"), CASES, ids=[case[0] for case in CASES])
def test_details(text: str, kind: Kind, concept: str, expected: dict[str, str], words: Words) -> None:
    said = read(text, words, kind).of(concept)[0]
    told = {key: each if isinstance(each, tuple) else value(each) for key, each in said.detail}
    assert told == expected


def test_units_are_ucum(words: Words) -> None:
    reading = read("肿物大小15cm，核分裂象5/10HPF，坏死20%，MDM2/CEP12=3.1", words)
    units = {each.concept: each.value.unit for each in reading.said if isinstance(each.value, Interval)}
    assert units == {
        "tumour-size": "cm",
        "mitoses-per-10hpf": "{mitoses}/10.[HPF]",
        "necrosis-percent": "%",
        "mdm2-cep12-ratio": "1",
    }


def test_a_well_differentiated_part_of_a_dedifferentiated_tumour_is_marked_as_a_part(words: Words) -> None:
    said = read("去分化脂肪肉瘤。部分为高分化脂肪肉瘤。", words).of("histology")
    assert [(each.value, dict(each.detail).get("component")) for each in said] == [("DDLPS", None), ("WDLPS", "yes")]


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("肿物大小15×12×8", "tumour-size"),
        ("肿块较前缩小（前次约15×12cm）", "tumour-size"),
        ("FNCLCC 4级", "fnclcc-grade"),
        ("FNCLCC分级：无法评估", "fnclcc-grade"),
        ("MDM2（见图）", "ihc-mdm2"),
        ("FISH检测MDM2基因，见附图", "fish-mdm2"),
    ],
)
def test_what_gives_no_value_is_told(text: str, concept: str, words: Words) -> None:
    reading = read(text, words)
    assert reading.of(concept) == ()
    assert [each.concept for each in reading.unread] == [concept]
    start, end = reading.unread[0].span
    assert 0 <= start < end <= len(text)


def test_advice_is_neither_read_nor_told(words: Words) -> None:
    reading = read("建议加做MDM2、CDK4及MDM2 FISH检测。", words)
    assert reading.said == ()
    assert reading.unread == ()


def test_a_supplement_outranks_what_stands_before_or_after_it(words: Words) -> None:
    for text in ("MDM2(-)。补充报告：MDM2(+)。", "补充报告：MDM2(+)。\n原报告：MDM2(-)。"):
        assert [each.value for each in read(text, words).of("ihc-mdm2")] == ["positive"]


def test_a_ratio_that_contradicts_the_words_gives_both(words: Words) -> None:
    values = {each.value for each in read("MDM2基因扩增，MDM2/CEP12=1.2", words).of("fish-mdm2")}
    assert values == {"amplified", "not-amplified"}


def test_a_percentage_over_a_hundred_is_no_share(words: Words) -> None:
    assert read("坏死约200%", words).of("necrosis-percent") == ()


def test_fields_other_than_ten_are_scaled(words: Words) -> None:
    assert read("核分裂象1个/50HPF", words).of("mitoses-per-10hpf")[0].value == number("0.2", "{mitoses}/10.[HPF]")


@pytest.mark.parametrize(
    ("kind", "told"),
    [("pathology", True), ("other", True), ("imaging", False), ("operation", False)],
)
@pytest.mark.parametrize(
    ("text", "concept"),
    [("肿物内见大片坏死", "necrosis-percent"), ("核分裂象5个/10HPF", "mitoses-per-10hpf")],
)
def test_necrosis_and_mitoses_are_the_pathologists(
    text: str, concept: str, kind: Kind, told: bool, words: Words
) -> None:
    """A scan's 坏死囊变 says nothing of what a microscope sees."""
    assert bool(read(text, words, kind).of(concept)) is told
