"""In which form an answer is given, and what is told to whoever cannot read it."""

from __future__ import annotations

import gzip
from urllib.parse import quote

import pytest

from tests.service.hospital import patient
from tests.web.caller import Caller, code


@pytest.mark.parametrize(
    ("base", "accept", "status"),
    [
        ("r4", "application/fhir+json", 200),
        ("r4", "application/json", 200),
        ("r4", "text/json;q=0.5", 200),
        ("r4", "*/*", 200),
        ("r4", "application/*", 200),
        ("r4", "application/fhir+xml, application/fhir+json;q=0.1", 200),
        ("r4", "text/html,application/xhtml+xml,*/*;q=0.8", 200),
        ("r4", "application/fhir+json; fhirVersion=4.0", 200),
        ("r4", "application/fhir+json; fhirVersion=4.3", 200),
        ("r4", "application/fhir+json; fhirVersion=5.0", 406),
        ("r5", "application/fhir+json; fhirVersion=5.0", 200),
        ("r5", "application/fhir+json; fhirVersion=4.0", 406),
        ("r5", "application/fhir+json; fhirVersion=4.0, application/fhir+json; fhirVersion=5.0", 200),
        ("r4", "application/fhir+xml", 406),
        ("r4", "text/html", 406),
        ("r4", "application/fhir+json;q=0", 406),
        ("r4", "nonsense", 406),
    ],
)
@pytest.mark.parametrize("path", ["metadata", "Patient/1", "Patient", "Questionnaire"])
def test_whoever_cannot_read_what_is_given_is_told(
    shared: Caller, base: str, accept: str, status: int, path: str
) -> None:
    shared.push(patient())
    response = shared("GET", f"/fhir/{base}/{path}", accept=accept)
    assert response.status_code == status
    assert status == 200 or code(response) == "not-supported"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("json", 200),
        ("application/json", 200),
        ("application/fhir+json", 200),  # the plus comes as a space
        (quote("application/fhir+json"), 200),
        (quote("application/fhir+json; fhirVersion=4.0"), 200),
        (quote("application/fhir+json; fhirVersion=5.0"), 406),
        ("text/json", 200),
        ("xml", 406),
        ("application/fhir+xml", 406),
        ("ttl", 406),
        ("html", 406),
    ],
)
def test_the_address_may_name_the_form_and_goes_before_the_header(shared: Caller, asked: str, status: int) -> None:
    for accept in ("application/fhir+xml", "*/*"):
        assert shared("GET", f"/fhir/r4/metadata?_format={asked}", accept=accept).status_code == status


def test_nothing_is_kept_of_what_cannot_be_answered(call: Caller) -> None:
    assert call.push(patient(), accept="application/fhir+xml").status_code == 406
    assert call("GET", "/fhir/r4/Patient/1").status_code == 404


def test_gzip_goes_out_where_it_is_read(call: Caller) -> None:
    packed = call("GET", "/fhir/r4/metadata", accept_encoding="gzip")
    plain = call("GET", "/fhir/r4/metadata", accept_encoding="identity")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()


def test_gzip_comes_in_for_a_single_resource_too(call: Caller) -> None:
    raw = gzip.compress(b'{"resourceType":"Patient","id":"1"}')
    assert call("PUT", "/fhir/r4/Patient/1", raw, content_encoding="gzip").status_code == 201


def test_an_answer_is_laid_out_for_people_and_keeps_its_digits(call: Caller) -> None:
    raw = b'{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.10}}'
    call("PUT", "/fhir/r4/Observation/o", raw)
    response = call("GET", "/fhir/r4/Observation/o?_pretty=true", accept_encoding="identity")
    assert b'\n    "value": 1.10\n' in response.content
    assert response.headers["content-length"] == str(len(response.content))
    assert call("GET", "/fhir/r4/Observation/o?_pretty=false").content == raw
    assert call("GET", "/fhir/r4/Observation/none?_pretty=true").text.startswith("{\n")
    assert call("DELETE", "/fhir/r4/Observation/o?_pretty=true").content == b""
