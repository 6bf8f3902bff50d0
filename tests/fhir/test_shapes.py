"""Shapes: the fast way gives the same values as the strict Structs, and refuses what those do not see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from benchmarks import generate as made
from natars_fhir.fhir.bundle import open_bundle
from natars_fhir.fhir.decode import Decoder
from natars_fhir.fhir.ndjson import documents
from natars_fhir.fhir.r4 import generate, generate_shapes, shapes, structs
from natars_fhir.fhir.r4.known import Known
from natars_fhir.fhir.r4.primitives import Exact, exact
from tests import ward

DEFINITIONS = Path(__file__).parents[2].parent / "shared" / "fhir" / "r4-definitions.json.gz"
DECODE = Decoder(structs.RESOURCES)
CODE = {"coding": [{"system": "http://loinc.org", "code": "21889-1"}], "text": "size"}
SOUND: dict[str, Any] = {"resourceType": "Observation", "id": "o1", "status": "final", "code": CODE}
RULED_OUT = {"coding": [{"code": "rule-out"}]}


def fast(text: str | dict[str, Any]) -> Any:
    return DECODE.fast((text if isinstance(text, str) else json.dumps(text, separators=(",", ":"))).encode())


@pytest.mark.skipif(
    not DEFINITIONS.is_file(), reason="the R4 definitions (shared/fhir beside the checkout) are not here"
)
def test_the_module_is_what_the_generator_makes() -> None:
    written = Path(shapes.__file__).read_text(encoding="utf-8")
    assert written == generate_shapes.module(generate.read(DEFINITIONS))


def resources() -> list[bytes]:
    """Every resource of the fixtures, and those of some made patients, each in its own bytes."""
    files = sorted(ward.FIXTURES.glob("*/*/*bundle*.json"))
    entries = [bytes(e.raw) for file in files for found in documents(file) for e in open_bundle(found.raw).entries]
    return [*(raw for raw in entries if raw), *(line.strip() for line in made.lines(3, seed=7))]


def test_the_values_are_those_of_the_strict_structs() -> None:
    strict = msgspec.json.Decoder(structs.Contained, dec_hook=exact, float_hook=Exact)
    compared = 0
    for raw in resources():
        found = DECODE.fast(raw)
        if found is not None:
            expected = strict.decode(raw)
            for name in expected.__struct_fields__:
                assert getattr(found, name, None) == getattr(expected, name)
            compared += 1
    assert compared > 800


@pytest.mark.parametrize("style", [(",", ":"), (", ", ": "), (" ,\n", " :\t")])
def test_blanks_do_not_matter(style: tuple[str, str]) -> None:
    assert fast(json.dumps(SOUND, separators=style)) == fast(SOUND)


def test_escapes_do_not_matter() -> None:
    assert (
        fast('{"resourceType":"Observation","\\u0069d":"o\\u0031","status":"fin\\u0061l","code":{"text":"a\\"b"}}')
        is not None
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"resourceType":"Patient","id":"a","id":"b"}', id="at the top"),
        pytest.param('{"resourceType":"Patient","id" : "a","id":"b"}', id="one with blanks"),
        pytest.param('{"resourceType":"Patient","id":"a","i\\u0064":"b"}', id="one with an escape"),
        pytest.param('{"resourceType":"Patient","resourceType":"Patient"}', id="the type"),
        pytest.param('{"resourceType":"Patient","meta":{"versionId":"1","versionId":"2"}}', id="in an element"),
        pytest.param(
            '{"resourceType":"Patient","identifier":[{"system":"a","value":"1","value":"2"}]}', id="identifier"
        ),
        pytest.param(
            '{"resourceType":"Patient","identifier":[{"use":"usual","system":"a","value":"1","value":"2"}]}',
            id="identifier with all",
        ),
        pytest.param('{"resourceType":"Patient","contact":[{"name":{"text":"a","text":"b"}}]}', id="deep"),
        pytest.param('{"resourceType":"Patient","active":true,"active":true}', id="the same again"),
        pytest.param(
            '{"resourceType":"Patient","contained":[{"resourceType":"Patient","id":"a","id":"a"}]}', id="contained"
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
        pytest.param(SOUND | {"implicitRules": "http://x.example"}, id="rules that nobody knows"),
        pytest.param(SOUND | {"modifierExtension": [{"url": "a", "valueInteger": 1}]}, id="a modifier"),
        pytest.param(SOUND | {"valueSampledData": {}}, id="a rare choice"),
        pytest.param(SOUND | {"code": None}, id="null"),
        pytest.param(SOUND | {"category": []}, id="an empty array"),
        pytest.param(SOUND | {"valueString": "a\0b"}, id="a NUL"),
        pytest.param(
            {"resourceType": "Condition", "subject": {}, "verificationStatus": RULED_OUT}, id="a bound concept"
        ),
        pytest.param(
            {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": {}}, id="none"
        ),
    ],
)
def test_what_needs_a_second_look_gets_it(resource: dict[str, Any]) -> None:
    assert fast(resource) is None


def test_elements_in_the_same_bytes_are_one_object() -> None:
    assert fast(SOUND).code is fast(SOUND | {"id": "o2"}).code


def test_a_memory_does_not_grow_beyond_its_bound() -> None:
    memory = Known(structs.Quantity, most=10)
    for value in range(1000):
        assert memory[b'{"value":%d}' % value].value == value
    assert len(memory) <= 10


def test_long_elements_are_not_remembered() -> None:
    memory = Known(structs.CodeableConcept)
    long = json.dumps({"text": "a" * 1000}).encode()
    assert memory[long] == structs.CodeableConcept(text="a" * 1000)
    assert not memory
