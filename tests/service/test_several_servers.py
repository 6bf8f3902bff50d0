"""Three servers on one database, under load, and one of them is killed: what it had acknowledged is there, nothing is
told twice with another meaning, and of rounds one leads at a time."""

from __future__ import annotations

import json
import os
import signal
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from natars_fhir.store.engine import open_store
from tests.postgres import free_port
from tests.service.test_crash import (
    ENGINES,
    MOST_SECONDS,
    SITE,
    TOKEN,
    Feed,
    finish,
    half_there,
    hospital,
    missing,
    out_of_turn,
    serving,
    state,
    uninterrupted,
)  # fmt: skip
from tests.web.test_over_loopback import mappings_with, until

SERVERS = 3


@pytest.mark.xdist_group("crash")
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_one_of_three_servers_is_killed_under_load(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    here = tmp_path / "shared.sqlite"
    database = request.getfixturevalue("postgres") if kind == "postgres" else f"sqlite:///{here}"
    feeds = [Feed(name) for name in range(ENGINES)]
    with hospital() as site, ExitStack() as running:
        shared = {
            "NATARS_DATABASE": database,
            "NATARS_KEY_FILE": str(tmp_path / "natars.key"),
            "NATARS_MAPPINGS": str(mappings_with(site.url, tmp_path)),
            "NATARS_TOKENS": json.dumps({TOKEN: SITE}),
            "NATARS_DELIVER_EVERY": "0.1",
            "NATARS_SCREEN": "after",
        }
        ports = [str(free_port()) for _ in range(SERVERS)]
        servers = [running.enter_context(serving({**shared, "NATARS_PORT": one})) for one in ports]
        stop = threading.Event()

        def push(feed: Feed) -> None:
            """As a balancer would: to one server after the other, and away from one that is gone."""
            turn = feed.name
            while not stop.is_set():
                feed.push_until(stop, f"http://127.0.0.1:{ports[turn % SERVERS]}/fhir/r4")
                turn += 1

        threads = [threading.Thread(target=push, args=(feed,)) for feed in feeds]
        for thread in threads:
            thread.start()
        until(lambda: all(len(feed.taken) > 1 for feed in feeds))
        os.killpg(servers[0], signal.SIGKILL)
        known = [len(feed.taken) for feed in feeds]
        until(lambda: all(len(feed.taken) > before + 2 for feed, before in zip(feeds, known, strict=True)))
        stop.set()
        for thread in threads:
            thread.join(MOST_SECONDS)
            assert not thread.is_alive()
        store = open_store(database)
        try:
            finish({**shared, "NATARS_PORT": str(free_port())}, feeds, store)
            assert missing(store, feeds) == []
            assert half_there(store) == []
            assert out_of_turn(store, site) == []
            assert state(store) == uninterrupted(feeds, tmp_path)
        finally:
            store.close()


def test_of_three_stores_one_leads_and_another_takes_its_place(postgres: str) -> None:
    stores = [open_store(postgres) for _ in range(SERVERS)]
    try:
        with stores[0].leading("rounds") as first, stores[1].leading("rounds") as second:
            assert (first, second) == (True, False)
            with stores[2].leading("exports") as another:
                assert another
        with stores[2].leading("rounds") as next_one:
            assert next_one
    finally:
        for store in stores:
            store.close()
