"""How far a differential, a condition and a relative reach: what they speak of is not the patient's."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.narrative import Kind, Words, read

from .written import lines

FIRST, SECOND = "平滑肌肉瘤：SMA、Desmin阳性，本例阴性", "孤立性纤维性肿瘤：STAT6阳性，本例不支持"
LISTS: list[tuple[str, set[str]]] = [
    (f"鉴别诊断：1.{FIRST}。2.{SECOND}。3.恶性外周神经鞘瘤。", set()),
    (f"鉴别诊断：①{FIRST}；②{SECOND}；③恶性外周神经鞘瘤。", set()),
    (f"鉴别诊断：（1）{FIRST}。（2）{SECOND}。\n诊断：去分化脂肪肉瘤", {"histology DDLPS"}),
    ("鉴别诊断：1、平滑肌肉瘤；2、孤立性纤维性肿瘤；3、胃肠间质瘤。MDM2（+）。", {"ihc-mdm2 positive"}),
    ("鉴别诊断\n1.平滑肌肉瘤\n2.孤立性纤维性肿瘤\n免疫组化：MDM2（+）", {"ihc-mdm2 positive"}),
    ("需要鉴别的疾病有：1.平滑肌肉瘤，2.孤立性纤维性肿瘤", set()),
    ("鉴别诊断：平滑肌肉瘤。免疫组化：MDM2（+）。", {"ihc-mdm2 positive"}),
    ("1.梭形细胞肿瘤，需与平滑肌肉瘤鉴别\n2.免疫组化：MDM2（+）", {"ihc-mdm2 positive"}),
]
CONDITIONS: list[tuple[str, set[str]]] = [
    ("如STAT6阳性，诊断孤立性纤维性肿瘤", set()),
    ("如SMA、Desmin阳性则考虑平滑肌肉瘤", set()),
    ("倘MDM2阳性则支持高分化脂肪肉瘤", set()),
    ("除非MDM2阳性，否则不考虑去分化脂肪肉瘤", set()),
    ("一旦MDM2扩增，诊断为去分化脂肪肉瘤", set()),
    ("MDM2阳性有助于诊断去分化脂肪肉瘤", set()),
    ("90%以上的去分化脂肪肉瘤MDM2阳性", set()),
    ("文献报道MDM2在去分化脂肪肉瘤中阳性率90%以上", set()),
    ("结果如下：MDM2阳性", {"ihc-mdm2 positive"}),
    ("细胞如编织状排列，MDM2（+）", {"ihc-mdm2 positive"}),
    ("MDM2（+）支持去分化脂肪肉瘤", {"ihc-mdm2 positive", "histology DDLPS"}),
]
RELATIVES: list[tuple[str, set[str]]] = [
    ("其姐患平滑肌肉瘤", set()),
    ("胞弟因平滑肌肉瘤去世", set()),
    ("其子宫后方见平滑肌肉瘤", {"histology LMS"}),
]


@pytest.mark.parametrize(
    ("text", "expected"), LISTS + CONDITIONS + RELATIVES, ids=[row[0] for row in LISTS + CONDITIONS + RELATIVES]
)
def test_only_the_patients_own_is_read(text: str, expected: set[str], words: Words) -> None:
    kind: Kind = "pathology"
    assert lines(read(text, words, kind)) - {"histology SARCOMA-NOS"} == expected
