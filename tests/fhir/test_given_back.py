"""A resource as it is shown: its own bytes, with an id where they have none."""

from __future__ import annotations

import json

import pytest

from natars_fhir.fhir.given_back import given_back, with_id

LONG = "1." + "0" * 30 + "1"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b'{"resourceType":"Patient","id":"a"}', b'{"resourceType":"Patient","id":"a"}'),
        (b'{"resourceType":"Patient"}', b'{"resourceType":"Patient","id":"x"}'),
        (b'{"resourceType":"Patient","gender":"male"}', b'{"resourceType":"Patient","id":"x","gender":"male"}'),
        (b' { "resourceType" : "Patient" , "a":1 }', b' { "resourceType" : "Patient" ,"id":"x", "a":1 }'),
        (b'{"gender":"male","resourceType":"Patient"}', b'{"id":"x","gender":"male","resourceType":"Patient"}'),
        (
            b'{"resourceType":"Patient","contact":[{"id":"in"}]}',
            b'{"resourceType":"Patient","id":"x","contact":[{"id":"in"}]}',
        ),
        (b"\xef\xbb\xbf" + b'{"resourceType":"Patient","id":"a"}', b'{"resourceType":"Patient","id":"a"}'),
    ],
)
def test_an_id_is_put_in_and_nothing_else_is_touched(raw: bytes, shown: bytes) -> None:
    assert given_back(raw, "x", "R4") == shown
    assert json.loads(shown)["resourceType"] == "Patient"


def test_what_cannot_be_read_is_left_alone() -> None:
    assert with_id(b"{", "x") == b"{"


def test_digits_outlive_the_way_to_another_version() -> None:
    raw = b'{"resourceType":"MedicationAdministration","id":"m","medicationCodeableConcept":{"text":"x"},'
    raw += b'"dosage":{"dose":{"value":%b}}}'
    told = given_back(raw % LONG.encode(), "m", "R5")
    assert LONG.encode() in told
    assert b'"medication":{"concept"' in told
    assert given_back(told, "m", "R5") == told
    assert json.loads(given_back(told, "m", "R4"))["medicationCodeableConcept"] == {"text": "x"}
    assert given_back(raw % b"1", "m", "R4B") == raw % b"1"
