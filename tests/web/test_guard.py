"""Nothing passes the rim: a failure is logged by its place, and a sender who left is no failure."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

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
