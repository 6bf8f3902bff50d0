"""What the entries of a Bundle ask for, each in its place, however badly they are written."""

from __future__ import annotations

import pytest

from natars_fhir.service.ingest.requests import NOTHING, Request, asked_condition, requests, version_of


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b'{"entry":[{"request":{"method":"GET","url":"Patient/1"}}]}', (Request("GET", "Patient/1"),)),
        (b'\xef\xbb\xbf{"entry":[{}]}', (NOTHING,)),
        (b'{"entry":[{"request":{"method":1}},{"request":{"method":"PUT"}}]}', (NOTHING, Request("PUT"))),
        (
            b'{"entry":["x",{"request":{"method":"PUT","ifMatch":"W/\\"1\\""}}]}',
            (NOTHING, Request("PUT", ifMatch='W/"1"')),
        ),
        (b'{"entry":{}}', ()),
        (b'{"entry":[', ()),
        (b"[]", ()),
        (b"{}", ()),
        (b"", ()),
    ],
)
def test_each_entry_has_its_request(raw: bytes, told: tuple[Request, ...]) -> None:
    assert requests(raw) == told


@pytest.mark.parametrize(
    ("etag", "version"),
    [('W/"3"', "3"), ('"3"', "3"), ("3", "3"), (' W/"3" ', "3"), ("*", "*"), ("", ""), ('W/""', "")],
)
def test_an_etag_says_a_version(etag: str, version: str) -> None:
    assert version_of(etag) == version


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("identifier=s|v", "conditional"),
        ("Patient?identifier=s|v", "conditional"),
        ("identifier=s%7Cv", "conditional"),
        ("identifier=v", "unknown"),
        ("identifier=|v", "unknown"),
        ("identifier=s|", "unknown"),
        ("identifier=s|v&name=x", "unknown"),
        ("identifier=s|v&identifier=s|w", "unknown"),
        ("name=x", "unknown"),
        ("", "unknown"),
    ],
)
def test_of_conditions_an_identifier_is_understood(text: str, way: str) -> None:
    named = asked_condition("Patient", text)
    assert named.way == way
    assert way == "unknown" or (named.kind, named.system, named.value) == ("Patient", "s", "v")
