"""What may come is not what came: risks, fears, warnings and ways of such tumours are no metastasis of the patient."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.narrative import Kind, Words, read

from .written import lines

CONCEPTS = ("metastasis", "prior-resection")
NOTHING = [
    "手术有出血、感染、复发、转移等风险",
    "向家属交代复发及转移的风险",
    "存在复发、转移、死亡等相关风险",
    "手术可能出现出血、感染、肿瘤复发转移等",
    "易复发和转移",
    "去分化脂肪肉瘤易局部复发，可发生远处转移",
    "有较高的局部复发率及远处转移率",
    "肿瘤具有复发和转移的潜能",
    "预防复发、转移",
    "患者担心转移",
    "注意有无复发、转移",
    "约20%病例发生转移",
    "Risk of recurrence and metastasis was explained.",
]
THERE: list[tuple[str, Kind, set[str]]] = [
    ("肝转移、肺转移，手术风险高", "other", {"metastasis present"}),
    ("肝转移、肺转移、手术风险高", "other", {"metastasis present"}),
    ("风险评估：低危；肝转移", "other", {"metastasis present"}),
    ("肿瘤易发生肺转移，本例已有肺转移", "other", {"metastasis present"}),
    ("定期监测肝转移灶变化", "other", {"metastasis present"}),
    ("注意肝转移灶大小变化", "imaging", {"metastasis suspected"}),
    ("易见肺转移", "imaging", {"metastasis suspected"}),
    ("术后出现复发及肺转移", "other", {"metastasis present", "prior-resection present"}),
    ("复发转移可能", "imaging", {"metastasis suspected hedged", "prior-resection suspected hedged"}),
    ("未见复发转移征象", "imaging", {"metastasis absent"}),
]


def _told(text: str, kind: Kind, words: Words) -> set[str]:
    return {each for each in lines(read(text, words, kind)) if each.startswith(CONCEPTS)}


@pytest.mark.parametrize("text", NOTHING)
@pytest.mark.parametrize("kind", ["pathology", "other"])
def test_what_may_come_is_not_told_as_there(text: str, kind: Kind, words: Words) -> None:
    assert _told(text, kind, words) == set()


@pytest.mark.parametrize(("text", "kind", "expected"), THERE, ids=[row[0] for row in THERE])
def test_what_is_there_stays_so_beside_a_risk(text: str, kind: Kind, expected: set[str], words: Words) -> None:
    assert _told(text, kind, words) == expected
