"""Sentence by sentence a text says what it says as a whole; what reaches over a sentence's end keeps it whole."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from natars_fhir.mapping.narrative import Kind, Words
from natars_fhir.mapping.narrative.page import page
from natars_fhir.mapping.narrative.sentences import everything, read

from .conftest import lists
from .test_narrative_string_tables import ROWS

WORDS: Words = lists()
STRINGS = [str(row["text"]) for _, row in ROWS if len(row["text"]) < 160]
KINDS: st.SearchStrategy[Kind] = st.sampled_from(["pathology", "imaging", "operation", "other"])
BETWEEN = st.sampled_from(["。", "；", ";", "。\n", "，", "\n", "（", "）", ""])


@st.composite
def _texts(draw: st.DrawFn) -> str:
    """Strings of the tables, one after the other."""
    pieces = draw(st.lists(st.sampled_from(STRINGS), min_size=2, max_size=4))
    return "".join(piece + draw(BETWEEN) for piece in pieces)


@settings(max_examples=300, deadline=None)
@example("组织学分级2级。FNCLCC 3级", "pathology")
@example("高分化脂肪肉瘤。去分化脂肪肉瘤", "pathology")
@example("腹膜后肿物。12×10cm", "imaging")
@example("MDM2（+）。原报告MDM2（-）", "pathology")
@example("外院诊断平滑肌肉瘤。同意外院诊断", "pathology")
@example("切缘：近端（-）；远端（+）", "pathology")
@example("考虑肉瘤，大。不能确诊", "pathology")
@example("【免疫组化】MDM2+。诊断：腹膜后平滑肌肉瘤可能\nFNCLCC分级：2级。", "pathology")
@example("鉴别诊断：1.平滑肌肉瘤：SMA阳性。2.孤立性纤维性肿瘤：STAT6阳性。", "pathology")
@given(_texts(), KINDS)
def test_sentence_by_sentence_or_as_a_whole_a_text_says_the_same(text: str, kind: Kind) -> None:
    assert read(text, WORDS, kind) == everything(page(text, WORDS), WORDS, kind)


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ("膈肌完整。", "未见突破膈肌。", True),
        ("MDM2（+）。", "肿物12×10cm。", True),
        ("MDM2（+）。", "原报告MDM2（-）。", False),
        ("腹膜后肿物。", "12×10cm。", False),
        ("肿物8×7cm。", "肿物12×10cm。", False),
        ("FNCLCC 2级。", "组织学分级2级。", False),
        ("（腹膜后。", "左侧）肿物。", False),
    ],
)
def test_only_what_stands_apart_is_read_apart(
    first: str, second: str, apart: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: list[str] = []
    monkeypatch.setattr("natars_fhir.mapping.narrative.sentences.everything", lambda leaf, *_: whole.append(leaf.text))
    read(first + second, WORDS, "pathology")
    assert (whole == []) is apart
