"""Load: a server of our own on loopback takes transaction bundles of 100 resources, over several connections, for a
while.

A bundle counts when its 200 is there: then it is validated, durable, and the records and screenings of its patients
are current (they are made in the same transaction; the lag is none), or with ``--screen after`` will be within a
second: how long it took is read of the audit afterwards. Beside it, in the same run, what somebody would write who
takes FastAPI, fhir.resources and the same database, and screens nobody.

``python -m benchmarks.load [--database sqlite|postgres] [--seconds 60] [--connections 8] [--workers 2]
[--screen with-push|after] [--plain]``
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from random import Random

from benchmarks import generate
from benchmarks.measure import Missing
from natars_fhir.store.audit import acts as acts_of
from natars_fhir.store.due import waiting
from natars_fhir.store.engine import open_store
from tests.postgres import BINARIES, server

SITE, TOKEN = "hospital-a", "t-load"
_RESOURCES = 100


@dataclass(frozen=True, slots=True)
class Load:
    """What a run came to."""

    resources_per_s: float
    bundles: int
    p50_ms: float
    p99_ms: float
    server_cpu_ms_per_bundle: float
    client_cpu_ms_per_bundle: float
    peak_rss_mb_per_worker: float
    refused: int
    #: how long patients waited to be screened, and how many still did in the end
    lag_p99_ms: float = 0.0
    lag_max_ms: float = 0.0
    due_in_the_end: int = 0


def requests(size: int, seed: int) -> list[bytes]:
    """So many requests, ready to be written to a socket: transactions of exactly 100 resources.

    A patient has about 76, so most of them are told by two bundles. They come in no order, as from several wards: else
    neighbours, which share a patient, would always be under way together.
    """
    made: list[bytes] = []
    resources: list[generate.Json] = []
    for number in count():
        resources += generate.chart(number, seed)
        while len(resources) >= _RESOURCES and len(made) < size:
            made.append(_post(generate.transaction(resources[:_RESOURCES])))
            resources = resources[_RESOURCES:]
        if len(made) == size:
            break
    Random(seed).shuffle(made)
    return made


def _post(body: bytes) -> bytes:
    head = (
        f"POST /fhir/r4 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/fhir+json\r\nPrefer: return=minimal\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def drive(port: int, made: list[bytes], connections: int, seconds: float) -> tuple[list[float], int, float]:
    """Sends them one after the other over each connection until the time is over: how long each took, how many were
    not answered 200, and how long all took."""
    todo, lock, times, refused = iter(made), threading.Lock(), list[float](), 0
    end = time.perf_counter() + seconds
    begun = time.perf_counter()

    def one() -> None:
        nonlocal refused
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while time.perf_counter() < end:
                with lock:
                    request = next(todo, None)
                if request is None:
                    return
                start = time.perf_counter()
                line.sendall(request)
                status = _answer(line)
                with lock:
                    times.append((time.perf_counter() - start) * 1000)
                    refused += status != 200

    threads = [threading.Thread(target=one) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, refused, time.perf_counter() - begun


def _answer(line: socket.socket) -> int:
    """Reads one answer; gives its status."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        raw += _some(line)
    head, _, rest = raw.partition(b"\r\n\r\n")
    fields = dict(field.split(b": ", 1) for field in head.split(b"\r\n")[1:])
    left = int({name.lower(): value for name, value in fields.items()}[b"content-length"]) - len(rest)
    while left > 0:
        left -= len(_some(line))
    return int(head.split(b" ", 2)[1])


def _some(line: socket.socket) -> bytes:
    part = line.recv(1 << 18)
    if not part:
        raise ConnectionError("the server closed the connection")
    return part


@contextmanager
def serving(program: list[str], environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a process of its own, until the block ends."""
    process = subprocess.Popen(program, env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
    try:
        _await(port)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _await(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def family(pid: int) -> list[int]:
    """A process and its children."""
    children = [int(path.name) for path in Path("/proc").glob("[0-9]*") if _stat(path, 1) == str(pid)]
    return [pid, *(one for child in children for one in family(child))]


def _stat(path: Path, field: int) -> str:
    try:
        return path.joinpath("stat").read_text().rpartition(")")[2].split()[field]
    except OSError:
        return ""


def cpu_s(pids: list[int]) -> float:
    """CPU time that these processes have used."""
    ticks = sum(int(_stat(Path(f"/proc/{pid}"), field) or 0) for pid in pids for field in (11, 12))
    return ticks / os.sysconf("SC_CLK_TCK")


def peak_mb(pid: int) -> float:
    """The most memory that a process has held; nothing is known of one that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    for row in status.splitlines():
        if row.startswith("VmHWM"):
            return int(row.split()[1]) / 1024
    return 0.0


def measure(
    program: list[str], environment: dict[str, str], port: int, made: list[bytes], connections: int, seconds: float
) -> Load:
    """One run against one server."""
    with serving(program, environment, port) as process:
        warm = max(1, min(connections * 4, len(made) // 10))
        drive(port, made[:warm], connections, seconds)
        pids = family(process.pid)
        before, ours = cpu_s(pids), time.process_time()
        times, refused, took = drive(port, made[warm:], connections, seconds)
        spent, ours = cpu_s(pids) - before, time.process_time() - ours
        peak = max(peak_mb(pid) for pid in pids)
    done = len(times)
    cut = statistics.quantiles(times, n=100)
    return Load(
        (done - refused) * _RESOURCES / took,
        done,
        cut[49],
        cut[98],
        spent * 1000 / done,
        ours * 1000 / done,
        peak,
        refused,
    )


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of an empty database that loses nothing when the power goes."""
    folder = tempfile.mkdtemp(prefix="natars-load-", dir=os.environ.get("NATARS_LOAD_DIR"))
    try:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/load.sqlite"
            return
        with server("") as postgres:
            yield postgres.fresh()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def lag(address: str) -> tuple[float, float, int]:
    """How long patients waited to be screened (p99, and the longest), and how many still do. Of those who were screened
    in one transaction each counts as the one who waited longest."""
    store = open_store(address)
    with store.read() as connection:
        acts = [one for one in acts_of(connection, SITE) if one.act == "screening"]
        left = sum(one.count for one in waiting(connection, datetime.max.replace(tzinfo=UTC)))
    store.close()
    waited = sorted(one.counts["waited-ms"] for one in acts for _ in range(one.counts["screened"]))
    return (waited[len(waited) * 99 // 100], waited[-1], left) if waited else (0.0, 0.0, left)


def ours(
    kind: str, made: list[bytes], connections: int, seconds: float, workers: int, screen: str = "with-push"
) -> Load:
    """Our server."""
    port = free_port()
    with database(kind) as address, tempfile.TemporaryDirectory() as folder:
        environment = {
            "NATARS_DATABASE": address, "NATARS_KEY_FILE": f"{folder}/key", "NATARS_PORT": str(port),
            "NATARS_TOKENS": json.dumps({TOKEN: SITE}), "NATARS_WORKERS": str(workers), "NATARS_SCREEN": screen,
        }  # fmt: skip
        program = [sys.executable, "-c", "from natars_fhir.cli import main; main()", "serve"]
        told = measure(program, environment, port, made, connections, seconds)
        return replace(told, **dict(zip(("lag_p99_ms", "lag_max_ms", "due_in_the_end"), lag(address), strict=True)))


def plain(kind: str, made: list[bytes], connections: int, seconds: float, workers: int) -> Load:
    """What a user would write instead."""
    port = free_port()
    with database(kind) as address:
        environment = {"PLAIN_DATABASE": address}
        program = [sys.executable, "-m", "uvicorn", "benchmarks.plain_server:app", "--port", str(port),
                   "--workers", str(workers), "--no-access-log", "--log-level", "error"]  # fmt: skip
        return measure(program, environment, port, made, connections, seconds)


def figures(seconds: float, connections: int = 8) -> dict[str, float | Missing]:
    """The figures of the bench: each database with ours and with what a user would write, one after the other."""
    made = requests(max(_FEWEST, int(seconds * 160)), 1)
    told: dict[str, float | Missing] = {}
    for kind, workers in (("sqlite", 1), ("postgres", 2)):
        names = [f"http.{kind}.{what}" for what in _WHAT]
        if kind == "postgres" and not BINARIES:
            told |= dict.fromkeys(names, Missing("PostgreSQL is not installed"))
            continue
        run = ours(kind, made, connections, seconds, workers)
        other = plain(
            kind, made[: max(_FEWEST, len(made) // 8)], connections, min(seconds, max(5.0, seconds / 4)), workers
        )
        ratio = run.resources_per_s / other.resources_per_s
        values = (run.resources_per_s, run.p99_ms, run.peak_rss_mb_per_worker, run.server_cpu_ms_per_bundle, ratio)
        told |= dict(zip(names, values, strict=True))
    return told


#: Bundles that are made at least: the first of them warm the server.
_FEWEST = 60

_WHAT = (
    "resources-per-s",
    "p99-ms",
    "peak-rss-mb",
    "server-cpu-ms-per-bundle",
    "ratio-to-fastapi-and-fhir-resources",
)


def main() -> None:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--bundles", type=int, default=2000)
    parser.add_argument("--screen", choices=("with-push", "after"), default="with-push")
    parser.add_argument("--plain", action="store_true")
    asked = parser.parse_args()
    made = requests(asked.bundles, 1)
    run = plain if asked.plain else partial(ours, screen=asked.screen)
    print(json.dumps(asdict(run(asked.database, made, asked.connections, asked.seconds, asked.workers)), indent=1))


if __name__ == "__main__":
    main()
