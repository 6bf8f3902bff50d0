"""The whole way, over real HTTP on this machine: a push comes in, and the site's server is told."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copytree

import httpx

from natars_fhir.settings import default_folder
from natars_fhir.web.app import create_app
from natars_fhir.web.server import server
from tests.service.hospital import condition, patient, statuses, transaction
from tests.web.caller import FHIR, settings

MOST_SECONDS = 20.0
FIRST = transaction(patient(number="PLANTED77"), condition())


class SiteServer(ThreadingHTTPServer):
    """A hospital's FHIR server, as far as it is told of subjects."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SiteRequest)
        self.put: list[tuple[str, dict[str, object]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/fhir"


class SiteRequest(BaseHTTPRequestHandler):
    """Takes every PUT."""

    server: SiteServer

    def do_PUT(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.put.append((self.path, body))
        self.send_response(201)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def running(work: threading.Thread) -> Iterator[None]:
    work.start()
    try:
        yield
    finally:
        work.join(MOST_SECONDS)
        assert not work.is_alive()


def until(found: object) -> None:
    """Waits until *found*, a function, says yes; but not for ever."""
    end = time.monotonic() + MOST_SECONDS
    while not found():  # type: ignore[operator]
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.01)


def mappings_with(url: str, folder: Path) -> Path:
    """The mappings, and in them a server for the site without a name."""
    copied = copytree(default_folder("mappings", "default_mappings"), folder / "mappings")
    with (copied / "sites" / "generic.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[endpoint]\nurl = "{url}"\n')
    return copied


def test_a_push_over_http_ends_at_the_sites_server(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with SiteServer() as site:
        chosen = settings(tmp_path, port=port, mappings=mappings_with(site.url, tmp_path), deliver_every=0.05)
        served = server(create_app(chosen), chosen)
        listening = threading.Thread(target=site.serve_forever, daemon=True)
        with running(listening), running(threading.Thread(target=served.run, daemon=True)):
            try:
                until(lambda: served.started)
                told = httpx.post(
                    f"http://127.0.0.1:{port}/fhir/r4", content=json.dumps(FIRST), headers=FHIR, trust_env=False
                )
                until(lambda: len(site.put) == 4)
            finally:
                served.should_exit = True
                site.shutdown()
    assert statuses(told.json()) == ["201", "201"]
    assert "server" not in told.headers
    kinds = [body["resourceType"] for _, body in site.put]
    assert kinds == ["ResearchStudy", "ResearchStudy", "ResearchSubject", "Task"]
    assert site.put[2][0].startswith("/fhir/ResearchSubject?identifier=")
