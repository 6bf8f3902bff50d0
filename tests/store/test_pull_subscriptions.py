"""Subscriptions of ours and what they told: by site; what is forgotten of a person is not fetched for them any more."""

from __future__ import annotations

from datetime import timedelta

from natars_fhir.store import forgetting, pull_subscriptions
from natars_fhir.store.engine import Store
from natars_fhir.store.forgetting import Person
from natars_fhir.store.pull_subscriptions import Held, Waiting
from tests.store.samples import LATER, NOW


def held(site: str = "a", topic: str = "t", **more: object) -> Held:
    given = {"id": f"{site}-{topic}", "asked": "x", "place": "", "status": "requested", "secret": b"sealed", "seen": 0,
             "told": 0, "heard": NOW, "made": NOW, **more}  # fmt: skip
    return Held(site=site, topic=topic, **given)  # type: ignore[arg-type]


def test_each_site_has_its_own(store: Store) -> None:
    for one in (held(), held(topic="u"), held("b")):
        with store.of(one.site).write(()) as connection:
            pull_subscriptions.put(connection, one)
    with store.of("a").write(()) as connection:
        assert pull_subscriptions.of_site(connection, "a") == [held(), held(topic="u")]
        assert pull_subscriptions.by_id(connection, "a", "b-t") is None
        pull_subscriptions.remove(connection, held())
        assert pull_subscriptions.of_site(connection, "a") == [held(topic="u")]


def test_another_in_its_place_is_not_settled_for_it(store: Store) -> None:
    first, second = held(), held(id="second")
    with store.of("a").write(()) as connection:
        pull_subscriptions.put(connection, first)
        pull_subscriptions.put(connection, second)
        pull_subscriptions.settle(connection, first, behind=False)
        assert pull_subscriptions.of_site(connection, "a") == [second]
        pull_subscriptions.settle(connection, second, told=3)
        (one,) = pull_subscriptions.of_site(connection, "a")
        assert (one.gap, one.told) == (True, 3)


def test_what_was_told_waits_once_and_in_order_until_it_is_fetched(store: Store) -> None:
    first, second = Waiting("Condition/1", False, NOW), Waiting("Patient/1", True, LATER)
    newer = Waiting("Condition/1", False, LATER + timedelta(seconds=1))
    with store.of("a").write(()) as connection:
        pull_subscriptions.tell(connection, "a", [second, first])
        assert pull_subscriptions.waiting(connection, "a", 9) == [first, second]
        pull_subscriptions.tell(connection, "a", [newer])
        pull_subscriptions.fetched(connection, "a", [first, second])
        assert pull_subscriptions.waiting(connection, "a", 9) == [newer]


def test_a_person_who_is_forgotten_is_not_fetched(store: Store) -> None:
    with store.of("a").write() as connection:
        told = [Waiting(key, False, NOW) for key in ("Patient/1", "Condition/1", "Patient/2")]
        pull_subscriptions.tell(connection, "a", told)
        gone = forgetting.erase(connection, "a", Person(frozenset({"Patient/1"}), frozenset({"Condition/1"})))
        assert gone["pull_event"] == 2
        assert [one.key for one in pull_subscriptions.waiting(connection, "a", 9)] == ["Patient/2"]
