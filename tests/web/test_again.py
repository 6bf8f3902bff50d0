"""Again, late, and under other names: what a feed repeats changes nothing, and what is older never wins.

Each row is what is sent, one after the other, and what is then known of `Condition/c1`: its text, its version over
HTTP, and how many versions were kept.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.store.engine import open_store
from tests.service.hospital import Node, bundle, condition, patient, transaction
from tests.service.ingest.test_ingest import count
from tests.web.asked import asking, entry
from tests.web.caller import Caller
from tests.web.test_message import message

ONE, TWO = "腹膜后平滑肌肉瘤", "去分化脂肪肉瘤"


def said(text: str = ONE, version: int | None = None, updated: str = "") -> Node:
    made = condition(text=text, version=version)
    return {**made, "meta": {**made.get("meta", {}), "lastUpdated": updated}} if updated else made


def put(resource: Node) -> Node:
    return asking("batch", entry("PUT", f"{resource['resourceType']}/{resource['id']}", resource))


def named(document: Node, value: str) -> Node:
    return {**document, "identifier": {"system": "urn:feed", "value": value}}


GONE = asking("batch", entry("DELETE", "Condition/c1"))
EARLY, LATE = "2024-06-01T00:00:00Z", "2024-06-02T00:00:00Z"

CASES: dict[str, tuple[list[Node], str, int, int]] = {
    "the same bundle three times": ([transaction(said())] * 3, ONE, 1, 1),
    "the same resource alone, and in every kind of bundle": (
        [said(), transaction(said()), bundle("batch", said()), bundle("collection", said()), message(said())],
        ONE, 1, 1,
    ),
    "the same content under another bundle id": (
        [{**transaction(said()), "id": "a"}, {**transaction(said()), "id": "b"}], ONE, 1, 1,
    ),
    "the same content under another bundle identifier": (
        [named(transaction(said()), "a"), named(transaction(said()), "b")], ONE, 1, 1,
    ),
    "another content under the same bundle identifier": (
        [named(transaction(said()), "a"), named(transaction(said(TWO)), "a")], TWO, 2, 2,
    ),
    "a named bundle that comes again after something newer": (
        [named(transaction(said()), "a"), put(said(TWO)), named(transaction(said()), "a")], TWO, 2, 2,
    ),
    "older after newer, by number": ([put(said(TWO, 2)), put(said(ONE, 1))], TWO, 1, 2),
    "older after newer, twice": ([put(said(TWO, 2)), put(said(ONE, 1)), put(said(ONE, 1))], TWO, 1, 2),
    "older after newer, by date": ([put(said(TWO, updated=LATE)), put(said(ONE, updated=EARLY))], TWO, 1, 2),
    "older after newer, by number though not by date": (
        [put(said(TWO, 2, EARLY)), put(said(ONE, 1, LATE))], TWO, 1, 2,
    ),
    "newer after older": ([put(said(ONE, 1)), put(said(TWO, 2))], TWO, 2, 2),
    "1, 3, 2, 4": ([put(said(f"{ONE}{n}", n)) for n in (1, 3, 2, 4)], f"{ONE}4", 3, 4),
    "without versions the last to come": ([put(said(ONE)), put(said(TWO)), put(said(ONE))], ONE, 3, 3),
    "older after a deletion": ([put(said(TWO, 2)), GONE, put(said(ONE, 1))], "", 2, 3),
    "newer after a deletion": ([put(said(ONE, 1)), GONE, put(said(TWO, 2))], TWO, 3, 3),
    "deleted twice": ([put(said(ONE, 1)), GONE, GONE], "", 2, 2),
    "the same in another order of its keys is another content": (
        [put(said()), put(dict(reversed(said().items())))], ONE, 2, 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", ["one by one", "the whole feed again"])
@pytest.mark.parametrize("case", CASES)
def test_what_is_known_after_a_feed(tmp_path: Path, case: str, way: str) -> None:
    sent, text, version, kept = CASES[case]
    call = Caller(tmp_path)
    call.push(patient())
    for document in sent:
        assert call.push(document).status_code == 200
    read = call("GET", "/fhir/r4/Condition/c1")
    assert read.headers["etag"] == f'W/"{version}"'
    assert (read.json()["code"]["text"] if text else read.status_code) == (text or 410)
    told = call("GET", "/fhir/r4/Condition/c1/_history").json()
    assert told["total"] == version
    store = open_store(call.settings.database)
    assert count(store, "resource_version") == [kept + 1]
    if way == "the whole feed again" and all("meta" in json.dumps(one) for one in sent):
        before = count(store, "resource_version", "screening", "outbox")
        for document in sent:
            if document is not GONE:
                call.push(document)
        again = call("GET", "/fhir/r4/Condition/c1")
        assert (again.status_code, again.content) == (read.status_code, read.content)
        assert count(store, "resource_version", "screening", "outbox") == before
    store.close()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/Condition/c1", condition()),
        ("POST", "/Condition", condition()),
        ("POST", "/Condition", {k: v for k, v in condition().items() if k != "id"}),
        ("PUT", "/Condition?identifier=urn:n|1", condition(identifier=[{"system": "urn:n", "value": "1"}])),
        ("DELETE", "/Condition/c1", None),
    ],
)
def test_a_single_interaction_may_be_sent_again(call: Caller, method: str, path: str, body: Any) -> None:
    call.push(patient())
    first = call(method, f"/fhir/r4{path}", body)
    for _ in range(2):
        again = call(method, f"/fhir/r4{path}", body)
        assert again.status_code == (204 if method == "DELETE" else 200)
        assert again.headers.get("location") == first.headers.get("location")
        assert again.headers.get("etag") == first.headers.get("etag")
