"""Protocol: the head of a request, before there is a request. https://www.rfc-editor.org/rfc/rfc9112

uvicorn's own protocol, with three things changed. What cannot be read is answered by an OperationOutcome. A head has
an end, in bytes and in time. Who offers another protocol (Java's client offers HTTP/2 on every plain connection) is
answered in HTTP/1.1, as https://www.rfc-editor.org/rfc/rfc9110#field.upgrade allows: uvicorn would drop the body.
"""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from natars_fhir.web.respond import refuse

#: Bytes of the address and of all headers; seconds that they may take.
MOST_HEAD, HEAD_SECONDS = 65_536, 30.0
#: What belongs to one connection, and to the protocol that is not spoken.
_OFFERS = frozenset({b"connection", b"upgrade", b"http2-settings"})
_OFFERED = frozenset({b"upgrade", b"http2-settings"})

_NOT_HTTP = (
    "This is no HTTP/1.1 request that can be read here: see its first line, its headers, and how its length is told."
)
_TOO_LONG = f"The address and the headers of a request have at most {MOST_HEAD} bytes."


class Protocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._in_head, self._told, self._fed = True, 0, 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody is there, and has so long to say what they want."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """The next bytes."""
        began = self._in_head
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._decline(data[offer.args[0] :])
        except httptools.HttpParserError:
            self.logger.warning("Invalid HTTP request received.")
            self.send_400_response(_NOT_HTTP)
        if not self._in_head:
            self._fed = 0
        elif began:
            self._fed += len(data)
        if max(self._told, self._fed) > MOST_HEAD:
            self._answer(431, "too-long", _TOO_LONG)
        elif self._in_head and began:
            self._wait()

    def send_400_response(self, msg: str) -> None:
        """What is no request is told so."""
        self._answer(400, "structure", msg)

    def on_message_begin(self) -> None:
        """A head begins."""
        self._in_head, self._told = True, 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """The address, or a part of it."""
        self._told += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._told += len(name) + len(value) + 4  # with its colon, its space and its line's end
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole: the request begins, where it is one."""
        self._in_head = False
        if not self._passed_over():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        if not self._passed_over():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if not self._passed_over():
            super().on_message_complete()

    def _passed_over(self) -> bool:
        return self._told > MOST_HEAD or bool(self.parser.should_upgrade())

    def _decline(self, rest: bytes) -> None:
        """The same request without the offer, by a parser that has not stopped at it."""
        method = self.parser.get_method()
        if self._told > MOST_HEAD:
            return
        if method == b"CONNECT":
            self.send_400_response(_NOT_HTTP)
            return
        kept = [(name, value) for name, value in self.headers if name not in _OFFERS]
        stays = [
            one
            for name, value in self.headers
            if name == b"connection"
            for one in value.split(b",")
            if one.strip().lower() not in _OFFERED
        ]
        kept += [(b"connection", b",".join(stays))] if stays else []
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in kept)
        head = method + b" " + self.url + b" HTTP/1.1\r\n" + lines + b"\r\n"
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn sets it
        self.data_received(head + rest)

    def _wait(self) -> None:
        """Closes the connection where the head is not whole in time."""
        if not self.transport.is_closing():
            self.timeout_keep_alive_task = self.loop.call_later(HEAD_SECONDS, self.timeout_keep_alive_handler)

    def _answer(self, status: int, code: str, text: str) -> None:
        """An OperationOutcome, and the end of the connection; nothing in the midst of another answer."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            told = refuse(status, code, text, {"Connection": "close", "X-Request-ID": uuid4().hex})
            lines = [*self.server_state.default_headers, *told.raw_headers]
            head = STATUS_LINE[status] + b"".join(name + b": " + value + b"\r\n" for name, value in lines)
            self.transport.write(head + b"\r\n" + bytes(told.body))
        self.transport.close()
