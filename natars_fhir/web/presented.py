"""Presented: an answer without its body where only its head was asked for, and laid out for people where they ask.

https://hl7.org/fhir/R4/http.html#parameters (_pretty)
"""

from __future__ import annotations

from urllib.parse import parse_qs

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Presented:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; most pass as they are."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            await self._app(scope, receive, _headless(send))
        elif scope["type"] == "http" and b"_pretty" in scope.get("query_string", b"") and _pretty(scope):
            await self._app(scope, receive, _Laid(send).take)
        else:
            await self._app(scope, receive, send)


def _pretty(scope: Scope) -> bool:
    query: bytes = scope["query_string"]
    return parse_qs(query.decode("latin-1")).get("_pretty", [""])[-1].lower() == "true"


def _headless(send: Send) -> Send:
    async def take(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return take


class _Laid:
    """Holds an answer back until it is whole."""

    def __init__(self, send: Send) -> None:
        self._send, self._body = send, bytearray()
        self._start: Message = {}

    async def take(self, message: Message) -> None:
        """A part of the answer."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body", False):
            return
        headers = dict(self._start.get("headers", ()))
        body = bytes(self._body)
        kind = headers.get(b"content-type", b"")
        if b"json" in kind and b"ndjson" not in kind and body:
            body = msgspec.json.format(body, indent=2)
            told = [(n, str(len(body)).encode() if n == b"content-length" else v) for n, v in self._start["headers"]]
            self._start = {**self._start, "headers": told}
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body})
