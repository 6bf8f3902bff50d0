"""A line that the sieve lets go holds no needle; and what a matcher finds is what a plain search finds."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.bulk.matchers import Match, Matcher, ahocorasick
from natars_fhir.bulk.sieve import Sieve, patterns
from natars_fhir.mapping.needles import needles
from natars_fhir.mapping.site import compiled
from tests.ward import mappings

#: Needles of every kind: codes, words and parts of them, torn ones, guards, characters that are read as others.
NEEDLES = [
    b'"c48',
    b'"8850',
    b'"- 88',
    b"rcoma",
    b"sft",
    b"m<",
    b"atyp<",
    b"\\u",
    b"&#",
    b'"  ',
    b'"\xc2\xa0',
    b"atypical\xe2\x80",
]
NEEDLES += [
    one.encode() for one in ("腹膜后", "腹膜<", "腹 ", "膜\\", "肉瘤", "⾁", "去分化liposarcoma", "后\u3000", "ﬁ")
]
#: What else stands in a text: what is like needles, and what stands between them.
BITS = [
    *NEEDLES,
    *(one[:-1] for one in NEEDLES),
    b"C48",
    b"Sarcoma",
    b"\n",
    b"\n\n",
    b" ",
    b'"',
    b":",
    b"peripheral",
    b"x" * 300,
]
BITS += [one.encode() for one in ("腹", "腹膜", "后", "，", "é")]
TEXTS = st.lists(st.sampled_from(BITS), max_size=12).map(b"".join)


def plainly(text: bytes) -> list[Match]:
    """Every needle at every place, one by one."""
    lower = text.lower()
    return sorted((n, at) for n, one in enumerate(NEEDLES) for at in range(len(lower)) if lower.startswith(one, at))


SIEVE = Sieve(NEEDLES)


@given(text=TEXTS)
@settings(max_examples=100, deadline=None)
def test_a_line_that_is_let_go_holds_no_needle(text: bytes) -> None:
    lower = text.lower()
    assert {lower.rfind(b"\n", 0, at) + 1 for _, at in plainly(text)} <= {*SIEVE.begins(lower)}


@given(texts=st.lists(TEXTS, min_size=1, max_size=8))
@settings(max_examples=25, deadline=None)
def test_a_matcher_finds_every_needle_at_every_place_whatever_came_before(texts: list[bytes]) -> None:
    find = ahocorasick(NEEDLES)
    for text in texts:
        filled = text + b"\n" + b"nothing here\n" * 200  # so that the sieve is of use
        assert sorted(find(filled)) == plainly(filled)
        assert sorted(find(text)) == plainly(text)


@given(place=st.integers(0, 40_000), needle=st.sampled_from(NEEDLES))
@settings(max_examples=60, deadline=None)
def test_where_a_line_begins_is_told_wherever_it_stands_in_a_long_text(place: int, needle: bytes) -> None:
    lines = "病历 a line of text, 结果 12\n".encode() * 1_400
    text = lines[:place] + needle + lines[place:]
    begin, end = text.rfind(b"\n", 0, place) + 1, text.index(b"\n", place)
    assert (begin, end) in Sieve([needle])(text)


@pytest.fixture(scope="module", params=["hospital-a", "generic"])
def sought(request: pytest.FixtureRequest) -> list[bytes]:
    """All needles of a site."""
    found = needles(compiled(mappings(), request.param).lore, mappings().study)
    return [*found.plain, *found.guards]


def test_every_needle_of_a_site_is_told_in_a_line_of_its_own(sought: list[bytes]) -> None:
    sieve = Sieve(sought)
    text = b"\n".join(sought)
    begins, told, place = set[int](), {*sieve.begins(text)}, 0
    for one in sought:
        begins.add(place)
        place += len(one) + 1
    assert begins <= told


def test_every_needle_that_begins_with_a_latin_letter_holds_one_of_few_patterns(sought: list[bytes]) -> None:
    latin = [one for one in sought if one[:1].isascii()]
    found = patterns(latin)
    assert [one for one in latin if not any(part in one for part in found)] == []
    assert len(found) * 3 < len(latin)


def test_no_pattern_is_a_part_of_a_name_of_fhir_if_another_will_do() -> None:
    assert patterns([b"perirenal", b"perinephric"]) == [b"perirenal", b"perinephric"], "effectivePeriod"
    assert patterns([b"retroperitoneum", b"retroperitoneal"]) == [b"retroperitone"]


def calm(find: Sieve, text: bytes) -> bool:
    return find(text) != [(0, len(text))]


def test_where_much_is_told_the_texts_that_follow_are_not_looked_at_ever_longer() -> None:
    sieve, much, little = Sieve(NEEDLES), b"rcoma\n" * 10, b"rcoma\n" + b"nothing\n" * 10
    assert calm(sieve, little)
    waits = []
    for _ in range(7):
        assert not calm(sieve, much)
        waits.append(0)
        while not calm(sieve, little):
            waits[-1] += 1
            assert waits[-1] < 1_000
    assert waits == [4] * 7, "whoever looks again, and finds little, begins anew"


def test_the_pause_doubles_while_there_is_much_and_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    looked = Sieve.begins
    monkeypatch.setattr(Sieve, "begins", lambda sieve, text: looks.append(asked) or looked(sieve, text))
    sieve = Sieve(NEEDLES)
    for asked in range(200):  # noqa: B007 (it is told by whoever looks)
        sieve(b"rcoma\n" * 10)
    assert [two - one - 1 for one, two in pairwise(looks)] == [4, 8, 16, 32, 64, 64]


@pytest.mark.parametrize("text", [b"", b"\n", b"rcoma", b"a\nb\n"])
def test_a_needle_that_goes_over_lines_has_all_of_a_text_searched(text: bytes) -> None:
    assert Sieve([b"a\nb"])(text) == [(0, len(text))]


def test_without_needles_nothing_is_told() -> None:
    find: Matcher = ahocorasick([])
    assert (Sieve([])(b"rcoma\nx"), find(b"rcoma")) == ([], [])
