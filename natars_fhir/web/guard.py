"""Guard: around every request. It has an id, it is logged without any value, and no failure shows its inside.

Paths are logged as their routes, failures as their type and place: an address, or an exception's text, may
name a patient. A sender's own id of the request is taken where it can be nothing but that.
"""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from natars_fhir.store.actor import acting
from natars_fhir.store.gone import is_gone
from natars_fhir.web.metrics import Metrics
from natars_fhir.web.respond import Told, error

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
#: A UUID, with or without its hyphens, or a ULID. Anything looser could be a patient's number.
_HEX = "[0-9A-Fa-f]"
_SANE = re.compile(rf"{_HEX}{{8}}(-?)({_HEX}{{4}}\1){{3}}{_HEX}{{12}}|[0-7][0-9A-HJKMNP-TV-Z]{{25}}")
_log = structlog.get_logger("natars_fhir.web")


class Guard:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, metrics: Metrics | None = None, people: Told = lambda *_: None) -> None:
        self._app, self._people = app, people
        self._metrics = metrics or Metrics()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; what is no request passes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        ident = request_id(scope)
        with (
            structlog.contextvars.bound_contextvars(request=ident),
            acting("nobody", ident),
            self._metrics.under_way.track_inprogress(),
        ):
            await self._watched(scope, receive, send, ident)

    async def _watched(self, scope: Scope, receive: Receive, send: Send, ident: str) -> None:
        started, status = perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), (b"x-request-id", ident.encode())]}
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except ClientDisconnect:
            _log.info("gone", **_where(scope))
            return
        except Exception as fault:  # noqa: BLE001 (the rim: nothing passes it)
            away = is_gone(fault)
            told = {"fault": type(fault).__name__, "at": place(fault), **_where(scope)}
            _log.error("store away" if away else "failed", **told)
            if status == 0:
                code = 503 if away else 500
                await (self._people(scope, code) or error(code))(scope, receive, answer)
        seconds, where = perf_counter() - started, _where(scope)
        self._metrics.answered(where["method"], where["route"], status, seconds)
        _log.info("request", status=status, ms=round(seconds * 1000, 1), **where)


def request_id(scope: Scope) -> str:
    """The sender's `X-Request-ID`, if it can be nothing but an id; else one of our own."""
    for name, value in scope.get("headers", ()):
        if name == b"x-request-id" and _SANE.fullmatch(value.decode("latin-1")):
            return str(value.decode("latin-1"))
    return uuid4().hex


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
