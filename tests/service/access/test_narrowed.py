"""What a sender's scopes do not allow is refused entry by entry, and nothing of it is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from natars_fhir.service.access.caller import caller
from natars_fhir.service.access.narrowed import forbidden, narrowed
from natars_fhir.service.access.scopes import scopes
from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.ingest.arrival import arrive
from natars_fhir.service.ingest.ingest import push
from natars_fhir.store import quarantine, trail
from natars_fhir.store.engine import Store
from tests.service.hospital import (
    NOW,
    Hospital,
    born_on_30_february,
    bundle,
    condition,
    encounter,
    intake,
    patient,
    reader,
    statuses,
    transaction,
)


def by(scope: str) -> Any:
    return caller("token 1", "generic", ["engine"], scopes(scope))


def pushed(store: Store, document: Any, scope: str) -> Answer:
    return push(store, intake(), reader(), json.dumps(document).encode(), NOW, by(scope))


def asking(method: str, kind: str = "batch") -> dict[str, Any]:
    made = bundle(kind, condition())
    made["entry"][0]["request"] = {"method": method, "url": "Condition/c1" if method != "POST" else "Condition"}
    if method == "DELETE":
        del made["entry"][0]["resource"]
    return made


@pytest.mark.parametrize(("method", "letters"), [("POST", "c"), ("PUT", "u"), ("DELETE", "d")])
def test_what_is_asked_needs_its_letter_and_no_other(store: Store, method: str, letters: str) -> None:
    for letter in "cruds":
        told = statuses(pushed(store, asking(method), f"system/Condition.{letter}").body)[0]
        assert (told != "403") is (letter in letters), letter


@pytest.mark.parametrize("document", [condition(), bundle("collection", condition()), bundle("searchset", condition())])
def test_what_is_only_told_may_be_new_or_newer(store: Store, document: Any) -> None:
    told = {letter: pushed(store, document, f"system/Condition.{letter}").status for letter in "cruds"}
    assert told == {"c": 200, "r": 403, "u": 200, "d": 403, "s": 403}


def test_an_observations_scope_makes_no_patient(store: Store) -> None:
    answer = pushed(store, bundle("collection", patient(), condition()), "system/Condition.c")
    assert answer.status == 200
    assert [(i["code"], i["expression"]) for i in answer.body["issue"] if i["severity"] == "error"] == [
        ("forbidden", ["Bundle.entry[0].resource"])
    ]
    assert pushed(store, patient(), "system/Observation.c").status == 403


def test_of_a_transaction_that_goes_too_far_nothing_is_taken_and_nothing_is_kept(store: Store) -> None:
    answer = pushed(store, transaction(condition(), patient()), "system/Condition.cud")
    assert answer.status == 403
    assert Hospital(store).screening() is None
    pushed(store, bundle("batch", patient(), born_on_30_february()), "system/Condition.cud")
    with store.read() as connection:
        assert [*quarantine.set_aside(connection, "generic")] == []


def test_what_may_be_sent_and_cannot_be_read_is_still_set_apart(store: Store) -> None:
    answer = pushed(store, bundle("batch", born_on_30_february(), condition()), "system/Patient.cud")
    assert statuses(answer.body) == ["422", "403"]
    with store.read() as connection:
        assert len([*quarantine.set_aside(connection, "generic")]) == 1


def test_what_would_be_let_go_is_refused_as_well(store: Store) -> None:
    assert statuses(pushed(store, bundle("batch", encounter()), "system/Patient.cud").body) == ["403"]
    with store.read() as connection:
        assert trail.let_counts(connection, "generic") == {}


def test_without_scopes_and_with_enough_of_them_nothing_changes() -> None:
    arrival = arrive(json.dumps(transaction(patient(), condition())).encode(), reader(), 10)
    assert narrowed(arrival, None) is arrival
    assert narrowed(arrival, caller("t", "generic", ["engine"])) is arrival
    assert narrowed(arrival, by("system/*.cud")) == arrival
    assert not forbidden(arrival.refused_whole)


def test_what_one_token_may_not_send_another_may_send_afterwards(store: Store) -> None:
    named = bundle("batch", patient(), condition(), identifier={"system": "urn:x", "value": "1"})
    assert statuses(pushed(store, named, "system/Condition.cud").body) == ["403", "201"]
    assert statuses(pushed(store, named, "system/*.cud").body) == ["201", "200"]


def test_a_document_that_cannot_be_read_at_all_is_answered_as_ever(store: Store) -> None:
    assert push(store, intake(), reader(), b"{", NOW, by("system/Patient.c")).status == 400


@pytest.mark.parametrize(
    ("url", "letter"),
    [
        ("Patient/1", "r"),
        ("Patient/1/_history/1", "r"),
        ("https://here.example/fhir/Patient/1", "r"),
        ("Patient?_id=1", "s"),
    ],
)
@pytest.mark.parametrize("kind", ["batch", "transaction"])
def test_an_entry_that_asks_is_told_what_its_sender_may_see(store: Store, url: str, letter: str, kind: str) -> None:
    Hospital(store).push(patient(name=[{"text": "PLANTED"}]))
    asks = {"resourceType": "Bundle", "type": kind, "entry": [{"request": {"method": "GET", "url": url}}]}
    for one in "cruds":
        told = pushed(store, asks, f"system/Patient.{one}").body
        assert statuses(told) == ["200" if one == letter else "403"], one
        assert ("resource" in told["entry"][0]) == (one == letter)
    assert statuses(pushed(store, asks, f"system/Observation.{letter}").body) == ["403"]


def test_who_may_not_read_at_all_is_told_nothing(store: Store) -> None:
    Hospital(store).push(patient())
    asks = {"resourceType": "Bundle", "type": "batch", "entry": [{"request": {"method": "GET", "url": "Patient/1"}}]}
    nobody = caller("token 1", "generic", [], None)
    told = push(store, intake(), reader(), json.dumps(asks).encode(), NOW, nobody)
    assert statuses(told.body) == ["403"]
