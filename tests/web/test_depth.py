"""How deep a text is nested is found before it is parsed, whatever it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.web.depth import too_deep
from tests.service.hospital import patient
from tests.web.caller import Caller, code


def depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max((depth(one) for one in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


TEXT = st.text(st.sampled_from('{}[]"\\,: x\n甲'), max_size=8)
JSON = st.recursive(
    TEXT | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@given(JSON, st.booleans(), st.sampled_from([None, 1]))
def test_a_text_is_as_deep_as_what_it_holds(value: Any, ascii_: bool, indent: int | None) -> None:
    raw = json.dumps(value, ensure_ascii=ascii_, indent=indent).encode()
    deep = depth(value)
    assert not too_deep(raw, max(deep, 1))
    assert deep < 2 or too_deep(raw, deep - 1)


@pytest.mark.parametrize(
    ("raw", "deep"),
    [
        (b"", False), (b"[" * 50, True), (b"{" * 50, True), (b"]" * 50, False), (b'{"a":' * 50, True),
        (b"[" * 5 + b"]" * 5, False), (b"[]" * 1000, False), (b'"' + b"[" * 50 + b'"', False),
        (b'"\\"' + b"[" * 50 + b'"', False), (b'"\\\\"' + b"[" * 50, True), (b'"\\\\\\"' + b"[" * 50 + b'"', False),
        (b'["]"' * 50, True), (b'["]",' * 11 + b"1" + b"]" * 11, True), (b'{"a":"}"' * 50, True),
        (b'"' + b"[" * 50, False),
        (b"[" * 1_000_000, True), (b"[" * 11 + b"]" * 11, True), (b"\xff\x00[[", False),
    ],
)  # fmt: skip
def test_no_text_hides_how_deep_it_is(raw: bytes, deep: bool) -> None:
    assert too_deep(raw, 10) is deep


@pytest.mark.parametrize("path", ["/fhir/r4", "/fhir/r5", "/fhir/r4/$validate", "/fhir/r4/QuestionnaireResponse"])
@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"resourceType":"Bundle","entry":[{"resource":'])
def test_a_text_that_is_too_deep_is_answered_and_not_parsed(call: Caller, path: str, opening: bytes) -> None:
    response = call("POST", path, opening * 100_000)
    assert (response.status_code, code(response)) == (413, "too-costly")


@pytest.mark.parametrize("path", ["/fhir/r4", "/fhir/r5", "/fhir/r4/$validate", "/fhir/r5/$validate"])
def test_the_deepest_text_that_is_read_is_read_by_everything(call: Caller, path: str) -> None:
    inner: Any = {"url": "urn:x", "valueString": "x"}
    while depth(inner) + 4 <= call.settings.most_depth:
        inner = {"url": "urn:x", "extension": [inner]}
    assert depth(patient(extension=[inner])) in (call.settings.most_depth - 1, call.settings.most_depth)
    response = call("POST", path, patient(extension=[inner]))
    assert response.status_code == 200, response.text[:300]
