"""A site's own FHIR server, as far as it is told of subjects: it keeps what it is sent, and may be away or overloaded.

A resource is known by its identifier, or where none is asked for by its id; each is kept as it was put last.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.postgres import free_port

MOST_SECONDS = 30.0


class SiteServer:
    """The server on one port: up, away (nobody listens), or overloaded (503 with Retry-After)."""

    def __init__(self) -> None:
        self.port = free_port()
        #: type → identifier or id → the resource as it was put last
        self.holds: dict[str, dict[str, dict[str, Any]]] = {}
        #: what was put, in its order: the type, its name, and whether it was there before
        self.told: list[tuple[str, str, bool]] = []
        self.refused = 0
        self.retry_after = 0
        self._listening: tuple[ThreadingHTTPServer, threading.Thread] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/fhir"

    def up(self) -> None:
        """Listens."""
        server = _Listening(self)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        self._listening = (server, thread)

    def away(self) -> None:
        """Nobody listens any more."""
        if self._listening is None:
            return
        server, thread = self._listening
        server.shutdown()
        thread.join(MOST_SECONDS)
        server.server_close()
        self._listening = None

    def put(self, kind: str, name: str, resource: dict[str, Any]) -> bool:
        """Keeps it; was it there?"""
        known = self.holds.setdefault(kind, {})
        before = name in known
        known[name] = resource
        self.told.append((kind, name, before))
        return before

    def whole(self) -> list[dict[str, Any]]:
        """Everything that is held, in one order."""
        return [known[name] for _, known in sorted(self.holds.items()) for name in sorted(known)]


class _Listening(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, site: SiteServer) -> None:
        self.site = site
        super().__init__(("127.0.0.1", site.port), _Request)


class _Request(BaseHTTPRequestHandler):
    server: _Listening

    def do_PUT(self) -> None:
        resource = json.loads(self.rfile.read(int(self.headers["content-length"])))
        site, parts = self.server.site, urlsplit(self.path)
        if site.retry_after:
            site.refused += 1
            self._say(503, {"retry-after": str(site.retry_after)})
            return
        kind, _, ident = parts.path.removeprefix("/fhir/").partition("/")
        name = ident or parse_qs(parts.query)["identifier"][0]
        if ident and resource["id"] != ident:
            self._say(400, {})
            return
        self._say(200 if site.put(kind, name, resource) else 201, {})

    def _say(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""
