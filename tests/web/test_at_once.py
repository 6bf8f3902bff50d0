"""Requests that come at the same moment, over real HTTP: of two who would make the same thing, one makes it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from natars_fhir.store.engine import Store
from tests.service.hospital import Node, condition, patient, statuses, transaction
from tests.service.ingest.test_ingest import count
from tests.web.asked import IDENTIFIER, asking, entry, ids, without_id
from tests.web.loopback import at_once, served
from tests.web.test_message import message

ME = f"{IDENTIFIER}77"
MANY = 8


@pytest.mark.parametrize("own_id", [True, False], ids=["each with an id of its own", "without ids"])
def test_conditional_creates_at_once_make_one_patient(either_store: Store, tmp_path: Path, own_id: bool) -> None:
    people: list[Node] = [patient(f"p{n}", "77") if own_id else without_id(patient(number="77")) for n in range(MANY)]
    with served(tmp_path, either_store) as http:
        told = at_once(http, [("POST", "/Patient", one, {"if-none-exist": ME}) for one in people])
        assert Counter(one.status_code for one in told) == {201: 1, 200: MANY - 1}
        assert len({one.headers["location"] for one in told}) == 1
        assert len(ids(http.get("/Patient"))) == 1
    assert count(either_store, "reading", "resource_version") == [1, 1]


def test_conditional_creates_in_bundles_at_once_make_one_patient(either_store: Store, tmp_path: Path) -> None:
    def bundled(number: int) -> Node:
        made = entry("POST", "Patient", patient(f"p{number}", "77"), ifNoneExist=ME)
        said = entry("POST", "Condition", condition(f"c{number}", of=f"Patient/p{number}"))
        return asking("transaction", made, said)

    with served(tmp_path, either_store) as http:
        told = at_once(http, [("POST", "", bundled(number), {}) for number in range(MANY)])
        assert Counter(statuses(one.json())[0] for one in told) == {"201": 1, "200": MANY - 1}
        (one,) = ids(http.get("/Patient"))
        assert len(ids(http.get(f"/Condition?patient={one}"))) == MANY
    assert count(either_store, "patient") == [1]


def test_conditional_updates_at_once_make_one_patient(either_store: Store, tmp_path: Path) -> None:
    people = [without_id(patient(number="77", birthDate=f"1970-01-0{number}")) for number in range(1, MANY + 1)]
    with served(tmp_path, either_store) as http:
        told = at_once(http, [("PUT", f"/Patient?{ME}", one, {}) for one in people])
        assert Counter(one.status_code for one in told) == {201: 1, 200: MANY - 1}
        (one,) = ids(http.get("/Patient"))
        assert http.get(f"/Patient/{one}").headers["etag"] == f'W/"{MANY}"'


def test_of_those_who_change_the_same_version_one_does(either_store: Store, tmp_path: Path) -> None:
    people = [patient("1", birthDate=f"1970-01-0{number}") for number in range(1, MANY + 1)]
    with served(tmp_path, either_store) as http:
        http.put("/Patient/1", json=patient("1"), headers={"content-type": "application/json"})
        told = at_once(http, [("PUT", "/Patient/1", one, {"if-match": 'W/"1"'}) for one in people[1:]])
        assert Counter(one.status_code for one in told) == {200: 1, 412: MANY - 2}


def test_the_same_message_at_once_is_answered_in_the_same_bytes(either_store: Store, tmp_path: Path) -> None:
    raw = json.dumps(message(patient(), condition())).encode()
    with served(tmp_path, either_store) as http:
        told = at_once(http, [("POST", "/$process-message", raw, {})] * MANY)
    assert len({one.content for one in told}) == 1
    assert count(either_store, "resource_version") == [2]


def test_the_same_bundle_at_once_is_kept_once(either_store: Store, tmp_path: Path) -> None:
    raw = json.dumps(transaction(patient(number="77"), condition())).encode()
    with served(tmp_path, either_store) as http:
        told = at_once(http, [("POST", "", raw, {})] * MANY)
    assert Counter(one for each in told for one in statuses(each.json())) == {"201": 2, "200": 2 * (MANY - 1)}
    assert count(either_store, "resource_version", "screening", "patient") == [2, 1, 1]
