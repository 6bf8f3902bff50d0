"""Tokens in the store: found by their hash alone, and never back from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from natars_fhir.store import bearers, clients
from natars_fhir.store.bearers import Bearer
from natars_fhir.store.engine import Store
from tests.service.access.clients_of import client
from tests.service.hospital import NOW

ONE = Bearer("h1", "id1", "hospital-a", "engine", ("engine", "operator"), NOW, NOW + timedelta(days=1), "system/*.rs")
SHORT = replace(ONE, hash="h2", id="id2", client="engine-a")


def test_a_token_comes_back_as_it_was_kept(store: Store) -> None:
    with store.write() as connection:
        bearers.keep(connection, ONE)
        bearers.keep(connection, SHORT)
        assert bearers.by_hash(connection, "h1") == bearers.by_id(connection, "id1") == ONE
        assert bearers.by_hash(connection, "id1") is bearers.by_id(connection, "h1") is None
        assert bearers.lasting(connection) == [ONE]


@pytest.mark.parametrize("twin", [replace(ONE, hash="h2"), replace(ONE, id="id2")])
def test_neither_hash_nor_id_is_there_twice(store: Store, twin: Bearer) -> None:
    with store.write() as connection:
        bearers.keep(connection, ONE)
    with pytest.raises(IntegrityError), store.write() as connection:
        bearers.keep(connection, twin)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, "good"),
        ({"expires": None}, "good"),
        ({"expires": NOW}, "expired"),
        ({"revoked": NOW}, "revoked"),
        ({"expires": NOW, "revoked": NOW}, "revoked"),
    ],
)
def test_a_token_is_good_until_it_expires_or_is_revoked(change: dict[str, object], state: str) -> None:
    assert replace(ONE, **change).state(NOW) == state  # type: ignore[arg-type]


def test_what_a_client_has_ends_together_and_is_forgotten_later(store: Store) -> None:
    with store.write() as connection:
        bearers.keep(connection, ONE)
        bearers.keep(connection, SHORT)
        assert bearers.revoke_of(connection, "engine-a", NOW) == 1
        bearers.forget_old(connection, "", NOW + timedelta(days=9))
        bearers.forget_old(connection, "engine-a", NOW)
        assert bearers.by_id(connection, "id2") is not None
        bearers.forget_old(connection, "engine-a", NOW + timedelta(days=9))
        assert bearers.by_id(connection, "id2") is None
        assert bearers.by_id(connection, "id1") == ONE


def test_anybody_who_was_ever_set_up_counts(store: Store) -> None:
    with store.write() as connection:
        assert not bearers.configured(connection)
        clients.keep(connection, client())
        assert bearers.configured(connection)
        clients.revoke(connection, "engine-a", NOW)
        assert bearers.configured(connection)
