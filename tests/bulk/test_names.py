"""What a header says of names does not depend on what was met before."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from natars_fhir.bulk import names
from natars_fhir.bulk.names import Named, Names, UnreadableError
from natars_fhir.fhir.ndjson import every_document
from tests import ward

SITE = "hospital-a"


def told(by: Names, raw: bytes) -> list[Named] | None:
    try:
        return by(raw)
    except UnreadableError:
        return None


def observation(**more: object) -> bytes:
    return json.dumps({"resourceType": "Observation", "id": "o", **more}).encode()


def resources() -> Iterator[bytes]:
    """Each resource of the fixtures by itself, as in an export."""
    for found in every_document([ward.FIXTURES / SITE]):
        try:
            said = json.loads(found.raw)
        except ValueError:
            continue
        for entry in said.get("entry", []) if isinstance(said, dict) else []:
            if isinstance(entry, dict) and "resource" in entry:
                yield json.dumps(entry["resource"]).encode()


def test_all_resources_of_the_fixtures_have_the_names_that_each_has_alone() -> None:
    every = Names(ward.reader(SITE).mapping)
    seen = 0
    for raw in resources():
        alone = told(Names(ward.reader(SITE).mapping), raw)
        assert told(every, raw) == told(every, raw) == alone
        seen += bool(alone)
    assert seen > 500


@pytest.mark.parametrize(
    "other",
    [
        {"subject": {"reference": "#p"}, "contained": [{"resourceType": "Patient", "id": "p"}]},
        {"subject": {"reference": "Patient/1", "type": "Patient"}},
        {"subject": {"reference": "Patient/1", "identifier": {"system": "s", "value": "v"}}},
        {"subject": {"reference": "Patient/1"}, "identifier": [{"system": "s", "value": "v"}]},
        {"subject": {"reference": "Patient/1"}, "patient": {"reference": "Patient/2"}},
        {"subject": {"reference": "Patient/1"}, "individual": {"reference": "Patient/2"}},
        {"subject": {"reference": "Patient/1"}, "medicationReference": {"reference": "Medication/1"}},
        {"subject": {"reference": "Patient/1"}, "id": None},
        {"subject": {}},
        {},
    ],
)
def test_a_resource_that_tells_more_is_not_taken_for_one_like_the_last(other: dict[str, object]) -> None:
    by = Names(ward.reader(SITE).mapping)
    usual = by(observation(subject={"reference": "Patient/1"}))
    assert usual == [Named(("Observation/o",), ("Patient/1",))]
    raw = observation(**other)
    assert told(by, raw) == told(Names(ward.reader(SITE).mapping), raw)
    assert by(observation(subject={"reference": "Patient/1"})) == usual


def test_a_type_that_is_written_with_escapes_is_the_type_that_it_is() -> None:
    by = Names(ward.reader(SITE).mapping)
    usual = observation(subject={"reference": "Patient/1"})
    assert by(usual.replace(b"Observation", b"Observ\\u0061tion", 1).replace(b": ", b":")) == by(usual)
    assert by(b'{"resourceType":"Cl\\u0061im","id":"c"}') == []


def test_what_was_met_is_not_remembered_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_MEMORY", 5)
    by = Names(ward.reader(SITE).mapping)
    for number in range(40):
        assert by(observation(subject={"reference": f"Patient/{number}"}))[0].about == (f"Patient/{number}",)
        assert len(by._met) <= 5
