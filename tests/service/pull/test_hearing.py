"""What is told by whoever knows the secret is written down; a gap in the numbers is known; order loses nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from natars_fhir.service.pull.hearing import hear
from natars_fhir.store.engine import Store
from tests.service.hospital import KEY, NOW
from tests.service.pull.telling import SECRET, bundle, held, now_held, parameters, waits
from tests.service.pull.ward import BASE, plan

LATER = NOW + timedelta(minutes=1)


def told(store: Store, document: Any, *, ident: str = "ours", secret: str = SECRET, key: bytes = KEY) -> str:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    of = plan("subscription", "Condition", "Patient")
    return hear(store, key, "generic", of, BASE, ident, secret, raw, LATER)


def event(number: int, kind: str = "Condition", count: int | None = None) -> Any:
    about = f"{BASE}/{kind}/{kind[0].lower()}{number}"
    return bundle(parameters("event-notification", count or number, (number, about)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ident": "another"}, "unknown"),
        ({"secret": "guessed"}, "nobody"),
        ({"secret": ""}, "nobody"),
        ({"secret": "密"}, "nobody"),
        ({"key": b"another key, of thirty-two bytes."}, "nobody"),
    ],
)
def test_whoever_does_not_know_the_secret_changes_nothing(store: Store, given: dict[str, Any], said: str) -> None:
    before = held(store)
    assert told(store, event(4), **given) == said
    assert (now_held(store), waits(store)) == ([before], {})


def test_what_is_no_notification_changes_nothing(store: Store) -> None:
    before = held(store)
    assert told(store, b"{") == "unreadable"
    assert now_held(store) == [before]


def test_an_event_is_to_be_fetched_and_counted(store: Store) -> None:
    held(store)
    assert told(store, event(4)) == "taken"
    (one,) = now_held(store)
    assert (one.seen, one.told, one.gap, one.behind, one.heard) == (4, 4, False, False, LATER)
    assert waits(store) == {"Condition/c4": False}


def test_what_the_plan_does_not_ask_for_is_not_fetched(store: Store) -> None:
    held(store)
    told(store, event(4, "Encounter"))
    assert (waits(store), now_held(store)[0].seen) == ({}, 4)


@pytest.mark.parametrize(
    ("documents", "seen", "most", "behind"),
    [
        pytest.param([event(4), event(5)], 5, 5, False, id="in order"),
        pytest.param([event(4), event(4)], 4, 4, False, id="the same twice"),
        pytest.param([event(2)], 3, 3, False, id="one of old"),
        pytest.param([event(5)], 3, 5, False, id="one is missing"),
        pytest.param([event(5), event(4)], 4, 5, False, id="out of order: asked for once more"),
        pytest.param([event(4, count=9)], 4, 9, False, id="it speaks of more than it told"),
        pytest.param([bundle(parameters("heartbeat", 3))], 3, 3, False, id="a heartbeat"),
        pytest.param([bundle(parameters("heartbeat", 6))], 3, 6, False, id="a heartbeat tells of a gap"),
        pytest.param([bundle(parameters("heartbeat", 1))], 1, 1, True, id="it counts anew"),
        pytest.param([bundle(parameters("handshake", 0))], 0, 0, True, id="a handshake begins anew"),
        pytest.param([bundle(parameters("event-notification", 4, (4, "")))], 4, 4, True, id="it does not say of what"),
    ],
)
def test_a_gap_in_the_numbers_is_known(store: Store, documents: list[Any], seen: int, most: int, behind: bool) -> None:
    held(store)
    for one in documents:
        assert told(store, one) == "taken"
    (after,) = now_held(store)
    assert (after.seen, after.told, after.behind) == (seen, most, behind)


def test_what_is_told_while_the_same_is_fetched_is_fetched_again(store: Store) -> None:
    from natars_fhir.store.pull_subscriptions import Waiting, fetched, tell

    held(store)
    first = Waiting("Condition/c4", False, NOW)
    with store.write() as connection:
        tell(connection, "generic", [first])
    told(store, event(4))
    with store.write() as connection:
        fetched(connection, "generic", [first])
    assert waits(store) == {"Condition/c4": False}


def test_a_resource_that_was_created_again_after_its_deletion_is_fetched(store: Store) -> None:
    held(store)
    gone = {"request": {"method": "DELETE", "url": "Condition/c4"}}
    told(store, bundle(parameters("event-notification", 4, (4, "Condition/c4")), gone))
    assert waits(store) == {"Condition/c4": True}
    told(store, bundle(parameters("event-notification", 5, (5, "Condition/c4"))))
    assert waits(store) == {"Condition/c4": False}
