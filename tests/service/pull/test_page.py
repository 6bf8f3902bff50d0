"""A page tells its next, its problems by code, and how new it is; whatever is wrong with an entry, the page is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.service.pull.fault import PullError
from natars_fhir.service.pull.page import moment, outcomes, page
from tests.service.hospital import condition, patient
from tests.service.pull.ward import changed, searchset

FIRST, SECOND = "2024-06-15T00:00:00Z", "2024-06-15T01:00:00.123456789+01:00"


def read(document: Any, kind: str = "Patient") -> Any:
    return page(document if isinstance(document, bytes) else json.dumps(document).encode(), kind)


def test_matches_are_of_the_type_that_was_asked_for() -> None:
    found = searchset(changed(patient("1"), FIRST), condition(), next_="https://x?y", total=9)
    told = read(found)
    assert (told.matches, told.next, told.total, told.rising) == (1, "https://x?y", 9, True)
    assert read({**found, "link": [], "entry": []}).next == ""


@pytest.mark.parametrize(
    ("changes", "rising"),
    [([FIRST, SECOND], True), ([FIRST, FIRST], True), ([SECOND, "2024-06-14T00:00:00Z"], False), ([FIRST, ""], False)],
)
def test_whether_it_comes_in_order_is_seen_in_it(changes: list[str], rising: bool) -> None:
    told = read(searchset(*(changed(patient(str(number)), one) for number, one in enumerate(changes))))
    assert told.rising is rising


def test_the_same_matches_have_the_same_digest_whatever_stands_around_them() -> None:
    one = searchset(changed(patient("1"), FIRST), next_="a", total=1)
    same = searchset(changed(patient("1"), FIRST), next_="b", total=2, id="x")
    newer = searchset(changed(patient("1"), FIRST, version=2))
    assert read(one).digest == read(same).digest
    assert read(one).digest != read(newer).digest


@pytest.mark.parametrize(
    "document",
    [b"", b"{", b"[]", b"\xff\xfe", {"resourceType": "Patient"}, {"resourceType": "Bundle", "type": "batch-response"},
     {"resourceType": "Bundle", "type": "searchset", "entry": 3}, {"resourceType": "Bundle", "link": ["x"]}],
)  # fmt: skip
def test_what_is_no_page_is_told(document: Any) -> None:
    with pytest.raises(PullError, match="unreadable page"):
        read(document)


@given(
    st.lists(
        st.recursive(
            st.none() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(
                    st.sampled_from(["resource", "search", "mode", "meta", "id", "resourceType"]), inner, max_size=3
                )
            ),
            max_leaves=6,
        ),
        max_size=4,
    )
)
@settings(max_examples=50, deadline=None)
def test_whatever_the_entries_are_the_page_is_read(entries: list[Any]) -> None:
    told = read({"resourceType": "Bundle", "type": "searchset", "entry": [*entries, *searchset(patient("1"))["entry"]]})
    assert told.matches >= 1


def test_of_an_outcome_only_words_of_the_standard_are_taken() -> None:
    issues = [{"severity": "fatal", "code": "exception", "diagnostics": "PLANTED"},
              {"severity": "PLANTED", "code": "Planted Name"}, {}]  # fmt: skip
    told = list(outcomes(json.dumps({"issue": issues}).encode()))
    assert told == [("fatal", "exception"), ("error", "processing"), ("error", "processing")]
    assert [list(outcomes(raw)) for raw in (b"{", b'{"issue": 3}', b"[]")] == [[], [], []]


@pytest.mark.parametrize(
    ("told", "known"),
    [(FIRST, True), (SECOND, True), ("2024-06-15", False), ("2024-06-15T00:00:00", False), (None, False)],
)
def test_a_moment_without_a_zone_is_none(told: str | None, known: bool) -> None:
    assert (moment(told) is not None) is known
