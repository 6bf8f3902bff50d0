"""Guard: around every request. It has an id, it is logged without any value, and no failure shows its inside.

Paths are logged as their routes, failures as their type and place: an address, or an exception's text, may
name a patient.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from natars_fhir.web.respond import error

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_log = structlog.get_logger("natars_fhir.web")


class Guard:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; what is no request passes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with structlog.contextvars.bound_contextvars(request=uuid4().hex):
            await self._watched(scope, receive, send)

    async def _watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status = perf_counter(), 0
        ident = str(structlog.contextvars.get_contextvars()["request"]).encode()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), (b"x-request-id", ident)]}
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except ClientDisconnect:
            _log.info("gone", **_where(scope))
            return
        except Exception as fault:  # noqa: BLE001 (the rim: nothing passes it)
            _log.error("failed", fault=type(fault).__name__, at=place(fault), **_where(scope))
            if status == 0:
                await error(500)(scope, receive, answer)
        _log.info("request", status=status, ms=round((perf_counter() - started) * 1000, 1), **_where(scope))


def place(fault: BaseException) -> str:
    """Where it happened: file and line, innermost last."""
    return " > ".join(
        f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(fault.__traceback__)[-4:]
    )


def _where(scope: Scope) -> dict[str, str]:
    method = str(scope["method"])
    return {
        "method": method if method in _METHODS else "other",
        "route": str(getattr(scope.get("route"), "path", "unknown")),
    }
