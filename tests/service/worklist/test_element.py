"""A resource's JSON is whole with one element set apart, whatever the element."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.fhir.decode import Decoder
from natars_fhir.service.worklist.element import parts, plain, pretty

NODE = {"id": "x", "component": [{"code": {"text": "a"}}, {"valueString": "b"}], "value": Decimal("18.10")}


@pytest.mark.parametrize(
    ("path", "element"),
    [
        (["value"], "18.10"),
        (["component", 1, "valueString"], '"b"'),
        (["component", 0, "code", "text"], '"a"'),
        (["component", 7], pretty(NODE["component"], 1)),
        (["nothing"], pretty(NODE)),
        ([], pretty(NODE)),
    ],
)
def test_the_element_at_a_path_is_set_apart_and_the_rest_stands_around_it(path: list[Any], element: str) -> None:
    before, here, after = parts(NODE, path)
    assert here == element
    assert json.loads(before + here + after, parse_float=Decimal) == NODE


_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=4)
_TREES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)


@settings(max_examples=40)
@given(_TREES, st.lists(st.text(max_size=3) | st.integers(0, 3), max_size=4))
def test_before_element_and_after_are_always_the_whole(tree: Any, path: list[str | int]) -> None:
    assert json.loads("".join(parts(tree, path))) == tree


def test_a_struct_keeps_the_digits_of_its_numbers_and_leaves_out_what_was_not_said() -> None:
    raw = b'{"resourceType":"Observation","status":"final","code":{"text":"a"},"valueQuantity":{"value":1.50}}'
    told = plain(Decoder(["Observation"])(raw).resource)
    assert json.loads(pretty(told)) == json.loads(raw)
    assert '"value": 1.50' in pretty(told)


def test_a_very_long_text_is_cut_with_its_length() -> None:
    assert pretty({"data": "x" * 100_000}).endswith('… (100000)"\n}')
