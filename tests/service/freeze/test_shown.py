"""What differs of a subject is said in words, in both languages: a visit's standing, an arm, why nobody operated."""

from __future__ import annotations

import pytest

from natars_fhir.domain.sentence import Language
from natars_fhir.service.freeze.compare import Changed, Setting
from natars_fhir.service.freeze.shown import changes_of

ROWS = {
    Setting("visit 1/7-d", "due", "done"): ("visit 1/7-d: due → done", "访视 1/7-d: 应完成 → 已完成"),
    Setting("arm", "", "The Surgery only Group"): ("arm: – → «arm»", "组别: – → «arm»"),
    Setting("cycles", "2", "3"): ("cycles: 2 → 3", "周期数: 2 → 3"),
    Setting("neverOperated", "", "NEVER"): ("never operated, for: – → NEVER", "未手术原因: – → NEVER"),
    Setting("morbidity-90", "", "none (whole)"): (
        "morbidity by day 90: – → none (followed to the end)",
        "术后并发症，天数 90: – → 无 (随访完整)",
    ),
    Setting("morbidity-30", "IIIa (at-least)", "IIIb (whole)"): (
        "morbidity by day 30: IIIa (at least: not followed to the end) → IIIb (followed to the end)",
        "术后并发症，天数 30: IIIa (至少：随访不完整) → IIIb (随访完整)",
    ),
    Setting("visit 2/1-d", "of another program", "missed"): (
        "visit 2/1-d: of another program → missed",
        "访视 2/1-d: of another program → 缺失",
    ),
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_what_else_differs_is_said_in_words(row: Setting, language: Language) -> None:
    one = Changed("s", "hospital-a", "changed", ("data",), other=(row,))
    (line,) = changes_of(one, language, arm=lambda name: "«arm»" if name else name)
    assert line.strip() == ROWS[row][language == "zh"]
