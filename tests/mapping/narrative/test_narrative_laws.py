"""Laws that hold for every text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.mapping.narrative import Kind, Words, read
from natars_fhir.mapping.narrative.page import page

from .conftest import lists
from .work import calls
from .written import lines

WORDS: Words = lists()
PIECES = [
    *"()（）+-±,，。;；:：、/ \n.?%×<>约12345",
    *("MDM2", "CDK4", "Ki-67", "CD34", "阳性", "阴性", "未见", "考虑", "建议", "待回报", "扩增", "FISH", "MDM2/CEP12"),
    *(
        "去分化脂肪肉瘤",
        "平滑肌肉瘤",
        "FNCLCC",
        "级",
        "核分裂象",
        "坏死",
        "10HPF",
        "cm",
        "肿物",
        "腹膜后",
        "转移",
        "原报告",
    ),
    *(
        "更正为",
        "positive for ",
        "and ",
        "negative",
        "大小",
        "来源于",
        "胃",
        "ASA",
        "Ⅱ",
        "㎝",
        "\u200b",
        "術後",
        "突破膈肌",
        "曾行",
        "多柔比星",
        "化疗",
        "切缘：",
        "左大腿",
        "分别",
        "M1",
        "近",
        "以上",
    ),
]
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
KINDS: st.SearchStrategy[Kind] = st.sampled_from(["pathology", "imaging", "operation", "other"])


@settings(max_examples=150, deadline=None)
@given(TEXTS, KINDS)
def test_reading_never_raises_and_spans_lie_within_the_text(text: str, kind: Kind) -> None:
    reading = read(text, WORDS, kind)
    for each in (*reading.said, *reading.unread):
        assert 0 <= each.span[0] < each.span[1] <= len(text)


@settings(max_examples=80, deadline=None)
@given(TEXTS, KINDS)
def test_normal_and_cased_text_align_and_map_back(text: str, kind: Kind) -> None:
    form = page(text, WORDS).normal
    assert len(form.text) == len(form.cased)
    spans = [form.span(place, place + 1) for place in range(len(form.text))]
    assert spans == sorted(spans)
    assert all(0 <= low < high <= len(text) for low, high in spans)


SENTENCES = [
    "免疫组化：MDM2(+)，CDK4(-)。",
    "去分化脂肪肉瘤，FNCLCC 2级。",
    "MDM2基因未见扩增。",
    "肿物大小15×12×8cm。",
    "核分裂象5个/10HPF，未见坏死。",
    "切缘阴性。",
]
AROUND = ["", "送检标本已收到。", "患者一般情况可。", "No further comment.\n", "镜下见纤维组织。"]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SENTENCES), st.sampled_from(AROUND), st.sampled_from(AROUND))
def test_sentences_before_and_after_change_nothing(sentence: str, before: str, after: str) -> None:
    assert lines(read(before + sentence + after, WORDS)) == lines(read(sentence, WORDS))


CUES = WORDS["cues.cue"].words
HEDGES_BEFORE = [*CUES["hedge-before"], *CUES["hedge-both"]]
HEDGES_AFTER = [*CUES["hedge-after"], *CUES["hedge-both"]]
DENIALS = [*CUES["deny-before"], *CUES["deny-both"]]
NAMES = ["去分化脂肪肉瘤", "平滑肌肉瘤", "leiomyosarcoma", "solitary fibrous tumor"]


def _final(text: str) -> list[object]:
    return [each.value for each in read(text, WORDS).of("histology") if each.standing == "final"]


@pytest.mark.parametrize("name", NAMES)
def test_no_doubted_name_is_final(name: str) -> None:
    texts = [f"{hedge} {name}" for hedge in HEDGES_BEFORE] + [f"{name} {hedge}" for hedge in HEDGES_AFTER]
    assert {text: _final(text) for text in texts if _final(text)} == {}


@pytest.mark.parametrize("name", NAMES)
def test_no_denied_name_is_read_at_all(name: str) -> None:
    texts = [f"{denial} {name}" for denial in DENIALS if "…" not in denial]
    assert {text: read(text, WORDS).of("histology") for text in texts if read(text, WORDS).of("histology")} == {}


@pytest.mark.parametrize("hedge", HEDGES_BEFORE)
def test_no_doubted_treatment_is_final(hedge: str) -> None:
    for text in (f"{hedge}曾行化疗", f"{hedge} prior chemotherapy", f"{hedge}未行化疗"):
        told = read(text, WORDS).of("antineoplastic-drug")
        assert [each for each in told if each.standing == "final" and ("given", "requested") not in each.detail] == []


@pytest.mark.parametrize("word", [*WORDS["results.word"].words["pending"], *WORDS["results.word"].words["not-done"]])
def test_an_awaited_or_missing_stain_is_never_positive(word: str) -> None:
    for text in (f"MDM2({word})", f"MDM2 {word}", f"MDM2：{word}"):
        assert {each.value for each in read(text, WORDS).of("ihc-mdm2")} <= {"pending", "not-done"}


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "(",
            "+",
            "1",
            "-",
            "12345",
            "MDM2(",
            "MDM2、",
            "未见",
            "坏死",
            "1cm",
            "肿物1cm",
            "?",
            "更正为",
            "原报告",
            "\n",
        ),
        *(
            " ",
            "腹膜后",
            "转移",
            "MDM2 FISH ",
            "MDM2-",
            "FNCLCC ",
            "3级",
            "核分裂",
            "㎝",
            "去 ",
            "positive for ",
            "1x",
            "化疗",
            "化疗、",
            "未行",
            "切缘:",
            "上(-),",
            "鉴别?",
            "左大腿",
            "T2N0M1",
            "子宫",
            "分别",
        ),
    ],
)
def test_work_is_linear_in_the_text(unit: str) -> None:
    def work(length: int) -> int:
        text = (unit * length)[:length]
        read(text, WORDS)  # what is made once is not counted
        return calls(lambda: read(text, WORDS))

    assert work(12_000) <= 4.4 * work(3_000) + 100


@pytest.mark.parametrize("unit", ["(", "MDM2(", "1cm", " ", "1x", "positive for ", "原报告"])
def test_a_very_long_text_is_read_to_its_end(unit: str) -> None:
    read((unit * 60_000)[:60_000], WORDS)
