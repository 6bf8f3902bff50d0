"""A body is read within the limit, inflated where it is gzip, and only if it is FHIR's JSON of this base's version."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.web.body import inflated
from natars_fhir.web.respond import Refusal
from tests.service.hospital import patient
from tests.web.caller import Caller, code

MOST = 1000
LARGE = patient(text={"status": "generated", "div": "x" * MOST})


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Caller:
    return Caller(tmp_path_factory.mktemp("store"), most_bytes=MOST)


@pytest.mark.parametrize(
    "said",
    [
        "application/fhir+json",
        "application/fhir+json; charset=utf-8",
        'application/fhir+json; charset="UTF-8"; fhirVersion=4.0',
        "application/fhir+json; fhirVersion=4.0.1",
        "application/fhir+json;fhirVersion=4.3",
        "Application/JSON",
        "text/json; charset=utf8",
    ],
)
def test_fhirs_json_is_read_by_every_name(call: Caller, said: str) -> None:
    assert call.push(patient(), content_type=said).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        "",
        "application/fhir+xml",
        "application/xml",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/fhir+json; charset=gb18030",
        "application/fhir+json; fhirVersion=5.0",
        "application/fhir+json; fhirVersion=3.0",
        "application/fhir+json; fhirVersion=4.01",
        "application/fhir+json; fhirVersion=4",
        "application/fhir+json; fhirVersion=R4",
        'application/fhir+json; fhirVersion="5.0.0"',
        "nonsense",
    ],
)
def test_anything_else_is_not(call: Caller, said: str) -> None:
    response = call.push(patient(), content_type=said)
    assert (response.status_code, code(response)) == (415, "not-supported")


def test_the_r5_base_reads_r5_alone(call: Caller) -> None:
    assert call.push(patient(), "/fhir/r5", content_type="application/fhir+json; fhirVersion=5.0").status_code == 200
    assert call.push(patient(), "/fhir/r5", content_type="application/fhir+json; fhirVersion=4.0").status_code == 415


def test_a_body_over_the_limit_is_refused_by_what_it_declares(call: Caller) -> None:
    response = call.push(LARGE)
    assert (response.status_code, code(response)) == (413, "too-long")


def test_a_body_over_the_limit_is_refused_without_a_declared_length_and_not_read_on(call: Caller) -> None:
    sent = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 100
            yield b" " * 100

    response = call.push(parts())
    assert (response.status_code, code(response)) == (413, "too-long")
    assert sent < 5000


def test_gzip_is_inflated(call: Caller) -> None:
    packed = gzip.compress(b'{"resourceType":"Patient",', mtime=0) + gzip.compress(b'"id":"1"}')
    assert call.push(packed, content_encoding="gzip").status_code == 200
    assert call.push(b"", content_encoding="gzip").status_code == 400


@pytest.mark.parametrize(
    ("body", "encoding", "status", "issue"),
    [
        (gzip.compress(b" " * 10_000, mtime=0), "gzip", 413, "too-long"),
        (gzip.compress(gzip.compress(b" " * 10**7), mtime=0), "gzip", 413, "too-long"),
        (gzip.compress(b"{}" * 99, mtime=0)[:-9], "gzip", 400, "structure"),
        (b"no gzip", "x-gzip", 400, "structure"),
        (gzip.compress(b"{}", mtime=0) + b"rest", "gzip", 400, "structure"),
        (b"{}", "br", 415, "not-supported"),
        (b"{}", "gzip, gzip", 415, "not-supported"),
    ],
    # ids of our own: compressed bytes hold the moment, and every worker must collect the same names
    ids=["too large", "too large within", "cut off", "no gzip", "a rest behind it", "another encoding", "twice"],
)
def test_what_inflates_too_far_or_not_at_all_is_refused(
    call: Caller, body: bytes, encoding: str, status: int, issue: str
) -> None:
    response = call.push(body, content_encoding=encoding)
    assert (response.status_code, code(response)) == (status, issue)


@given(raw=st.binary(max_size=300), most=st.integers(0, 300))
def test_inflating_gives_all_of_it_or_refuses(raw: bytes, most: int) -> None:
    packed = gzip.compress(raw, mtime=0)
    if len(raw) <= most:
        assert inflated(packed, most) == raw
    else:
        with pytest.raises(Refusal):
            inflated(packed, most)


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    call = Caller(tmp_path, most_entries=1)
    entries = [{"resource": patient(str(number))} for number in range(2)]
    response = call.push({"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert (response.status_code, code(response)) == (413, "too-long")


def test_gzip_of_many_members_is_read_and_of_a_great_many_refused() -> None:
    assert inflated(gzip.compress(b"ab", mtime=0) * 5_000, 10_000) == b"ab" * 5_000
    with pytest.raises(Refusal) as refused:
        inflated(gzip.compress(b"", mtime=0) * 20_000, 10_000)
    assert refused.value.status == 400
