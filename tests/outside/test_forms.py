"""Other people's form software agrees with ours: `make outside` installs it (Node, and as root Chromium)."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.emit.questionnaire import questionnaire
from natars_fhir.emit.questionnaire_response import prefilled_response
from tests import ward
from tests.emit.test_questionnaire_response import BASE, FULL, NOW, OPEN, TEXT, answers, found

HERE = Path(__file__).parent
NODE = shutil.which("node")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    NODE is None or not (HERE / "node_modules").is_dir(), reason="not installed here: run `make outside` (needs Node)"
)

STUDY = ward.mappings().study
FORM = questionnaire(STUDY, BASE)
CASES = [FULL, TEXT, OPEN, "hospital-b/earlier-drugs-by-name"]


def asked(script: str, **said: Any) -> Any:
    """What a script answers."""
    given = json.dumps({"questionnaire": FORM, **said})
    done = subprocess.run(  # noqa: S603 (our own scripts)
        [str(NODE), str(HERE / script)], input=given, capture_output=True, text=True, check=False, timeout=180
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def responses(cases: Sequence[str] = CASES) -> list[dict[str, Any]]:
    return [prefilled_response(found(case).screening, STUDY, BASE, NOW) for case in cases]


def test_sdc_populate_fills_what_our_expressions_fill_and_nothing_else() -> None:
    told = asked("populate.mjs", responses=responses())
    assert told["success"] is True
    assert told["populated"]["questionnaire"] == responses()[0]["questionnaire"]
    assert [item["linkId"] for item in told["populated"]["item"]] == ["as-of"]


def test_fhirpath_works_out_the_lines_of_several_questions_as_we_do() -> None:
    told = asked("populate.mjs", responses=responses())
    for worked, response in zip(told["calculated"], responses(), strict=True):
        given = answers(response)
        ours = {link: [given[link]["answer"][0]["valueCoding"]["code"]] if link in given else [] for link in worked}
        assert worked == ours


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here: run `make outside` as root")
def test_lhc_forms_shows_every_question_and_gives_every_answer_back() -> None:
    filled = responses([FULL, OPEN])
    told = asked("render.mjs", responses=filled, chromium=CHROMIUM)
    assert told["errors"] == []
    for shown, response in zip(told["forms"], filled, strict=True):
        assert [one.id for one in STUDY.criteria if one.id not in shown["text"]] == []
        assert said(shown["response"]) == said(response)


def said(response: dict[str, Any]) -> dict[str, Any]:
    """Link → what is answered there; a code as its word."""
    told: dict[str, Any] = {}
    waiting = [*response["item"]]
    while waiting:
        item = waiting.pop()
        waiting += item.get("item", [])
        for answer in item.get("answer", []):
            waiting += answer.get("item", [])
            value = next(value for name, value in answer.items() if name.startswith("value"))
            told[item["linkId"]] = value["code"] if isinstance(value, dict) else value
    return told
