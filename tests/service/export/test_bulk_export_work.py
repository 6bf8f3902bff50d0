"""Exports are made by one process, from their beginning, and hold what there is: no more, and nothing is missed."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from natars_fhir.domain.issue import Issue
from natars_fhir.service.export import bulk_export_whom
from natars_fhir.service.export.bulk_export_filter import read
from natars_fhir.service.export.exported import exported
from natars_fhir.service.export.ndjson_files import remove
from natars_fhir.store import audit, export_known, exports, patients
from natars_fhir.store.engine import Store, open_store
from tests.service.exporting import OFFICE, A, B, Desk, Made, Trial, of_site, patient, seen, small
from tests.service.hospital import FIXTURES, NOW, Hospital, mappings
from tests.ward import ROOT

EVERYTHING = [
    "Observation/oa1", "Observation/oa2", "Observation/ob1", "Patient/pa1", "Patient/pa2", "Patient/pb1",
    "ResearchStudy/natars",
]  # fmt: skip


@pytest.fixture
def desk(sqlite: Store, tmp_path: Path) -> Desk:
    return Desk(sqlite, tmp_path / "exports")


@pytest.fixture
def on_each(store: Store, tmp_path: Path) -> Desk:
    """On each database, where its ways may matter."""
    return Desk(store, tmp_path / "exports")


def test_everything_comes_out_once_by_type_with_its_counts(desk: Desk) -> None:
    made = desk.made()
    assert made.ids() == EVERYTHING
    assert {one["type"]: one["count"] for one in made.told["output"]} == {
        "Observation": 3, "Patient": 3, "ResearchStudy": 1,
    }  # fmt: skip
    assert (made.told["requiresAccessToken"], made.told["deleted"], made.told["error"]) == (True, [], [])


def test_the_files_are_their_owners_alone_and_have_their_gzip_beside_them(desk: Desk) -> None:
    job = desk.made().job
    folder = Path(job.folder) / job.id
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    names = sorted(one.name for one in folder.iterdir())
    assert names == sorted(
        f"{kind}.001.ndjson{end}" for kind in ("Observation", "Patient", "ResearchStudy") for end in ("", ".gz")
    )
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}


def test_a_file_is_split_at_its_size(sqlite: Store, tmp_path: Path) -> None:
    made = Desk(sqlite, tmp_path, most=1).made()
    assert Counter(one["type"] for one in made.told["output"]) == {"Observation": 3, "Patient": 3, "ResearchStudy": 1}
    assert made.ids() == EVERYTHING


# whose


def test_a_site_exports_its_own_subjects_alone(desk: Desk) -> None:
    assert desk.made(of_site(B)).ids() == ["Observation/ob1", "Patient/pb1", "ResearchStudy/natars"]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"site": B}, ["Observation/ob1", "Patient/pb1", "ResearchStudy/natars"]),
        ({"kinds": ("Patient",)}, ["Patient/pa1", "Patient/pa2", "Patient/pb1"]),
        ({"kinds": ("Observation",), "filters": (read("Observation?code=http://loinc.org|2160-0"),)},
         ["Observation/oa2"]),
        ({"filters": (read("Observation?code=2160-0"), read("Observation?_id=ob1"))},
         [one for one in EVERYTHING if one != "Observation/oa1"]),
    ],
)  # fmt: skip
def test_what_is_asked_for_comes_out_and_nothing_else(desk: Desk, wanted: dict[str, object], ids: list[str]) -> None:
    assert desk.made(**wanted).ids() == ids


# since


def test_since_an_earlier_moment_what_changed_comes_out_and_what_is_new(desk: Desk) -> None:
    first = desk.made()
    desk.trial.has(A, "a1", patient("pa1"), seen("oa1", status="amended"), seen("oa2", "2160-0"), seen("oa3"))
    second = desk.made(since=first.at)
    assert second.ids() == ["Observation/oa1", "Observation/oa3"]
    assert second.deleted() == []
    assert desk.made(since=second.at).ids() == []
    assert desk.made(since=first.at).ids() == ["Observation/oa1", "Observation/oa3"]
    assert desk.made().ids() == sorted([*EVERYTHING, "Observation/oa3"])


def test_since_an_earlier_moment_what_is_gone_is_told_as_deletions(on_each: Desk) -> None:
    desk = on_each
    first = desk.made()
    desk.trial.has(A, "a1", patient("pa1"), seen("oa1"))
    del desk.trial.records[A]["a2"]
    second = desk.made(since=first.at)
    assert (second.ids(), second.deleted()) == ([], ["Observation/oa2", "Patient/pa2"])
    assert {one["type"] for one in second.lines("deleted")} == {"transaction"}
    assert {entry["request"]["method"] for one in second.lines("deleted") for entry in one["entry"]} == {"DELETE"}
    assert desk.made(since=second.at).deleted() == []
    assert desk.made(since=first.at).deleted() == ["Observation/oa2", "Patient/pa2"]
    assert desk.made().deleted() == []  # who asks for everything holds nothing yet


def test_what_came_and_went_between_two_exports_is_no_business_of_the_first_ones_client(desk: Desk) -> None:
    first = desk.made()
    desk.trial.has(B, "b2", patient("pb2"))
    between = desk.made()
    del desk.trial.records[B]["b2"]
    assert desk.made(since=first.at).deleted() == []
    assert desk.made(since=between.at).deleted() == ["Patient/pb2"]


def test_what_is_gone_and_comes_back_is_told_again(desk: Desk) -> None:
    first = desk.made()
    kept = desk.trial.records[B].pop("b1")
    gone = desk.made(since=first.at)
    assert gone.deleted() == ["Observation/ob1", "Patient/pb1"]
    desk.trial.records[B]["b1"] = kept
    back = desk.made(since=gone.at)
    assert (back.ids(), back.deleted()) == (["Observation/ob1", "Patient/pb1"], [])


def test_who_exports_an_arm_is_told_who_is_no_subject_any_more(desk: Desk) -> None:
    first = desk.made()
    gone = desk.made(arm="surgery-only", since=first.at)
    assert (gone.ids(), gone.deleted()) == (
        [],
        EVERYTHING[:-1],
    )  # of those who came out nobody is a subject of this store
    assert desk.made(arm="surgery-only", since=gone.at).deleted() == []


def test_what_one_client_was_told_hides_nothing_from_another(desk: Desk) -> None:
    first = desk.made()
    desk.trial.has(A, "a2", patient("pa2", gender="male"))
    desk.made(of_site(A), kinds=("Patient",))
    assert desk.made(since=first.at).ids() == ["Patient/pa2"]


def test_of_other_types_and_sites_nothing_is_told_as_gone(desk: Desk) -> None:
    first = desk.made()
    assert desk.made(kinds=("Patient",), since=first.at).deleted() == []
    assert desk.made(of_site(B), since=first.at).deleted() == []
    desk.trial.records[A] = {}
    assert desk.made(of_site(B), since=first.at).deleted() == []
    assert desk.made(kinds=("Patient",), since=first.at).deleted() == ["Patient/pa1", "Patient/pa2"]
    assert len(desk.made(since=first.at).deleted()) == 4


@pytest.fixture
def arms(monkeypatch: pytest.MonkeyPatch) -> None:
    """The subjects of hospital A, each in an arm of its own."""
    neo, surgery = mappings().study.arms
    there = {A: {"a1": neo, "a2": surgery}, B: {}}
    monkeypatch.setattr(
        bulk_export_whom, "subjects_of",
        lambda _, __, site, *more: [SimpleNamespace(pseudonym=name, arm=arm) for name, arm in there[site.site].items()],
    )  # fmt: skip


GONE = [
    ({}, ["Observation/oa2", "Observation/ob1", "Patient/pa2", "Patient/pb1"]),
    ({"kinds": ("Observation",)}, ["Observation/oa2", "Observation/ob1"]),
    ({"site": A}, ["Observation/oa2", "Patient/pa2"]),
    ({"arm": 0}, ["Observation/oa2", "Observation/ob1", "Patient/pb1"]),
    ({"arm": 1}, ["Observation/ob1", "Patient/pa2", "Patient/pb1"]),
    ({"arm": 1, "kinds": ("Patient",)}, ["Patient/pa2", "Patient/pb1"]),
    ({"subjects": ("a1",)}, ["Observation/oa2"]),
    ({"subjects": ("a2",), "kinds": ("Patient",)}, ["Patient/pa2"]),
    ({"subjects": ("a2",), "kinds": ("Observation",)}, []),
    ({"subjects": ("b1",)}, ["Observation/ob1", "Patient/pb1"]),
]


@pytest.mark.parametrize(("wanted", "ids"), GONE)
def test_deletions_are_those_of_whom_and_what_is_asked_for(
    desk: Desk, arms: None, wanted: dict[str, Any], ids: list[str]
) -> None:
    """Of hospital B's subject, who is none any more, nobody knows the arm: whoever holds an arm is told."""
    first = desk.made()
    desk.trial.has(A, "a1", patient("pa1"), seen("oa1"))
    desk.trial.has(A, "a2", seen("oa9"))
    del desk.trial.records[B]["b1"]
    desk.made()
    if "arm" in wanted:
        wanted = {**wanted, "arm": mappings().study.arms[wanted["arm"]].slug}
    assert desk.made(since=first.at, **wanted).deleted() == ids


@pytest.mark.parametrize(
    ("wanted", "told"), [({"arm": True}, True), ({"subjects": ("a1",)}, False), ({"subjects": ("a1", "b1")}, True)]
)
def test_of_who_is_forgotten_those_are_told_who_may_hold_something(
    desk: Desk, arms: None, wanted: dict[str, Any], told: bool
) -> None:
    first = desk.made()
    with desk.store.of(B).write() as connection:
        export_known.forget(connection, B, "b1", desk.now)
    del desk.trial.records[B]["b1"]
    if "arm" in wanted:
        wanted = {"arm": mappings().study.arms[0].slug}
    assert desk.made(since=first.at, **wanted).deleted() == (["Observation/ob1", "Patient/pb1"] if told else [])


def test_moments_go_up_whatever_becomes_of_the_clock(desk: Desk) -> None:
    first = desk.made()
    desk.now = NOW - timedelta(days=400)
    desk.trial.has(A, "a2", patient("pa2", gender="male"))
    second = desk.made(since=first.at)
    assert second.at > first.at
    assert second.ids() == ["Patient/pa2"]


# what is told beside


def test_who_is_left_out_is_counted_by_site_and_arm_and_named_nowhere(desk: Desk) -> None:
    desk.trial.withheld = {"a1": "neo", "a2": "neo", "b1": ""}
    desk.trial.issues = [Issue("warning", "incomplete", "Observation.value", "An element has no rule.")]
    made = desk.made()
    assert made.ids() == ["ResearchStudy/natars"]
    assert made.said() == [
        ("suppressed", "Left out, for the use of the data was withdrawn: 2 at hospital-a, arm: neo."),
        ("suppressed", "Left out, for the use of the data was withdrawn: 1 at hospital-b, arm: none."),
        ("incomplete", "An element has no rule. (2 times)"),
    ]
    assert "a1" not in str(made.lines("error"))


def test_progress_tells_how_many_are_written_of_how_many(sqlite: Store, tmp_path: Path, monkeypatch: Any) -> None:
    """Three patients of the site are in scope; one of them is a subject."""
    Hospital(sqlite, B).push((FIXTURES / B / "from-operation-to-follow-up" / "bundle.json").read_bytes())
    with sqlite.read() as connection:
        assert len(patients.in_scope(connection, B)) == 3
    told: list[str] = []
    go_on = exports.go_on

    def noted(connection: Any, job: Any, progress: str, *more: Any) -> bool:
        told.append(progress)
        return go_on(connection, job, progress, *more)

    monkeypatch.setattr(exports, "go_on", noted)
    desk = Desk(sqlite, tmp_path, exported)  # type: ignore[arg-type]
    desk.now += timedelta(days=400)
    desk.made(site=B)
    assert told[-1] == "site 1 of 1, 1 of 1 subjects"


def test_the_audit_of_each_site_tells_what_came_out_of_it_and_for_whom(desk: Desk) -> None:
    desk.made()
    with desk.store.read() as connection:
        (own,) = audit.acts(connection, A)
        (asked,) = audit.acts(connection, "")
    assert (own.act, own.by, own.counts) == ("export", OFFICE.by, {"resources": 5, "subjects": 2, "withheld": 0})
    assert asked.act == "export asked"


# what happens to a job


def test_a_job_that_was_left_in_mid_work_is_taken_up_and_comes_to_the_same(on_each: Desk) -> None:
    desk = on_each
    before = desk.made()
    job = desk.ask()

    def dies(line: object) -> None:
        if "oa2" in str(line):
            raise KeyboardInterrupt

    desk.trial.meanwhile = dies
    with pytest.raises(KeyboardInterrupt):
        desk.work()
    (Path(job.folder) / job.id).mkdir()  # as a process that is killed leaves it
    assert desk.look(job.id).job.state == "running"
    desk.trial.meanwhile = lambda _: None
    assert desk.work()
    after = desk.look(job.id)
    assert (after.job.state, after.job.attempts) == ("done", 2)
    assert after.lines() == before.lines()
    assert after.at > before.at


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_process_that_is_killed_in_mid_work_leaves_its_job_to_the_next(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    address = f"sqlite:///{tmp_path}/s.sqlite" if kind == "sqlite" else request.getfixturevalue("postgres")
    store = open_store(address)
    desk = Desk(store, tmp_path)
    job = desk.ask()
    program = [sys.executable, "-m", "tests.service.exporting", address, str(tmp_path)]
    done = subprocess.run(program, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False, timeout=60)  # noqa: S603
    assert done.returncode == -signal.SIGKILL
    assert (desk.look(job.id).job.state, len(list((desk.folder / job.id).iterdir()))) == ("running", 6)
    assert desk.work()
    after, whole = desk.look(job.id), desk.made()
    assert (after.job.state, after.job.attempts, after.ids()) == ("done", 2, EVERYTHING)
    assert after.lines() == whole.lines()
    store.close()


def test_a_server_that_stops_leaves_its_job_to_the_next(desk: Desk) -> None:
    job = desk.ask()
    desk.work(stopped=lambda: True)
    assert desk.look(job.id).job.state == "running"
    assert not (Path(job.folder) / job.id).exists()
    desk.work()
    assert desk.look(job.id).ids() == EVERYTHING


def test_a_failure_is_tried_again_and_given_up_in_the_end(desk: Desk) -> None:
    job = desk.ask()

    def fails(_: object) -> None:
        raise ValueError("one of ours")

    desk.trial.meanwhile = fails
    for _ in range(5):
        with pytest.raises(ValueError, match="one of ours"):
            desk.work()
        assert desk.look(job.id).job.state == "waiting"
    assert desk.work()
    assert desk.look(job.id).job.state == "failed"
    assert not desk.work()


def test_jobs_are_done_in_the_order_in_which_they_were_asked_for(desk: Desk) -> None:
    first = desk.ask()
    desk.now += timedelta(seconds=1)
    second = desk.ask()
    desk.work()
    assert [desk.look(one.id).job.state for one in (first, second)] == ["done", "waiting"]


def test_a_job_that_is_cancelled_in_mid_work_leaves_nothing(desk: Desk) -> None:
    job = desk.ask()

    def cancelled(_: object) -> None:
        with desk.store.write(()) as connection:
            exports.remove(connection, job.id)

    desk.trial.meanwhile = cancelled
    assert desk.work()
    assert desk.job(job.id) is None
    assert list(desk.folder.iterdir()) == []


def test_what_is_over_is_taken_away_with_what_is_no_jobs(desk: Desk) -> None:
    job = desk.made().job
    (desk.folder / "left-behind").mkdir()
    (desk.folder / "a note of somebody").write_text("not ours")
    desk.now += timedelta(hours=22)
    desk.work()
    assert {one.name for one in desk.folder.iterdir()} == {job.id, "a note of somebody"}
    desk.now += timedelta(hours=1)
    desk.work()
    assert desk.job(job.id) is None
    assert [one.name for one in desk.folder.iterdir()] == ["a note of somebody"]


def test_a_job_whose_files_are_not_there_is_over(desk: Desk) -> None:
    """After a restore: a backup holds no files."""
    job = desk.made().job
    remove(desk.folder)
    desk.work()
    assert desk.job(job.id) is None


def test_of_two_processes_on_one_database_one_works(postgres_store: Store, tmp_path: Path) -> None:
    desk = Desk(postgres_store, tmp_path)
    desk.ask()
    inner: list[bool] = []

    def another(_: object) -> None:
        if not inner:
            inner.append(False)
            inner[0] = Desk(Store(postgres_store._engine), tmp_path, Trial()).work()

    desk.trial.meanwhile = another
    desk.work()
    assert inner == [False]


# whoever is forgotten


def test_files_that_hold_who_is_forgotten_are_void(on_each: Desk) -> None:
    desk = on_each
    whole, others = desk.made(), desk.made(of_site(B))
    with desk.store.of(A).write() as connection:
        found = exports.purge(connection, A, "a1")
    assert [one.id for one in found] == [whole.job.id]
    assert (desk.look(whole.job.id).job.state, desk.look(others.job.id).job.state) == ("purged", "done")
    assert desk.look(whole.job.id).told["output"] == []
    desk.work()
    assert [one.name for one in desk.folder.iterdir()] == [others.job.id]


def test_who_is_forgotten_while_an_export_runs_is_not_in_it(desk: Desk) -> None:
    job = desk.ask()

    def forgotten(line: object) -> None:
        if "pb1" in str(line):
            with desk.store.of(A).write() as connection:
                assert exports.purge(connection, A, "a1") == []
            del desk.trial.records[A]["a1"]

    desk.trial.meanwhile = forgotten
    desk.work()
    assert desk.look(job.id).job.state == "running"  # left to the next, which begins it anew
    desk.trial.meanwhile = lambda _: None
    desk.work()
    made: Made = desk.look(job.id)
    assert made.ids() == ["Observation/ob1", "Patient/pa2", "Patient/pb1", "ResearchStudy/natars"]
    assert small().records[A].keys() > desk.trial.records[A].keys()
