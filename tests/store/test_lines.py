"""A line is one deliverer's at a time, ends soon after its holder died, and remembers how the server does."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from natars_fhir.store import lines, outbox
from natars_fhir.store.engine import Store
from natars_fhir.store.lines import LEASE, Line
from tests.store.samples import LATER, NOW

PAUSE = timedelta(minutes=2)
FAILED = Line("a").failed(NOW, PAUSE, "503")


def take(store: Store, holder: str = "me", now: datetime = NOW) -> Line | None:
    with store.write(()) as connection:
        return lines.take(connection, "a", holder, now)


def mark(store: Store, line: Line, holder: str = "me", now: datetime = NOW) -> bool:
    with store.write(()) as connection:
        return lines.mark(connection, line, holder, now)


def ready(store: Store, now: datetime = NOW) -> list[str]:
    with store.read() as connection:
        return lines.ready(connection, ["a", "b"], now)


def test_a_line_is_one_holders_until_it_is_left(store: Store) -> None:
    assert take(store) == Line("a")
    assert take(store, "other") is None
    assert take(store) == Line("a")
    with store.write(()) as connection:
        lines.leave(connection, "a", "other")
    assert take(store, "other") is None
    with store.write(()) as connection:
        lines.leave(connection, "a", "me")
    assert take(store, "other") == Line("a")


def test_a_holder_that_died_is_followed_soon_and_says_nothing_more(store: Store) -> None:
    take(store, "gone")
    assert timedelta(seconds=15) >= LEASE
    assert take(store, "me", NOW + LEASE) is not None
    assert not mark(store, FAILED, "gone", NOW + LEASE)
    assert mark(store, Line("a"), "me", NOW + LEASE)


def test_a_holder_that_lives_keeps_its_line_as_long_as_it_wants(store: Store) -> None:
    take(store)
    with store.write(()) as connection:
        assert lines.keep(connection, "me", NOW + LEASE / 2) == ["a"]
        assert lines.keep(connection, "other", NOW) == []
    assert take(store, "other", NOW + LEASE) is None


def test_a_clock_that_was_set_back_holds_no_line(store: Store) -> None:
    take(store, "gone", NOW + timedelta(days=400))
    assert take(store) is not None


def test_of_many_who_ask_at_once_one_gets_the_line(store: Store) -> None:
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda holder: take(store, holder), "uvwxyz"))
    assert len([one for one in found if one is not None]) == 1


def test_a_server_that_failed_is_let_alone_and_then_probed_by_one(store: Store) -> None:
    take(store)
    assert mark(store, FAILED)
    with store.write(()) as connection:
        lines.leave(connection, "a", "me")
    assert take(store, "me", NOW + PAUSE / 2) is None
    probe = take(store, "me", NOW + PAUSE)
    assert probe is not None
    assert (probe.well, probe.failures, probe.outcome) == (False, 1, "503")
    assert take(store, "other", NOW + PAUSE) is None


def test_somebody_who_has_seen_to_the_server_has_it_probed_at_once(store: Store) -> None:
    take(store)
    mark(store, FAILED)
    with store.write(()) as connection:
        lines.try_now(connection, "a")
        assert lines.line(connection, "a").state(NOW) == "half-open"
    assert take(store) is not None


@pytest.mark.parametrize(
    ("line", "state"),
    [
        (lambda: Line("a"), "closed"),
        (lambda: FAILED, "open"),
        (lambda: Line("a").failed(NOW - PAUSE, PAUSE, "503"), "half-open"),
        (lambda: Line("a").failed(NOW + timedelta(days=9), PAUSE, "503"), "half-open"),
    ],
    ids=["well", "failed", "over", "clock set back"],
)
def test_the_state_follows_from_failures_and_time(line: Callable[[], Line], state: str) -> None:
    assert line().state(NOW) == state


def test_failures_are_counted_and_their_beginning_is_kept() -> None:
    again = FAILED.failed(LATER, PAUSE, "502")
    assert again == Line("a", 2, NOW, LATER + PAUSE, "502")


def test_only_a_site_with_something_due_and_a_server_to_be_tried_is_ready(store: Store) -> None:
    with store.write() as connection:
        outbox.queue(connection, "b", [("ResearchSubject", "t", b"1")], LATER)
    assert ready(store) == []
    with store.write() as connection:
        outbox.queue(connection, "a", [("ResearchSubject", "t", b"1")], NOW)
        outbox.queue(connection, "c", [("ResearchSubject", "t", b"1")], NOW)
    assert ready(store) == ["a"]
    take(store)
    mark(store, FAILED)
    assert ready(store) == []
    assert ready(store, NOW + PAUSE) == ["a"]
