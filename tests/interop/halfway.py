"""A wire that passes on what is sent, and keeps the answer to one of it: who sent it never learns what came of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

MOST_SECONDS = 30.0


class Halfway(ThreadingHTTPServer):
    """Passes every PUT on to *beyond*. ``taken``: the one of *kept* is there; ``over`` lets its answer go."""

    daemon_threads = True

    def __init__(self, beyond: str, kept: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.beyond, self.kept = beyond, f"/{kept}"
        self.taken, self.over = threading.Event(), threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Passing(BaseHTTPRequestHandler):
    server: Halfway

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {"content-type": self.headers["content-type"]}
        told = httpx.put(f"{self.server.beyond}{self.path}", content=body, headers=headers, trust_env=False, timeout=30)
        if self.path.startswith(self.server.kept) and told.is_success:
            self.server.taken.set()
            self.server.over.wait(MOST_SECONDS)
            self.close_connection = True
            return
        self.send_response(told.status_code)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def halfway(beyond: str, kept: str) -> Iterator[Halfway]:
    """The wire, while the block runs."""
    wire = Halfway(beyond, kept)
    thread = threading.Thread(target=wire.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield wire
    finally:
        wire.over.set()
        wire.shutdown()
        thread.join(MOST_SECONDS)
        wire.server_close()
