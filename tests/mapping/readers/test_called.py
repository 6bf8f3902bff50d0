"""A diagnosis whose code says more than its own words do is suspected, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.test_harm import found, short
from tests.ward import ICD_10, ICD_O, concept, read, resource, told


def diagnosis(code: str, text: str | None = None, *, system: str = ICD_10, **more: Any) -> dict[str, Any]:
    named = concept(system, code, **({"text": text} if text else {}))
    return resource("Condition", "c1", code=named, onsetDateTime="2024-05-01", **more)


def shown(code: str, display: str) -> dict[str, Any]:
    coding = {"system": ICD_10, "code": code, "display": display}
    return resource("Condition", "c1", code={"coding": [coding]}, onsetDateTime="2024-05-01")


@pytest.mark.parametrize(
    ("criterion", "code", "text"),
    [
        ("E-06b", "I21.9", "陈旧性心肌梗死"),
        ("E-06b", "I21.9", "心肌缺血"),
        ("E-06b", "I21.9", "冠心病 心绞痛"),
        ("E-06c", "I63.9", "陈旧性脑梗死"),
        ("E-06c", "I63.9", "脑梗死后遗症"),
        ("E-06c", "I63.9", "脑梗死个人史"),
        ("E-06c", "I63.9", "脑供血不足"),
        ("E-06d", "I26.9", "陈旧性肺栓塞"),
        ("E-06d", "I26.9", "肺部感染"),
        ("I-08", "C50.9", "乳腺纤维腺瘤"),
        ("I-08", "C50.9", "乳腺良性肿瘤"),
        ("I-08", "C50.9", "乳腺癌筛查"),
        ("I-08", "C73", "甲状腺结节"),
        ("E-01", "C54.2", "子宫肌瘤"),
        ("E-01", "C18.9", "结肠息肉"),
        ("E-04", "C78.0", "肺结节"),
        ("E-04", "C77.2", "腹腔淋巴结肿大"),
        ("E-04", "C79.5", "骨质疏松"),
        ("E-04", "C78.7", "肝血管瘤"),
    ],
)
def test_what_its_words_do_not_name_is_suspected(criterion: str, code: str, text: str) -> None:
    for sent in (diagnosis(code, text), shown(code, text)):
        assert short(found(criterion, sent)) == "unknown imprecise"
        assert "Condition.code" in [issue.expression for issue in read(sent).issues]


@pytest.mark.parametrize(
    ("criterion", "code", "text", "said"),
    [
        ("E-06b", "I21.9", "急性心肌梗死，未特指", "yes"),
        ("E-06b", "I21.4", "急性心内膜下心肌梗死", "yes"),
        ("E-06b", "I21.0", "Acute transmural myocardial infarction of anterior wall", "yes"),
        ("E-06c", "I63.5", "大脑动脉未特指的闭塞或狭窄引起的脑梗死", "yes"),
        ("E-06c", "I63.9", "腔隙性脑梗死", "yes"),
        ("E-06d", "I26.9", "肺栓塞，未提及急性肺源性心脏病", "yes"),
        ("E-04", "C78.0", "肺继发性恶性肿瘤", "yes"),
        ("E-04", "C78.7", "肝转移瘤", "yes"),
        ("I-08", "C50.9", "乳房恶性肿瘤，未特指", "no"),
        ("I-08", "C83.3", "弥漫大B细胞淋巴瘤", "no"),
        ("I-08", "C73", "甲状腺乳头状CA", "no"),
        ("I-08", "C81.9", "Hodgkin disease", "no"),
        ("I-03", "D48.3", "腹膜后动态未定肿瘤", "yes"),
    ],
)
def test_what_its_words_name_decides(criterion: str, code: str, text: str, said: str) -> None:
    assert short(found(criterion, diagnosis(code, text))) == said


@pytest.mark.parametrize("title", ["Pulmonary embolism without mention of acute cor pulmonale", "肺栓塞"])
def test_a_title_of_the_classification_takes_nothing_back(title: str) -> None:
    assert short(found("E-06d", shown("I26.9", title))) == "yes"


@pytest.mark.parametrize(
    ("criterion", "code", "note", "said"),
    [
        pytest.param("I-08", "C50.9", "病理回报：纤维腺瘤，排除乳腺癌", "unknown imprecise", id="excluded"),
        pytest.param("I-08", "C50.9", "录入错误", "unknown imprecise", id="an error"),
        pytest.param("E-04", "C78.7", "MRI：不支持转移", "unknown imprecise", id="not supported"),
        pytest.param("E-06b", "I21.9", "误诊", "unknown imprecise", id="a wrong diagnosis"),
        pytest.param("I-08", "C50.9", "不除外转移性癌", "no", id="a doubt of another thing"),
        pytest.param("I-08", "C50.9", "排除禁忌后手术", "no", id="something else is excluded"),
        pytest.param("E-06b", "I21.9", "PCI术后，规律服药", "yes", id="nothing is taken back"),
    ],
)
def test_a_note_that_takes_it_back_leaves_it_suspected(criterion: str, code: str, note: str, said: str) -> None:
    assert short(found(criterion, diagnosis(code, note=[{"text": note}]))) == said


@pytest.mark.parametrize(
    ("code", "text", "decides"),
    [
        ("8890/3", "平滑肌瘤", False),
        ("8890/3", "淋巴瘤", False),
        ("8815/1", "神经鞘瘤", False),
        ("8858/3", "脂肪瘤", False),
        ("8890/3", "平滑肌肉瘤、乳腺癌", True),
        ("8802/3", "Giant cell sarcoma", True),
    ],
)
def test_a_benign_or_other_tumour_by_name_leaves_the_type_in_doubt(code: str, text: str, decides: bool) -> None:
    assert (short(found("I-02", diagnosis(code, text, system=ICD_O))) == "yes") is decides


@pytest.mark.parametrize(("display", "standing"), [("平滑肌瘤", " hedged"), ("Leiomyosarcoma, NOS", "")])
def test_a_display_takes_a_type_back_and_gives_none(display: str, standing: str) -> None:
    coding = {"system": ICD_O, "code": "8890/3", "display": display}
    assert told(resource("Condition", code={"coding": [coding]})) == [f"histology LMS{standing}"]


def test_a_display_that_speaks_of_the_family_is_none_of_the_patients() -> None:
    assert short(found("I-08", shown("C50.9", "乳腺癌家族史"))) == "unknown imprecise"
