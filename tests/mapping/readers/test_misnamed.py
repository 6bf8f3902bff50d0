"""A result that its words name otherwise than its code, or that a note takes back, is shown and decides nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ward import OWN, concept, observation, read, told


def named(code: str, name: str) -> dict[str, Any]:
    return concept(OWN, code, text=name)


@pytest.mark.parametrize(
    ("code", "name", "value", "decides"),
    [
        ("ihc-mdm2", "MDM2", {"valueString": "+"}, True),
        ("ihc-mdm2", "MDM2免疫组化", {"valueString": "+"}, True),
        ("ihc-mdm2", "免疫组化染色", {"valueString": "+"}, True),
        ("ihc-mdm2", "CDK4", {"valueString": "+"}, False),
        ("ihc-mdm2", "S-100", {"valueString": "+"}, False),
        ("ihc-mdm2", "MDM2 FISH", {"valueString": "+"}, False),
        ("ihc-mdm2", "MDM2基因", {"valueString": "+"}, False),
        ("ihc-mdm2", "MDM2阳性对照", {"valueString": "+"}, False),
        ("asa-class", "ASA分级", {"valueInteger": 2}, True),
        ("asa-class", "麻醉分级（参考NYHA）", {"valueInteger": 2}, True),
        ("asa-class", "NYHA心功能分级", {"valueInteger": 4}, False),
        ("fnclcc-grade", "组织学分级", {"valueInteger": 2}, True),
        ("fnclcc-grade", "WHO分级", {"valueInteger": 2}, False),
    ],
)
def test_a_name_that_asks_for_something_else(code: str, name: str, value: dict[str, Any], decides: bool) -> None:
    sent = observation(named(code, name), **value)
    (fact,) = read(sent).facts
    assert (fact.concept, fact.standing == "final") == (code, decides)
    assert ("Observation.code" in [issue.expression for issue in read(sent).issues]) is not decides


def test_a_component_is_known_by_its_own_name() -> None:
    parts = [{"code": named("ihc-mdm2", name), "valueString": "+"} for name in ("MDM2", "CDK4")]
    reading = read(observation({"text": "panel"}, component=parts))
    assert [fact.standing for fact in reading.facts] == ["final", "hedged"]
    assert [issue.expression for issue in reading.issues] == ["Observation.component[1].code"]


@pytest.mark.parametrize(
    ("note", "status", "decides"),
    [
        pytest.param("克隆号IF2", "final", True, id="nothing of the result"),
        pytest.param("标本脱片，结果无法判读", "final", False, id="it cannot be read"),
        pytest.param("此结果作废", "final", False, id="void"),
        pytest.param("更正为：阴性", "final", False, id="it should be another"),
        pytest.param("更正为：阴性", "corrected", True, id="the corrected one"),
        pytest.param("更正报告：原MDM2阳性系标本号录入错误", "amended", True, id="the former was an error"),
        pytest.param("原切片脱片，已重做", "final", True, id="the former could not be read"),
    ],
)
def test_a_note_may_take_a_result_back(note: str, status: str, decides: bool) -> None:
    sent = observation("ihc-mdm2", valueString="-", status=status, note=[{"text": note}])
    assert told(sent) == ["ihc-mdm2 negative" + ("" if decides else " hedged")]
    assert ("Observation.note" in [issue.expression for issue in read(sent).issues]) is not decides
