"""A diagnosis whose code places the tumour where its words do not: both stand, and a person looks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.test_harm import found, short
from tests.ward import ICD_10, ICD_O, LOINC, bundle, concept, lines, outcome, read, resource, told


def diagnosis(text: str | None = None, code: str = "C48.0", **more: Any) -> dict[str, Any]:
    named = {"text": text} if text else {}
    return resource("Condition", "c1", code=concept(ICD_10, code, **named), **more)


def sites(sent: dict[str, Any]) -> list[str]:
    return sorted({one.removeprefix("primary-site ") for one in told(sent) if one.startswith("primary-site")})


@pytest.mark.parametrize(
    ("text", "origin", "gut"),
    [
        ("子宫平滑肌肉瘤", "uterus", "unknown conflicting"),
        ("leiomyosarcoma of the uterus", "uterus", "unknown conflicting"),
        ("子宫内膜间质肉瘤", "uterus", "unknown conflicting"),
        ("胃间质瘤", "gi-tract", "unknown conflicting"),
        ("胃体间质瘤", "gi-tract", "unknown conflicting"),
        ("gastric GIST", "gi-tract", "unknown conflicting"),
        ("间质瘤", "gi-tract", "unknown conflicting"),
        ("结肠癌术后腹膜后复发", "gi-tract", "unknown conflicting"),
        ("胃间质瘤腹膜后转移", "gi-tract", "unknown conflicting"),
        ("肾癌", "urinary-tract", "unknown conflicting"),
        ("左肾细胞癌", "urinary-tract", "unknown conflicting"),
        ("膀胱恶性肿瘤", "urinary-tract", "unknown conflicting"),
        ("淋巴瘤", "other", "no"),
        ("腹膜后转移癌", "other", "no"),
        ("卵巢癌", "other", "no"),
        ("右大腿脂肪肉瘤", "other", "no"),
        ("小肠系膜肉瘤", "other", "no"),
    ],
)
def test_a_code_of_the_retroperitoneum_and_a_name_of_another_origin_conflict(text: str, origin: str, gut: str) -> None:
    for sent in (
        diagnosis(text),
        resource("Condition", "c1", code={"coding": [{"system": ICD_10, "code": "C48.0", "display": text}]}),
        diagnosis(note=[{"text": f"病理会诊：{text}"}]) if "术后" not in text else diagnosis(text),
    ):
        assert {"retroperitoneum", origin} <= set(sites(sent))
        assert "Condition.code" in [issue.expression for issue in read(sent).issues]
        assert short(found("I-03", sent)) == "unknown conflicting"
        assert short(found("E-01", sent)) == gut


@pytest.mark.parametrize(
    "text",
    [
        "腹膜后恶性肿瘤",
        "腹膜后平滑肌肉瘤",
        "平滑肌肉瘤",
        "腹膜后淋巴瘤",
        "腹膜后肿瘤、乳腺癌",
        "腹膜后肉瘤累及左肾",
        "腹膜后去分化脂肪肉瘤（侵犯结肠）",
        "胃后方腹膜后肉瘤",
        "右肾上腺区肿瘤",
        "胰腺后方肉瘤",
        "肾周脂肪肉瘤",
        "下腔静脉平滑肌肉瘤",
        "盆腔肉瘤",
        "肝转移瘤",
        "Malignant neoplasm of retroperitoneum",
    ],
)
def test_a_name_of_the_retroperitoneum_or_of_no_place_contradicts_nothing(text: str) -> None:
    assert short(found("I-03", diagnosis(text))) == "yes"


@pytest.mark.parametrize(
    ("note", "said"),
    [
        pytest.param("与子宫平滑肌肉瘤鉴别", "yes", id="a thought"),
        pytest.param("建议排除胃间质瘤", "yes", id="advice"),
        pytest.param("肿瘤侵犯结肠", "yes", id="what it invades"),
        pytest.param("2015年因子宫肌瘤行子宫切除", "yes", id="an operation of other years"),
        pytest.param("子宫肌瘤，随访", "yes", id="a benign one"),
        pytest.param("2019年乳腺癌史", "yes", id="another cancer of other years"),
        pytest.param("合并甲状腺癌", "yes", id="another cancer besides"),
        pytest.param("父亲肾癌", "yes", id="a relative's"),
        pytest.param("肾癌？", "unknown imprecise", id="a doubt"),
    ],
)
def test_a_note_may_speak_of_other_tumours(note: str, said: str) -> None:
    assert short(found("I-03", diagnosis(note=[{"text": note}]))) == said


def test_words_of_doubt_leave_the_code_in_doubt() -> None:
    assert sites(diagnosis("考虑子宫平滑肌肉瘤")) == ["retroperitoneum hedged", "uterus hedged"]
    assert short(found("I-03", diagnosis("考虑子宫平滑肌肉瘤"))) == "unknown imprecise"


def test_a_code_in_doubt_makes_words_no_surer() -> None:
    assert sites(diagnosis("子宫平滑肌肉瘤", "C48")) == ["retroperitoneum hedged", "uterus hedged"]


def test_what_is_coded_as_an_organs_is_not_contradicted_by_its_own_name() -> None:
    assert sites(diagnosis("肾透明细胞癌", "C64")) == ["urinary-tract"]
    assert sites(diagnosis("子宫平滑肌肉瘤", "C49.4")) == ["abdomen-pelvis-nos", "uterus hedged"]


@pytest.mark.parametrize(
    ("site", "said"),
    [
        pytest.param("腹膜后", "yes", id="there"),
        pytest.param("左侧腹膜后", "yes", id="with its side"),
        pytest.param("右肾周", "yes", id="beside an organ"),
        pytest.param("腹部", "yes", id="a place that says nothing"),
        pytest.param("胃后壁旁", "yes", id="more than a name"),
        pytest.param("子宫", "unknown conflicting", id="the womb"),
        pytest.param("左肾", "unknown conflicting", id="a kidney"),
        pytest.param("左大腿", "unknown conflicting", id="a limb"),
    ],
)
def test_a_body_site_in_words_alone_is_weighed_as_a_code_is(site: str, said: str) -> None:
    assert short(found("I-03", diagnosis(bodySite=[{"text": site}]))) == said


@pytest.mark.parametrize(
    ("text", "site", "facts"),
    [
        pytest.param("平滑肌肉瘤", "腹膜后", ["retroperitoneum"], id="the retroperitoneum"),
        pytest.param("平滑肌肉瘤", "右肾周", ["retroperitoneum hedged"], id="beside an organ"),
        pytest.param("腹痛", "胃", [], id="nobody says that it is a tumour"),
        pytest.param("肾结石", "肾", [], id="no tumour"),
    ],
)
def test_a_body_site_in_words_alone_is_read_of_a_tumour(text: str, site: str, facts: list[str]) -> None:
    assert sites(resource("Condition", code={"text": text}, bodySite=[{"text": site}])) == facts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("（腹膜后）平滑肌肉瘤", "yes"),
        ("子宫平滑肌肉瘤", "unknown conflicting"),
        ("穿刺组织：肾透明细胞癌", "unknown conflicting"),
        ("肿瘤侵犯肾，未见淋巴瘤证据", "yes"),
        ("平滑肌肉瘤，既往子宫肌瘤", "yes"),
    ],
)
def test_the_code_of_a_conclusion_is_weighed_by_its_text(text: str, said: str) -> None:
    code, coded = concept(LOINC, "22637-3"), [concept(ICD_10, "C48.0")]
    sent = resource("DiagnosticReport", status="final", code=code, conclusion=text, conclusionCode=coded)
    assert short(found("I-03", sent)) == said


@pytest.mark.parametrize("text", ["腹膜后副神经节瘤", "腹膜后肿瘤、乳腺癌"])
def test_a_tumour_of_the_retroperitoneum_is_never_set_aside_as_anothers(text: str) -> None:
    """It was out of scope: a silent drop."""
    kept = outcome(bundle(diagnosis(text)))
    assert kept.screening.in_scope
    assert {"primary-site retroperitoneum", "second-malignancy suspected"} <= set(lines(kept))


def test_a_code_of_another_cancer_that_is_called_a_tumour_behind_the_peritoneum_is_none_for_sure() -> None:
    sent = diagnosis("腹膜后肿瘤", "C50.9")
    assert short(found("I-08", sent)) == "unknown imprecise"


def test_a_morphology_alone_places_nothing() -> None:
    assert sites(resource("Condition", code=concept(ICD_O, "8890/3", text="子宫平滑肌肉瘤"))) == ["uterus hedged"]
