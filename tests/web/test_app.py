"""The FHIR bases over HTTP: what is taken in, how it is answered, and who is let in."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute
from structlog.testing import capture_logs

from natars_fhir.mapping.faults import MappingError
from natars_fhir.service.upkeep.secret import SecretError
from natars_fhir.service.worklist.worklist import screening_of
from natars_fhir.settings import Settings
from natars_fhir.store.engine import Pool, Store, StoreError, open_store
from natars_fhir.web.app import create_app
from natars_fhir.web.interactions import INSTANCE
from tests.service.hospital import (
    NOW,
    Node,
    born_on_30_february,
    bundle,
    condition,
    encounter,
    mappings,
    patient,
    statuses,
    transaction,
)
from tests.web.caller import FHIR, Caller, code, settings
from tests.web.remembered import parts_remembered

FIRST = transaction(patient(number="77"), condition())
TWO_SITES = {"secret of a": "hospital-a", "secret of b": "hospital-b"}


def known(call: Caller, key: str = "Patient/1", site: str = "generic") -> Node | None:
    store = open_store(call.settings.database)
    try:
        return screening_of(store, mappings().study, site, key, NOW)
    finally:
        store.close()


def test_every_route_is_built_with_nothing_put_off_or_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts_remembered(monkeypatch, undone=True)
    built = [one for one in Caller(tmp_path).app.routes if isinstance(one, APIRoute)]
    assert len(built) > 150
    assert {type(one) for one in built} == {APIRoute}
    assert all(callable(one.app) and one.dependant.call is one.endpoint for one in built)


@pytest.mark.parametrize("base", ["/fhir/r4", "/fhir/r4/"])
def test_a_transaction_is_answered_by_one(call: Caller, base: str) -> None:
    response = call.push(FIRST, base)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/fhir+json")
    assert response.json()["type"] == "transaction-response"
    assert statuses(response.json()) == ["201", "201"]
    assert statuses(call.push(FIRST, base).json()) == ["200", "200"]
    assert known(call) is not None


def test_r5_comes_in_at_its_own_base(call: Caller) -> None:
    given = {
        "resourceType": "MedicationStatement",
        "id": "m",
        "status": "recorded",
        "subject": {"reference": "Patient/1"},
        "medication": {"concept": {"text": "多柔比星"}},
    }
    assert statuses(call.push(transaction(patient(), given), "/fhir/r5").json()) == ["201", "201"]
    assert call.push(transaction(given), "/fhir/r4").status_code == 422


def test_r4_at_the_base_of_r5_is_taken_in_and_told_in_the_outcome(call: Caller) -> None:
    operated: Node = {"resourceType": "Procedure", "id": "p", "status": "completed", "performedDateTime": "2024-03-01"}
    operated |= {"subject": {"reference": "Patient/1"}, "code": {"text": "x"}}
    answer = call.push(transaction(patient(), operated), "/fhir/r5").json()
    assert statuses(answer) == ["201", "201"]
    told = answer["entry"][1]["response"]["outcome"]["issue"]
    assert [(one["severity"], one["expression"]) for one in told if "R4" in one["diagnostics"]] == [
        ("warning", ["Bundle.entry[1].resource.performedDateTime"])
    ]


@pytest.mark.parametrize(
    ("document", "status", "issue"),
    [
        (born_on_30_february(), 422, "value"),
        (transaction(patient(), born_on_30_february()), 422, "value"),
        (encounter(), 202, "informational"),
        (bundle("collection", patient(), encounter()), 200, "informational"),
        (b"", 400, "structure"),
        (b"{", 400, "structure"),
        (b"<Bundle/>", 400, "not-supported"),
    ],
)
def test_everything_else_is_answered_by_an_outcome(shared: Caller, document: object, status: int, issue: str) -> None:
    response = shared.push(document)
    assert (response.status_code, code(response)) == (status, issue)


@pytest.mark.parametrize(
    ("method", "path", "status", "issue"),
    [
        ("GET", "/", 404, "not-found"),
        ("GET", "/docs", 404, "not-found"),
        ("GET", "/fhir/r4/Patient/PLANTED", 404, "not-found"),
        ("PUT", "/fhir/r4", 405, "not-supported"),
        ("GET", "/fhir/r4", 405, "not-supported"),
        ("POST", "/healthz", 405, "not-supported"),
    ],
)
def test_what_is_not_there_is_told_as_an_outcome(
    shared: Caller, method: str, path: str, status: int, issue: str
) -> None:
    response = shared(method, path)
    assert (response.status_code, code(response)) == (status, issue)
    assert "PLANTED" not in response.text


def test_a_failure_shows_nothing_of_its_inside(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("PLANTED value")

    monkeypatch.setattr("natars_fhir.web.app.push", fail)
    with capture_logs() as logs:
        response = call.push(FIRST)
    assert (response.status_code, code(response)) == (500, "exception")
    assert "PLANTED" not in response.text + json.dumps(logs)
    assert "Traceback" not in response.text
    assert logs[0]["fault"] == "ValueError"
    assert "test_app.py" in logs[0]["at"]


def test_many_pushes_at_once_are_all_kept(call: Caller) -> None:
    documents = [transaction(patient(str(n)), condition(f"c{n}", of=f"Patient/{n}")) for n in range(12)]

    async def all_at_once() -> list[httpx.Response]:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(call.app), base_url="http://adapter.example"
        ) as http:
            return await asyncio.gather(
                *(http.post("/fhir/r4", content=json.dumps(d), headers=FHIR) for d in documents)
            )

    assert [statuses(response.json()) for response in asyncio.run(all_at_once())] == [["201", "201"]] * 12
    assert all(known(call, f"Patient/{n}") is not None for n in range(12))


def test_a_site_reaches_its_own_patients_alone(tmp_path: Path) -> None:
    call = Caller(tmp_path, tokens=TWO_SITES)
    for resource in (patient(), condition()):
        assert call.push(resource, authorization="Bearer secret of a").status_code == 200
    assert call.push(patient(), authorization="bearer secret of b").status_code == 200
    one, other = known(call, site="hospital-a"), known(call, site="hospital-b")
    assert one is not None
    assert other is not None
    assert one["inScope"]
    assert not other["inScope"]
    assert known(call) is None


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer unknown", "Basic secret of a", "secret of a"])
def test_without_a_known_token_nothing_is_taken(tmp_path: Path, header: str) -> None:
    call = Caller(tmp_path, tokens=TWO_SITES)
    response = call.push(FIRST, **({"authorization": header} if header else {}))
    assert (response.status_code, code(response)) == (401, "login")
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert call("GET", "/fhir/r4/metadata").status_code == 200


def test_a_server_that_others_can_reach_knows_nobody_without_tokens(tmp_path: Path) -> None:
    assert Caller(tmp_path, host="0.0.0.0").push(FIRST).status_code == 401  # noqa: S104


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_operations_are_told_that_all_is_well(call: Caller, path: str) -> None:
    assert call("GET", path).status_code == 200


def test_without_its_store_it_is_alive_and_not_ready(call: Caller, tmp_path: Path) -> None:
    for file in tmp_path.glob("store.sqlite*"):
        file.write_bytes(b"no database at all" * 1000)
    assert call("GET", "/healthz").status_code == 200
    response = call("GET", "/readyz")
    assert (response.status_code, code(response)) == (503, "transient")


def test_where_somebody_elses_tables_stand_it_is_not_ready(call: Caller, tmp_path: Path) -> None:
    for file in tmp_path.glob("store.sqlite*"):
        file.unlink()
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as theirs:
        theirs.execute("CREATE TABLE patient (name TEXT)")
    response = call("GET", "/readyz")
    assert (response.status_code, code(response)) == (503, "transient")


def test_it_does_not_start_without_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        create_app(settings(tmp_path, tokens={"t": "no-such-site"}))
    with pytest.raises(MappingError):
        create_app(settings(tmp_path, mappings=tmp_path))
    with pytest.raises(StoreError):
        create_app(settings(tmp_path).model_copy(update={"database": f"sqlite:///{tmp_path}/no/such.sqlite"}))
    create_app(settings(tmp_path))
    (tmp_path / "key").unlink()
    with pytest.raises(SecretError):
        create_app(settings(tmp_path))


def test_a_store_that_is_given_is_used_and_left_open(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/given.sqlite")
    create_app(settings(tmp_path, database=f"sqlite:///{tmp_path}/store.sqlite"), store=store)
    assert not (tmp_path / "store.sqlite").exists()
    store.close()


def test_nothing_that_is_logged_names_a_value(call: Caller, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    caplog.set_level(logging.WARNING, "httpx")  # the test's own client
    planted = patient("PLANTED-id", "PLANTED-number", birthDate="1970-13-41")
    documents = [transaction(planted), bundle("batch", planted, condition(text="PLANTED文")), planted, b"{PLANTED"]
    with capture_logs() as logs:
        told = [call.push(document).text for document in documents]
        call("GET", "/fhir/r4/Patient/PLANTED?identifier=PLANTED")
        call("PLANTED", "/fhir/r4", x_request_id="PLANTED")
    assert len(logs) == 6
    assert "PLANTED" not in json.dumps(logs) + caplog.text + "".join(told)
    assert {entry["route"] for entry in logs} == {"/fhir/r4", f"/fhir/r4{INSTANCE}"}


def test_every_answer_has_the_id_that_the_log_knows_it_by(call: Caller) -> None:
    with capture_logs(processors=[]) as logs:
        first, second = call("GET", "/healthz"), call("GET", "/nowhere")
    ids = [response.headers["x-request-id"] for response in (first, second)]
    assert len(set(ids)) == 2
    assert [entry["status"] for entry in logs] == [200, 404]


def test_the_store_is_opened_with_as_many_connections_as_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*given: object) -> Store:
        raise StoreError(str(given))

    monkeypatch.setattr("natars_fhir.web.app.open_store", opened)
    chosen = Settings(
        database="postgresql+psycopg://x/y", database_connections=5, database_connections_more=1, database_wait=2
    )
    with pytest.raises(StoreError, match=re.escape(str(("postgresql+psycopg://x/y", Pool(5, 1, 2.0))))):
        create_app(chosen)
