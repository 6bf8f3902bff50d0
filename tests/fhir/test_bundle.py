"""Opening documents: Bundles of every type, single resources, Parameters, and what is none of them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.bundle import Envelope, open_bundle

PATIENT = {"resourceType": "Patient", "id": "1"}
POST = {"method": "POST", "url": "Patient"}


def bundle(kind: str | None = "collection", *entries: Any, **more: Any) -> bytes:
    said = {"resourceType": "Bundle", "type": kind, "entry": list(entries)} | more
    return json.dumps({name: value for name, value in said.items() if value is not None}).encode()


def told(envelope: Envelope) -> list[tuple[str, str, str]]:
    return [(issue.severity, issue.code, issue.expression) for issue in envelope.issues]


def keys(envelope: Envelope) -> list[str]:
    """The invariants that are broken."""
    return [issue.text.partition(":")[0] for issue in envelope.issues if issue.code == "invariant"]


@pytest.mark.parametrize("kind", ["collection", "searchset"])
def test_entries_come_raw_and_in_order(kind: str) -> None:
    envelope = open_bundle(bundle(kind, {"fullUrl": "urn:a", "resource": PATIENT}, {"resource": PATIENT}))
    assert envelope.type == kind
    assert envelope.issues == ()
    assert [(it.index, it.place, it.full_url) for it in envelope.entries] == [
        (0, "Bundle.entry[0].resource", "urn:a"),
        (1, "Bundle.entry[1].resource", ""),
    ]
    assert json.loads(bytes(envelope.entries[0].raw)) == PATIENT


@pytest.mark.parametrize("kind", ["transaction", "batch", "history"])
def test_what_the_sender_asks_is_kept(kind: str) -> None:
    asked = {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=a|1"}
    (entry,) = open_bundle(bundle(kind, {"resource": PATIENT, "request": asked})).entries
    assert (entry.method, entry.url, entry.if_none_exist, entry.deleted) == ("POST", "Patient", "identifier=a|1", False)


@pytest.mark.parametrize("kind", ["transaction", "history"])
def test_a_deletion_is_an_entry_without_bytes(kind: str) -> None:
    envelope = open_bundle(bundle(kind, {"request": {"method": "DELETE", "url": "Patient/1"}}))
    (entry,) = envelope.entries
    assert (entry.deleted, entry.url, bytes(entry.raw), envelope.issues) == (True, "Patient/1", b"", ())


def test_a_single_resource_is_an_envelope_of_one() -> None:
    envelope = open_bundle(json.dumps(PATIENT).encode())
    (entry,) = envelope.entries
    assert (envelope.type, entry.index, entry.place) == ("", None, "")
    assert entry.seen(Issue("error", "value", "Patient.id", "")).expression == "Patient.id"


def test_an_issue_of_a_resource_is_seen_from_the_bundle() -> None:
    (entry,) = open_bundle(bundle("collection", {"resource": PATIENT})).entries
    assert entry.seen(Issue("error", "value", "Patient.id", "")).expression == "Bundle.entry[0].resource.id"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"\xef\xbb\xbf" + bundle("collection", {"resource": PATIENT}), id="byte order mark"),
        pytest.param(b'{"entry":[{"resource":{}}],"type":"collection","resourceType":"Bundle"}', id="type last"),
        pytest.param(b' \n{ "resourceType" : "Bundle", "type":"collection","entry":[{"resource":{}}]}', id="blanks"),
    ],
)
def test_a_bundle_is_recognised(raw: bytes) -> None:
    envelope = open_bundle(raw)
    assert (envelope.type, len(envelope.entries), envelope.issues) == ("collection", 1, ())


def test_parameters_are_unwrapped() -> None:
    inner = [
        {"name": "a", "resource": json.loads(bundle("batch", {"resource": PATIENT}))},
        {"name": "b", "valueCode": "c"},
    ]
    envelope = open_bundle(
        json.dumps({"resourceType": "Parameters", "parameter": [*inner, {"resource": PATIENT}]}).encode()
    )
    first, second = (f"Parameters.parameter[{i}].resource" for i in (0, 2))
    assert [entry.place for entry in envelope.entries] == [f"{first}.entry[0].resource", second]
    assert told(envelope) == [("error", "invariant", f"{first}.entry[0].request")]
    assert envelope.type == "batch"


def test_parameters_may_hold_nothing() -> None:
    assert told(open_bundle(b'{"resourceType":"Parameters"}')) == [("warning", "not-found", "Parameters")]


def test_what_the_message_and_the_bundle_are_called() -> None:
    header = {"resource": {"resourceType": "MessageHeader", "id": "m1"}}
    more = {"identifier": {"system": "s", "value": "v"}, "timestamp": "2024-03-01T10:00:00Z"}
    envelope = open_bundle(bundle("message", header, **more))
    assert (envelope.identifier, envelope.timestamp, envelope.message) == (("s", "v"), "2024-03-01T10:00:00Z", "m1")
    assert envelope.issues == ()


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(7, ("error", "structure", "Bundle.entry[1]"), id="no object"),
        pytest.param({}, ("error", "invariant", "Bundle.entry[1]"), id="empty"),
        pytest.param({"request": POST}, ("error", "required", "Bundle.entry[1].resource"), id="no resource"),
        pytest.param(
            {"request": {"method": "GET", "url": "Patient"}},
            ("information", "informational", "Bundle.entry[1].request"),
            id="a question",
        ),
        pytest.param(
            {"resource": PATIENT, "request": {"method": "PATCH", "url": "Patient/1"}},
            ("error", "not-supported", "Bundle.entry[1].request.method"),
            id="a patch",
        ),
        *(
            pytest.param(
                {"resource": PATIENT, "request": {"method": method, "url": "Patient/1"}},
                ("error", "code-invalid", "Bundle.entry[1].request.method"),
                id=f"a resource with {method}, which is no verb",
            )
            for method in ("delete", "put", "Put", "UPSERT", " PUT")
        ),
    ],
)
def test_an_entry_without_a_resource_costs_only_itself(entry: Any, expected: tuple[str, str, str]) -> None:
    sound = {"resource": PATIENT, "request": POST}
    envelope = open_bundle(bundle("batch", sound, entry, sound))
    assert [it.index for it in envelope.entries] == [0, 2]
    assert expected in told(envelope)


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        pytest.param({"fullUrl": 7, "request": POST}, ".fullUrl", id="fullUrl"),
        pytest.param({"request": 7}, ".request", id="request"),
        pytest.param({"request": POST | {"url": 7}}, ".request.url", id="request.url"),
    ],
)
def test_a_malformed_envelope_of_an_entry_keeps_its_resource(entry: dict[str, Any], place: str) -> None:
    sound = {"resource": PATIENT, "request": POST}
    envelope = open_bundle(bundle("batch", sound, entry | {"resource": PATIENT}))
    assert [it.index for it in envelope.entries] == [0, 1]
    assert ("error", "structure", f"Bundle.entry[1]{place}") in told(envelope)


def test_a_resource_that_is_no_object_is_left_to_the_decoder() -> None:
    assert [bytes(it.raw) for it in open_bundle(bundle("collection", {"resource": 7})).entries] == [b"7"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(b"", ("fatal", "structure", "Resource"), id="empty"),
        pytest.param(b" \r\n" * 100, ("fatal", "structure", "Resource"), id="blank"),
        pytest.param(b"hello", ("fatal", "structure", "Resource"), id="not JSON"),
        pytest.param(b'{"resourceType":"Bundle","entry":[{]', ("fatal", "structure", "Bundle"), id="Bundle, not JSON"),
        pytest.param(b"[]", ("error", "structure", "Resource"), id="array"),
        pytest.param(b"{}", ("error", "required", "Resource"), id="no type"),
        pytest.param(b"<Bundle/>", ("fatal", "not-supported", "Resource"), id="XML"),
        pytest.param(b"MSH|^~\\&|HIS|", ("fatal", "not-supported", "Resource"), id="HL7 version 2"),
        pytest.param(b"\x0bMSH|^~\\&|HIS|", ("fatal", "not-supported", "Resource"), id="HL7 version 2, framed"),
        pytest.param(b"\x1f\x8b\x08\0\0\0", ("fatal", "structure", "Resource"), id="gzip, not said"),
        pytest.param('{"a":1}'.encode("utf-16"), ("fatal", "structure", "Resource"), id="UTF-16"),
        pytest.param('{"a":1}'.encode("utf-16-le"), ("fatal", "structure", "Resource"), id="UTF-16 without a mark"),
        pytest.param(
            bundle("collection", x=1)[:-1] + b',"y":' + b"[" * 5000, ("fatal", "too-long", "Bundle"), id="deep"
        ),
        pytest.param(b'{"resourceType":"Parameters","parameter":7}', ("error", "structure", "Parameters"), id="bad"),
    ],
)
def test_what_is_no_document_is_told(raw: bytes, expected: tuple[str, str, str]) -> None:
    envelope = open_bundle(raw)
    assert (told(envelope), envelope.entries) == ([expected], ())


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(bundle("collection"), ("warning", "not-found", "Bundle.entry"), id="no entry"),
        pytest.param(bundle(None, {"resource": PATIENT}), ("error", "required", "Bundle.type"), id="no type"),
        pytest.param(
            bundle("heap", {"resource": PATIENT}), ("error", "code-invalid", "Bundle.type"), id="no such type"
        ),
        pytest.param(bundle("collection", type=7), ("error", "structure", "Bundle.type"), id="type is a number"),
        pytest.param(bundle("collection", entry={}), ("error", "structure", "Bundle.entry"), id="entry is no array"),
        pytest.param(
            bundle("batch-response", {"resource": PATIENT}),
            ("information", "informational", "Bundle.type"),
            id="an answer",
        ),
    ],
)
def test_an_odd_bundle_is_told(raw: bytes, expected: tuple[str, str, str]) -> None:
    assert expected in told(open_bundle(raw))


def test_chinese_in_another_encoding_is_told() -> None:
    text = '{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"鍏'
    envelope = open_bundle(text.encode("gb18030"))
    assert envelope.entries == ()
    assert "UTF-8" in envelope.issues[0].text


@pytest.mark.parametrize(
    ("raw", "broken"),
    [
        pytest.param(bundle("transaction", {"resource": PATIENT}), "bdl-3", id="no request"),
        pytest.param(bundle("collection", {"resource": PATIENT, "request": POST}), "bdl-3", id="a request"),
        pytest.param(
            bundle("collection", *[{"fullUrl": "urn:a", "resource": PATIENT}] * 2), "bdl-7", id="same fullUrl"
        ),
        pytest.param(
            bundle("collection", {"fullUrl": "h/Patient/1/_history/2", "resource": PATIENT}), "bdl-8", id="version"
        ),
        pytest.param(bundle("message", {"resource": PATIENT}), "bdl-12", id="no MessageHeader"),
        pytest.param(bundle("document", {"resource": PATIENT}), "bdl-11", id="no Composition"),
        pytest.param(bundle("document", {"resource": PATIENT}), "bdl-9", id="no identifier"),
        pytest.param(bundle("document", {"resource": PATIENT}), "bdl-10", id="no date"),
    ],
)
def test_a_broken_invariant_is_told_and_costs_no_resource(raw: bytes, broken: str) -> None:
    envelope = open_bundle(raw)
    assert broken in keys(envelope)
    assert envelope.entries


@pytest.mark.parametrize("kind", ["collection", "history"])
def test_versions_of_one_resource_may_share_a_full_url(kind: str) -> None:
    versions = [{"fullUrl": "urn:a", "resource": PATIENT | {"meta": {"versionId": str(i)}}} for i in (1, 2)]
    assert "bdl-7" not in keys(open_bundle(bundle(kind, *versions)))


@given(st.binary(max_size=40) | st.text(max_size=20).map(str.encode))
def test_any_bytes_give_entries_or_a_reason(raw: bytes) -> None:
    envelope = open_bundle(raw)
    assert envelope.entries or envelope.issues
