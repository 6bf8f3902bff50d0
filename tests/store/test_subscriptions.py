"""Events are numbered without a gap; a claim is one holder's; what was changed meanwhile is not overwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from natars_fhir.emit.subscription import Subscription
from natars_fhir.store import subscriptions
from natars_fhir.store.engine import Store
from tests.store.samples import LATER, NOW

ONE = Subscription("a", "s1", "active", "R4", "subject-changed", "https://x.example/", "id-only", "why", 0, 10, 20)
SOON = timedelta(minutes=5)
WHAT = ("ResearchSubject", "rs1", "ResearchSubject?identifier=x")


@pytest.fixture
def kept(store: Store) -> Store:
    with store.write() as connection:
        subscriptions.make(connection, ONE, b"sealed", NOW)
        subscriptions.make(connection, replace(ONE, id="s2", status="off"), None, NOW)
        subscriptions.make(connection, replace(ONE, site="b"), None, NOW)
    return store


def test_what_happens_is_numbered_for_each_that_wants_it(kept: Store) -> None:
    with kept.write() as connection:
        for _ in range(3):
            subscriptions.happened(connection, "a", "subject-changed", WHAT, NOW)
        subscriptions.happened(connection, "a", "request-changed", WHAT, NOW)
    with kept.read() as connection:
        found = {
            (one.site, one.id): one.events for site in "ab" for one in subscriptions.subscriptions(connection, site)
        }
        assert found == {("a", "s1"): 3, ("a", "s2"): 0, ("b", "s1"): 0}
        assert subscriptions.topics(connection, "a") == {"subject-changed"}
        numbers = [
            [one.number for one in subscriptions.events(connection, ONE, *of)]
            for of in ((1, 9, 9), (2, 2, 9), (1, 9, 1))
        ]
        assert numbers == [[1, 2, 3], [2], [1]]


def test_what_is_undone_leaves_no_gap(kept: Store) -> None:
    def undone() -> None:
        with kept.write() as connection:
            subscriptions.happened(connection, "a", "subject-changed", WHAT, NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        undone()
    with kept.write() as connection:
        subscriptions.happened(connection, "a", "subject-changed", WHAT, NOW)
        assert [one.number for one in subscriptions.events(connection, ONE, 1, 9, 9)] == [1]


def test_a_claim_is_one_holders_until_it_ends(kept: Store) -> None:
    with kept.write() as connection:
        first = subscriptions.claim(connection, ["a"], "me", NOW, NOW + SOON)
        assert first is not None
        assert (first.of, first.headers, first.spoken) == (ONE, b"sealed", None)
        assert subscriptions.claim(connection, ["a"], "you", NOW, NOW + SOON) is None
        assert subscriptions.claim(connection, [], "you", NOW + SOON, NOW + 2 * SOON) is None
        assert subscriptions.claim(connection, ["a"], "you", NOW + SOON, NOW + 2 * SOON) is not None
        assert not subscriptions.settle(connection, first.of, "me", NOW, None)


def test_what_was_changed_while_it_was_spoken_to_stays_changed(kept: Store) -> None:
    with kept.write() as connection:
        claimed = subscriptions.claim(connection, ["a"], "me", NOW, NOW + SOON)
        assert claimed is not None
        changed = replace(ONE, status="requested", endpoint="https://y.example/")
        assert subscriptions.replace(connection, changed, None, LATER)
        assert not subscriptions.settle(connection, replace(claimed.of, status="error"), "me", LATER, None)
        assert subscriptions.one(connection, "a", "s1") == changed


def test_it_is_removed_with_its_events(kept: Store) -> None:
    with kept.write() as connection:
        subscriptions.happened(connection, "a", "subject-changed", WHAT, NOW)
        assert not subscriptions.remove(connection, "b", "s2")
        assert subscriptions.remove(connection, "a", "s1")
        assert subscriptions.one(connection, "a", "s1") is None
        assert subscriptions.events(connection, ONE, 1, 9, 9) == []
        assert subscriptions.counted(connection, "a") == 1
        assert not subscriptions.replace(connection, ONE, None, NOW)
