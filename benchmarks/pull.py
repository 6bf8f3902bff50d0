"""Pull: how much of what a source can give comes to us, beside a plain httpx loop that throws away what it gets.

Two sources, each a process of its own: pages that are in its memory (it gives as fast as a socket takes), and a FHIR
server that others wrote (sekmet), which has to search for what it gives. What taking in costs is told apart: the same
pages, in memory here, are taken in without a network. A pull fetches while it takes in, so that its time is about that
of the slower of the two.

``python -m benchmarks.pull [--patients 40]``
"""

from __future__ import annotations

import argparse
import multiprocessing
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from shutil import which
from statistics import median
from typing import Any

import httpx
import msgspec

from benchmarks import generate
from benchmarks.measure import Missing
from natars_fhir.fhir.ndjson import Document
from natars_fhir.mapping.endpoint import Endpoint
from natars_fhir.mapping.files import load
from natars_fhir.mapping.pull import Pull
from natars_fhir.mapping.site import SiteMapping, compiled
from natars_fhir.service.http import Clients
from natars_fhir.service.ingest.door import Door, Run
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.ingest.load import load_documents
from natars_fhir.service.pull.ahead import ahead
from natars_fhir.service.pull.chain import walk
from natars_fhir.service.pull.pull import Order, pausing, pull
from natars_fhir.service.pull.source import Source
from natars_fhir.settings import default_folder
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.loads import Loaded

_PAGE, _SEED = 100, 1
#: Its server is slow to fill: half of the patients are put into it.
_FEWEST = 16
_encode = msgspec.json.Encoder(decimal_format="number").encode
Pages = dict[str, list[bytes]]
#: How long something took, in seconds, and how many resources it was about.
Timed = tuple[float, int]


def pages(patients: int, base: str) -> Pages:
    """Type → its resources as pages of a search at *base*, each with the link to the next."""
    found: dict[str, list[dict[str, Any]]] = {}
    for number in range(patients):
        for one in generate.chart(number, _SEED):
            found.setdefault(one["resourceType"], []).append(one)
    return {kind: [*_searchset(kind, listed, base)] for kind, listed in found.items()}


def _searchset(kind: str, listed: list[dict[str, Any]], base: str) -> Iterator[bytes]:
    for start in range(0, len(listed), _PAGE):
        entries = [{"resource": one, "search": {"mode": "match"}} for one in listed[start : start + _PAGE]]
        more = start + _PAGE < len(listed)
        link = [{"relation": "next", "url": f"{base}/{kind}?page={start // _PAGE + 1}"}] if more else []
        told = {"resourceType": "Bundle", "type": "searchset", "total": len(listed), "link": link, "entry": entries}
        yield _encode(told)


def serve(listener: socket.socket, made: Pages) -> None:
    """Gives pages by their number, one connection after the other."""
    empty = b'{"resourceType": "CapabilityStatement"}'
    while True:
        line, _ = listener.accept()
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with line:
            while head := _request(line):
                path, _, query = head.split(b" ", 2)[1].decode().partition("?")
                number = int(query.partition("page=")[2].partition("&")[0] or 0)
                found = made.get(path.rpartition("/")[2])
                body = found[number] if found else empty
                line.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)


def _request(line: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        if not (part := line.recv(1 << 16)):
            return b""
        head += part
    return head


@contextmanager
def from_memory(patients: int) -> Iterator[tuple[str, Pages]]:
    """The address of a server that has its pages ready, and the pages."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}/fhir"
        made = pages(patients, base)
        process = multiprocessing.get_context("fork").Process(target=serve, args=(listener, made), daemon=True)
        process.start()
        try:
            yield base, made
        finally:
            process.terminate()
            process.join(10)


@contextmanager
def of_others(patients: int) -> Iterator[tuple[str, Pages]]:
    """The address of a sekmet that holds the same, and the types that it holds."""
    from tests.interop.sekmet import sekmet

    with tempfile.TemporaryDirectory() as folder, sekmet(Path(folder)) as elsewhere:
        kinds: Pages = {}
        for number in range(patients):
            chart = generate.chart(number, _SEED)
            told = httpx.post(elsewhere.url, content=generate.transaction(chart), headers=_FHIR, timeout=60)
            assert told.status_code == 200, told.text[:500]
            kinds |= {one["resourceType"]: [] for one in chart}
        yield elsewhere.url, kinds


_FHIR = {"content-type": "application/fhir+json"}


def plain(base: str, kinds: Pages, kept: Pages | None = None) -> int:
    """What somebody would write who only wants to know how fast the source is; how many resources it gave. With *kept*
    the pages are kept there."""
    count = 0
    with httpx.Client(trust_env=False, timeout=60) as client:
        for kind in kinds:
            url: str | None = f"{base}/{kind}?_count={_PAGE}"
            while url:
                answer = client.get(url)
                told = answer.json()
                if kept is not None:
                    kept.setdefault(kind, []).append(answer.content)
                count += len(told.get("entry", ()))
                url = next((one["url"] for one in told.get("link", ()) if one["relation"] == "next"), None)
    return count


def fetched(base: str, kinds: Pages) -> int:
    """What a pull fetches, with all that it checks of each page, thrown away; how many resources came."""
    count = 0
    with Clients(60) as clients:
        plan = Pull.model_validate({"mode": "search", "types": {kind: {"query": ""} for kind in kinds}})
        now, pause = lambda: datetime.now(UTC), pausing(lambda: False)
        source = Source(clients, Endpoint(url=base), plan, 64_000_000, now, pause, lambda: 0.0)
        for kind in kinds:
            first = source.get(f"{base}/{kind}?_count={_PAGE}")
            count += sum(one.matches for one, _ in ahead(walk(source, kind, first)))
    return count


def ours(base: str, kinds: Pages) -> Timed:
    """A pull into an empty store, until everybody is screened."""
    with _store() as (store, intake, mapping, folder):
        types = {kind: {"query": ""} for kind in kinds}
        plan = Pull.model_validate({"mode": "search", "types": types, "page": _PAGE})
        site = mapping.site.model_copy(update={"pull": plan, "endpoint": Endpoint(url=base)})
        given = (64_000_000, folder, "", lambda: datetime.now(UTC), pausing(lambda: False))
        begun = time.perf_counter()
        done = pull(Order(store, intake, replace(mapping, site=site), *given))
        took = time.perf_counter() - begun
        assert done is not None
        assert not done.faults, done.faults
        assert done.screened.screened
        return took, sum(one.counts[fate] for one in done.parts for fate in _FATES)


def taken_in(made: Pages) -> Timed:
    """The same pages from memory, without a network, until everybody is screened."""
    from natars_fhir.mapping.documents import DocumentReader

    with _store() as (store, intake, mapping, _):
        door = Door(store, intake, DocumentReader(mapping, "R4"), 64_000_000, lambda: datetime.now(UTC))
        counts, begun = 0, time.perf_counter()
        for kind, listed in made.items():
            run = Run(kind, "stream", Loaded(kind, "", 0))
            for _ in load_documents(door, run, (Document(kind, raw) for raw in listed)):
                pass
            counts += sum(run.counts[fate] for fate in _FATES)
        door.finish()
        return time.perf_counter() - begun, counts


_FATES = ("created", "changed", "unchanged", "let-go", "refused")


@contextmanager
def _store() -> Iterator[tuple[Store, Intake, SiteMapping, Path]]:
    """An empty store that loses nothing when the power goes, and what pulls come in by."""
    intake, mapping = _known()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/store.sqlite")
        try:
            yield store, intake, mapping, Path(folder)
        finally:
            store.close()


@cache
def _known() -> tuple[Intake, SiteMapping]:
    """Read once: that is no part of a pull."""
    mappings = load(default_folder("mappings", "default_mappings"))
    intake = Intake(mappings.study, b"0123456789abcdef0123456789abcdef", "https://natars.example/fhir")
    return intake, compiled(mappings, "hospital-a")


def seconds(work: Callable[[], int]) -> Timed:
    """How long it took, and how many resources it was about."""
    begun = time.perf_counter()
    count = work()
    return time.perf_counter() - begun, count


def figures(patients: int, rounds: int = 3) -> dict[str, float | Missing]:
    """The figures of the bench: each round measures all ways one after the other, and compares within itself."""
    _known()
    with from_memory(patients) as (base, made):
        told: dict[str, float | Missing] = {**_told("pull", [_round(base, made) for _ in range(rounds)])}
    here = which("sekmet", path=str(Path(sys.executable).parent)) is not None
    if not here or patients < _FEWEST:
        reason = "too few patients to tell anything" if here else "no sekmet-fhir"
        return told | {f"pull.sekmet.{name}": Missing(reason) for name in _WHAT}
    with of_others(patients // 2) as (base, kinds):
        return told | _told("pull.sekmet", [_round(base, kinds) for _ in range(rounds)])


_WHAT = (
    "source.resources-per-s", "fetch.ratio-to-httpx", "resources-per-s", "ratio-to-source",
    "ratio-to-slower-of-source-and-ingest",
)  # fmt: skip


def _round(base: str, made: Pages) -> tuple[float, ...]:
    """The plain loop, what a pull fetches, a pull, and the taking in alone, of the same resources."""
    ways = (lambda: plain(base, made), lambda: fetched(base, made))
    taken = [*(seconds(way) for way in ways), ours(base, made)]
    assert len({count for _, count in taken}) == 1, taken
    source, fetch, whole = (count / took for took, count in taken)
    kept: Pages = {}
    plain(base, made, kept)
    took, count = taken_in(kept)
    return source, fetch / source, whole, whole / source, whole / min(source, count / took)


def _told(begins: str, rounds: list[tuple[float, ...]]) -> dict[str, float]:
    names = [f"{begins}.{name}" for name in _WHAT]
    return {name: median(each) for name, each in zip(names, zip(*rounds, strict=True), strict=True)}


def main() -> None:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pull", description=__doc__)
    parser.add_argument("--patients", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    for name, value in figures(asked.patients, asked.rounds).items():
        print(f"{name}: {value if isinstance(value, Missing) else round(value, 2)}")


if __name__ == "__main__":
    main()
