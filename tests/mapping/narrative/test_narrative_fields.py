"""A field of a form says what is filled in behind its name: nothing, a yes or a no."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.narrative import Kind, Words, read

from .written import lines

CONCEPTS = ("metastasis", "prior-resection", "diaphragm-crossing", "histology")
FIELDS: list[tuple[str, Kind, set[str]]] = [
    ("突破膈肌（-）", "imaging", {"diaphragm-crossing absent"}),
    ("突破膈肌：否", "imaging", {"diaphragm-crossing absent"}),
    ("是否突破膈肌：否", "other", {"diaphragm-crossing absent"}),
    ("是否突破膈肌：是", "other", {"diaphragm-crossing present"}),
    ("突入胸腔：无；转移：无", "other", {"diaphragm-crossing absent", "metastasis absent"}),
    ("突破膈肌：", "imaging", set()),
    ("突破膈肌：__，大小：", "imaging", set()),
    ("膈肌侵犯：无", "imaging", {"diaphragm-crossing absent"}),
    ("淋巴结转移：阴性", "pathology", {"metastasis absent"}),
    ("转移淋巴结：0枚", "pathology", {"metastasis absent"}),
    ("转移淋巴结：2枚", "pathology", {"metastasis present"}),
    ("癌转移：0/12", "pathology", {"metastasis absent"}),
    ("远处转移：不详", "other", set()),
    ("转移部位：肝", "other", {"metastasis present"}),
    ("转移部位：\n肝", "other", {"metastasis present"}),
    ("远处转移：\n无", "other", {"metastasis absent"}),
    ("远处转移：\n大小：5cm", "other", set()),
    ("突破膈肌：\n\n大小：", "other", set()),
    ("远处转移：M0", "pathology", {"metastasis absent"}),
    ("远处转移：Mx", "pathology", set()),
    ("脉管癌栓-，转移-", "pathology", {"metastasis absent"}),
    ("转移：-", "pathology", set()),
    ("转移：有？", "other", {"metastasis suspected hedged"}),
    ("复发（-）", "other", set()),
    ("是否复发：否", "other", set()),
    ("复发：是", "other", {"prior-resection present"}),
    ("既往手术史：无", "other", {"prior-resection absent"}),
    ("腹膜后肿瘤术后：无特殊", "other", {"prior-resection present"}),
    ("平滑肌肉瘤（-）", "pathology", set()),
    ("平滑肌肉瘤（MDM2-）", "pathology", {"histology LMS"}),
    ("去分化成分：无", "pathology", set()),
    ("去分化成分：有", "pathology", {"histology DDLPS"}),
    ("高分化脂肪肉瘤，去分化成分（-）", "pathology", {"histology WDLPS"}),
    ("高分化脂肪肉瘤，去分化成分：无", "pathology", {"histology WDLPS"}),
]


@pytest.mark.parametrize(("text", "kind", "expected"), FIELDS, ids=[row[0] for row in FIELDS])
def test_a_field_says_what_is_filled_in(text: str, kind: Kind, expected: set[str], words: Words) -> None:
    assert {each for each in lines(read(text, words, kind)) if each.startswith(CONCEPTS)} == expected
