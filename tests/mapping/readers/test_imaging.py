"""CT and MRI of the abdomen are told as such; scans of other parts, other methods and other reports are not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ward import ICD_9, concept, resource, told

SERVICE = "http://terminology.hl7.org/CodeSystem/v2-0074"
PATHOLOGY = concept("http://loinc.org", "22637-3")


def report(text: str = "", conclusion: str | None = None, category: str = "", **elements: Any) -> dict[str, Any]:
    more = {"category": [concept(SERVICE, category)]} if category else {}
    said = {
        "status": "final",
        "code": {"text": text} if text else {"text": "检查报告"},
        "effectiveDateTime": "2024-09-18",
    }
    return resource("DiagnosticReport", "r", **{**said, **more, "conclusion": conclusion, **elements})


def scans(*resources: dict[str, Any]) -> list[str]:
    return [one for one in told(*resources) if one.startswith("disease-imaging")]


@pytest.mark.parametrize(
    "scan",
    [
        pytest.param(report("腹部增强CT"), id="by its name"),
        pytest.param(report("盆腔MRI平扫"), id="of the pelvis"),
        pytest.param(report("全腹部磁共振"), id="in Chinese"),
        pytest.param(report("胸腹部CT"), id="of chest and abdomen"),
        pytest.param(report("CT abdomen and pelvis"), id="in English"),
        pytest.param(report("Abdominal MRI"), id="a word that begins so"),
        pytest.param(report("", "增强CT：腹膜后术区未见复发。"), id="by its conclusion"),
        pytest.param(report("", "腹膜后术区未见复发。", "CT"), id="by its category's code"),
        pytest.param(report("", None, "", code=concept(ICD_9, "88.01")), id="by a code that says all"),
        pytest.param(
            report(code={"coding": [{"system": "urn:x", "code": "1", "display": "腹部CT"}]}), id="by its code's name"
        ),
    ],
)
def test_a_scan_of_the_abdomen_is_told(scan: dict[str, Any]) -> None:
    assert scans(scan) == ["disease-imaging present"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(report("胸部CT", "腹膜后未扫及。"), id="a chest CT that names the abdomen"),
        pytest.param(report("头颅MRI", "未见转移。"), id="a scan of the head"),
        pytest.param(report("腹部彩超", "建议CT复查。"), id="an ultrasound that asks for a CT"),
        pytest.param(report("病理诊断报告", "腹膜后肿物，CT引导下穿刺。"), id="pathology"),
        pytest.param(report("", "Retroperitoneal mass resected."), id="no ct in resected"),
        pytest.param(report("", "腹膜后肿块，CT所见。", code=PATHOLOGY), id="pathology by its code"),
        pytest.param(report("增强CT"), id="a scan of an unknown part"),
        pytest.param(report("腹部平片"), id="a plain film"),
        pytest.param(report("腹部CT", status="cancelled"), id="cancelled"),
        pytest.param(report("腹部CT", status="entered-in-error"), id="in error"),
    ],
)
def test_what_is_no_scan_of_the_abdomen_is_not(other: dict[str, Any]) -> None:
    assert scans(other) == []


def test_a_preliminary_report_does_not_decide() -> None:
    assert scans(report("腹部CT", status="preliminary")) == ["disease-imaging present pending"]


def test_a_procedure_says_it_by_its_code() -> None:
    done = resource("Procedure", "p", status="completed", code=concept(ICD_9, "88.01"), performedDateTime="2024-09-18")
    assert scans(done) == ["disease-imaging present"]
    assert scans({**done, "status": "not-done"}) == ["disease-imaging absent"]
