"""Letters go out in order: what is about one subject as it was queued, studies first, and nobody waits for another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from natars_fhir.store import outbox
from natars_fhir.store.engine import Store
from natars_fhir.store.outbox import Attempt, Letter, Settled
from natars_fhir.store.tables.core import delivery
from natars_fhir.store.tables.core import outbox as table
from tests.store.samples import LATER, NOW


def queue(
    store: Store, target: str, body: bytes = b"1", kind: str = "ResearchSubject", site: str = "a", about: str = ""
) -> bool:
    with store.write() as connection:
        return bool(outbox.queue(connection, site, [(kind, target, body)], NOW, about))


def due(store: Store, now: object = NOW, site: str = "a", most: int = 100) -> list[Letter]:
    with store.read() as connection:
        return outbox.due_letters(connection, site, now, most)  # type: ignore[arg-type]


def targets(store: Store, **said: object) -> list[str]:
    return [letter.target for letter in due(store, **said)]  # type: ignore[arg-type]


def settle(store: Store, letter: Letter, state: str, due: object = None, *, counted: bool = True) -> None:
    with store.write() as connection:
        settled = [Settled(letter, Attempt(NOW, "200"), state, counted, due)]  # type: ignore[arg-type]
        outbox.write_down(connection, settled)
        outbox.settle(connection, settled)


def states(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.execute(select(table.c.state).order_by(table.c.seq)).scalars())


def test_a_letter_is_done_once(store: Store) -> None:
    queue(store, "t", b"body")
    (letter,) = due(store)
    assert (letter.target, letter.body, letter.attempts) == ("t", b"body", 0)
    settle(store, letter, "done")
    assert due(store) == []
    assert states(store) == ["done"]


def test_what_was_said_last_is_not_said_again(store: Store) -> None:
    assert queue(store, "t", b"1")
    assert not queue(store, "t", b"1")
    assert queue(store, "t", b"2")
    assert queue(store, "t", b"1")


def test_what_was_told_about_a_subject_is_found_by_its_kind(store: Store) -> None:
    for target, kind, about in (
        ("O?b_2", "O", "S?b"),
        ("O?b_1", "O", "S?b"),
        ("O?b_1", "O", "S?b"),
        ("O?c_1", "O", "S?c"),
        ("O?d_1", "O", ""),
        ("O?b_3", "P", "S?b"),
    ):
        queue(store, target, target.encode(), kind, about=about)
    queue(store, "O?b_4", kind="O", site="b", about="S?b")
    with store.read() as connection:
        assert outbox.told(connection, "a", "S?b", "O") == ["O?b_1", "O?b_2"]


@pytest.mark.parametrize("state", ["waiting", "dead"])
def test_what_waits_or_was_given_up_is_overtaken_by_what_is_newer(store: Store, state: str) -> None:
    queue(store, "t", b"1")
    settle(store, due(store)[0], state, due=LATER)
    queue(store, "t", b"2")
    assert states(store) == ["superseded", "waiting"]
    assert [letter.body for letter in due(store)] == [b"2"]


@pytest.mark.parametrize(("state", "then"), [("done", "done"), ("waiting", "superseded"), ("dead", "superseded")])
def test_what_was_overtaken_under_way_is_done_if_it_is_there_and_else_not_tried_again(
    store: Store, state: str, then: str
) -> None:
    queue(store, "t", b"1")
    (under_way,) = due(store)
    queue(store, "t", b"2")
    settle(store, under_way, state)
    assert states(store) == [then, "waiting"]


def test_what_is_about_one_subject_goes_as_it_was_queued_and_others_pass(store: Store) -> None:
    queue(store, "S?1", about="S?1")
    queue(store, "O?1-a", kind="Observation", about="S?1")
    queue(store, "S?2", about="S?2")
    assert targets(store) == ["S?1", "O?1-a", "S?2"]
    settle(store, due(store)[0], "waiting", due=LATER)
    assert targets(store) == ["S?2"]
    assert targets(store, now=LATER) == ["S?1", "O?1-a", "S?2"]


def test_a_letter_that_was_given_up_holds_nothing_of_its_subject_up(store: Store) -> None:
    queue(store, "S?1", about="S?1")
    queue(store, "O?1-a", kind="Observation", about="S?1")
    settle(store, due(store)[0], "dead")
    assert targets(store) == ["O?1-a"]


@pytest.mark.parametrize(("state", "goes"), [("waiting", False), ("dead", False), ("done", True)])
def test_what_follows_a_study_waits_until_it_is_there(store: Store, state: str, goes: bool) -> None:
    queue(store, "before")
    queue(store, "study", kind="ResearchStudy")
    queue(store, "subject")
    assert targets(store) == ["before", "study", "subject"]
    settle(store, due(store)[1], state, due=LATER)
    assert targets(store) == (["before", "subject"] if goes else ["before"])


def test_a_study_is_about_no_subject_though_it_is_queued_with_one(store: Store) -> None:
    with store.write() as connection:
        outbox.queue(connection, "a", [("ResearchStudy", "s", b"1"), ("ResearchSubject", "t", b"1")], NOW, "t")
    assert [letter.about for letter in due(store)] == ["", "t"]


def test_another_sites_studies_hold_nothing_up(store: Store) -> None:
    queue(store, "study", kind="ResearchStudy", site="b")
    queue(store, "subject", site="a")
    assert targets(store) == ["subject"]


def test_as_many_are_read_as_are_asked_for_over_many_that_wait(store: Store) -> None:
    with store.write() as connection:
        for number in range(450):
            outbox.queue(connection, "a", [("ResearchSubject", f"t{number}", b"1")], NOW if number > 440 else LATER)
    assert targets(store, most=3) == ["t441", "t442", "t443"]
    assert len(due(store)) == 9


def test_nothing_goes_before_it_is_due_and_attempts_are_counted_where_the_letter_was_to_blame(store: Store) -> None:
    queue(store, "t")
    settle(store, due(store)[0], "waiting", due=LATER)
    assert due(store) == []
    (again,) = due(store, now=LATER)
    assert again.attempts == 1
    settle(store, again, "waiting", counted=False)
    assert due(store, now=LATER)[0].attempts == 1


def test_what_was_given_up_can_be_tried_again_all_or_some_of_it(store: Store) -> None:
    for target in "abc":
        queue(store, target)
    for letter in due(store):
        settle(store, letter, "dead")
    with store.write() as connection:
        seq = connection.execute(select(table.c.seq).where(table.c.target == "b")).scalar()
        assert outbox.revive(connection, "b", NOW) == 0
        assert outbox.revive(connection, "a", NOW, [int(seq or 0)]) == 1
    assert [(one.target, one.attempts) for one in due(store)] == [("b", 0)]
    with store.write() as connection:
        assert outbox.revive(connection, "a", NOW) == 2


def test_every_attempt_is_written_down(store: Store) -> None:
    queue(store, "t")
    (letter,) = due(store)
    with store.write() as connection:
        outbox.write_down(connection, [Settled(letter, Attempt(NOW, "400", ("invalid", "required")), "dead")])
        row = connection.execute(select(delivery)).one()
    assert (row.outbox, row.at, row.outcome, row.codes) == (letter.seq, NOW, "400", "invalid required")


def test_an_attempt_of_a_letter_that_was_forgotten_meanwhile_is_forgotten_too(store: Store) -> None:
    queue(store, "t")
    queue(store, "u")
    both = due(store)
    with store.write() as connection:
        connection.execute(delete(table).where(table.c.target == "t"))
        settled = [Settled(letter, Attempt(NOW, "200"), "done") for letter in both]
        outbox.write_down(connection, settled)
        outbox.settle(connection, settled)
        assert list(connection.execute(select(delivery.c.outbox)).scalars()) == [both[1].seq]


@pytest.mark.parametrize("ahead", [timedelta(days=3), timedelta(days=400)])
def test_a_clock_that_was_set_back_holds_no_letter_up(store: Store, ahead: timedelta) -> None:
    with store.write() as connection:
        outbox.queue(connection, "a", [("ResearchSubject", "t", b"1")], NOW + ahead)
    assert targets(store) == ["t"]


def test_a_clock_that_was_set_back_a_little_only_makes_wait(store: Store) -> None:
    with store.write() as connection:
        outbox.queue(connection, "a", [("ResearchSubject", "t", b"1")], NOW + timedelta(minutes=1))
    assert due(store) == []


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("pqr"), st.sampled_from("so"), st.booleans()), max_size=12))
def test_in_every_subject_the_order_is_that_of_the_queue(told: list[tuple[str, str, bool]]) -> None:
    """Whatever fails on the way: what went out of a subject is the beginning of what was queued for it."""
    from natars_fhir.store.engine import open_store

    store = open_store("sqlite://")
    for number, (subject, kind, _) in enumerate(told):
        queue(store, f"{kind}-{subject}-{number}", kind="Observation", about=subject)
    fails = {f"{kind}-{subject}-{n}" for n, (subject, kind, ok) in enumerate(told) if not ok}
    sent: list[str] = []
    for now in (NOW, LATER, LATER + timedelta(hours=1)):
        held: set[str] = set()
        for letter in due(store, now=now):
            if letter.about in held:
                continue
            if letter.target in fails:
                fails.remove(letter.target)
                held.add(letter.about)
                settle(store, letter, "waiting", due=now + timedelta(minutes=30))
                continue
            sent.append(letter.target)
            settle(store, letter, "done")
    for subject in "pqr":
        queued = [f"{kind}-{s}-{n}" for n, (s, kind, _) in enumerate(told) if s == subject]
        gone = [target for target in sent if target.split("-")[1] == subject]
        assert gone == queued[: len(gone)]
    store.close()


def test_letters_about_several_subjects_are_queued_as_each_would_be(store: Store) -> None:
    study, mine, other = ("ResearchStudy", "s", b"1"), ("ResearchSubject", "t1", b"1"), ("ResearchSubject", "t2", b"2")
    with store.write() as connection:
        both = [("t1", [study, mine]), ("t2", [study, other])]
        assert outbox.queue_each(connection, "a", both, NOW) == {"s", "t1", "t2"}  # the study is the same for both
        assert outbox.queue_each(connection, "a", both, NOW) == set()
        told = [(one.target, one.about) for one in outbox.due_letters(connection, "a", LATER, 10)]
    assert told == [("s", ""), ("t1", "t1"), ("t2", "t2")]


def test_what_several_targets_were_told_last_is_asked_at_once(store: Store) -> None:
    for target, body in (("t", b"1"), ("u", b"2"), ("t", b"3")):
        queue(store, target, body)
    queue(store, "t", b"4", site="b")
    with store.read() as connection:
        assert outbox.last_said_each(connection, "a", ["t", "u", "v"]) == {"t": b"3", "u": b"2"}
        assert outbox.last_said_each(connection, "a", []) == {}
