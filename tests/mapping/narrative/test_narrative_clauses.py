"""A text is cut into clauses where no word, and no result in brackets, lies across the cut."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.narrative import Words
from natars_fhir.mapping.narrative.page import page


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("膈肌完整，未见突破膈肌。", ["膈肌完整,", "未见突破膈肌。"]),
        ("脂肪肉瘤，去分化型，大小不详", ["脂肪肉瘤,去分化型,", "大小不详"]),
        ("Ki-67(+，约20%)，MDM2(-)", ["ki-67(+,约20%),", "mdm2(-)"]),
        ("liposarcoma, dedifferentiated type; no necrosis", ["liposarcoma, dedifferentiated type;", " no necrosis"]),
        ("MDM\n2(+)\n坏死", ["mdm\n2(+)\n", "坏死"]),
        ("3.5cm, no. 2", ["3.5cm, no. 2"]),
    ],
)
def test_clauses_end_where_nothing_lies_across(text: str, pieces: list[str], words: Words) -> None:
    leaf = page(text, words)
    starts = [start for start, _ in leaf.pieces]
    assert [leaf.text[low:high] for low, high in zip(starts, [*starts[1:], len(leaf.text)], strict=True)] == pieces


def test_a_bracket_that_never_closes_holds_no_more_than_a_result_may(words: Words) -> None:
    leaf = page("MDM2(" + "未见异常，" * 40, words)
    assert len(leaf.pieces) > 20
