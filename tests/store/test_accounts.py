"""Accounts as rows: found by name, id or a provider's subject, and changed only where they may be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from natars_fhir.store import accounts
from natars_fhir.store.accounts import Account
from natars_fhir.store.engine import Store
from tests.service.hospital import NOW

ONE = Account("1", "zhang", "hospital-a", ("coordinator",), NOW, "S-1", "hash", second=b"\x00sealed")
OF_A_PROVIDER = Account("2", "li", "", ("operator",), NOW, issuer="https://login.example", subject="7")


@pytest.fixture
def store(either_store: Store) -> Store:
    with either_store.write(()) as connection:
        accounts.keep(connection, ONE)
        accounts.keep(connection, OF_A_PROVIDER)
    return either_store


def test_an_account_is_found_as_it_was_kept(store: Store) -> None:
    with store.read() as connection:
        assert accounts.by_name(connection, "zhang") == ONE
        assert accounts.by_id(connection, "1") == accounts.by_id(connection, "1", held=True) == ONE
        assert accounts.by_subject(connection, "https://login.example", "7") == OF_A_PROVIDER
        assert accounts.by_name(connection, "nobody") is None
        assert accounts.by_subject(connection, "", "") is None
        assert accounts.every(connection) == [OF_A_PROVIDER, ONE]
        assert accounts.every(connection, "hospital-a") == [ONE]


def test_a_name_is_one_persons(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write(()) as connection:
        accounts.keep(connection, replace(OF_A_PROVIDER, id="3", name="zhang"))


def test_what_may_change_changes_and_nothing_else(store: Store) -> None:
    with store.write(()) as connection:
        accounts.change(connection, "1", roles=("investigator", "coordinator"), locked=NOW)
        found = accounts.by_id(connection, "1")
        assert found is not None
        assert (found.roles, found.state(NOW), found.locked) == (("investigator", "coordinator"), "good", NOW)
        with pytest.raises(ValueError, match="no column"):
            accounts.change(connection, "1", id="9")


def test_a_code_is_used_once_and_none_before_it_any_more(store: Store) -> None:
    with store.write(()) as connection:
        assert [accounts.use_counter(connection, "1", number) for number in (5, 5, 4, 6)] == [True, False, False, True]


def test_an_account_does_not_show_its_secrets_where_it_is_printed() -> None:
    assert "hash" not in repr(ONE).replace("hospital", "")
    assert "sealed" not in repr(ONE)
