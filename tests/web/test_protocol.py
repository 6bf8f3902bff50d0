"""What comes over a connection before there is a request: no HTTP, heads without an end, offers of another protocol."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response

from natars_fhir.settings import Settings
from natars_fhir.web.protocol import MOST_HEAD
from natars_fhir.web.server import config_of

MOST_SECONDS = 20.0
Say = Callable[..., bytes]
OFFER = b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"
TWO = b'{"resourceType": "Patient"}'


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    app = FastAPI()

    @app.post("/{path:path}")
    @app.get("/{path:path}")
    async def back(request: Request) -> Response:
        return Response(await request.body() or b"nothing", headers={"seen": ",".join(sorted(request.headers))})

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        chosen = int(free.getsockname()[1])
    server = uvicorn.Server(config_of(app, Settings(port=chosen)))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + MOST_SECONDS
    while not server.started:
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.01)
    yield chosen
    server.should_exit = True
    thread.join(MOST_SECONDS)
    assert not thread.is_alive()


@pytest.fixture
def say(port: int) -> Say:
    """Sends the parts, and reads until the server closes."""

    def said(*parts: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=MOST_SECONDS) as line:
            for part in parts:
                line.sendall(part)
            return b"".join(iter(lambda: line.recv(65_536), b""))

    return said


def post(body: bytes, headers: bytes = b"", close: bytes = b"Connection: close\r\n") -> bytes:
    length = b"Content-Length: %d\r\n" % len(body)
    return b"POST /a HTTP/1.1\r\nHost: x\r\n" + headers + length + close + b"\r\n" + body


NO_HTTP = {
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    "a method that is none": b"FOO /fhir/r4 HTTP/1.1\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a negative length": b"POST / HTTP/1.1\r\nContent-Length: -2\r\n\r\n{}",
    "a length in letters": b"POST / HTTP/1.1\r\nContent-Length: two\r\n\r\n{}",
    "a chunk without its length": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n",
    "a tunnel": b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n",
    "a header with a line of its own": b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
}


@pytest.mark.parametrize("sent", NO_HTTP.values(), ids=NO_HTTP)
def test_what_is_no_request_is_told_so_by_an_outcome(say: Say, sent: bytes) -> None:
    status, outcome, head = _outcome(say(sent))
    assert (status, outcome["issue"][0]["code"]) == (400, "structure")
    assert "x-request-id" in head
    assert "connection: close" in head


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /a HTTP/1.1\r\nX: " + b"a" * MOST_HEAD + b"\r\n\r\n",
        b"GET /a HTTP/1.1\r\n" + b"X: abcdef\r\n" * (MOST_HEAD // 7) + b"\r\n",
        post(TWO, b"X: " + b"a" * MOST_HEAD + b"\r\n"),
        post(TWO, b"X: " + b"a" * MOST_HEAD + b"\r\n" + OFFER, b""),
    ],
    ids=["one header", "many headers", "before a body", "with an offer"],
)
def test_a_head_that_is_too_long_is_told_so(say: Say, sent: bytes) -> None:
    status, outcome, _ = _outcome(say(sent))
    assert (status, outcome["issue"][0]["code"]) == (431, "too-long")


def test_a_head_without_an_end_is_not_kept(say: Say) -> None:
    status, outcome, _ = _outcome(say(b"GET /a HTTP/1.1\r\nX: ", *[b"a" * 10_000] * (MOST_HEAD // 10_000 + 1)))
    assert (status, outcome["issue"][0]["code"]) == (431, "too-long")


def test_a_long_head_within_the_limit_is_read(say: Say) -> None:
    assert say(post(TWO, b"X: " + b"a" * (MOST_HEAD - 200) + b"\r\n")).endswith(TWO)


OFFERED = {
    "with a length": post(TWO, OFFER, b""),
    "in chunks": b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + OFFER + b"\r\n1b\r\n" + TWO + b"\r\n0\r\n\r\n",
    "for a socket of the web": post(TWO, b"Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n", b""),
}


@pytest.mark.parametrize("sent", OFFERED.values(), ids=OFFERED)
def test_who_offers_another_protocol_is_answered_in_this_one_and_loses_no_body(say: Say, sent: bytes) -> None:
    answer = say(sent, post(b"[]"))
    first, second = answer.split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert first.endswith(TWO)
    assert second.endswith(b"[]")
    assert b"upgrade" not in first


@pytest.mark.parametrize("cut", range(1, len(OFFERED["in chunks"]), 17))
def test_wherever_the_network_cuts_such_a_request_it_is_whole(say: Say, cut: int) -> None:
    sent = OFFERED["in chunks"]
    assert say(sent[:cut], sent[cut:], post(b"[]")).count(TWO) == 1


def _outcome(answer: bytes) -> tuple[int, dict[str, list[dict[str, str]]], str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/fhir+json" in head
    outcome = json.loads(body)
    assert outcome["resourceType"] == "OperationOutcome"
    return int(head.split()[1]), outcome, head.decode().lower()
