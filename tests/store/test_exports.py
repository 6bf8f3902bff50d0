"""Jobs go one way, and only in the hands of who took them up; each begins at a later moment than all before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from natars_fhir.store import exports
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.exports import File, Job
from tests.blank import blank

NOW = datetime(2024, 6, 15, 4, 0, 0, 123_456, tzinfo=UTC)
JOB = Job("j1", "", "client c", "https://x.example/$export", "{}", "folder", NOW)
FILE = File("Patient.001.ndjson", "output", "Patient", 1, 20, 30, "d")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(blank(tmp_path))


def begun(store: Store, now: datetime = NOW) -> Job:
    with store.write() as connection:
        job = exports.begin(connection, now)
    assert job is not None
    return job


@pytest.fixture
def job(store: Store) -> Job:
    """One that runs."""
    with store.write() as connection:
        exports.make(connection, JOB, ["hospital-a", "hospital-b"])
    return begun(store)


def finished(store: Store, job: Job) -> bool:
    with store.write() as connection:
        return exports.finish(connection, job, [FILE], NOW, NOW + timedelta(1))


def state(store: Store, ident: str = "j1") -> str:
    with store.read() as connection:
        job = exports.one(connection, ident)
    return "" if job is None else job.state


def test_a_job_waits_runs_and_is_done_with_its_files(store: Store, job: Job) -> None:
    assert (job.state, job.attempts, job.begun) == ("running", 1, NOW.replace(microsecond=123_000))
    assert finished(store, job)
    with store.read() as connection:
        assert exports.files(connection, "j1") == [FILE]
        assert exports.file(connection, "j1", "another") is None
        assert [one.id for one in exports.ended(connection)] == ["j1"]
        assert {name: count for name, count, _ in exports.states(connection)} == {"done": 1}
        assert exports.under_way(connection, "", "client c") == 0


def test_what_is_taken_up_again_is_no_more_its_first_holders(store: Store, job: Job) -> None:
    again = begun(store)
    assert again.attempts == 2
    assert not finished(store, job)
    with store.write() as connection:
        assert not exports.go_on(connection, job, "x", "hospital-a", ["s"])
        assert exports.go_on(connection, again, "x", "hospital-a", ["s"])


def test_moments_go_up_by_a_millisecond_at_least(store: Store, job: Job) -> None:
    first = job.begun
    assert first is not None
    for now in (NOW, NOW - timedelta(days=1)):
        later = begun(store, now).begun
        assert later is not None
        assert later > first
        first = later


@pytest.mark.parametrize("end", ["fail", "again", "remove"])
def test_a_job_ends_or_begins_again(store: Store, job: Job, end: str) -> None:
    with store.write() as connection:
        if end == "fail":
            exports.fail(connection, job, NOW, NOW)
        elif end == "again":
            exports.again(connection, job)
        else:
            assert exports.remove(connection, "j1")
            assert not exports.remove(connection, "j1")
    assert state(store) == {"fail": "failed", "again": "waiting", "remove": ""}[end]


@pytest.mark.parametrize(
    ("site", "subject", "running", "done"),
    [
        ("hospital-a", "s", False, "purged"),
        ("hospital-a", "t", False, "done"),
        ("hospital-c", "t", True, "done"),
    ],
)
def test_who_is_forgotten_voids_what_holds_them_and_what_may(
    store: Store, job: Job, site: str, subject: str, running: bool, done: str
) -> None:
    """A job that runs is void where it is of the site at all; one that is done where it holds the subject."""
    with store.write() as connection:
        exports.make(connection, replace(JOB, id="j2", made=NOW + timedelta(1)), ["hospital-a"])
        exports.go_on(connection, job, "", "hospital-a", ["s"])
    assert finished(store, job)
    second = begun(store)
    with store.of(site).write() as connection:
        exports.purge(connection, site, subject)
    assert (finished(store, second), state(store)) == (running, done)
