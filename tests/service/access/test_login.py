"""What is tried is counted before it is known to be wrong; waits grow; codes are used up; on both databases."""

from __future__ import annotations

import threading
from datetime import timedelta

import pyotp
import pytest

from natars_fhir.service.access import login, second
from natars_fhir.service.access.accounts import Wanted, add, unlock
from natars_fhir.service.access.login import enter, show, step, wait
from natars_fhir.store import accounts as kept
from natars_fhir.store.accounts import Account
from natars_fhir.store.engine import Store
from natars_fhir.store.sessions import Session
from tests.service.access.clients_of import worker
from tests.service.hospital import KEY, NOW

pytestmark = pytest.mark.usefixtures("quick_hashes")

PASSWORD = "a long sentence of mine"  # noqa: S105 (of nobody)


def person(store: Store) -> Account:
    """Somebody with a second factor."""
    one, _ = add(store, KEY, Wanted("zhang", ("coordinator",), "hospital-a"), NOW, PASSWORD)
    with store.write(()) as connection:
        kept.change(connection, one.id, second=second.made(KEY), enrolled=NOW, fresh=False)
    return again(store, one)


def again(store: Store, one: Account) -> Account:
    with store.read() as connection:
        found = kept.by_id(connection, one.id)
    assert found is not None
    return found


def code(one: Account) -> str:
    assert one.second is not None
    return pyotp.TOTP(second.secret(KEY, one.second)).at(NOW)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (9, 480), (10, 900), (10_000, 900)]
)
def test_the_wait_doubles_and_has_an_end(failures: int, seconds: int) -> None:
    assert wait(failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("enrolled", "shown", "fresh", "required", "expected"),
    [
        (True, False, False, True, "second"),
        (True, False, False, False, "second"),
        (True, True, False, True, ""),
        (False, False, False, True, "enrol"),
        (False, False, False, False, ""),
        (False, True, False, True, ""),
        (False, False, True, True, "enrol"),
        (True, True, True, True, "password"),
        (False, False, True, False, "password"),
    ],
)
def test_what_is_still_to_do(enrolled: bool, shown: bool, fresh: bool, required: bool, expected: str) -> None:
    one = Account("1", "x", "", ("operator",), NOW, enrolled=NOW if enrolled else None, fresh=fresh)
    assert step(one, Session("h", "", "1", NOW, NOW, shown), required=required) == expected


def test_who_guesses_at_once_guesses_no_more_often(either_store: Store) -> None:
    one, ready = person(either_store), threading.Barrier(12)
    answers: list[str | None] = []

    def guess(store: Store) -> None:
        ready.wait(30)
        answers.append(enter(store, KEY, "zhang", "wrong", NOW))

    threads = [threading.Thread(target=guess, args=(either_store,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [None] * 12
    assert again(either_store, one).failures == 5
    assert enter(either_store, KEY, "zhang", PASSWORD, NOW) is None
    later = NOW + timedelta(seconds=31)
    assert enter(either_store, KEY, "zhang", PASSWORD, later) is not None


def test_of_two_who_show_one_code_at_the_same_moment_one_comes_in(either_store: Store) -> None:
    one = person(either_store)
    tokens = [str(enter(either_store, KEY, "zhang", PASSWORD, NOW)) for _ in range(2)]
    given, ready = code(one), threading.Barrier(2)
    answers: list[str | None] = []

    def shown(token: str) -> None:
        ready.wait(30)
        answers.append(show(worker(either_store), KEY, one.id, token, given, NOW))

    threads = [threading.Thread(target=shown, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answer is None for answer in answers) == [False, True]


def test_a_right_login_forgives_what_was_mistyped(either_store: Store) -> None:
    one = person(either_store)
    for _ in range(3):
        assert enter(either_store, KEY, "zhang", "wrong", NOW) is None
    token = enter(either_store, KEY, "zhang", PASSWORD, NOW)
    assert again(either_store, one).failures == 3
    assert show(either_store, KEY, one.id, str(token), code(one), NOW) is not None
    assert again(either_store, one).failures == 0


@pytest.mark.parametrize(("wrong", "failures"), [(0, 0), (1, 1), (3, 3), (4, 4), (9, 4)])
def test_codes_that_are_guessed_while_a_password_is_looked_at_are_counted(
    monkeypatch: pytest.MonkeyPatch, either_store: Store, wrong: int, failures: int
) -> None:
    one = person(either_store)

    def looked_at(_: str, __: str) -> bool:
        assert [show(either_store, KEY, one.id, "", "wrong", NOW) for _ in range(wrong)] == [None] * wrong
        return True

    monkeypatch.setattr(login.passwords, "fits", looked_at)
    assert enter(either_store, KEY, "zhang", PASSWORD, NOW) is not None
    assert (again(either_store, one).failures, again(either_store, one).state(NOW)) == (failures, "good")
    for _ in range(9):
        assert show(either_store, KEY, one.id, "", "wrong", NOW) is None
    assert (again(either_store, one).failures, again(either_store, one).state(NOW)) == (5, "locked")


def test_a_wait_that_codes_have_earned_stays(monkeypatch: pytest.MonkeyPatch, either_store: Store) -> None:
    one = person(either_store)

    def looked_at(_: str, __: str) -> bool:
        with either_store.write(()) as connection:
            kept.change(connection, one.id, failures=7, locked=NOW + wait(7))
        return True

    monkeypatch.setattr(login.passwords, "fits", looked_at)
    assert enter(either_store, KEY, "zhang", PASSWORD, NOW) is not None
    assert (again(either_store, one).failures, again(either_store, one).state(NOW)) == (6, "locked")


@pytest.mark.parametrize("before", [0, 3, 5, 8])
def test_a_right_password_twice_at_once_locks_nobody_out(
    monkeypatch: pytest.MonkeyPatch, either_store: Store, before: int
) -> None:
    one, tokens = person(either_store), list[str | None]()
    with either_store.write(()) as connection:
        kept.change(connection, one.id, failures=before, locked=NOW)

    def looked_at(_: str, __: str) -> bool:
        monkeypatch.setattr(login.passwords, "fits", lambda *_: True)
        tokens.append(enter(either_store, KEY, "zhang", PASSWORD, NOW))
        return True

    monkeypatch.setattr(login.passwords, "fits", looked_at)
    assert enter(either_store, KEY, "zhang", PASSWORD, NOW) is not None
    assert (again(either_store, one).failures, again(either_store, one).state(NOW)) == (before, "good")


def test_an_account_that_is_unlocked_while_a_password_is_looked_at_stays_so(
    monkeypatch: pytest.MonkeyPatch, either_store: Store
) -> None:
    one = person(either_store)
    with either_store.write(()) as connection:
        kept.change(connection, one.id, failures=7, locked=NOW)

    def looked_at(_: str, __: str) -> bool:
        unlock(either_store, KEY, one.id, NOW)
        return True

    monkeypatch.setattr(login.passwords, "fits", looked_at)
    assert enter(either_store, KEY, "zhang", PASSWORD, NOW) is not None
    assert (again(either_store, one).failures, again(either_store, one).locked) == (0, None)


def test_a_session_lasts_no_longer_for_having_been_renewed() -> None:
    one = Account("1", "x", "", ("operator",), NOW)
    _, first = login.fresh(one, NOW)
    _, second_ = login.fresh(one, NOW + timedelta(hours=1), first, shown=True)
    assert second_.made == NOW
    assert second_.hash != first.hash
