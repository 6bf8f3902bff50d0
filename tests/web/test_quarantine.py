"""`/api/quarantine`: a site's own people see what could not be used, try it once more, and dismiss it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from natars_fhir.service.access import bearers
from natars_fhir.service.access.bearers import Wanted
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.upkeep.secret import secret
from natars_fhir.store.engine import open_store
from tests.service.hospital import NOW, born_on_30_february, bundle, condition, patient
from tests.service.remap.test_replay import ODD, strictly
from tests.web.caller import Caller, code

ALL = "/api/quarantine"
JSON = {"content_type": "application/json"}


def operator(call: Caller, site: str) -> str:
    """The header of an operator of one site."""
    store = open_store(call.settings.database)
    key = secret(call.settings.key_file, store)
    token = bearers.add(store, key, Wanted(site, "test", ("operator",)), NOW)[1]
    store.close()
    return f"Bearer {token}"


@pytest.fixture
def two(call: Caller) -> Caller:
    """Number 1 is of use with the mapping as it is, number 2 is not."""
    store = open_store(call.settings.database)
    strictly(store, {**condition(), **ODD})
    store.close()
    assert call.push(bundle("batch", patient(), born_on_30_february("PLANTED"))).status_code == 200
    return call


def test_what_is_set_apart_is_listed_page_by_page(two: Caller) -> None:
    first = two("GET", f"{ALL}?most=1").json()
    assert [(row["number"], row["kind"], row["codes"]) for row in first["quarantine"]] == [
        (1, "Condition", ["structure"])
    ]
    assert (first["counts"], first["after"]) == ({"waiting": 2, "replayed": 0, "dismissed": 0}, 1)
    last = two("GET", f"{ALL}?most=1&after=1").json()
    assert ([row["number"] for row in last["quarantine"]], last["after"]) == ([2], None)
    assert last["quarantine"][0] == {
        "number": 2,
        "site": "generic",
        "state": "waiting",
        "kind": "Patient",
        "place": "Bundle.entry[1].resource",
        "fhirVersion": "R4",
        "first": "2024-06-15T04:00:00+00:00",
        "last": "2024-06-15T04:00:00+00:00",
        "count": 1,
        "codes": ["value"],
        "tries": 0,
    }


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [("code=value", [2]), ("kind=Condition", [1]), ("state=dismissed", []), ("state=waiting", [1, 2])],
)
def test_the_list_is_narrowed(two: Caller, asked: str, numbers: list[int]) -> None:
    assert [row["number"] for row in two("GET", f"{ALL}?{asked}").json()["quarantine"]] == numbers


def test_one_is_shown_with_its_issues_and_never_its_bytes(two: Caller) -> None:
    response = two("GET", f"{ALL}/2")
    assert response.json()["issues"] == [
        {
            "severity": "error",
            "code": "value",
            "expression": "Bundle.entry[1].resource.birthDate",
            "text": "This day is not in the calendar.",
        }
    ]
    assert "PLANTED" not in response.text


def test_one_is_tried_once_more_and_twice_is_once(two: Caller) -> None:
    first = two("POST", f"{ALL}/1/replay")
    assert (first.status_code, first.json()["state"], first.json()["became"]["created"]) == (200, "replayed", 1)
    assert two("POST", f"{ALL}/1/replay").json() == first.json()
    again = two("POST", f"{ALL}/2/replay").json()
    assert (again["state"], again["tries"], again["became"]) == ("waiting", 1, None)


def test_those_that_wait_are_tried_a_bounded_number_at_once(two: Caller) -> None:
    assert two("POST", f"{ALL}/replay", {"code": "value"}).json() == {
        "tried": 1, "replayed": 0, "resources": 0, "waiting": 2, "after": None
    }  # fmt: skip
    assert two("POST", f"{ALL}/replay", {"most": 1}).json()["after"] == 1
    assert two("POST", f"{ALL}/replay", {"after": 1}).json()["tried"] == 1
    assert two("POST", f"{ALL}/replay").json() == {
        "tried": 1, "replayed": 0, "resources": 0, "waiting": 1, "after": None
    }  # fmt: skip


def test_one_is_dismissed_with_a_name_and_a_reason(two: Caller) -> None:
    told = two("POST", f"{ALL}/2/dismiss", {"by": "Li Na", "reason": "a test patient"})
    assert (told.json()["state"], told.json()["by"], told.json()["reason"]) == ("dismissed", "Li Na", "a test patient")
    assert two("POST", f"{ALL}/replay").json()["tried"] == 1
    assert code(two("POST", f"{ALL}/1/dismiss", {"by": "Li Na", "reason": "late"})) == "conflict"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "issue"),
    [
        ("GET", f"{ALL}/9", None, 404, "not-found"),
        ("GET", f"{ALL}/x", None, 404, "not-found"),
        ("GET", f"{ALL}/{10**30}", None, 404, "not-found"),
        ("POST", f"{ALL}/9/replay", None, 404, "not-found"),
        ("POST", f"{ALL}/9/dismiss", {"by": "a", "reason": "b"}, 404, "not-found"),
        ("GET", f"{ALL}?state=lost", None, 422, "value"),
        ("GET", f"{ALL}?code=%25", None, 422, "value"),
        ("GET", f"{ALL}?after=x", None, 422, "value"),
        ("GET", f"{ALL}?most={10**30}", None, 422, "value"),
        ("POST", f"{ALL}/replay", b"{", 400, "structure"),
        ("POST", f"{ALL}/replay", b"[]", 422, "structure"),
        ("POST", f"{ALL}/replay", {"after": [1]}, 422, "value"),
        ("POST", f"{ALL}/replay", b" " * 20_001, 413, "too-long"),
        ("POST", f"{ALL}/2/dismiss", None, 422, "required"),
        ("POST", f"{ALL}/2/dismiss", {"by": "a"}, 422, "required"),
        ("POST", f"{ALL}/2/dismiss", {"by": 1, "reason": "b"}, 422, "required"),
        ("POST", f"{ALL}/2/dismiss", {"by": "a", "reason": "b" * 2_001}, 422, "too-long"),
        ("DELETE", f"{ALL}/2", None, 405, "not-supported"),
    ],
)
def test_what_cannot_be_answered_is_an_outcome(
    two: Caller, method: str, path: str, body: Any, status: int, issue: str
) -> None:
    response = two(method, path, body)
    assert (response.status_code, code(response)) == (status, issue)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ALL), ("GET", f"{ALL}/1"), ("POST", f"{ALL}/1/replay"), ("POST", f"{ALL}/replay"),
     ("POST", f"{ALL}/1/dismiss")],
)  # fmt: skip
def test_nobody_sees_another_sites(tmp_path: Path, method: str, path: str) -> None:
    call = Caller(tmp_path, tokens={"secret of a": "hospital-a", "secret of b": "hospital-b"})
    assert call.push(born_on_30_february("PLANTED"), authorization="Bearer secret of a").status_code == 422
    body = {"by": "a", "reason": "b"} if "dismiss" in path else None
    assert call(method, path, body).status_code == 401
    assert call(method, path, body, authorization="Bearer secret of b").status_code == 403  # an engine is no operator
    of_a, of_b = (operator(call, site) for site in ("hospital-a", "hospital-b"))
    told = call(method, path, body, authorization=of_b)
    assert "PLANTED" not in told.text
    if path.startswith(f"{ALL}/1"):
        assert told.status_code == 404
    else:
        assert (told.json().get("quarantine", []), told.json().get("tried", 0)) == ([], 0)
    assert call("GET", f"{ALL}/1", authorization=of_a).json()["state"] == "waiting"


def test_nothing_of_it_is_logged(two: Caller) -> None:
    with capture_logs() as logs:
        for path in (ALL, f"{ALL}/2"):
            two("GET", path)
        two("POST", f"{ALL}/2/dismiss", {"by": "PLANTED", "reason": "PLANTED"})
    assert "PLANTED" not in str(logs)
    assert {log["route"] for log in logs} == {ALL, f"{ALL}/{{number}}", f"{ALL}/{{number}}/dismiss"}


def test_it_is_the_push_that_is_tried_once_more(two: Caller) -> None:
    """The same bytes, pushed afterwards, are known."""
    two("POST", f"{ALL}/1/replay")
    from tests.service.hospital import intake, reader

    store = open_store(two.settings.database)
    import json

    raw = json.dumps({**condition(), **ODD}, ensure_ascii=False).encode()
    assert "unchanged" in push(store, intake(), reader(), raw, NOW).counts
    store.close()
