"""Clients, what they have used up, and certificates, in the store."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from natars_fhir.store import clients
from natars_fhir.store.clients import Certificate
from natars_fhir.store.engine import Store
from tests.service.access.clients_of import client
from tests.service.hospital import NOW

SOON = NOW + timedelta(minutes=5)


def test_a_client_comes_back_as_it_was_kept_and_its_id_is_its_own(store: Store) -> None:
    one, other = client(), client("b", "hospital-b", url="https://x.example", keys="")
    with store.write() as connection:
        clients.keep(connection, one)
        clients.keep(connection, other)
        assert clients.client(connection, "engine-a") == clients.client(connection, "engine-a", held=True) == one
        assert clients.clients(connection) == [one, other]
        assert clients.client(connection, "nobody") is None
    with pytest.raises(IntegrityError), store.write() as connection:
        clients.keep(connection, client(site="hospital-b"))


def test_an_assertion_is_used_up_until_it_is_too_old_anyway(store: Store) -> None:
    with store.write() as connection:
        clients.use_up(connection, "a", "one", SOON, NOW)
        clients.use_up(connection, "b", "one", SOON, NOW)
        clients.use_up(connection, "a", "two", SOON, NOW)
    with pytest.raises(IntegrityError), store.write() as connection:
        clients.use_up(connection, "a", "one", SOON, SOON)
    with store.write() as connection:
        clients.use_up(connection, "a", "one", SOON, SOON + timedelta(seconds=1))


def test_certificates_are_kept_once_and_by_site(store: Store) -> None:
    one, other = Certificate("hospital-a", "f" * 64, NOW), Certificate("hospital-b", "f" * 64, NOW)
    with store.write() as connection:
        for certificate in (one, one, other):
            clients.certify(connection, certificate)
        assert clients.certificates(connection) == [one, other]
        assert clients.certificates(connection, "hospital-b") == [other]
        assert clients.decertify(connection, "hospital-a", "f" * 64)
        assert not clients.decertify(connection, "hospital-a", "f" * 64)
        assert clients.certificates(connection) == [other]
