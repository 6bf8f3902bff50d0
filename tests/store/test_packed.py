"""What is packed comes back as it was: every digit, every bound, every detail."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.domain.identity import Version
from natars_fhir.domain.interval import Interval
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.record import Fact, Source, Value
from natars_fhir.mapping.reading import Reading
from natars_fhir.store import packed

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
NUMBERS = st.decimals(0, 1000, places=2)
BOUNDS = st.tuples(NUMBERS, NUMBERS).map(sorted).filter(lambda ends: ends[0] < ends[1])
INTERVALS = st.one_of(
    st.builds(
        lambda ends, low, high, unit: Interval(*ends, low, high, unit), BOUNDS, st.booleans(), st.booleans(), TEXT
    ),
    st.builds(lambda low, unit: Interval(low, None, True, False, unit), NUMBERS, TEXT),
)
VALUES: st.SearchStrategy[Value] = st.one_of(TEXT, INTERVALS)
SOURCES = st.builds(Source, TEXT, TEXT, TEXT, TEXT, st.lists(TEXT, max_size=2).map(tuple))
SAID = st.one_of(TEXT, INTERVALS, st.lists(TEXT, max_size=2).map(tuple))
FACTS = st.builds(
    Fact,
    concept=TEXT,
    value=VALUES,
    when=st.none() | TEXT,
    source=SOURCES,
    path=TEXT,
    standing=st.sampled_from(["final", "pending", "hedged"]),
    known=st.none() | TEXT,
    span=st.none() | st.tuples(st.integers(0, 99), st.integers(0, 99)),
    detail=st.lists(st.tuples(TEXT, SAID), max_size=2).map(tuple),
)
READINGS = st.builds(
    Reading,
    key=TEXT,
    kind=TEXT,
    fate=st.just("read"),
    version=st.builds(Version, st.none() | st.integers(0, 10**6), st.none() | TEXT),
    subject=st.none() | TEXT,
    facts=st.lists(FACTS, max_size=2).map(tuple),
    issues=st.lists(st.builds(Issue, st.just("error"), TEXT, TEXT, TEXT), max_size=1).map(tuple),
    not_understood=st.lists(st.tuples(st.just("code"), TEXT, TEXT, TEXT), max_size=1).map(tuple),
    aliases=st.lists(TEXT, max_size=2).map(tuple),
    identifiers=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
    replaced_by=st.none() | TEXT,
)


@settings(max_examples=60)
@given(reading=READINGS)
def test_a_reading_comes_back_as_it_was(reading: Reading) -> None:
    assert packed.unpack_reading(packed.pack_reading(reading)) == reading


@pytest.mark.parametrize("digits", ["1.50", "12.0", "0.10", "1E+2"])
def test_a_number_keeps_the_digits_that_were_written(digits: str) -> None:
    fact = Fact("tumour-size", Interval(Decimal(digits), None), None, Source("a", "Observation/1"), "")
    back = packed.unpack_reading(packed.pack_reading(Reading("k", "Observation", "read", facts=(fact,))))
    assert str(back.facts[0].value.low) == digits  # type: ignore[union-attr]


@given(raw=st.binary(max_size=200))
def test_bytes_come_back_as_they_were(raw: bytes) -> None:
    assert packed.unpack(packed.pack(raw)) == raw


def test_issues_and_json_come_back_as_they_were() -> None:
    issues = (Issue("warning", "code-invalid", "Observation.code", "文"),)
    assert packed.text_issues(packed.issues_text(issues)) == issues
    assert packed.unpack_json(packed.pack_json({"a": [1, None, "文"]})) == {"a": [1, None, "文"]}
