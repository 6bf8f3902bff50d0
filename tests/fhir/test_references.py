"""References taken apart, and one key for each resource of a site."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.fhir.bundle import open_bundle
from natars_fhir.fhir.entry import Entry
from natars_fhir.fhir.r4.structs import Identifier, Patient, Reference
from natars_fhir.fhir.references import Named, Scope, parse

HERE, THERE = "http://here/fhir", "https://there/fhir"
UUID = "urn:uuid:0b1c2d3e-0000-4000-8000-000000000001"


def entry(resource: dict[str, Any] | None = None, full_url: str = "", **asked: str) -> Entry:
    """An entry of a Patient with these elements."""
    return Entry(0, "Bundle", json.dumps({"resourceType": "Patient"} | (resource or {})).encode(), full_url, **asked)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Patient/1", Named("relative", kind="Patient", id="1")),
        ("Patient/1/_history/2", Named("relative", kind="Patient", id="1", version="2")),
        ("http://h/fhir/Patient/1", Named("absolute", "http://h/fhir", "Patient", "1")),
        ("https://h:8080/a/b/Patient/1/_history/3", Named("absolute", "https://h:8080/a/b", "Patient", "1", "3")),
        (UUID, Named("urn", id=UUID)),
        ("urn:oid:1.2", Named("urn", id="urn:oid:1.2")),
        ("#p1", Named("contained", id="p1")),
        ("Patient?identifier=urn:s|v", Named("conditional", kind="Patient", system="urn:s", value="v")),
        ("Patient?identifier=http%3A%2F%2Fs%7Cv", Named("conditional", kind="Patient", system="http://s", value="v")),
        ("http://h/Patient?identifier=s|v", Named("conditional", kind="Patient", system="s", value="v")),
        ("Patient?name=x", Named("unknown")),
        ("Patient?identifier=v", Named("unknown")),
        ("Patient?identifier=s|v&active=true", Named("unknown")),
        ("", Named("unknown")),
        ("Patient", Named("unknown")),
        ("patient/1", Named("unknown")),
        ("Patient/1\n", Named("unknown")),
        ("ftp://h/Patient/1", Named("unknown")),
    ],
)
def test_a_reference_is_taken_apart(text: str, expected: Named) -> None:
    assert parse(text) == expected


@given(st.text(max_size=30))
def test_any_text_can_be_taken_apart(text: str) -> None:
    assert parse(text).way


@pytest.mark.parametrize(
    ("said", "bases", "key"),
    [
        pytest.param(entry({"id": "1"}), [], "Patient/1", id="id"),
        pytest.param(entry({"id": "1"}, UUID), [], "Patient/1", id="id before urn"),
        pytest.param(entry({"id": "1"}, f"{HERE}/Patient/1"), [], "Patient/1", id="the one server"),
        pytest.param(entry({"id": "1"}, f"{HERE}/Patient/1"), [HERE], "Patient/1", id="declared server"),
        pytest.param(entry({"id": "1"}, f"{HERE}/Patient/1"), ["https://here/fhir/"], "Patient/1", id="http or https"),
        pytest.param(entry({"id": "1"}, f"{THERE}/Patient/1"), [HERE], f"{THERE}/Patient/1", id="foreign server"),
        pytest.param(entry({}, f"{HERE}/Patient/1"), [], "Patient/1", id="id in the fullUrl"),
        pytest.param(entry({}, method="PUT", url="Patient/1"), [], "Patient/1", id="id in the request"),
        pytest.param(
            entry({"identifier": [{"value": "x"}, {"system": "s", "value": "v"}]}, UUID),
            [],
            "Patient?identifier=s|v",
            id="first business identifier",
        ),
        pytest.param(entry({"identifier": {"system": "s", "value": "v"}}), [], "Patient?identifier=s|v", id="single"),
        pytest.param(
            entry({}, method="PUT", url="Patient?identifier=s|v"), [], "Patient?identifier=s|v", id="PUT where"
        ),
        pytest.param(entry({}, if_none_exist="identifier=s|v"), [], "Patient?identifier=s|v", id="ifNoneExist"),
        pytest.param(entry({}, if_none_exist="Patient?identifier=s|v"), [], "Patient?identifier=s|v", id="with type"),
        pytest.param(entry({}, UUID), [], UUID, id="fullUrl"),
        pytest.param(Entry(0, "Bundle", method="DELETE", url="Patient/1"), [], "Patient/1", id="deleted"),
        pytest.param(entry({"id": 7}, UUID), [], UUID, id="unreadable"),
    ],
)
def test_the_key_of_a_resource(said: Entry, bases: list[str], key: str) -> None:
    assert Scope([said], bases).own(said) == key


def test_the_last_resort_is_the_bytes() -> None:
    one, other = entry({"active": True}), entry({"active": False})
    scope = Scope([one, other])
    assert scope.own(one) == scope.own(one)
    assert scope.own(one) != scope.own(other)
    assert scope.own(one).startswith("Patient#")
    assert len(scope.own(one)) == len("Patient#") + 32


@pytest.mark.parametrize("said", [{"id": "1"}, {"identifier": [{"system": "s", "value": "v"}]}, {"active": True}])
def test_the_struct_and_the_bytes_give_the_same_key(said: dict[str, Any]) -> None:
    raw = entry(said, UUID)
    assert Scope([raw]).own(raw, msgspec.json.decode(raw.raw, type=Patient)) == Scope([raw]).own(raw)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Patient/1", "Patient/1"),
        ("Patient/1/_history/2", "Patient/1"),
        (f"{HERE}/Patient/1", "Patient/1"),
        (f"{HERE}/Patient/1/_history/2", "Patient/1"),
        (f"{THERE}/Patient/1/_history/2", f"{THERE}/Patient/1"),
        ("Patient?identifier=s|v", "Patient?identifier=s|v"),
        (UUID, UUID),
        ("", None),
        ("nonsense", None),
    ],
)
def test_the_key_that_a_reference_names(text: str, key: str | None) -> None:
    scope = Scope(bases=[HERE])
    assert scope.key(text) == key
    assert scope.key(Reference(reference=text)) == key


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"id": "1"}, "Patient/1"),
        ({"identifier": [{"system": "s", "value": "v"}]}, "Patient?identifier=s|v"),
        ({}, UUID),
    ],
)
def test_a_urn_names_the_entry_of_the_bundle(said: dict[str, Any], key: str) -> None:
    scope = Scope([entry(said, UUID)])
    assert scope.key(UUID) == key
    assert not scope.dangling(key)


def test_a_urn_that_no_entry_has_dangles() -> None:
    scope = Scope([entry({"id": "1"}, UUID)])
    other = UUID[:-1] + "2"
    assert scope.key(other) == other
    assert scope.dangling(other)
    assert not scope.dangling("Patient/1")


def test_a_relative_reference_in_a_foreign_entry_stays_on_its_server() -> None:
    foreign = Entry(0, "Bundle", b'{"resourceType":"Observation","id":"9"}', f"{THERE}/Observation/9")
    assert Scope([foreign], [HERE]).key("Patient/1", foreign) == f"{THERE}/Patient/1"
    assert Scope([foreign], [THERE]).key("Patient/1", foreign) == "Patient/1"


def test_without_declared_bases_two_servers_never_share_a_patient() -> None:
    two = [entry({"id": "1"}, f"{base}/Patient/1") for base in (HERE, THERE)]
    scope = Scope(two)
    assert [scope.own(it) for it in two] == [f"{HERE}/Patient/1", f"{THERE}/Patient/1"]
    assert [scope.key("Patient/1", it) for it in two] == [scope.own(it) for it in two]


def test_without_declared_bases_another_server_than_the_documents_is_foreign() -> None:
    scope = Scope([entry({"id": "1"}, f"{HERE}/Patient/1")])
    assert scope.key(f"{THERE}/Patient/1") == f"{THERE}/Patient/1"


def test_a_contained_resource_is_named_by_its_container() -> None:
    container = entry({"id": "1"})
    scope = Scope([container])
    assert (scope.key("#p", container), scope.key("#", container)) == ("Patient/1#p", "Patient/1")
    assert scope.key("#p") is None


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        pytest.param(Reference(type="Patient", identifier=Identifier(system="s", value="v")), "Patient", id="its type"),
        pytest.param(Reference(identifier=Identifier(system="s", value="v")), "Group", id="the element's target"),
        pytest.param(
            Reference(reference="nonsense", type="Patient", identifier=Identifier(system="s", value="v")),
            "Patient",
            id="beside a reference that names nothing",
        ),
    ],
)
def test_a_reference_by_identifier(reference: Reference, key: str) -> None:
    assert Scope().key(reference, target="Group") == f"{key}?identifier=s|v"


@pytest.mark.parametrize(
    "reference",
    [
        Reference(display="x"),
        Reference(identifier=Identifier(system="s", value="v")),
        Reference(type="Patient", identifier=Identifier(value="v")),
    ],
    ids=["only a display", "no type", "no system"],
)
def test_a_reference_that_names_nothing(reference: Reference) -> None:
    assert Scope().key(reference) is None


def test_a_whole_transaction_hangs_together() -> None:
    asked = {"method": "POST", "url": "x"}
    patient = {"fullUrl": UUID, "resource": {"resourceType": "Patient", "id": "p"}, "request": asked}
    told = {"resource": {"resourceType": "Observation", "subject": {"reference": UUID}}, "request": asked}
    entries = open_bundle(
        json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": [told, patient]}).encode()
    ).entries
    scope = Scope(entries)
    assert scope.key(UUID, entries[0]) == scope.own(entries[1]) == "Patient/p"
