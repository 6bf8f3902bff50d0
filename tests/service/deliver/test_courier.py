"""A server that fails as a whole is let alone and probed; a letter that fails by itself holds up its subject alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import httpx
import pytest
import respx
from sqlalchemy import select

from natars_fhir.mapping.schema import Endpoint
from natars_fhir.service.deliver.deliver import Rounds, deliver_once
from natars_fhir.service.http import Clients
from natars_fhir.store import lines, outbox
from natars_fhir.store.engine import Store
from natars_fhir.store.lines import LEASE
from natars_fhir.store.tables.core import delivery
from natars_fhir.store.tables.core import outbox as table
from tests.service.hospital import NOW

BASE = "https://site.example/fhir"
ENDPOINT = Endpoint(url=BASE)
#: what a test's server answers to a letter: a status, or what goes wrong
Answer = int | Exception


class World:
    """Sites with letters, their servers, and a clock that is given."""

    def __init__(self, store: Store, router: respx.MockRouter, clients: Clients) -> None:
        self.store, self.now, self._clients = store, NOW, clients
        self.holds: dict[str, list[int]] = {}
        self.asked: list[str] = []
        self.answer: Callable[[str], Answer] = lambda target: 200
        router.route().mock(side_effect=self._served)

    def queue(self, target: str, version: int = 1, *, about: str = "", kind: str = "ResearchSubject") -> None:
        body = json.dumps({"resourceType": kind, "version": version}).encode()
        with self.store.write() as connection:
            outbox.queue(connection, "a", [(kind, target, body)], self.now, about)

    def _served(self, request: httpx.Request) -> httpx.Response:
        target = str(request.url).removeprefix(f"{BASE}/")
        self.asked.append(target)
        said = self.answer(target)
        if isinstance(said, Exception):
            raise said
        if said == 200:
            self.holds.setdefault(target, []).append(json.loads(request.content)["version"])
        return httpx.Response(said)

    def round(self, attempts: int = 3, store: Store | None = None, **said: object) -> Counter[str]:
        plan = Rounds({"a": ENDPOINT}, attempts, draw=lambda: 0.5, **said)  # type: ignore[arg-type]
        return deliver_once(store or self.store, self._clients, plan, lambda: self.now)

    def wait(self, **said: float) -> None:
        self.now += timedelta(**said)

    def states(self) -> Counter[str]:
        with self.store.read() as connection:
            return Counter(connection.execute(select(table.c.state)).scalars())

    def line(self) -> str:
        with self.store.read() as connection:
            return lines.line(connection, "a").state(self.now)


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    with respx.mock(assert_all_called=False) as router, Clients(1.0) as clients:
        yield World(store, router, clients)


SERVER = [
    pytest.param(status, id=str(status)) for status in (301, 307, 401, 429, 502, 503, 504)
] + [
    pytest.param(fault, id=type(fault).__name__)
    for fault in (httpx.ConnectError(""), httpx.ConnectTimeout(""), httpx.ReadTimeout(""), httpx.ReadError(""))
]  # fmt: skip


@pytest.mark.parametrize("fault", SERVER)
def test_when_a_server_fails_as_a_whole_nothing_else_is_tried_until_a_probe_goes_through(
    world: World, fault: Answer
) -> None:
    for number in range(5):
        world.queue(f"t{number}")
    world.answer = lambda target: fault
    assert world.round() == {"again": 1}
    assert (world.line(), len(world.asked)) == ("open", 1)
    assert world.round() == {}
    world.wait(hours=1)
    assert world.line() == "half-open"
    assert world.round() == {"again": 1}
    assert (world.line(), len(world.asked)) == ("open", 2)
    world.answer = lambda target: 200
    world.wait(hours=1)
    assert world.round() == {"done": 5}
    assert world.line() == "closed"


def test_pauses_grow_and_end_at_an_hour(world: World) -> None:
    world.queue("t")
    world.answer = lambda target: 503
    pauses = []
    for _ in range(14):
        world.round()
        with world.store.read() as connection:
            until = lines.line(connection, "a").until
        assert until is not None
        pauses.append((until - world.now).total_seconds())
        world.now = until
    assert pauses[:4] == [2.0, 4.0, 8.0, 16.0]
    assert pauses[-1] == 1800.0


def test_no_letter_is_given_up_because_its_server_is_down(world: World) -> None:
    world.queue("t")
    world.answer = lambda target: 503
    for _ in range(200):
        world.round(attempts=2)
        world.wait(hours=1)
    assert world.states() == {"waiting": 1}
    world.answer = lambda target: 200
    assert world.round() == {"done": 1}


@pytest.mark.parametrize("status", [409, 412, 500])
def test_a_letter_that_fails_by_itself_holds_up_its_subject_alone(world: World, status: int) -> None:
    world.queue("S1", about="S1")
    world.queue("O1", about="S1", kind="Observation")
    world.queue("S2", about="S2")
    world.answer = lambda target: status if target == "S1" else 200
    assert world.round() == {"again": 1, "done": 1}
    assert (world.asked, world.line()) == (["S1", "S2"], "closed")
    world.answer = lambda target: 200
    world.wait(hours=1)
    assert world.round() == {"done": 2}
    assert world.asked[2:] == ["S1", "O1"]


def test_after_a_study_that_failed_nothing_is_sent(world: World) -> None:
    world.queue("ResearchStudy/s", kind="ResearchStudy")
    world.queue("S1", about="S1")
    world.answer = lambda target: 409
    assert world.round() == {"again": 1}
    assert world.round() == {}
    assert world.asked == ["ResearchStudy/s"]


def test_when_one_after_the_other_fails_the_server_is_to_blame_and_not_they(world: World) -> None:
    for number in range(20):
        world.queue(f"t{number}")
    world.answer = lambda target: 500
    assert world.round() == {"again": 5}
    assert world.line() == "open"
    for _ in range(50):
        world.wait(hours=1)
        assert world.round() == {"again": 1}
    assert world.states() == {"waiting": 20}
    world.answer = lambda target: 200
    world.wait(days=1)
    world.round()
    world.wait(days=1)
    world.round()
    assert world.states() == {"done": 20}


@pytest.mark.parametrize("fault", [httpx.ReadTimeout(""), httpx.ReadError("")], ids=["never answered", "broken off"])
def test_a_letter_that_its_server_chokes_on_lets_others_pass_and_is_given_up(world: World, fault: Exception) -> None:
    world.queue("bad")
    for number in range(3):
        world.queue(f"t{number}")
    world.answer = lambda target: fault if target == "bad" else 200
    assert world.round() == {"again": 1}
    world.wait(seconds=2)
    assert world.round() == {"done": 3}
    for number in range(4):
        world.queue(f"u{number}")
        world.wait(hours=2)
        world.round()
    assert world.states() == {"done": 7, "dead": 1}


def test_a_site_that_is_down_for_a_week_is_caught_up_in_order(world: World) -> None:
    """Ten subjects, each changed every day and with results; the exact end state, and nothing older after newer."""
    world.answer = lambda target: 503
    world.queue("ResearchStudy/s", kind="ResearchStudy")
    for day in range(1, 8):
        for subject in range(10):
            world.queue(f"S{subject}", day, about=f"S{subject}")
            world.queue(f"O{subject}-{day}", day, about=f"S{subject}", kind="Observation")
        for _ in range(24):
            world.round()
            world.wait(hours=1)
    assert world.holds == {}
    world.answer, world.asked = (lambda target: 200), []
    while world.round():
        continue
    assert world.states() == {"done": 1 + 10 + 70, "superseded": 60}
    assert world.asked[0] == "ResearchStudy/s"
    assert {target: told for target, told in world.holds.items() if target[0] == "S"} == {
        f"S{n}": [7] for n in range(10)
    }
    for subject in range(10):
        mine = [target for target in world.asked if target[1:].split("-")[0] == str(subject) and target[0] in "SO"]
        assert mine == [*(f"O{subject}-{day}" for day in range(1, 7)), f"S{subject}", f"O{subject}-7"]


def test_two_deliverers_with_stores_of_their_own_send_nothing_twice(world: World) -> None:
    for number in range(150):
        world.queue(f"t{number}")
    with ThreadPoolExecutor(4) as pool:
        tallies = list(pool.map(lambda _: world.round(), range(8)))
    assert sum(tally["done"] for tally in tallies) == 150
    assert sorted(world.asked) == sorted({*world.asked})
    with world.store.read() as connection:
        assert len(connection.execute(select(delivery.c.seq)).all()) == 150


def test_who_lost_its_lease_sends_nothing_more_and_settles_nothing(world: World) -> None:
    """It was asleep for longer than the lease, in the middle of a letter; another has taken over meanwhile."""
    for target in ("t1", "t2"):
        world.queue(target)

    def asleep(target: str) -> Answer:
        world.answer = lambda _: 200
        world.wait(seconds=LEASE.total_seconds() + 1)
        assert world.round() == {"done": 2}
        return 200

    world.answer = asleep
    world.round()
    assert world.asked == ["t1", "t1", "t2"]  # once more the one that was under way, and no other
    assert world.states() == {"done": 2}


def test_a_heart_beats_while_a_server_takes_its_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LEASE", timedelta(milliseconds=200))
    world.queue("t")
    beaten, kept = Event(), lines.keep

    def keep(*said: object) -> list[str]:
        found = kept(*said)  # type: ignore[arg-type]
        beaten.set()
        return found

    monkeypatch.setattr(lines, "keep", keep)

    def slow(target: str) -> Answer:
        assert beaten.wait(20)
        return 200

    world.answer = slow
    assert world.round() == {"done": 1}


def test_what_was_forgotten_while_it_was_under_way_ends_nothing(world: World) -> None:
    world.queue("t1")
    world.queue("t2")

    def forget(target: str) -> Answer:
        if target == "t1":
            with world.store.write() as connection:
                connection.execute(table.delete().where(table.c.target == "t1"))
        return 200

    world.answer = forget
    world.round()
    assert world.states() == {"done": 1}


def test_sites_go_side_by_side(store: Store) -> None:
    """Each server answers only once the other was asked."""
    met = [Event(), Event()]
    for site in ("a", "b"):
        with store.write() as connection:
            outbox.queue(connection, site, [("ResearchSubject", "t", b"{}")], NOW)

    def served(request: httpx.Request) -> httpx.Response:
        here = int(request.url.host == "b.example")
        met[here].set()
        return httpx.Response(200 if met[1 - here].wait(20) else 500)

    endpoints = {site: Endpoint(url=f"https://{site}.example") for site in ("a", "b")}
    with respx.mock() as router, Clients(30.0) as clients:
        router.route().mock(side_effect=served)
        assert deliver_once(store, clients, Rounds(endpoints), lambda: NOW) == {"done": 2}


def test_a_round_takes_its_time_and_no_more(world: World) -> None:
    for number in range(150):
        world.queue(f"t{number}")
    assert world.round(seconds=0.0) == {"done": 100}
    assert world.round(most=30) == {"done": 30}
