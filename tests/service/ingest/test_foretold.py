"""`$validate` answers what a push would be told, and more; and keeps nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from natars_fhir.fhir.check import check
from natars_fhir.fhir.versions import Name
from natars_fhir.service.ingest.foretold import foretold
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.ingest.validation import validated
from natars_fhir.store.engine import Store, open_store
from tests.service.hospital import (
    NOW,
    Node,
    born_on_30_february,
    bundle,
    condition,
    dose,
    encounter,
    intake,
    patient,
    reader,
    transaction,
)
from tests.service.ingest.test_load import rows
from tests.service.remap.test_gaps import result
from tests.ward import cases, sent_in

BASE = "https://natars.example/fhir"
R5_DOSE = {**dose(), "medication": {"concept": {"text": "多柔比星"}}, "occurenceDateTime": "2024-02-30"}
ASKING = {"request": {"method": "GET", "url": "Patient/1"}}
PATCHING = {"request": {"method": "PATCH", "url": "Patient/1"}, "resource": patient()}
GONE = {"request": {"method": "DELETE", "url": "Condition?code=x"}}
ANSWERS = {
    "resourceType": "QuestionnaireResponse",
    "id": "q",
    "status": "completed",
    "questionnaire": f"{BASE}/Questionnaire/natars-screening",
}


def batch(*entries: Any, kind: str = "batch") -> Node:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


DOCUMENTS = [
    pytest.param(patient(), id="a patient"),
    pytest.param(born_on_30_february(), id="a day that is none"),
    pytest.param(patient(gender="malee"), id="a code that is none"),
    pytest.param({**patient(), "gendr": "male"}, id="an element that is none"),
    pytest.param(encounter(), id="a type that nobody reads"),
    pytest.param({"resourceType": "NoSuchType"}, id="a type that is none"),
    pytest.param({"id": "1"}, id="no type"),
    pytest.param(b"[]", id="an array"),
    pytest.param(b"{", id="no JSON"),
    pytest.param(b"", id="nothing"),
    pytest.param(b"<Patient/>", id="XML"),
    pytest.param(b"\xef\xbb\xbf" + json.dumps(patient()).encode(), id="a byte order mark"),
    pytest.param(b'{"resourceType":"Patient","gender":"male","gender":"male"}', id="an element twice"),
    pytest.param(result("1", "LIS9999", "urn:x"), id="a code that is not mapped"),
    pytest.param({**result("1"), "valueQuantity": {"value": 1, "unit": "furlong"}}, id="a unit that is not known"),
    pytest.param({**result("1"), "valueString": "x", "valueInteger": 1}, id="two values"),
    pytest.param({**condition(), "subject": {"display": "somebody"}}, id="of nobody"),
    pytest.param({**condition(), "modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}, id="a modifier"),
    pytest.param(R5_DOSE, id="R5"),
    pytest.param(transaction(patient(), condition()), id="a transaction"),
    pytest.param(transaction(patient(), born_on_30_february()), id="a transaction with an entry that cannot be read"),
    pytest.param(batch(ASKING, kind="transaction"), id="a transaction that asks"),
    pytest.param(bundle("batch", patient(), born_on_30_february(), encounter()), id="a batch"),
    pytest.param(batch(ASKING, PATCHING, GONE, "no entry", None), id="a batch of what is not taken"),
    pytest.param(batch({"fullUrl": "urn:uuid:1", "resource": None}), id="a null resource"),
    pytest.param(bundle("collection", condition(of="urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a")), id="dangling"),
    pytest.param(bundle("collection", patient(), ANSWERS), id="answers to the form among others"),
    pytest.param({"resourceType": "Bundle", "entry": [{"resource": patient()}]}, id="a Bundle of no type"),
    pytest.param({"resourceType": "Bundle", "type": "novel", "entry": []}, id="a Bundle of a type that is none"),
    pytest.param({"resourceType": "Bundle", "type": "collection", "entry": {}}, id="entries that are no list"),
    pytest.param(bundle("collection", {**bundle("collection", patient()), "id": "b"}), id="a Bundle in a Bundle"),
    pytest.param(bundle("searchset", patient(), born_on_30_february()), id="a searchset"),
]


def octets(document: Any) -> bytes:
    return document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()


def told_by_push(store: Store, raw: bytes, version: Name | None) -> list[Node]:
    body = push(store, intake(), reader("generic", version), raw, NOW).body
    if body["resourceType"] == "OperationOutcome":
        issues = list(body["issue"])
    else:
        answers = [entry["response"] for entry in body["entry"]]
        # whether what is asked for is there, only the store knows
        outcomes = [one.get("outcome", {}) for one in answers if one["status"] != "404 Not Found"]
        issues = [issue for outcome in outcomes for issue in outcome.get("issue", ())]
    return [one for one in issues if not one.get("diagnostics", "").startswith(("Resources: ", "No issues"))]


def told_by_validation(raw: bytes, version: Name) -> list[Node]:
    answer = validated(
        raw, version, 10_000, push=lambda resource: foretold(resource, reader("generic", version), 10_000, BASE)
    )
    assert check(answer.body) == []
    found: list[Node] = answer.body["issue"]
    assert all(found.count(one) == 1 or one in found for one in found)
    return found


@pytest.mark.parametrize("version", ["R4", "R5"])
@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_push_is_told_is_among_what_validation_tells(store: Store, document: Any, version: Name) -> None:
    before, raw = rows(store), octets(document)
    told = told_by_validation(raw, version)
    assert rows(store) == before
    assert [one for one in told_by_push(store, raw, version) if one not in told] == []


@pytest.mark.parametrize("case", cases()[::6], ids=lambda case: case.name)
def test_so_it_is_of_what_hospitals_send(store: Store, case: Any) -> None:
    for raw in sent_in(case):
        told = told_by_validation(raw, "R4")
        assert [one for one in told_by_push(store, raw, "R4") if one not in told] == []


@pytest.mark.parametrize("kind", ["batch", "transaction"])
@pytest.mark.parametrize("url", ["Patient/another", "Condition/1", "Patient?identifier=urn:n|1"])
def test_an_address_that_is_not_the_resources_own_is_foretold(store: Store, kind: str, url: str) -> None:
    document = bundle(kind, patient("1"))
    document["entry"][0]["request"] = {"method": "PUT", "url": url}
    told = told_by_validation(octets(document), "R4")
    differs = [one for one in told if one.get("expression") == ["Bundle.entry[0].request.url"]]
    assert len(differs) == ("?" not in url)
    assert [one for one in told_by_push(store, octets(document), "R4") if one not in told] == []


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Any:
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('foretold')}/store.sqlite")
    yield opened
    opened.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(0, 900),
    lost=st.integers(0, 6),
    instead=st.sampled_from([b"", b"}", b'"', b"[", b"9", b",", b"null"]),
)
def test_so_it_is_of_broken_bytes(one_store: Store, at: int, lost: int, instead: bytes) -> None:
    whole = octets(bundle("batch", patient(), condition(), encounter()))
    raw = whole[:at] + instead + whole[at + lost :]
    told = told_by_validation(raw, "R4")
    late = "A newer version is known"
    missing = [one for one in told_by_push(one_store, raw, "R4") if one not in told]
    assert [one for one in missing if not one["diagnostics"].startswith(late)] == []
