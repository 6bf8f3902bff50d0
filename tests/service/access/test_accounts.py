"""Accounts are made as they can be, changed by whoever may, and each change is in the audit without a name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from natars_fhir.service.access import accounts, login, passwords
from natars_fhir.service.access.accounts import AccountError, Wanted, add, disable, enable, reset, unlock
from natars_fhir.store import accounts as kept
from natars_fhir.store import sessions
from natars_fhir.store.accounts import Account
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.tables.audit import audit
from tests.blank import blank
from tests.service.hospital import KEY, NOW

pytestmark = pytest.mark.usefixtures("quick_hashes")

PASSWORD = "a long sentence of mine"  # noqa: S105 (of nobody)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(blank(tmp_path))
    yield opened
    opened.close()


def acts(store: Store) -> list[str]:
    with store.read() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.seq)).all()
    assert "zhang" not in str(rows)
    return [row.act for row in rows]


def now(store: Store, one: Account) -> Account:
    with store.read() as connection:
        found = kept.by_id(connection, one.id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Wanted("", ("operator",)), "1 to 100"),
        (Wanted("  ", ("operator",)), "1 to 100"),
        (Wanted("x" * 101, ("operator",)), "1 to 100"),
        (Wanted("a\nb", ("operator",)), "can be seen"),
        (Wanted("a", ()), "a role is one of"),
        (Wanted("a", ("admin",)), "a role is one of"),
        (Wanted("a", ("coordinator",)), "name the site"),
        (Wanted("a", ("trial-office",), "hospital-a"), "name none"),
    ],
)
def test_an_account_that_cannot_be_is_refused(store: Store, wanted: Wanted, why: str) -> None:
    with pytest.raises(AccountError, match=why):
        add(store, KEY, wanted, NOW, PASSWORD)
    assert acts(store) == []


@pytest.mark.parametrize("name", ["Zhang", " zhang ", "ＺＨＡＮＧ"])
def test_a_name_is_one_however_it_is_typed(store: Store, name: str) -> None:
    add(store, KEY, Wanted("zhang", ("operator",)), NOW, PASSWORD)
    with pytest.raises(AccountError, match="has this name"):
        add(store, KEY, Wanted(name, ("operator",)), NOW, PASSWORD)
    assert login.enter(store, KEY, name, PASSWORD, NOW) is not None


def test_a_password_that_we_choose_opens_and_must_be_changed(store: Store) -> None:
    one, password = add(store, KEY, Wanted("zhang", ("operator",)), NOW)
    assert one.fresh
    assert password not in one.password
    assert login.enter(store, KEY, "zhang", password, NOW) is not None


def test_what_is_done_with_an_account_is_in_the_audit(store: Store) -> None:
    one, _ = add(store, KEY, Wanted("zhang", ("operator",)), NOW, PASSWORD)
    _, password = reset(store, KEY, one.id, NOW)
    assert login.enter(store, KEY, "zhang", PASSWORD, NOW) is None
    disable(store, KEY, one.id, NOW)
    assert login.enter(store, KEY, "zhang", password, NOW) is None
    enable(store, KEY, one.id, NOW)
    unlock(store, KEY, one.id, NOW)
    assert login.enter(store, KEY, "zhang", password, NOW) is not None
    assert acts(store) == [
        "account made", "account reset", "login refused", "account disabled", "account enabled", "account unlocked",
        "login",
    ]  # fmt: skip


@pytest.mark.parametrize("act", [reset, disable, enable, unlock])
def test_what_is_not_there_cannot_be_changed(store: Store, act: object) -> None:
    with pytest.raises(AccountError, match="no such account"):
        act(store, KEY, "nobody", NOW)  # type: ignore[operator]


def test_an_account_of_a_provider_has_no_password(store: Store) -> None:
    one, password = add(store, KEY, Wanted("zhang", ("operator",), "", "", "https://login.example", "7"), NOW)
    assert (password, one.password, one.fresh) == ("", "", False)


@pytest.mark.parametrize("password", ["", PASSWORD])
def test_an_account_of_a_provider_gets_none_by_a_reset(store: Store, password: str) -> None:
    one, _ = add(store, KEY, Wanted("zhang", ("operator",), "", "", "https://login.example", "7"), NOW)
    with store.write(()) as connection:
        sessions.keep(connection, login.fresh(one, NOW)[1])
    with pytest.raises(AccountError, match="no password here"):
        reset(store, KEY, one.id, NOW, password)
    assert now(store, one) == one
    with store.read() as connection:
        assert len(sessions.of(connection, one.id)) == 1
    assert acts(store) == ["account made"]


def test_an_account_of_a_provider_is_not_made_with_a_password(store: Store) -> None:
    with pytest.raises(AccountError, match="no password here"):
        add(store, KEY, Wanted("zhang", ("operator",), "", "", "https://login.example", "7"), NOW, PASSWORD)
    assert acts(store) == []


def test_a_password_that_an_account_of_a_provider_has_opens_nothing(store: Store) -> None:
    one, _ = add(store, KEY, Wanted("zhang", ("operator",), "", "", "https://login.example", "7"), NOW)
    with store.write(()) as connection:
        kept.change(connection, one.id, password=passwords.hashed(PASSWORD))
    assert login.enter(store, KEY, "zhang", PASSWORD, NOW) is None


def test_who_speaks_is_whom_the_delegation_list_names(store: Store) -> None:
    one, _ = add(store, KEY, Wanted("zhang", ("coordinator",), "hospital-a", "S-001"), NOW, PASSWORD)
    assert accounts.speaks(one) == "S-001"
    assert accounts.speaks(now(store, one)) == "S-001"
