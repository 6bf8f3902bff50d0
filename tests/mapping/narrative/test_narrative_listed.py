"""A list of stains and counts says part by part what it says as a whole, but where one part bears upon another."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from natars_fhir.mapping.narrative import Kind, Words, listed
from natars_fhir.mapping.narrative.page import page
from natars_fhir.mapping.narrative.sentences import everything

from .conftest import lists

WORDS: Words = lists()
KINDS: st.SearchStrategy[Kind] = st.sampled_from(["pathology", "imaging"])
NAMES = ("MDM2", "CDK4", "p16", "S-100", "Ki-67", "CD34", "波形蛋白", "MDM2基因", "鼠双微体2")
RESULTS = ("(+)", "（-）", "(弱+)", "(约30%)", "(-，灶+)", "（血管+，瘤细胞-）", "(待回报)", "阳性", "(+", "")
BESIDE = (
    "",
    "",
    "",
    "",
    "免疫组化：",
    "FISH：",
    "考虑",
    "未见",
    "脂肪肉瘤",
    "G2",
    "大小3×2cm",
    "外院",
    "阴性：",
    "cM0",
)
OTHERS = ("核分裂象约9个/10HPF", "坏死约10%", "未见坏死", "坏死", "约30%", "灶+", "去分化型", "坏死>0%", "酶标", "")
STAINS = st.builds("{}{}{}".format, st.sampled_from(BESIDE), st.sampled_from(NAMES), st.sampled_from(RESULTS))
PARTS = st.lists(st.one_of(STAINS, STAINS, st.sampled_from(OTHERS)), min_size=1, max_size=6)


@settings(max_examples=400, deadline=None)
@example(["CD34(+)", "30%"], "，", "。", "pathology")
@example(["坏死>0%", "坏死约10%"], "，", "。", "pathology")
@example(["坏死", "约占55%"], "，", "。", "pathology")
@example(["未见坏死", "约30%"], "，", "。", "pathology")
@example(["MDM2(+)", "脂肪肉瘤", "去分化型"], "，", "。", "pathology")
@example(["阴性：MDM2", "CDK4(+)"], "，", "", "pathology")
@given(PARTS, st.sampled_from(["，", ",", ", "]), st.sampled_from(["。", "；", ""]), KINDS)
def test_part_by_part_a_list_says_what_it_says_as_a_whole(parts: list[str], comma: str, end: str, kind: Kind) -> None:
    text = comma.join(parts) + end
    said = listed.read(text, 0, WORDS, kind)
    assert said is None or (tuple(said), ()) == everything(page(text, WORDS), WORDS, kind)


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("免疫组化：MDM2(弱+)，CDK4(-)，Ki-67(约30%)。", ["ihc-mdm2", "ihc-cdk4", "ihc-ki67"]),
        ("MDM2（+），Ki-67（+，约20%），SMA（-）", ["ihc-mdm2", "ihc-ki67", "ihc-sma"]),
        ("IHC: MDM2(+), CDK4(+), SMA(-);", ["ihc-mdm2", "ihc-cdk4", "ihc-sma"]),
        ("核分裂象约23个/10HPF，坏死约5%。", ["mitoses-per-10hpf", "necrosis-percent"]),
        ("核分裂象约23个/10HPF，未见坏死。", ["mitoses-per-10hpf", "necrosis-percent"]),
    ],
)
def test_a_usual_list_is_read_part_by_part(text: str, concepts: list[str], words: Words) -> None:
    said = listed.read(text, 0, words, "pathology")
    assert said is not None
    assert [each.concept for each in said] == concepts


def test_places_count_from_where_the_list_begins(words: Words) -> None:
    [_, said] = listed.read("MDM2(+)，CDK4(-)。", 100, words, "pathology") or []
    assert said.span == (108, 115)


@pytest.mark.parametrize(
    "text",
    [
        "MDM2(+)，30%，CDK4(-)。",  # a share of the stain before it
        "MDM2(+)，CDK4阳性，SMA(-)。",
        "MDM2(+)，鼠双微体2(+)，SMA(-)。",  # one marker under two names
        "MDM2(+)，CDK4基因(+)，SMA(-)。",
        "考虑MDM2(+)，CDK4(-)，SMA(-)。",
        "MDM2(+)，CDK4(-，SMA(-)。",
        "MDM2(+)，CDK4(-)，脂肪肉瘤。",
        "MDM2(+)，\nCDK4(-)，SMA(-)。",
        "核分裂象约23个/10HPF，可见坏死，约占55%。",
        "未见坏死，核分裂象约23个/10HPF。",
        "MDM2(+)，" + "未见其他异常" * 11 + "，CDK4(-)，SMA(-)。",
    ],
)
def test_what_bears_upon_its_neighbours_keeps_a_list_whole(text: str, words: Words) -> None:
    assert listed.read(text, 0, words, "pathology") is None


@pytest.mark.parametrize(
    ("text", "looks_so"),
    [("MDM2(+)，CDK4（-），SMA(-)", True), ("核分裂象5/10HPF，坏死5%", True), ("肿物(12×10cm)，边界清", False)],
)
def test_a_list_is_told_by_its_brackets_or_fields(text: str, looks_so: bool) -> None:
    assert listed.may_be(text) is looks_so
