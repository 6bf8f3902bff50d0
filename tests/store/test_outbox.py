"""Letters go out in order, one at a time to each target, studies first, and to one deliverer alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from natars_fhir.store import outbox
from natars_fhir.store.engine import Store
from natars_fhir.store.outbox import Attempt, Letter
from natars_fhir.store.tables import delivery
from natars_fhir.store.tables import outbox as table
from tests.store.samples import LATER, NOW

UNTIL = NOW + timedelta(minutes=5)


def queue(store: Store, target: str, body: bytes = b"1", kind: str = "ResearchSubject", site: str = "a") -> bool:
    with store.write() as connection:
        return bool(outbox.queue(connection, site, [(kind, target, body)], NOW))


def claim(store: Store, holder: str = "me", now: datetime = NOW, sites: tuple[str, ...] = ("a",)) -> Letter | None:
    with store.write() as connection:
        return outbox.claim(connection, sites, holder, now, now + timedelta(minutes=5))


def settle(store: Store, letter: Letter | None, state: str, holder: str = "me", due: datetime | None = None) -> bool:
    assert letter is not None
    with store.write() as connection:
        return outbox.settle(connection, letter, holder, Attempt(NOW, "200"), state, due)


def states(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.execute(select(table.c.state).order_by(table.c.seq)).scalars())


def test_a_letter_is_claimed_once_and_then_done(store: Store) -> None:
    queue(store, "t", b"body")
    letter = claim(store)
    assert letter is not None
    assert (letter.target, letter.body, letter.attempts) == ("t", b"body", 1)
    assert claim(store, "other") is None
    assert settle(store, letter, "done")
    assert claim(store) is None
    assert states(store) == ["done"]


def test_what_was_said_last_is_not_said_again(store: Store) -> None:
    assert queue(store, "t", b"1")
    assert not queue(store, "t", b"1")
    assert queue(store, "t", b"2")
    assert queue(store, "t", b"1")


def test_what_was_told_is_found_by_its_kind_and_beginning(store: Store) -> None:
    for target, kind in (
        ("O?b_2", "O"),
        ("O?b_1", "O"),
        ("O?b_1", "O"),
        ("O?bx1", "O"),
        ("O?c_1", "O"),
        ("O?b_3", "P"),
    ):
        queue(store, target, target.encode(), kind)
    queue(store, "O?b_4", kind="O", site="b")
    with store.read() as connection:
        assert outbox.told(connection, "a", "O", "O?b_") == ["O?b_1", "O?b_2"]


@pytest.mark.parametrize("state", ["waiting", "dead"])
def test_what_waits_or_was_given_up_is_overtaken_by_what_is_newer(store: Store, state: str) -> None:
    queue(store, "t", b"1")
    settle(store, claim(store), state, due=LATER)
    queue(store, "t", b"2")
    assert states(store) == ["superseded", "waiting"]
    newest = claim(store)
    assert newest is not None
    assert newest.body == b"2"


def test_a_letter_waits_while_the_one_before_to_the_same_target_is_under_way(store: Store) -> None:
    queue(store, "t", b"1")
    first = claim(store)
    queue(store, "t", b"2")
    queue(store, "other", b"3")
    passing = claim(store, "second")
    assert passing is not None
    assert passing.target == "other"
    assert claim(store, "third") is None
    settle(store, first, "done")
    following = claim(store, "third")
    assert following is not None
    assert following.body == b"2"


@pytest.mark.parametrize(("state", "goes"), [("waiting", False), ("dead", False), ("done", True)])
def test_a_subject_waits_until_its_study_is_there(store: Store, state: str, goes: bool) -> None:
    queue(store, "study", kind="ResearchStudy")
    queue(store, "site study", kind="ResearchStudy")
    queue(store, "subject")
    settle(store, claim(store), state, due=LATER)
    assert (claim(store) is not None) is goes


def test_another_sites_studies_hold_nothing_up(store: Store) -> None:
    queue(store, "study", kind="ResearchStudy", site="b")
    queue(store, "subject", site="a")
    assert claim(store, sites=("a",)) is not None


def test_a_site_without_a_server_keeps_its_letters(store: Store) -> None:
    queue(store, "t", site="b")
    assert claim(store, sites=("a",)) is None
    assert claim(store, sites=()) is None
    assert claim(store, sites=("a", "b")) is not None


def test_nothing_is_claimed_before_it_is_due(store: Store) -> None:
    queue(store, "t")
    settle(store, claim(store), "waiting", due=LATER)
    assert claim(store, now=NOW) is None
    again = claim(store, now=LATER)
    assert again is not None
    assert again.attempts == 2


def test_a_lease_ends_when_its_holder_is_gone_and_a_late_holder_changes_nothing(store: Store) -> None:
    queue(store, "t")
    lost = claim(store, "gone")
    found = claim(store, "me", now=UNTIL)
    assert found is not None
    assert not settle(store, lost, "done", "gone")
    assert states(store) == ["waiting"]
    assert settle(store, found, "done", "me")


def test_what_was_given_up_can_be_tried_again(store: Store) -> None:
    queue(store, "t")
    settle(store, claim(store), "dead")
    assert claim(store) is None
    with store.write() as connection:
        assert outbox.revive(connection, "b", NOW) == 0
        assert outbox.revive(connection, "a", NOW) == 1
    again = claim(store)
    assert again is not None
    assert again.attempts == 1


def test_every_attempt_is_written_down(store: Store) -> None:
    queue(store, "t")
    with store.write() as connection:
        letter = outbox.claim(connection, ["a"], "me", NOW, UNTIL)
        assert letter is not None
        outbox.settle(connection, letter, "me", Attempt(NOW, "400", ("invalid", "required")), "dead")
        row = connection.execute(select(delivery)).one()
    assert (row.outbox, row.at, row.outcome, row.codes) == (letter.seq, NOW, "400", "invalid required")


def test_many_deliverers_never_claim_the_same_letter(store: Store) -> None:
    for number in range(40):
        queue(store, f"t{number}")

    def claim_all(holder: str) -> list[int]:
        claimed = []
        while letter := claim(store, holder):
            claimed.append(letter.seq)
        return claimed

    with ThreadPoolExecutor(4) as pool:
        claimed = [seq for found in pool.map(claim_all, "abcd") for seq in found]
    assert sorted(claimed) == sorted(set(claimed))
    assert len(claimed) == 40


@pytest.mark.parametrize("ahead", [timedelta(days=3), timedelta(days=400)])
def test_a_clock_that_was_set_back_holds_no_letter_up(store: Store, ahead: timedelta) -> None:
    """Queued and claimed while the clock was ahead; then it is right again, and whoever held the letter is gone."""
    with store.write() as connection:
        outbox.queue(connection, "a", [("ResearchSubject", "t", b"1")], NOW + ahead)
        held = outbox.claim(connection, ["a"], "gone", NOW + ahead, NOW + ahead + timedelta(minutes=4))
    assert held is not None
    assert claim(store) is not None


def test_a_clock_that_was_set_back_a_little_only_makes_wait(store: Store) -> None:
    with store.write() as connection:
        outbox.queue(connection, "a", [("ResearchSubject", "t", b"1")], NOW + timedelta(minutes=1))
    assert claim(store) is None
