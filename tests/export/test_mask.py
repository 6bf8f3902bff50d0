"""A rule lets out what it is for, whatever stands in its place, and never fails."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.export.mask import GONE, RULES, Mask
from natars_fhir.export.pseudonym import export_keys
from natars_fhir.mapping.exporting import HOWS

KEYS = export_keys(b"0123456789abcdef", "natars")
WORDS = frozenset({"final", "Patient", "ResearchStudy/natars"})
#: As a fault somewhere would hand it over: Chinese alone, so that no rule may let it pass.
TEXT = st.text("韩梅梅住院号", min_size=1, max_size=8)
ANYTHING = st.recursive(TEXT | st.none() | st.booleans(), lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner))


def test_the_rules_are_those_that_the_mapping_file_may_name() -> None:
    assert set(RULES) == set(HOWS)


@pytest.mark.parametrize("rule", sorted(set(RULES) - {"trial", "text"}))
@given(value=ANYTHING)
@settings(max_examples=40)
def test_nothing_that_is_not_the_trials_own_passes_a_rule(rule: str, value: Any) -> None:
    mask = Mask(KEYS, WORDS, "aaaa", 10, "2030-01-01")
    made = RULES[rule]("Observation.value")(value, mask)
    assert made is None or made is GONE or not any("\u4e00" <= letter <= "\u9fff" for letter in str(made))
    assert not any("\u4e00" <= letter <= "\u9fff" for place in mask.left for letter in str(place))


def test_a_handle_has_one_id_in_an_export_and_another_for_another_subject() -> None:
    here, there = Mask(KEYS, WORDS, "aaaa"), Mask(KEYS, WORDS, "bbbb")
    assert here.key("Observation", "17") == here.named("Observation/17").removeprefix("Observation/")
    assert here.key("Observation", "17") == Mask(KEYS, WORDS, "aaaa").key("Observation", "17")
    assert here.key("Observation", "17") != there.key("Observation", "17")
