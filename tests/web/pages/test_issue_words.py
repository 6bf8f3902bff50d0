"""What is said of data is said in Chinese on a Chinese page: every sentence of the code, and every one that comes."""

from __future__ import annotations

import json
import re
from datetime import date
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from natars_fhir.domain.issue import Issue
from natars_fhir.mapping.faults import MappingError
from natars_fhir.mapping.gathered import Gathered
from natars_fhir.mapping.overlay import overlaid
from natars_fhir.pipeline import outcomes, read
from natars_fhir.web.pages.issue_words import FOLDER, issue_text
from tests import ward
from tests.ward import ROOT
from tests.web.pages.issue_texts import line_faults, sentences, whys

CASES = ROOT / "tests" / "fhir" / "check_cases" / "invalid.json"
#: Sections of the catalogue that are words within sentences, and not read from the code.
WITHIN = ("severities", "types of FHIR", "within")


def _names(text: str) -> list[str]:
    return sorted({name for _, name, _, _ in Formatter().parse(text) if name is not None})


def _shape(text: str) -> str:
    """The sentence as the code is read: `{}` for what varies."""
    parts = [(own.replace("{", "{{").replace("}", "}}"), name) for own, name, _, _ in Formatter().parse(text)]
    return "".join(own + ("{}" if name is not None else "") for own, name in parts)


def _told() -> dict[str, tuple[str, tuple[str, ...]]]:
    """English → Chinese, and the section that it stands in."""
    found = []
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as file:
            found += [one for one in read_po(file, locale="zh", abort_invalid=True) if one.id]
    return {str(one.id): (str(one.string), tuple(one.auto_comments)) for one in found}


TOLD = _told()
SHAPES = {_shape(text) for text in TOLD}


def test_every_sentence_that_is_said_of_data_has_its_chinese() -> None:
    said = sentences()
    assert len(said) > 150
    assert {text: place for text, place in said.items() if text not in SHAPES} == {}


def test_why_a_statement_of_a_report_is_not_read_is_said_in_chinese() -> None:
    assert len(whys()) > 5
    assert whys() - SHAPES == set()


def test_what_is_said_of_a_line_of_the_desk_has_its_chinese() -> None:
    assert len(line_faults()) > 15
    assert line_faults() - SHAPES == set()


def test_nothing_is_translated_that_nobody_says() -> None:
    said = {*sentences(), *whys(), *line_faults()}
    assert [text for text, (_, where) in TOLD.items() if where[0] not in WITHIN and _shape(text) not in said] == []


def test_every_line_is_in_chinese_and_calls_what_varies_the_same() -> None:
    """`null` is JSON's own word."""
    chinese = re.compile("[\u4e00-\u9fff。]")
    assert [text for text, (said, _) in TOLD.items() if not chinese.search(said)] == ["null"]
    assert [text for text, (said, _) in TOLD.items() if _names(said) != _names(text)] == []


def test_what_the_checker_says_of_wrong_documents_is_chinese_from_end_to_end() -> None:
    told = {one["text"] for case in json.loads(CASES.read_text("utf-8")) for one in case["expect"] if "text" in one}
    assert len(told) > 40
    assert {text for text in told if issue_text(text, "zh") == text} == set()


def test_what_is_said_of_the_fixtures_is_chinese_from_end_to_end() -> None:
    found: set[Issue] = set()
    for case in ward.cases():
        gathered = Gathered(case.parent.name)
        for raw in ward.sent_in(case):
            gathered.take(read(raw, ward.reader(case.parent.name)).readings)
        told = outcomes(gathered, ward.mappings().study, date(2024, 6, 15))
        found |= {issue for outcome in told for issue in outcome.issues}
    assert found
    assert {one.text for one in found if issue_text(one.text, "zh") == one.text} == set()


def test_what_varies_is_said_too_and_a_concept_by_its_name() -> None:
    named = {"tumour-size": "肿瘤大小"}.__getitem__
    said = issue_text("A value of «tumour-size» that is not understood: it is not read.", "zh", named)
    assert said == "“肿瘤大小” 的值无法识别：未读取。"
    assert issue_text("A number is expected here, not a string.", "zh") == "此处应为数字，而非字符串。"
    assert issue_text("a, b or c is required.", "zh") == "须有 a, b 或 c。"
    nested = "'x' is not an element of Patient in R4; did you mean 'y'? (R4 calls the place Patient.y.)"
    assert issue_text(nested, "zh") == "“x” 不是 R4 中 Patient 的元素；是否应为 “y”？（R4 中此处为 Patient.y。）"


def test_a_rule_of_the_standard_is_quoted_in_its_own_words() -> None:
    assert issue_text("obs-3: Must have at least a low or a high or text.", "zh") == (
        "违反 FHIR 标准的约束 obs-3（标准原文：Must have at least a low or a high or text）。"
    )


def test_english_stays_and_so_does_what_nobody_translated() -> None:
    assert issue_text("The element is required.", "en") == "The element is required."
    assert issue_text("What an earlier program said.", "zh") == "What an earlier program said."
    assert issue_text("", "zh") == ""


def test_what_is_said_of_a_version_that_does_not_load_is_chinese() -> None:
    wrong = '[codes.lis]\n"A1" = "anx"\n"A2" = { concept = "anc", value = "high" }\n[units]\n"x" = "10*9/Q"\n'
    with pytest.raises(MappingError) as raised:
        overlaid(ward.mappings(), {"hospital-b": wrong})
    told = [issue_text(one.text, "zh") for one in raised.value.faults]
    assert len(told) >= 3
    assert all(re.search("[\u4e00-\u9fff]", one) for one in told), told
    assert issue_text(raised.value.faults[0].file, "zh") == "hospital-b 的映射台"
