"""Deliver: how many changed subjects a second reach a fast local server, in order per subject, out of a durable outbox.

Beside it, in the same run, what somebody would write: httpx, one PUT after the other, of bodies that are in memory; it
remembers nothing, and would send all of it again, or lose it, were it killed. The server is a process of its own.
"""

from __future__ import annotations

import json
import multiprocessing
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median

import httpx
import structlog

from benchmarks.measure import Missing
from natars_fhir.mapping.schema import Endpoint
from natars_fhir.service.deliver.deliver import Rounds, deliver_once
from natars_fhir.service.http import Clients
from natars_fhir.store import outbox
from natars_fhir.store.engine import open_store

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def serve(listener: socket.socket) -> None:
    """Takes every request of every connection, one connection after the other, and says yes."""
    while True:
        line, _ = listener.accept()
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _answer_all(line)


def _answer_all(line: socket.socket) -> None:
    waiting = b""
    with line:
        while True:
            while b"\r\n\r\n" not in waiting:
                part = line.recv(1 << 16)
                if not part:
                    return
                waiting += part
            head, _, waiting = waiting.partition(b"\r\n\r\n")
            length = next(int(one[15:]) for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:"))
            while len(waiting) < length:
                waiting += line.recv(1 << 16)
            waiting = waiting[length:]
            line.sendall(_ANSWER)


@contextmanager
def server() -> Iterator[str]:
    """The address of the server, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = multiprocessing.get_context("fork").Process(target=serve, args=(listener,), daemon=True)
        process.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            process.terminate()
            process.join()


def letters(count: int) -> list[outbox.News]:
    """A ResearchSubject of so many subjects, of the size that ours have."""
    return [("ResearchSubject", f"ResearchSubject?identifier=urn%3An%7C{n:032x}", _body(n)) for n in range(count)]


def _body(number: int) -> bytes:
    steps = [{"url": "step", "valueString": f"{number} {step} " + "x" * 60} for step in range(8)]
    identifier = [{"system": "urn:n", "value": f"{number:032x}"}]
    subject = {"resourceType": "ResearchSubject", "status": "candidate", "identifier": identifier, "extension": steps}
    return json.dumps(subject | {"individual": {"reference": f"Patient/{number}"}}).encode()


def ours(address: str, told: list[outbox.News]) -> float:
    """Letters a second, out of a SQLite file that loses nothing when the power goes."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/store.sqlite")
        now = datetime.now(UTC)
        with store.write() as connection:
            for one in told:
                outbox.queue(connection, "a", [one], now, one[1])
        plan = Rounds({"a": Endpoint(url=address)}, most=len(told), seconds=600)
        with Clients(30.0) as clients:
            start = time.perf_counter()
            done = deliver_once(store, clients, plan, lambda: datetime.now(UTC))["done"]
            took = time.perf_counter() - start
        store.close()
    if done != len(told):
        raise SystemExit("not everything was delivered: the figure means nothing")
    return done / took


def plain(address: str, told: list[outbox.News]) -> float:
    """The loop that a user would write."""
    with httpx.Client(timeout=30) as client:
        start = time.perf_counter()
        for _, target, body in told:
            client.put(f"{address}/{target}", content=body, headers={"Content-Type": "application/fhir+json"})
        return len(told) / (time.perf_counter() - start)


def figures(subjects: int, rounds: int = 3) -> dict[str, float | Missing]:
    """Ours, and how it stands to the loop; both in turn, several times."""
    told, found = letters(subjects), list[tuple[float, float]]()
    configured = structlog.get_config()["processors"]
    structlog.configure(processors=[_silent])
    try:
        with server() as address:
            for _ in range(rounds):
                found.append((ours(address, told), plain(address, told)))
    finally:
        structlog.configure(processors=configured)
    speed = median(one for one, _ in found)
    return {"deliver.subjects-per-s": speed, "deliver.ratio-to-plain-loop": median(a / b for a, b in found)}


def _silent(*_: object) -> None:
    raise structlog.DropEvent


if __name__ == "__main__":
    for name, value in figures(10_000, 1).items():
        print(f"{name}: {value:.3g}")
