"""The scanner finds what the expression of each list finds, in every text and between any two places."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from natars_fhir.mapping.narrative import Words, load, read
from natars_fhir.mapping.narrative.lexicon import Form, Hit, lexicon
from natars_fhir.mapping.narrative.page import page
from natars_fhir.mapping.narrative.scan import Scanner, between, hits

from .conftest import LISTS

WORDS: Words = load(LISTS)
SCANNED = [each for each in WORDS.lexicons.values() if each.scanned]
EVERY = sorted({entry.word for each in SCANNED for entry in each.entries})
#: what may stand between words, in their gaps and for their spaces
BETWEEN = st.sampled_from(
    ["", "", " ", "  ", "   ", "    ", "\n", " \n ", ",", "。", ";", "?", "1", "x", "肿", "右肾", "(", ")", "\x1c"]
)


@st.composite
def _texts(draw: st.DrawFn) -> str:
    """Words of the lists, whole or cut short, with their gaps filled and their spaces widened."""
    parts = []
    for word in draw(st.lists(st.sampled_from(EVERY), max_size=8)):
        cut = word[: draw(st.integers(1, len(word)))] if draw(st.booleans()) else word
        filled = "".join(draw(BETWEEN) if sign in " …" and draw(st.booleans()) else sign for sign in cut)
        parts += [filled.upper() if draw(st.booleans()) else filled, draw(BETWEEN)]
    return "".join(parts)


def _overlapping(form: Form, text: str, cased: str) -> list[Hit]:
    """Word after word, each search from one character after the last word's beginning, or from a trap's end."""
    found: list[Hit] = []
    place = 0
    while match := form.pattern.search(text, place):
        here = form.find(text, cased, match.start(), len(text))
        counts = bool(here) and here[0].start == match.start()
        found += here[:1] if counts else []
        place = match.start() + 1 if counts else match.end()
    return found


@settings(max_examples=300, deadline=None)
@example("MDM2  to CEP12")
@example(" \n to CEP12")
@given(_texts())
def test_every_list_is_found_as_its_expression_finds_it(text: str) -> None:
    leaf = page(text, WORDS)
    cased = leaf.normal.cased
    for each in SCANNED:
        assert leaf.find(each) == each.whole.find(leaf.text, cased, 0, len(leaf.text)), each.name
        assert leaf.overlapping(each) == _overlapping(each.whole, leaf.text, cased), each.name


@settings(max_examples=200, deadline=None)
@given(_texts(), st.data())
def test_between_two_places_the_text_ends_where_the_second_is(text: str, data: st.DataObject) -> None:
    leaf = page(text, WORDS)
    low, high = sorted(data.draw(st.lists(st.integers(0, len(leaf.text)), min_size=2, max_size=2)))
    for each in SCANNED:
        assert leaf.find(each, low, high) == each.whole.find(leaf.text, leaf.normal.cased, low, high), each.name
        assert leaf.at(each, low) == each.whole.at(leaf.text, leaf.normal.cased, low), each.name


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("soft  tissue", ["soft  tissue"]),
        ("a soft \n tissue b", ["soft \n tissue"]),
        ("soft    tissue", []),
        ("x  soft   tissue  soft tissue", ["soft   tissue", "soft tissue"]),
    ],
)
def test_a_space_of_a_word_stands_for_up_to_three(text: str, found: list[str]) -> None:
    scan = Scanner([lexicon("list", {"tag": ["soft tissue"]}, str.lower)])
    told = hits([(0, tuple(scan(text).get("list", [])))], text, text, 0, len(text))
    assert [text[hit.start : hit.end] for hit in told] == found


def test_among_many_pieces_those_between_two_places_are_looked_up() -> None:
    text = "肿瘤 " * 40
    scan = Scanner([lexicon("list", {"tag": ["肿瘤"]}, str.lower)])
    pieces = [(3 * number, tuple(scan("肿瘤 ")["list"])) for number in range(40)]
    assert [hit.start for hit in hits(pieces, text, text, 3, 12)] == [3, 6, 9]
    assert [start for start, _, _ in between(pieces, 3, 12)] == [3, 6, 9]


@pytest.mark.parametrize("strange", ["\ud800", "\x1c", "\x1f"], ids=["half", "first separator", "last separator"])
def test_half_a_character_or_a_separator_keeps_the_rest_readable(strange: str) -> None:
    text = f"去分化脂肪肉瘤。{strange}MDM2(+)，肿物3{strange}cm×2cm"
    said = read(text, WORDS).said
    assert {each.concept for each in said} >= {"histology", "ihc-mdm2"}
    assert all(0 <= low < high <= len(text) for low, high in (each.span for each in said))
