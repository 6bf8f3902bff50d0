"""The server is killed at any moment, under load, and started again: nothing that was acknowledged is missing, nothing
is half there, and nothing is sent twice with a different meaning.

Five times a database; `NATARS_CRASHES=50` for more. The processes, the databases and the wire are real.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from natars_fhir.service.http import client
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.screening.screened import findings, outcome, peoples_part, today
from natars_fhir.store import attestations, patients, readings, versions
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.packed import unpack
from natars_fhir.store.tables.core import outbox, patient, reading, resource_version
from tests.postgres import Server, free_port, server
from tests.service.hospital import Node, condition, intake, mappings, medication, transaction
from tests.service.hospital import patient as person
from tests.service.hospital import reader as reader_of
from tests.web.test_over_loopback import SiteServer, mappings_with, until

CRASHES = int(os.environ.get("NATARS_CRASHES", "5"))
ENGINES, PATIENTS, SITE, TOKEN = 4, 3, "generic", "t"
HEADERS = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
MOST_SECONDS = 30.0
#: what a patient's tumour is called, from version to version: in scope, and out of it
CALLED = ("腹膜后平滑肌肉瘤", "腹膜后去分化脂肪肉瘤", "腹膜后肿物")


@dataclass
class Feed:
    """What one integration engine sends of its patients, version after version, and what it was told was taken."""

    name: int
    sent: list[bytes] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)

    def document(self, number: int) -> bytes:
        """The push of this number: a patient and a diagnosis, each in a further version, and a drug of nobody."""
        of, version = f"f{self.name}p{number % PATIENTS}", number // PATIENTS + 1
        told = transaction(
            person(of, number=f"N{of}", version=version),
            condition(f"c{of}", CALLED[version % len(CALLED)], version, of=f"Patient/{of}"),
            medication(f"m{of}", version=version),
        )
        return json.dumps(told, ensure_ascii=False).encode()

    def push_until(self, stop: threading.Event, address: str) -> None:
        """Pushes one after the other, and goes on where it was left without an answer."""
        with client(20) as http:
            while not stop.is_set():
                if len(self.sent) == len(self.taken):
                    self.sent.append(self.document(len(self.sent)))
                number = len(self.sent) - 1
                try:
                    said = http.post(address, content=self.sent[number], headers=HEADERS)
                except httpx.HTTPError:
                    return
                if said.status_code != 503:
                    assert said.status_code == 200, said.text
                    self.taken.append(number)


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The real server, in a process group of its own; killed when the block ends, whatever it is doing."""
    program = [sys.executable, "-c", "from natars_fhir.cli import main; main()", "serve"]
    process = subprocess.Popen(  # noqa: S603 (our own program)
        program, env={**os.environ, **environment}, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _answers(environment["NATARS_PORT"], process)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(MOST_SECONDS)


def _answers(port: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + MOST_SECONDS
    with client(5) as http:
        while time.monotonic() < end:
            assert process.poll() is None, "the server ended by itself"
            try:
                if http.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
    raise AssertionError("the server did not start")


@contextmanager
def hospital() -> Iterator[SiteServer]:
    """The site's own server, which is told of subjects."""
    site = SiteServer()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        thread.join(MOST_SECONDS)
        site.server_close()


def crash(environment: dict[str, str], feeds: list[Feed], after: float, postgres: Server | None) -> None:
    """One life of the server: pushed at from all sides, and killed."""
    with serving(environment):
        stop = threading.Event()
        address = f"http://127.0.0.1:{environment['NATARS_PORT']}/fhir/r4"
        threads = [threading.Thread(target=feed.push_until, args=(stop, address)) for feed in feeds]
        before = sum(len(feed.taken) for feed in feeds)
        for thread in threads:
            thread.start()
        until(lambda: sum(len(feed.taken) for feed in feeds) > before)
        time.sleep(after)
        if postgres is not None:  # the power goes, for both
            postgres.stop("immediate")
    stop.set()
    for thread in threads:
        thread.join(MOST_SECONDS)
        assert not thread.is_alive()
    if postgres is not None:
        postgres.start("")


def missing(store: Store, feeds: list[Feed]) -> list[str]:
    """The resources that were acknowledged and are not there, in their bytes, or that an older version hides."""
    told: dict[str, list[Node]] = {}
    for feed in feeds:
        for number in feed.taken:
            for entry in json.loads(feed.sent[number])["entry"]:
                one = entry["resource"]
                told.setdefault(f"{one['resourceType']}/{one['id']}", []).append(one)
    found = []
    with store.read() as connection:
        for key, resources in told.items():
            kept = {_words(json.loads(one.raw)) for one in versions.versions(connection, SITE, key)}
            newest = readings.heads(connection, SITE, [key])[key].version.number or 0
            found += [key for one in resources if _words(one) not in kept or newest < int(one["meta"]["versionId"])]
    return found


def _words(resource: Node) -> str:
    return json.dumps(resource, sort_keys=True)


def half_there(store: Store) -> list[str]:
    """What belongs together and is not together: a reading without its bytes, a patient whose findings are not those of
    its facts, a subject of whom no letter was queued."""
    study, day = mappings().study, today(datetime.now(UTC))
    with store.read() as connection:
        kept = {tuple(row) for row in connection.execute(select(resource_version.c.key, resource_version.c.hash))}
        rows = connection.execute(select(reading.c.key, reading.c.hash)).all()
        found = [row.key for row in rows if (row.key, row.hash) not in kept]
        letters = set(connection.execute(select(outbox.c.target)).scalars())
        for row in connection.execute(select(patient)).all():
            (names,) = patients.persons(connection, SITE, [row.key]).values()
            now = outcome(connection, study, SITE, names, day)
            said = attestations.said_of(connection, SITE, study.id, names)
            if now is None or findings(now.screening, peoples_part(now, study, said)) != row.findings:
                found.append(f"{row.key}: findings")
            if row.in_scope and row.target not in letters:
                found.append(f"{row.key}: letter")
    return found


def out_of_turn(store: Store, site: SiteServer) -> list[str]:
    """The targets that were told something else than was written, or something older after something newer."""
    told: dict[str, list[Node]] = {}
    with store.read() as connection:
        for row in connection.execute(select(outbox).order_by(outbox.c.seq)):
            told.setdefault(f"/fhir/{row.target}", []).append(json.loads(unpack(row.body)))
    place, found = dict.fromkeys(told, 0), []
    for target, body in list(site.put):
        try:
            place[target] = told[target].index(body, place[target])
        except (KeyError, ValueError):
            found.append(target)
    return found


def state(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """What is known: of every resource its newest version, of every patient what was found."""
    with store.read() as connection:
        known = select(reading.c.key, reading.c.hash, reading.c.number, reading.c.subject).order_by(reading.c.key)
        found = select(patient.c.key, patient.c.verdict, patient.c.in_scope, patient.c.findings).order_by(patient.c.key)
        return {name: [tuple(row) for row in connection.execute(asked)] for name, asked in (("k", known), ("f", found))}


def finish(environment: dict[str, str], feeds: list[Feed], store: Store) -> None:
    """What was left without an answer is sent once more, and what waits is delivered."""
    with serving(environment), client(20) as http:
        for feed in feeds:
            for number in range(len(feed.taken), len(feed.sent)):
                address = f"http://127.0.0.1:{environment['NATARS_PORT']}/fhir/r4"
                said = http.post(address, content=feed.sent[number], headers=HEADERS)
                assert said.status_code == 200
                feed.taken.append(number)
        until(lambda: not waiting(store))


def waiting(store: Store) -> int:
    """How many letters are not delivered yet."""
    with store.read() as connection:
        return len(connection.execute(select(outbox.c.seq).where(outbox.c.state == "waiting")).all())


def uninterrupted(feeds: list[Feed], folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """What would be known if nothing had ever happened."""
    store = open_store(f"sqlite:///{folder}/calm.sqlite")
    for feed in feeds:
        for raw in feed.sent:
            push(store, intake(), reader_of(SITE), raw, datetime.now(UTC))
    try:
        return state(store)
    finally:
        store.close()


@contextmanager
def database(kind: str, folder: Path) -> Iterator[tuple[str, Server | None]]:
    """A database that loses nothing when the power goes, and the server of it that can lose it."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/store.sqlite", None
        return
    with server("") as postgres:
        yield postgres.fresh(), postgres


@pytest.mark.xdist_group("crash")
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_server_that_is_killed_under_load_has_kept_what_it_acknowledged_and_sends_it_once(
    kind: str, tmp_path: Path
) -> None:
    chance, feeds = random.Random(kind), [Feed(name) for name in range(ENGINES)]  # noqa: S311 (a seed, to be repeated)
    with database(kind, tmp_path) as (address, postgres), hospital() as site:
        environment = {
            "NATARS_DATABASE": address,
            "NATARS_KEY_FILE": str(tmp_path / "key"),
            "NATARS_MAPPINGS": str(mappings_with(site.url, tmp_path)),
            "NATARS_TOKENS": json.dumps({TOKEN: SITE}),
            "NATARS_PORT": str(free_port()),
            "NATARS_DELIVER_EVERY": "0.1",
        }
        for number in range(CRASHES):
            both = postgres if number % 2 else None
            crash(environment, feeds, chance.uniform(0.0, 1.0), both)
            store = open_store(address)
            assert missing(store, feeds) == []
            assert half_there(store) == []
            assert out_of_turn(store, site) == []
            store.close()
        store = open_store(address)
        finish(environment, feeds, store)
        assert (missing(store, feeds), half_there(store), out_of_turn(store, site)) == ([], [], [])
        assert state(store) == uninterrupted(feeds, tmp_path)
        store.close()
    assert sum(len(feed.taken) for feed in feeds) > ENGINES * 2  # it was under load
