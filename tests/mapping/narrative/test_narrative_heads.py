"""A result with its markers in brackets behind it; what doubts, denies or voids the other forms does so here."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.narrative import Words, read
from tests.mapping.narrative.written import lines


def stains(text: str, words: Words) -> list[str]:
    found = read(text, words)
    unread = [f"{one.concept} ?" for one in found.unread]
    return sorted(one.removeprefix("ihc-") for one in (*lines(found), *unread) if one.startswith("ihc-"))


BOTH = ["cdk4 positive", "mdm2 positive"]
NEITHER = ["cdk4 negative", "mdm2 negative"]
UNREAD = ["cdk4 ?", "mdm2 ?"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("阳性（MDM2、CDK4）", BOTH),
        ("阳性(MDM2,CDK4);阴性(SMA)", [*BOTH, "sma negative"]),
        (
            "免疫组化：阳性（MDM2，CDK4），阴性（S-100、Desmin）",
            ["cdk4 positive", "desmin negative", "mdm2 positive", "s-100 negative"],
        ),
        ("阳性【MDM2、CDK4】阴性【S-100】", [*BOTH, "s-100 negative"]),
        ("阳性 (MDM2/CDK4)", BOTH),
        ("阳性：（MDM2、CDK4）", BOTH),
        ("阳性：MDM2、CDK4；阴性：S-100", [*BOTH, "s-100 negative"]),
        ("阳性指标：MDM2、CDK4；阴性指标：S-100", [*BOTH, "s-100 negative"]),
        ("MDM2、CDK4均阳性", BOTH),
        ("（+）：MDM2、CDK4 （-）：S-100", [*BOTH, "s-100 negative"]),
        ("IHC：(+) MDM2、CDK4；(-) S-100", [*BOTH, "s-100 negative"]),
        ("(+)MDM2，CDK4；(-)S-100", [*BOTH, "s-100 negative"]),
        ("阳性表达（MDM2、CDK4）；不表达（S-100）", [*BOTH, "s-100 negative"]),
        ("肿瘤细胞弥漫强阳性（MDM2、CDK4）", BOTH),
        ("阴性（MDM2、CDK4）", NEITHER),
        ("未见阳性（MDM2、CDK4）", NEITHER),
        ("positive (MDM2, CDK4), negative (S100)", [*BOTH, "s-100 negative"]),
        ("阳性（MDM2（弱+）、CDK4（灶+））", BOTH),
        ("阳性（MDM2、CDK4）、SMA（-）", [*BOTH, "sma negative"]),
    ],
)
def test_a_result_before_its_markers_is_each_ones(text: str, said: list[str], words: Words) -> None:
    assert stains(text, words) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "阴性（SMA、MDM2），Ki-67（约30%+）", ["ki67 positive", "mdm2 negative", "sma negative"], id="a share"
        ),
        pytest.param("其他标记（SMA、MDM2），Ki-67（约30%+）", ["ki67 positive", "mdm2 ?", "sma ?"], id="no result"),
        pytest.param("阳性（SMA）阴性（MDM2）", ["mdm2 negative", "sma positive"], id="the next head"),
        pytest.param("阳性（SMA）及MDM2阴性", ["mdm2 negative", "sma positive"], id="the next marker"),
    ],
)
def test_what_follows_the_bracket_is_not_its_markers(text: str, said: list[str], words: Words) -> None:
    """阴性（…、MDM2），Ki-67（30%+） was read as a positive MDM2: a wrong yes."""
    assert stains(text, words) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("阳性（MDM2、CDK4(-)）", ["cdk4 negative", "mdm2 positive"], id="a sign"),
        pytest.param("阳性（MDM2、CDK4未做）", ["cdk4 not-done", "mdm2 positive"], id="not done"),
        pytest.param("阳性（MDM2、CDK4待做）", ["cdk4 pending pending", "mdm2 positive"], id="awaited"),
        pytest.param("阳性（MDM2、CDK4重切）", UNREAD, id="words nobody understands"),
        pytest.param("S-100阳性（MDM2、CDK4阴性）", ["cdk4 negative", "mdm2 negative", "s-100 positive"], id="another"),
    ],
)
def test_a_markers_own_result_goes_before_the_heads(text: str, said: list[str], words: Words) -> None:
    assert stains(text, words) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("可能阳性（MDM2、CDK4）", UNREAD, id="perhaps"),
        pytest.param("不除外阳性（MDM2，CDK4）", UNREAD, id="a doubt before"),
        pytest.param(
            "阳性（MDM2，CDK4），不除外非特异着色", ["cdk4 positive hedged", "mdm2 positive hedged"], id="one behind"
        ),
        pytest.param("阳性？（MDM2、CDK4）", UNREAD, id="a question"),
        pytest.param("可疑阳性（MDM2、CDK4）", ["cdk4 equivocal hedged", "mdm2 equivocal hedged"], id="equivocal"),
        pytest.param("胞浆阳性（MDM2、CDK4）", ["cdk4 equivocal", "mdm2 equivocal"], id="not in the nucleus"),
        pytest.param("血管阳性（MDM2、CDK4）", UNREAD, id="other cells"),
        pytest.param("阳性对照（MDM2、CDK4）", UNREAD, id="a control"),
        pytest.param("阳性率（MDM2、CDK4）", UNREAD, id="a share"),
        pytest.param("S-100阳性（MDM2、CDK4）", ["cdk4 ?", "mdm2 ?", "s-100 positive"], id="another marker's"),
        pytest.param("阳性（除MDM2、CDK4外）", UNREAD, id="all but these"),
        pytest.param("阴性（MDM2、CDK4除外）", UNREAD, id="all but these, said behind"),
        pytest.param("若阳性（MDM2、CDK4）则支持", [], id="a condition"),
        pytest.param("鉴别：阳性（MDM2、CDK4）支持去分化脂肪肉瘤", [], id="a thought"),
        pytest.param("父亲病理：阳性（MDM2、CDK4）", [], id="a relative's"),
        pytest.param("原报告：阳性（MDM2、CDK4），更正为：阴性（MDM2、CDK4）", NEITHER, id="a correction"),
        pytest.param("FISH阳性（MDM2）", [], id="a gene"),
    ],
)
def test_what_doubts_or_voids_a_result_does_so_for_the_bracket(text: str, said: list[str], words: Words) -> None:
    assert stains(text, words) == said


def test_the_span_goes_from_the_result_to_the_marker(words: Words) -> None:
    text = "免疫组化：阳性（MDM2、CDK4）"
    spans = [text[slice(*one.span)] for one in read(text, words).said]
    assert all(one.startswith("阳性（MDM2") for one in spans)
