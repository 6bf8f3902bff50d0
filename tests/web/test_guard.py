"""Nothing passes the rim: a failure is logged by its place, and a sender who left is no failure."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from natars_fhir.store.actor import actor
from natars_fhir.web.guard import Guard

HTTP: dict[str, Any] = {"type": "http", "method": "POST", "path": "/PLANTED", "headers": []}


def run(scope: Scope, *, started: bool = False, fault: BaseException | None = None) -> tuple[list[Any], list[Any]]:
    """What was sent, and what was logged."""
    sent: list[Any] = []

    async def inner(_: Scope, __: Receive, send: Send) -> None:
        if started:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        if fault is not None:
            raise fault

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    with capture_logs() as logs:
        asyncio.run(Guard(inner)(scope, receive, send))
    return sent, logs


def test_a_sender_who_left_is_noted_and_not_answered() -> None:
    sent, logs = run(HTTP, fault=ClientDisconnect())
    assert sent == []
    assert [entry["event"] for entry in logs] == ["gone"]


@pytest.mark.parametrize(("started", "status"), [(False, 500), (True, 200)])
def test_a_failure_is_answered_unless_an_answer_is_under_way(started: bool, status: int) -> None:
    sent, logs = run(HTTP, started=started, fault=ValueError("PLANTED"))
    assert [message["status"] for message in sent if message["type"] == "http.response.start"] == [status]
    assert [entry["event"] for entry in logs] == ["failed", "request"]
    assert "PLANTED" not in str(logs) + str(sent)


def test_what_is_no_request_passes() -> None:
    assert run({"type": "lifespan"}) == ([], [])


def test_a_database_that_is_away_is_told_with_when_to_try_again() -> None:
    fault = OperationalError("PLANTED", {}, sqlite3.OperationalError("PLANTED"))
    sent, logs = run(HTTP, fault=fault)
    (start,) = [message for message in sent if message["type"] == "http.response.start"]
    assert start["status"] == 503
    assert (b"retry-after", b"5") in start["headers"]
    assert [entry["event"] for entry in logs] == ["store away", "request"]
    assert "PLANTED" not in str(logs) + str(sent)


UUID = "0b9f4a5e-9d3c-4b7e-8f55-2a1d3c4b5e6f"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (UUID, True),
        (UUID.upper(), True),
        (UUID.replace("-", ""), True),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", True),
        ("", False),
        ("110101196001011234", False),
        ("王五", False),
        ("PLANTED-77", False),
        (UUID + "0", False),
        (UUID.replace("-", "", 1), False),
        (UUID + "\n", False),
        ("x" * 10_000, False),
    ],
)
def test_a_senders_id_is_taken_where_it_can_be_nothing_else(given: str, taken: bool) -> None:
    seen: list[str] = []

    async def inner(_: Scope, __: Receive, send: Send) -> None:
        seen.append(actor().request)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {**HTTP, "headers": [(b"x-request-id", given.encode())]}
    with capture_logs() as logs:
        asyncio.run(Guard(inner)(scope, receive, send))
    (echoed,) = [value.decode() for name, value in sent[0]["headers"] if name == b"x-request-id"]
    assert (echoed == given) == taken
    assert seen == [echoed]
    assert not given or taken or given not in str(logs)
