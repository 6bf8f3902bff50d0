"""A file comes whole, goes on where it was broken off if it is the same still, and begins anew if it is not.

The server is a real one on loopback: it breaks off in the middle, as respx cannot.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

import pytest
from joserfc.jwk import ECKey

from natars_fhir.mapping.endpoint import Endpoint
from natars_fhir.service.http import Clients
from natars_fhir.service.pull.download import download
from natars_fhir.service.pull.fault import PullError
from natars_fhir.service.pull.source import Source
from tests.service.hospital import NOW
from tests.service.pull.ward import plan

BODY = Random(1).randbytes(400_000)  # noqa: S311 (any bytes)
OTHER = Random(2).randbytes(300_000)  # noqa: S311


@dataclass
class Shelf:
    """A file at a server: how it is known, and after how many bytes each answer breaks off."""

    body: bytes = BODY
    tag: str = '"one"'
    ranges: bool = True
    breaks: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    status: int = 0
    url: str = ""
    turn: Callable[[Shelf], None] = lambda _: None
    #: which of the tokens that it gave counts; 0: it asks for none
    token: int = 0
    given: int = 0


class _Gives(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    shelf: Shelf

    def do_POST(self) -> None:
        """A token, another each time."""
        self.shelf.given += 1
        self._say(200, {"access_token": f"token-{self.shelf.given}", "expires_in": 3600})

    def _say(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def do_GET(self) -> None:
        here = self.shelf
        if self.path.endswith("smart-configuration"):
            self._say(200, {"token_endpoint": here.url.replace("/fhir/file", "/token")})
            return
        if here.token and self.headers.get("authorization") != f"Bearer token-{here.token}":
            here.asked.append("401")
            self._say(401, {})
            return
        wanted = self.headers.get("range", "")
        here.asked.append(wanted)
        here.turn(here)
        same = here.ranges and wanted and self.headers.get("if-range") == here.tag
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if same else 0
        if start >= len(here.body) and same:
            self.send_response(416)
            self.send_header("content-length", "0")
            self.end_headers()
            return
        rest = here.body[start:]
        self.send_response(here.status or (206 if start else 200))
        if start:
            self.send_header("content-range", f"bytes {start}-{len(here.body) - 1}/{len(here.body)}")
        if here.tag:
            self.send_header("etag", here.tag)
        self.send_header("content-length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: here.breaks.pop(0)] if here.breaks else rest)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def _server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gives)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join(20)
    server.server_close()


@pytest.fixture
def shelf(_server: ThreadingHTTPServer) -> Shelf:
    found = _Gives.shelf = Shelf(url=f"http://127.0.0.1:{_server.server_port}/fhir/file")
    return found


@pytest.fixture
def source(shelf: Shelf) -> Iterator[Source]:
    with Clients(10.0) as clients:
        server = Endpoint(url=shelf.url.removesuffix("/file"))
        yield Source(clients, server, plan("bulk"), 1000, lambda: NOW, lambda _: None, lambda: 0.5)


def brought(source: Source, shelf: Shelf, folder: Path) -> bytes:
    path = folder / "files" / "1.ndjson"
    assert download(source, shelf.url, path, known=True, seen=lambda _: None) == path
    assert [one.name for one in path.parent.iterdir()] == ["1.ndjson"]
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    return path.read_bytes()


def test_a_file_that_is_broken_off_goes_on_there_however_often_while_it_comes_farther(
    source: Source, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.breaks = [50_000] * 6
    assert brought(source, shelf, tmp_path) == BODY
    assert len(shelf.asked) == 7
    assert shelf.asked[0] == ""
    assert all(one.startswith("bytes=") for one in shelf.asked[1:])


def test_a_token_that_ends_in_mid_download_is_renewed_and_the_file_goes_on_where_it_was(
    shelf: Shelf, tmp_path: Path
) -> None:
    key = tmp_path / "jwk"
    key.write_text(json.dumps(ECKey.generate_key("P-384").as_dict(private=True)))
    told = {"auth": "smart-backend", "client_id": "natars", "key_file": str(key), "scope": "system/*.rs"}
    server = Endpoint.model_validate({"url": shelf.url.removesuffix("/file"), **told})

    def ends(here: Shelf) -> None:
        here.token = 2  # what it gave before counts no more

    shelf.breaks, shelf.token, shelf.turn = [150_000], 1, ends
    with Clients(10.0) as clients:
        source = Source(clients, server, plan("bulk"), 1000, lambda: NOW, lambda _: None, lambda: 0.5)
        assert brought(source, shelf, tmp_path) == BODY
    assert (shelf.given, shelf.asked[:2], len(shelf.asked)) == (2, ["", "401"], 3)
    assert shelf.asked[2].startswith("bytes=")  # no byte came twice


@pytest.mark.parametrize(("tag", "ranges"), [("", True), ('W/"weak"', True), ('"one"', False)])
def test_where_the_server_does_not_let_us_go_on_it_comes_from_its_beginning(
    source: Source, shelf: Shelf, tmp_path: Path, tag: str, ranges: bool
) -> None:
    shelf.tag, shelf.ranges, shelf.breaks = tag, ranges, [150_000]
    assert brought(source, shelf, tmp_path) == BODY
    assert len(shelf.asked) == 2


def test_a_file_that_changes_meanwhile_is_never_pieced_together(source: Source, shelf: Shelf, tmp_path: Path) -> None:
    def changes(here: Shelf) -> None:
        if len(here.asked) == 2:
            here.body, here.tag = OTHER, '"two"'

    shelf.breaks, shelf.turn = [150_000], changes
    assert brought(source, shelf, tmp_path) == OTHER


def test_a_file_of_which_more_is_here_than_there_begins_anew(source: Source, shelf: Shelf, tmp_path: Path) -> None:
    def shrinks(here: Shelf) -> None:
        if len(here.asked) == 2:
            here.body = BODY[:1000]

    shelf.breaks, shelf.turn = [150_000], shrinks
    assert brought(source, shelf, tmp_path) == BODY[:1000]


def test_a_server_that_always_breaks_off_at_the_same_place_is_given_up(
    source: Source, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.ranges, shelf.breaks = False, [1000] * 20
    with pytest.raises(PullError, match="away"):
        brought(source, shelf, tmp_path)
    assert len(shelf.asked) <= 5


def test_a_file_that_is_here_is_not_asked_for(source: Source, shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir(mode=0o700)
    (tmp_path / "files" / "1.ndjson").touch(mode=0o600)
    assert brought(source, shelf, tmp_path) == b""
    assert shelf.asked == []


@pytest.mark.parametrize(("status", "fault"), [(404, "expired file"), (410, "expired file"), (403, "credentials 403")])
def test_a_file_that_is_not_given_is_told(
    source: Source, shelf: Shelf, tmp_path: Path, status: int, fault: str
) -> None:
    shelf.status = status
    with pytest.raises(PullError, match=fault):
        brought(source, shelf, tmp_path)
