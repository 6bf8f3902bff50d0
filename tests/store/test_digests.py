"""A slot is one worker's at a time, and is over when it was sent or given up."""

from __future__ import annotations

from datetime import timedelta

from natars_fhir.store import digests
from natars_fhir.store.engine import Store
from tests.store.samples import NOW

SLOT, SOON = "2024-06-15T08:00", timedelta(minutes=10)


def test_whoever_claims_a_slot_has_it_until_the_lease_ends(store: Store) -> None:
    with store.write() as connection:
        assert digests.waits(connection, "a", SLOT, NOW)
        assert digests.claim(connection, "a", SLOT, NOW, NOW + SOON) == 1
        assert digests.claim(connection, "a", SLOT, NOW, NOW + SOON) == 0
        assert not digests.waits(connection, "a", SLOT, NOW)
        assert digests.waits(connection, "a", SLOT, NOW + SOON)
        assert digests.claim(connection, "a", SLOT, NOW + SOON, NOW + 2 * SOON) == 2
        assert digests.claim(connection, "b", SLOT, NOW, NOW + SOON) == 1
        assert digests.claim(connection, "a", "2024-06-15T16:00", NOW, NOW + SOON) == 1


def test_what_was_sent_or_given_up_is_over(store: Store) -> None:
    for state in ("sent", "failed"):
        with store.write() as connection:
            digests.claim(connection, state, SLOT, NOW, NOW + SOON)
            digests.settle(connection, state, SLOT, state, NOW)
            assert not digests.waits(connection, state, SLOT, NOW + 9 * SOON)
            assert digests.claim(connection, state, SLOT, NOW + 9 * SOON, NOW + 10 * SOON) == 0
