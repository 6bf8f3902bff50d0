"""Treatments in words: given, never given, planned, or told, so that a person is asked (clinical.md I-05 to I-07)."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.narrative import Words, read

from .written import line

GIVEN = [
    ("曾行多柔比星化疗", ["doxorubicin given"]),
    ("既往伊马替尼治疗2年", ["imatinib given"]),
    ("外院行异环磷酰胺单药化疗", ["ifosfamide given"]),
    ("多柔比星+异环磷酰胺方案化疗3周期", ["doxorubicin given", "ifosfamide given"]),
    ("2021年行AI方案化疗6周期", ["unspecified given"]),
    ("化疗后肿瘤缩小", ["chemotherapy-unspecified given"]),
    ("既往因乳腺癌行化疗", ["chemotherapy-unspecified given"]),
    ("化疗无效", ["chemotherapy-unspecified given"]),
    ("有化疗史", ["chemotherapy-unspecified given"]),
    ("口服安罗替尼12mg，已停药1月", ["anlotinib given"]),
    ("prior doxorubicin", ["doxorubicin given"]),
    ("did not respond to imatinib", ["imatinib given"]),
    ("could not tolerate it: had 2 cycles of gemcitabine and docetaxel", ["gemcitabine given", "docetaxel given"]),
    ("no evidence of recurrence after doxorubicin", ["doxorubicin given"]),
    ("化疗（+）", ["chemotherapy-unspecified given"]),
]
NONE = [
    ("未行化疗", ["none chemotherapy"]),
    ("既往无手术、放化疗史", ["none chemotherapy", "radiotherapy absent"]),
    ("否认高血压、糖尿病及化疗史", ["none chemotherapy"]),
    ("未行放疗、化疗及靶向治疗", ["none chemotherapy", "none targeted", "radiotherapy absent"]),
    ("化疗史：无", ["none chemotherapy"]),
    ("无化疗病史", ["none chemotherapy"]),
    ("否认肿瘤家族史，未行放化疗", ["none chemotherapy", "radiotherapy absent"]),
    ("no prior chemotherapy", ["none chemotherapy"]),
    ("She has never had chemotherapy or radiotherapy.", ["none chemotherapy", "radiotherapy absent"]),
    ("Prior chemotherapy: none", ["none chemotherapy"]),
    ("Chemotherapy-naive", ["none chemotherapy"]),
    ("No prior systemic therapy", ["none"]),
    ("未用伊马替尼", ["imatinib not-given"]),
]
#: denied, but not for good
NARROWED = [
    "术前未行化疗",
    "未行术后化疗",
    "未行新辅助化疗",
    "未行规范化疗",
    "本次入院未行化疗",
    "因骨髓抑制未行化疗",
    "拒绝化疗",
    "近1月未行化疗",
    "no adjuvant chemotherapy",
    "no further chemotherapy",
    "no prior chemotherapy except methotrexate for arthritis",
    "Patient declined chemotherapy",
]
PLANNED = [
    ("拟行化疗", ["chemotherapy-unspecified requested"]),
    ("计划行多柔比星联合异环磷酰胺化疗", ["doxorubicin requested", "ifosfamide requested"]),
    ("治疗计划：化疗后手术", ["chemotherapy-unspecified requested"]),
    ("下周行AI方案化疗", ["unspecified requested"]),
    ("Plan: start pazopanib next week", ["pazopanib requested"]),
    ("She will receive doxorubicin.", ["doxorubicin requested"]),
]
UNCLEAR = [
    ("多柔比星 60mg/m2 d1 静滴", ["doxorubicin unclear hedged"]),
    ("行多柔比星化疗", ["doxorubicin unclear hedged"]),
    ("予PD-1治疗", ["unspecified unclear hedged"]),
    ("imatinib 400 mg qd", ["imatinib unclear hedged"]),
    ("无化疗史（除外伊马替尼）", ["none chemotherapy hedged", "imatinib unclear hedged"]),
    ("可能曾行多柔比星化疗", ["doxorubicin given hedged"]),
    (
        "MDT讨论意见：建议入组，行新辅助多柔比星联合异环磷酰胺治疗后手术",
        ["doxorubicin unclear hedged", "ifosfamide unclear hedged"],
    ),
    ("拟入组临床试验，术前予异环磷酰胺3周期", ["ifosfamide unclear hedged"]),
    ("MDT意见：多柔比星化疗3周期", ["doxorubicin unclear hedged"]),
    ("新辅助化疗后手术", ["chemotherapy-unspecified unclear hedged"]),
    ("否认化疗后不适", ["chemotherapy-unspecified unclear hedged"]),
    ("2019年术后放疗", ["radiotherapy suspected hedged"]),
    ("拟行术前放疗，目前已完成10次", ["radiotherapy suspected hedged"]),
]
#: nothing is decided: told, never silent
TOLD = [
    "建议术后化疗",
    "建议多柔比星化疗",
    "如不能切除，可行化疗",
    "肿瘤对化疗不敏感",
    "无化疗禁忌",
    "化疗史不详",
    "询问有无化疗史",
    "无化疗药物过敏史",
    "化疗药物过敏史：无",
    "经MDT讨论化疗",
    "已签署化疗同意书",
    "had a discussion about chemotherapy",
    "父母体健，未行化疗",
    "无法行化疗",
    "无需化疗",
    "无化疗机会",
    "化疗前评估",
    "不适合化疗",
    "Not a candidate for chemotherapy",
    "chemotherapy was deferred",
    "放疗效果评价",
]
#: somebody else's, or no treatment
SILENT = [
    "其母曾行化疗",
    "父亲因胃癌行放疗",
    "请化疗科会诊",
    "放疗科随诊",
    "radiation dose 12 mSv",
    "拟行放疗",
    "RT-PCR",
]


def _told(text: str, words: Words) -> list[str]:
    said = [line(each) for each in read(text, words, "other").of("antineoplastic-drug", "radiotherapy")]
    return sorted(each.removeprefix("antineoplastic-drug ") for each in said)


@pytest.mark.parametrize(("text", "expected"), GIVEN + NONE + PLANNED + UNCLEAR)
def test_what_became_of_a_treatment(text: str, expected: list[str], words: Words) -> None:
    assert _told(text, words) == sorted(expected)


@pytest.mark.parametrize("text", NARROWED)
def test_a_denial_of_one_kind_or_time_does_not_deny_for_good(text: str, words: Words) -> None:
    assert _told(text, words) == ["none chemotherapy hedged"]


@pytest.mark.parametrize("text", TOLD)
def test_what_nothing_decides_is_told(text: str, words: Words) -> None:
    reading = read(text, words, "other")
    assert _told(text, words) == []
    assert [each.concept for each in reading.unread] == ["radiotherapy" if "放疗" in text else "antineoplastic-drug"]


@pytest.mark.parametrize("text", SILENT)
def test_what_is_no_treatment_of_the_patient_is_not_read(text: str, words: Words) -> None:
    reading = read(text, words, "other")
    assert (_told(text, words), reading.unread) == ([], ())


@pytest.mark.parametrize(
    ("text", "concept", "said"),
    [
        ("患者曾行多柔比星化疗4周期。", "antineoplastic-drug", "曾行多柔比星化疗4周期"),
        ("未行放疗、化疗", "antineoplastic-drug", "未行放疗、化疗"),
        ("未行放疗、化疗", "radiotherapy", "未行放疗"),
        ("化疗史：无。", "antineoplastic-drug", "化疗史：无"),
    ],
)
def test_the_span_holds_the_words_that_decide(text: str, concept: str, said: str, words: Words) -> None:
    start, end = read(text, words, "other").of(concept)[0].span
    assert text[start:end] == said


def test_a_drug_bears_its_classes(words: Words) -> None:
    (said,) = read("曾行多柔比星化疗", words, "other").of("antineoplastic-drug")
    assert said.detail == (("class", ("anthracycline", "chemotherapy")), ("given", "given"))
