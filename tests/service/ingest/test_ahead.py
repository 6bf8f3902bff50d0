"""What a transaction or batch asks of what is there: order, conditions, versions, references, identities."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from natars_fhir.service.ingest.answer import Answer
from natars_fhir.store.engine import Store
from tests.service.hospital import MRN, Hospital, Node, condition, dose, issues, medication, patient, statuses
from tests.service.ingest.test_ingest import count
from tests.web.asked import IDENTIFIER, asking, entry, without_id

ME = f"Patient?{IDENTIFIER}77"
URN = "urn:uuid:0a4f6c0e-1111-4222-8333-000000000001"


def told(answer: Answer) -> Node:
    """The answer as it goes out."""
    found: Node = json.loads(msgspec.json.encode(answer.body))
    return found


def locations(answer: Answer) -> list[str]:
    return [one["response"].get("location", "") for one in told(answer)["entry"]]


def put(resource: Node, **more: str) -> Node:
    return entry("PUT", f"{resource['resourceType']}/{resource['id']}", resource, **more)


@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_deletions_go_first_then_creations_then_changes_then_questions(hospital: Hospital, kind: str) -> None:
    hospital.push(patient("gone", "1"))
    asked = asking(
        kind,
        entry("GET", "Patient/new"),
        entry("HEAD", "Patient/new"),
        entry("GET", "Patient/gone"),
        entry("GET", f"Patient?{IDENTIFIER}2"),
        put(patient("new", "2", gender="female")),
        entry("POST", "Condition", condition(of="Patient/new")),
        entry("DELETE", "Patient/gone"),
    )
    answer = told(hospital.push(asked))
    assert statuses(answer) == ["200", "200", "410", "200", "201", "201", "204"]
    read, head, _, found, *_ = answer["entry"]
    assert read["resource"] == patient("new", "2", gender="female")
    assert "resource" not in head
    assert head["response"]["etag"] == 'W/"1"'
    assert [one["resource"]["id"] for one in found["resource"]["entry"]] == ["new"]


@pytest.mark.parametrize(
    ("url", "more", "status"),
    [
        ("Patient/1", {}, "200"),
        ("Patient/1", {"ifNoneMatch": 'W/"1"'}, "304"),
        ("Patient/1/_history/1", {}, "200"),
        ("Patient/1/_history/2", {}, "404"),
        ("Patient/2", {}, "404"),
        ("Encounter/1", {}, "404"),
        ("Encounter", {}, "404"),
        ("Patient?_id=1", {}, "200"),
        ("Patient?identifier=1", {}, "400"),
        ("Patient?_id:exact=1", {}, "400"),
        ("metadata", {}, "404"),
    ],
)
def test_an_entry_that_asks_is_answered_as_if_it_were_asked_alone(
    hospital: Hospital, url: str, more: Any, status: str
) -> None:
    hospital.push(patient())
    answer = told(hospital.push(asking("batch", entry("GET", url, **more))))
    assert statuses(answer) == [status]
    assert ("resource" in answer["entry"][0]) == (status == "200")


def test_numbers_in_an_answer_keep_their_digits_and_are_said_again_so(hospital: Hospital) -> None:
    raw = b'{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.10}}'
    request = b'"request":{"method":"PUT","url":"Observation/o"}'
    named = b'{"resourceType":"Bundle","type":"batch","identifier":{"system":"s","value":"v"},"entry":[%b,%b]}'
    document = named % (b'{"resource":%b,%b}' % (raw, request), b'{"request":{"method":"GET","url":"Observation/o"}}')
    encode = msgspec.json.Encoder(decimal_format="number").encode
    first, again = (encode(hospital.push(document).body) for _ in range(2))
    assert raw in first
    assert b'"value":1.10' in again
    assert again == first


@pytest.mark.parametrize("condition_", [f"{IDENTIFIER}77", ME])
@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_a_conditional_create_finds_what_is_there_and_its_neighbours_follow(
    hospital: Hospital, kind: str, condition_: str
) -> None:
    hospital.push(patient("40017", "77"))
    asked = asking(
        kind,
        entry("POST", "Patient", without_id(patient(number="77")), URN, ifNoneExist=condition_),
        entry("POST", "Condition", condition(of=URN)),
    )
    answer = hospital.push(asked)
    assert statuses(answer.body) == ["200", "201"]
    assert answer.body["entry"][0]["response"]["etag"] == 'W/"1"'
    assert ("histology", "LMS") in hospital.concepts("Patient/40017")


def test_a_conditional_create_of_another_id_is_the_one_that_is_there(hospital: Hospital, store: Store) -> None:
    hospital.push(patient("40017", "77"))
    asked = asking(
        "transaction",
        entry("POST", "Patient", patient("17", "77"), ifNoneExist=ME),
        entry("POST", "Condition", condition(of="Patient/17")),
    )
    answer = hospital.push(asked)
    assert locations(answer) == ["Patient/40017/_history/1", "Condition/c1/_history/1"]
    assert ("histology", "LMS") in hospital.concepts("Patient/40017")
    assert count(store, "patient") == [1]


@pytest.mark.parametrize("kind", ["transaction", "batch"])
@pytest.mark.parametrize("idents", [("17", "18"), (None, None), ("17", "17")], ids=["two ids", "no id", "one id"])
def test_the_same_condition_twice_in_one_bundle_makes_one_resource(
    hospital: Hospital, store: Store, kind: str, idents: tuple[str | None, str | None]
) -> None:
    people = [patient(one, "77") if one else without_id(patient(number="77")) for one in idents]
    answer = hospital.push(asking(kind, *(entry("POST", "Patient", one, ifNoneExist=ME) for one in people)))
    assert statuses(answer.body) == ["201", "200"]
    assert len(set(locations(answer))) == 1
    assert count(store, "reading", "resource_version") == [1, 1]


@pytest.mark.parametrize(
    ("one", "status", "code", "place"),
    [
        (
            entry("POST", "Patient", patient("9"), ifNoneExist=f"{IDENTIFIER}twice"),
            412,
            "multiple-matches",
            "request.url",
        ),
        (entry("PUT", f"Patient?{IDENTIFIER}twice", patient("9")), 412, "multiple-matches", "request.url"),
        (entry("DELETE", f"Patient?{IDENTIFIER}twice"), 412, "multiple-matches", "request.url"),
        (entry("POST", "Patient", patient("9"), ifNoneExist="name=x"), 400, "not-supported", "request.url"),
        (
            entry("POST", "Patient", patient("9"), ifNoneExist="Observation?identifier=a|b"),
            400,
            "not-supported",
            "request.url",
        ),
        (entry("PUT", "Patient?name=x", patient("9")), 400, "not-supported", "request.url"),
        (entry("PUT", "Patient/8", patient("9")), 400, "invalid", "request.url"),
        (entry("PUT", "Patient/t1", patient("t1"), ifMatch='W/"2"'), 412, "conflict", "request.ifMatch"),
        (entry("PUT", "Patient/9", patient("9"), ifMatch='W/"1"'), 412, "conflict", "request.ifMatch"),
        (entry("PUT", "Patient/t1", patient("t1"), ifNoneMatch="*"), 412, "duplicate", "request.ifNoneMatch"),
        (entry("DELETE", "Patient/t1", ifMatch='W/"2"'), 412, "conflict", "request.ifMatch"),
    ],
)
def test_what_is_not_met_refuses_a_transaction_and_costs_a_batch_one_entry(
    hospital: Hospital, store: Store, one: Node, status: int, code: str, place: str
) -> None:
    hospital.push(asking("batch", put(patient("t1", "twice")), put(patient("t2", "twice"))))
    before = count(store, "resource_version", "reading")
    whole = hospital.push(asking("transaction", put(condition()), one))
    assert (whole.status, issues(whole.body)) == (status, [("error", code)])
    assert whole.body["issue"][0]["expression"] == [f"Bundle.entry[1].{place}"]
    assert count(store, "resource_version", "reading") == before
    batch = hospital.push(asking("batch", put(condition()), one))
    assert statuses(batch.body) == ["201", str(status)]
    assert count(store, "resource_version", "reading") == [number + 1 for number in before]


@pytest.mark.parametrize(
    "entries",
    [
        [put(patient("1")), put(patient("1", gender="female"))],
        [put(patient("1")), put(patient("1"))],
        [put(patient("1")), entry("DELETE", "Patient/1")],
        [put(patient("1", "77")), entry("PUT", ME, without_id(patient(number="77", gender="female")))],
        [entry("PUT", ME, patient("1", "77")), entry("DELETE", ME)],
        [entry("POST", "Patient", patient("1")), put(patient("1"))],
    ],
    ids=[
        "two versions",
        "the same twice",
        "put and deleted",
        "by id and by condition",
        "both by condition",
        "post, put",
    ],
)
def test_two_entries_of_one_identity_refuse_the_whole_transaction_and_are_named(
    hospital: Hospital, store: Store, entries: list[Node]
) -> None:
    hospital.push(patient("1", "77"))
    answer = hospital.push(asking("transaction", *entries))
    assert answer.status == 422
    assert [(one["code"], one["expression"]) for one in answer.body["issue"]] == [
        ("duplicate", ["Bundle.entry[0]"]),
        ("duplicate", ["Bundle.entry[1]"]),
    ]
    assert count(store, "resource_version", "quarantine") == [1, 1]
    assert statuses(hospital.push(asking("batch", *entries)).body)[0] in ("200", "204")


def test_the_same_content_created_twice_in_one_transaction_is_one_resource(hospital: Hospital, store: Store) -> None:
    twice = [entry("POST", "Condition", without_id(condition())) for _ in range(2)]
    answer = hospital.push(asking("transaction", *twice))
    assert statuses(answer.body) == ["201", "200"]
    assert count(store, "reading") == [1]


@pytest.mark.parametrize(
    ("known", "entries", "status"),
    [
        ([], [], 412),
        ([patient("1", "77")], [], 200),
        ([], [put(patient("1", "77"))], 200),
        ([], [entry("POST", "Patient", without_id(patient(number="77")))], 200),
        ([patient("1", "77"), patient("2", "77")], [], 412),
        ([patient("1", "77")], [put(patient("2", "77"))], 412),
        ([patient("1", "77")], [entry("DELETE", "Patient/1")], 412),
        ([patient("1", "77")], [put(patient("1", "77", gender="female"))], 200),
    ],
    ids=["none", "one", "within", "within, no id", "two", "one within", "deleted within", "changed within"],
)
def test_a_conditional_reference_of_a_transaction_means_one_resource(
    hospital: Hospital, store: Store, known: list[Node], entries: list[Node], status: int
) -> None:
    for one in known:
        hospital.push(one)
    answer = hospital.push(asking("transaction", put(condition(of=ME)), *entries))
    assert answer.status == status
    assert count(store, "mention") == [0]
    if status == 200:
        assert any("LMS" in str(hospital.concepts(key)) for key in ("Patient/1", f"Patient?identifier={MRN}|77"))
    else:
        assert answer.body["issue"][0]["expression"][0].startswith("Bundle.entry[0]")
        assert count(store, "reading") == [len(known)]


def test_a_conditional_reference_follows_an_identifier_that_joins_nobody(hospital: Hospital) -> None:
    """A number that the site does not declare as its patients' own names the one who bears it all the same."""
    visit = {"system": "urn:visit", "value": "9"}
    hospital.push(patient("1", identifier=[{**visit, "use": "temp"}]))
    hospital.push(asking("transaction", put(condition(of="Patient?identifier=urn:visit|9"))))
    assert ("histology", "LMS") in hospital.concepts("Patient/1")


def test_elsewhere_and_to_types_that_are_not_kept_a_conditional_reference_waits(hospital: Hospital) -> None:
    assert statuses(hospital.push(asking("batch", put(condition(of=ME)))).body) == ["201"]
    seen = {**condition("c2", of="Patient/1"), "encounter": {"reference": "Encounter?identifier=urn:e|1"}}
    assert hospital.push(asking("transaction", put(seen))).status == 200
    hospital.push(patient("1", "77"))
    assert ("histology", "LMS") in hospital.concepts("Patient/1")


def test_a_drug_is_found_by_the_address_that_we_gave_it(hospital: Hospital) -> None:
    """A Medication without an id gets one of ours; what refers to it by that means it."""
    nameless = {**without_id(medication()), "identifier": [{"system": "urn:drug", "value": "1"}]}
    made = hospital.push(asking("batch", entry("POST", "Medication", nameless), put(patient())))
    address = locations(made)[0].partition("/_history")[0]
    hospital.push(dose(medication=address))
    before = hospital.concepts()
    assert "antineoplastic-drug" in {concept for concept, _ in before}
    changed = {**medication(address.partition("/")[2], "对乙酰氨基酚"), "identifier": nameless["identifier"]}
    assert statuses(hospital.push(asking("transaction", put(changed))).body) == ["200"]
    assert hospital.concepts() != before


def test_a_transaction_of_nothing_but_questions_changes_nothing(hospital: Hospital, store: Store) -> None:
    hospital.push(patient())
    before = count(store, "resource_version", "screening", "outbox")
    answer = hospital.push(asking("transaction", entry("GET", "Patient/1"), entry("GET", "Patient/none")))
    assert statuses(answer.body) == ["200", "404"]
    assert count(store, "resource_version", "screening", "outbox") == before


@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_a_urn_that_no_entry_has_is_told_and_costs_no_other(hospital: Hospital, kind: str) -> None:
    lost = put({**condition("lost"), "subject": {"reference": URN}})
    known = put({**condition("kept"), "subject": {"reference": "Patient/comes-later"}})
    answer = hospital.push(asking(kind, put(patient()), lost, known))
    assert statuses(told(answer)) == ["201", "201", "201"]
    assert _told_of_each(answer) == [[], [("not-found", "Bundle.entry[1].resource.subject.reference")], []]
    there = {**entry("POST", "Patient", without_id(patient("x", "5"))), "fullUrl": URN}
    assert _told_of_each(hospital.push(asking(kind, there, lost))) == [[], []]


def _told_of_each(answer: Answer) -> list[list[tuple[str, str]]]:
    """Code and place of what is told of each entry."""
    outcomes = [one["response"].get("outcome", {}) for one in told(answer)["entry"]]
    return [[(one["code"], *one["expression"]) for one in outcome.get("issue", [])] for outcome in outcomes]
