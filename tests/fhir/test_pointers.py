"""Pointers: a placeholder in the place of a number names nobody."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.fhir.pointers import names_nobody, names_one


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("40017", True), ("A-102-OBS-1", True), ("x0", True), ("无锡-7", True), ("1000000000", True),
        ("0000000001", True),
        ("-", False), ("0", False), ("0000000000", False), ("无", False), (" 不详 ", False), ("N/A", False),
        ("unknown ", False), ("unknown   ", False), ("----------", False), (7 * "\u3000" + "无", False),
    ],
)  # fmt: skip
def test_a_placeholder_is_no_number(value: str, names: bool) -> None:
    assert names_one(value) is names
    assert names_nobody(f"Patient?identifier=urn:mrn|{value}") is not names
    assert not names_nobody(f"Patient/{value}")


@settings(max_examples=60)
@given(st.text(alphabet="0-_ xX无n/aul9", max_size=12))
def test_what_tells_most_numbers_quickly_says_what_looking_closely_says(value: str) -> None:
    words = {
        "无",
        "暂无",
        "未知",
        "不详",
        "不明",
        "n/a",
        "na",
        "none",
        "null",
        "nil",
        "unknown",
        "test",
        "x",
        "xx",
        "xxx",
    }
    assert names_one(value) is (bool(value.strip("0 -_./*?")) and value.strip().casefold() not in words)
