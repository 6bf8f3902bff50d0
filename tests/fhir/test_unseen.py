"""What a strict decode does not see is seen: whatever the blanks, the escapes and the order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from natars_fhir.fhir.decode import Decoder
from natars_fhir.fhir.r4 import structs

DECODE = Decoder(structs.RESOURCES)
CODE = {"coding": [{"system": "http://loinc.org", "code": "21889-1"}], "text": "size"}
SOUND: dict[str, Any] = {"resourceType": "Observation", "id": "o1", "status": "final", "code": CODE}
RULED_OUT = {"coding": [{"code": "rule-out"}]}
COMPACT = (",", ":")


def fast(text: str | dict[str, Any]) -> Any:
    return DECODE.fast((text if isinstance(text, str) else json.dumps(text, separators=COMPACT)).encode())


@pytest.mark.parametrize("style", [COMPACT, (", ", ": "), (" ,\n", " :\t")])
def test_blanks_do_not_matter(style: tuple[str, str]) -> None:
    assert fast(json.dumps(SOUND, separators=style)) == fast(SOUND) is not None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"\\u0069d":"o\\u0031","code":{"text":"a\\"b"}}', id="in a name and in a value"),
        pytest.param('{"code":{"text":"a\\u0022b\\/c"}}', id="a quotation mark as a number"),
        pytest.param('{"code":{"text":"x"},"valueQuantity":{"value":1e3}}', id="a power of ten"),
        pytest.param('{"code":{"text":"x"},"valueQuantity":{"value":-0.00}}', id="a zero below zero"),
    ],
)
def test_the_way_of_writing_does_not_matter(text: str) -> None:
    assert fast('{"resourceType":"Observation","status":"final",' + text[1:]) is not None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"resourceType":"Patient","id":"a","id":"b"}', id="at the top"),
        pytest.param('{"resourceType":"Patient","id" : "a","id":"b"}', id="one with blanks"),
        pytest.param('{"resourceType":"Patient","id":"a","i\\u0064":"b"}', id="one with an escape"),
        pytest.param('{"resourceType":"Patient","resourceType":"Patient"}', id="the type"),
        pytest.param('{"resourceType":"Patient","meta":{"versionId":"1","versionId":"2"}}', id="in an element"),
        pytest.param(
            '{"resourceType":"Patient","identifier":[{"system":"a","value":"1","value":"2"}]}', id="in a list"
        ),
        pytest.param('{"resourceType":"Patient","contact":[{"name":{"text":"a","text":"b"}}]}', id="deep"),
        pytest.param('{"resourceType":"Patient","active":true,"active":true}', id="the same again"),
        pytest.param('{"resourceType":"Patient", "active": true, "active": true}', id="the same again, with blanks"),
        pytest.param(
            '{"resourceType":"Patient","contained":[{"resourceType":"Patient","id":"a","id":"a"}]}', id="within"
        ),
        pytest.param(
            '{"resourceType":"Patient","text":{"status":"empty","div":"<b>\\u0022\\u0022\\u0022\\u0022</b>","div":""}}',
            id="quotation marks as numbers hide nothing",
        ),
        pytest.param(
            '{"resourceType":"Observation","status":"final","code":{},"referenceRange":['
            + ",".join(['{"low":{"value":1E2}}'] * 12)
            + '],"device":{},"device":{}}',
            id="powers of ten hide nothing",
        ),
    ],
)
def test_a_name_that_stands_twice_is_refused(text: str) -> None:
    assert fast(text) is None


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(SOUND | {"valueInteger": 1, "valueString": "a"}, id="a choice made twice"),
        pytest.param(SOUND | {"valueInteger": 1, "dataAbsentReason": CODE}, id="obs-6"),
        pytest.param(SOUND | {"valueInteger": 1, "component": [{"code": CODE}]}, id="obs-7, perhaps"),
        pytest.param(SOUND | {"_status": {"id": "a"}}, id="a sibling that says nothing"),
        pytest.param(SOUND | {"valueString": "a\0b"}, id="a NUL"),
        pytest.param(
            {"resourceType": "Condition", "subject": {}, "verificationStatus": RULED_OUT}, id="a bound concept"
        ),
        pytest.param(
            SOUND | {"contained": [{"resourceType": "Condition", "subject": {}, "clinicalStatus": RULED_OUT}]},
            id="a bound concept within",
        ),
    ],
)
def test_what_needs_a_second_look_gets_it(resource: dict[str, Any]) -> None:
    assert fast(resource) is None


def test_a_value_with_components_that_a_result_has_not_is_no_matter() -> None:
    assert fast(SOUND | {"component": [{"code": CODE, "valueInteger": 1}]}) is not None


def test_a_bound_concept_in_words_alone_is_readable() -> None:
    assert fast({"resourceType": "Condition", "subject": {}, "clinicalStatus": {"text": "active"}}) is not None
