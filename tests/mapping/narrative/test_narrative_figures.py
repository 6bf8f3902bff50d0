"""Sentences that differ in the figures of one size alone are one, but where figures may mean something else."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from natars_fhir.mapping.narrative import Kind, Words, figures
from natars_fhir.mapping.narrative import size as size_of
from natars_fhir.mapping.narrative.page import page
from natars_fhir.mapping.narrative.sentences import _sentence, everything, read

from .conftest import lists

WORDS: Words = lists()
KINDS: st.SearchStrategy[Kind] = st.sampled_from(["pathology", "imaging"])
LEADS = (
    "腹膜后肿块，大小约",
    "肿块大小为",
    "脾大小约",
    "组织学分级：",
    "ASA分级为",
    "ECOG评分约",
    "MDM2大小约",
    "坏死约",
)
LEADS += (
    "转移灶，最大径约",
    "较前（3×2cm）大小约",
    "肿块大小约<",
    "化疗后肿物大小约",
    "肾脏一个，大小约",
    "肿物1：",
    "第3组：",
)
FIGURES = st.sampled_from(["0", "0.0", "1", "2", "3.5", "10", "12.25", "007", "2019", "30.0", "9.3"])
SIZES = st.builds(
    "{}{}".format, st.lists(FIGURES, min_size=1, max_size=4).map("×".join), st.sampled_from(["cm", "mm", ""])
)
AFTER = st.sampled_from(
    ["，增强后强化。", "。", "以上，界清。", "，2/3级。", "；", "，转移(0/8)。", "、3×2cm。", "）。"]
)


@settings(max_examples=400, deadline=None)
@example("肿块大小约<", "0.0×1cm", "。", "imaging")
@example("ASA分级为", "3×2cm", "，界清。", "imaging")
@example("组织学分级：", "2×1cm", "，界清。", "imaging")
@given(st.sampled_from(LEADS), SIZES, AFTER, KINDS)
def test_with_any_figures_a_text_says_what_it_says_as_a_whole(lead: str, size: str, after: str, kind: Kind) -> None:
    text = f"{lead}{size}{after}未见转移。"
    assert read(text, WORDS, kind) == everything(page(text, WORDS), WORDS, kind)


def test_the_next_scan_of_other_figures_is_no_new_sentence(words: Words) -> None:
    first, second = (f"腹膜后肿块，大小约{size}cm，强化。未见转移。" for size in ("19.3×14.0×9.6", "15.1×12.6×7.6"))
    read(first, words, "imaging")
    before = _sentence.cache_info().misses
    values = [each.value for each in read(second, words, "imaging").of("tumour-size")]
    assert _sentence.cache_info().misses == before
    assert values == [each.value for each in everything(page(second, words), words, "imaging").of("tumour-size")]
    assert len(values) == 1


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("大小约9.3×7.6×4.7cm，", "9.3×7.6×4.7cm"),
        ("大小：93x76mm。", "93x76mm"),
        ("大小约9.3cm，", None),  # one figure: it may be a volume's, or an axis of another size
        ("大小约9.3×7.6cm以上", None),
        ("大小约9.3×7.6cm2", None),
        ("大小约9.3~10×7.6cm，", None),
        ("G9.3×7.6cm，", None),
        ("大小约９×７cm，", None),
    ],
)
def test_a_size_is_found_as_it_was_written(text: str, size: str | None) -> None:
    found = figures.found(text)
    assert (found[0] if found else None) == size


@pytest.mark.parametrize(
    ("text", "aside"),
    [
        ("肿块大小约9.3×7.6cm，", True),
        ("肿块大小9.3×7.6cm，", True),
        ("MDM2，大小约9.3×7.6cm，", False),
        ("核分裂象，大小约9.3×7.6cm，", False),
        ("ASA，大小约9.3×7.6cm，", False),
        ("化疗，大小约9.3×7.6cm，", False),
        ("大 小约9.3×7.6cm，", False),  # places would have to be brought back
        ("第1个小2×3cm4×5cm，", False),
    ],
)
def test_figures_are_let_aside_where_nobody_else_looks_at_them(text: str, aside: bool, words: Words) -> None:
    leaf = page(text, words)
    measured = size_of.found(leaf, words)
    assert (len(measured) == 1 and figures.compared(text, leaf, words, measured) is not None) is aside


def test_a_word_that_holds_figures_of_a_size_keeps_every_figure(words: Words) -> None:
    holds = {word: figures._OF_SIZE.search(word) is not None for word in ("约3", "3cm", "2.5", "cd34", "10hpf", "1+")}
    assert holds == {"约3": True, "3cm": True, "2.5": True, "cd34": False, "10hpf": False, "1+": False}
    assert figures._are_apart(words)
