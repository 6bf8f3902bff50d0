"""What a resource's bytes say of its identifiers, and of whom it may be about; of what cannot be read, nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from natars_fhir.fhir.entry import Entry
from natars_fhir.fhir.references import Scope
from natars_fhir.service.ingest.borne import about, identifiers

ONE, OTHER = {"system": "s", "value": "1"}, {"system": "t", "value": "2"}


def octets(**said: Any) -> bytes:
    return json.dumps({"resourceType": "Observation", **said}).encode()


@pytest.mark.parametrize(
    ("raw", "borne"),
    [
        pytest.param(octets(identifier=[ONE, OTHER, ONE]), {("s", "1"), ("t", "2")}, id="several, each once"),
        pytest.param(octets(identifier=ONE), {("s", "1")}, id="one alone, as a few types have it"),
        pytest.param(octets(identifier=[{"value": "1"}, {"system": "s"}]), set(), id="halves"),
        pytest.param(octets(subject={"identifier": ONE}), set(), id="another's"),
        pytest.param(octets(identifier="s|1"), set(), id="no identifier"),
        pytest.param(b'{"identifier":', set(), id="half a text"),
        pytest.param(b'{"identifier":[{"system":"s","value":"\xff"}]}', set(), id="no UTF-8"),
    ],
)
def test_a_resource_bears_its_own_whole_identifiers(raw: bytes, borne: set[tuple[str, str]]) -> None:
    assert identifiers(raw) == borne


@pytest.mark.parametrize(
    ("said", "whom"),
    [
        pytest.param({"subject": {"reference": "Patient/1"}}, ["Patient/1"], id="a reference"),
        pytest.param({"patient": {"identifier": ONE}}, ["Patient?identifier=s|1"], id="a number"),
        pytest.param({"individual": {"reference": "Patient/1"}}, ["Patient/1"], id="R4's name of a subject"),
        pytest.param(
            {"subject": [{"reference": "Patient/1"}, {"reference": "Patient/2"}]}, ["Patient/1", "Patient/2"], id="R5"
        ),
        pytest.param({"subject": {"display": "somebody"}}, [], id="a name alone"),
        pytest.param({"subject": "Patient/1"}, [], id="no reference"),
        pytest.param({"subject": {"reference": 1}}, [], id="of another type"),
        pytest.param({}, [], id="nobody"),
    ],
)
def test_whom_a_resource_may_be_about_is_told_by_the_names_of_its_document(said: Any, whom: list[str]) -> None:
    raw = octets(**said)
    entry = Entry(0, "Bundle", raw)
    assert [*about(raw, entry, Scope([entry]))] == whom
