"""A turn is one holder's; a mark goes on and never back; what a pull came to is remembered, each site for itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from natars_fhir.store import pull_jobs, pulls
from natars_fhir.store.engine import Store
from natars_fhir.store.loads import Loaded, begin, named
from natars_fhir.store.pull_jobs import Job
from natars_fhir.store.pulls import LEASE, Mark, OvertakenError, State
from tests.store.samples import LATER, NOW

HOUR = timedelta(hours=1)


def take(store: Store, holder: str = "me", now: object = NOW, site: str = "a") -> bool:
    with store.of(site).write(()) as connection:
        return pulls.take(connection, site, holder, now)  # type: ignore[arg-type]


def move(store: Store, at: object, kind: str = "Patient", asked: str = "x", holder: str = "me") -> bool:
    with store.of("a").write(()) as connection:
        return pulls.move(connection, "a", holder, Mark(kind, asked, at, NOW))  # type: ignore[arg-type]


def state(store: Store, site: str = "a") -> State:
    with store.of(site).read() as connection:
        return pulls.state(connection, site)


def test_a_turn_is_one_holders_until_it_is_left_or_its_lease_ends(store: Store) -> None:
    assert take(store)
    assert not take(store, "other")
    assert take(store, "other", site="b")
    assert state(store).busy(NOW)
    assert take(store, "other", NOW + LEASE)
    with store.of("a").write(()) as connection:
        assert not pulls.keep(connection, "a", "me", NOW + LEASE)
        pulls.leave(connection, "a", "other")
    assert take(store, "me", NOW + LEASE)


def test_a_clock_that_was_set_back_does_not_lock_a_site_out(store: Store) -> None:
    assert take(store, "other", NOW + timedelta(days=9))
    assert take(store)
    assert not state(store).busy(NOW - timedelta(days=9))


def test_a_mark_goes_on_and_never_back(store: Store) -> None:
    take(store)
    assert move(store, NOW)
    assert not move(store, NOW - HOUR)
    assert move(store, NOW + HOUR)
    assert move(store, NOW - HOUR, asked="another query")
    with store.of("a").read() as connection:
        assert pulls.mark_of(connection, "a", "Patient", "x") is None
        assert pulls.mark_of(connection, "a", "Patient", "another query") == NOW - HOUR
        assert [site for site, _ in pulls.marks(connection)] == ["a"]


@pytest.mark.parametrize("before", [None, NOW - HOUR])
def test_a_mark_is_put_back_by_who_has_the_turn_alone(store: Store, before: datetime | None) -> None:
    take(store)
    move(store, NOW)
    mark = Mark("Patient", "x", before, NOW) if before else None
    with store.of("a").write(()) as connection:
        pulls.back(connection, "a", "me", "Patient", mark, NOW)
        assert pulls.mark_of(connection, "a", "Patient", "x") == before
        with pytest.raises(OvertakenError):
            pulls.back(connection, "a", "other", "Patient", None, NOW)


def test_only_who_has_the_turn_moves_a_mark(store: Store) -> None:
    take(store)
    with pytest.raises(OvertakenError):
        move(store, NOW, holder="other")
    with store.of("a").write(()) as connection:
        pulls.unmark(connection, "a")
        assert [*pulls.marks(connection, "a")] == []


def test_what_a_pull_came_to_is_remembered(store: Store) -> None:
    assert state(store) == State("a")
    take(store)
    with store.of("a").write(()) as connection:
        pulls.begun(connection, "a", NOW)
    assert state(store).broken_off
    with store.of("a").write(()) as connection:
        pulls.ended(connection, "a", "away 503", NOW, LATER)
    assert (state(store).failures, state(store).outcome, state(store).until) == (1, "away 503", LATER)
    assert not state(store).broken_off
    with store.of("a").write(()) as connection:
        pulls.ended(connection, "a", "", LATER, None)
    assert (state(store).failures, state(store).outcome, state(store).ended) == (0, "", LATER)


def test_a_job_goes_with_all_that_is_known_of_its_files_and_of_no_others(store: Store) -> None:
    take(store)
    job, other = Job("1", "x", b"sealed", NOW), Job("11", "x", b"sealed", NOW)
    with store.of("a").write(()) as connection:
        pull_jobs.begin(connection, "a", "me", job)
        for name in (f"{job.name}1", f"{other.name}1", "sent.ndjson"):
            begin(connection, "a", Loaded(name, "h", 0), NOW)
        assert pull_jobs.job(connection, "a") == job
        pull_jobs.forget(connection, "a", job)
        assert pull_jobs.job(connection, "a") is None
        assert [named(connection, "a", name) is not None for name in (f"{job.name}1", f"{other.name}1")] == [
            False,
            True,
        ]
        with pytest.raises(OvertakenError):
            pull_jobs.begin(connection, "a", "other", job)
