"""A real server that is asked to stop finishes what is under way, takes nothing new, and ends in order."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import select

from natars_fhir.store.engine import open_store
from natars_fhir.store.tables.core import outbox, resource_version
from natars_fhir.store.tables.line import site_line
from tests.served import Life, started
from tests.service.hospital import condition, patient, transaction
from tests.web.test_over_loopback import mappings_with

MOST_SECONDS = 60.0
BODY = json.dumps(transaction(patient(number="PLANTED77"), condition())).encode()


class Slow(ThreadingHTTPServer):
    """A hospital's server that answers a delivery only when it is let."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SlowRequest)
        self.asked, self.let = threading.Event(), threading.Event()
        self.put: list[str] = []


class SlowRequest(BaseHTTPRequestHandler):
    server: Slow

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.set()
        self.server.let.wait(MOST_SECONDS)
        self.server.put.append(self.path)
        self.send_response(201)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(folder: Path, port: int, **more: str) -> Iterator[BaseProcess]:
    """`natars-fhir serve` as a process of its own, until it ends or the block does."""
    named = {"DATABASE": f"sqlite:///{folder}/store.sqlite", "KEY_FILE": f"{folder}/key", "PORT": str(port), **more}
    environment = {f"NATARS_{name}": value for name, value in named.items()}
    process = started(environment, life=Life(folder, warns=folder / "log"))
    try:
        for _ in range(int(MOST_SECONDS / 0.05)):
            assert process.is_alive(), (folder / "log").read_text()
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.join(MOST_SECONDS)


def asked_to_stop(process: BaseProcess) -> None:
    assert process.pid is not None
    os.kill(process.pid, signal.SIGTERM)


def ended(process: BaseProcess) -> int | None:
    process.join(MOST_SECONDS)
    return process.exitcode


def begun(port: int) -> socket.socket:
    """A push of which the half is sent."""
    sender = socket.create_connection(("127.0.0.1", port), timeout=MOST_SECONDS)
    head = (
        "POST /fhir/r4 HTTP/1.1\r\nHost: adapter.example\r\nContent-Type: application/fhir+json\r\n"
        f"Content-Length: {len(BODY)}\r\n\r\n"
    )
    sender.sendall(head.encode() + BODY[:100])
    return sender


def answered(sender: socket.socket) -> str:
    told = b""
    while part := sender.recv(65_536):
        told += part
    return told.decode()


def refused(port: int) -> bool:
    """Is a new connection closed, or not taken?"""
    for _ in range(int(MOST_SECONDS / 0.05)):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) != 0:
                return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_request_under_way_is_finished_and_no_new_one_taken(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port) as process, begun(port) as sender:
        time.sleep(0.2)
        asked_to_stop(process)
        assert refused(port)
        assert process.is_alive()
        sender.sendall(BODY[100:])
        told = answered(sender)
        assert ended(process) == 0
        log = (tmp_path / "log").read_text()
    assert told.startswith("HTTP/1.1 200")
    assert "transaction-response" in told
    assert "PLANTED" not in log
    assert "Traceback" not in log
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    with store.read() as connection:
        assert len(connection.execute(select(resource_version.c.seq)).all()) == 2
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_delivery_under_way_is_settled_before_the_end(tmp_path: Path) -> None:
    port = free_port()
    with Slow() as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        mappings = mappings_with(f"http://127.0.0.1:{site.server_port}/fhir", tmp_path)
        with serving(tmp_path, port, MAPPINGS=str(mappings), DELIVER_EVERY="0.05") as process:
            with begun(port) as sender:
                sender.sendall(BODY[100:])
                assert sender.recv(1)
                assert site.asked.wait(MOST_SECONDS)
                asked_to_stop(process)
                assert refused(port)
            site.let.set()
            assert ended(process) == 0
        site.shutdown()
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    with store.read() as connection:
        states = list(connection.execute(select(outbox.c.state).order_by(outbox.c.seq)).scalars())
        holders = list(connection.execute(select(site_line.c.holder)).scalars())
    store.close()
    assert 1 <= len(site.put) == states.count("done")
    assert {*states} <= {"done", "waiting"}
    assert holders == [None]
