"""The office starts a freeze, watches it, verifies it and fetches its files; one at a time, and what fails is told."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from threading import Event, Lock

import pytest

from natars_fhir.service.freeze import write
from natars_fhir.service.office import freezing
from natars_fhir.service.office.freezing import Freezing, Progress
from natars_fhir.store.audit import EVERYWHERE, Act
from natars_fhir.store.engine import Store
from tests.service.freeze.frozen import AS_OF, LATER, QUICK
from tests.service.hospital import intake, mappings

_LONG = 30.0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "PARTS", {name: QUICK[name] for name in ("counts", "endpoints")})


@pytest.fixture
def office(two: Store, tmp_path: Path) -> Freezing:
    return Freezing(two, tmp_path / "freezes", lambda: LATER)


def act(what: str = "freeze") -> Act:
    return Act(EVERYWHERE, LATER, what)


def begin(office: Freezing, as_of: date = AS_OF) -> Progress | None:
    return office.begin(intake(), mappings(), as_of, act())


def ended(office: Freezing) -> Progress:
    """How the one ended that was begun."""
    end = time.monotonic() + _LONG
    while (told := office.progress()) is None or told.running or office._alone.locked():
        assert time.monotonic() < end
        time.sleep(0.01)
    return told


def test_one_that_is_begun_is_made_listed_verified_and_fetched(office: Freezing) -> None:
    assert (office.listed(), office.progress()) == ([], None)
    began = begin(office)
    assert began is not None
    assert began.running
    told = ended(office)
    assert (told.state, told.as_of) == ("done", "2025-06-01")
    (one,) = office.listed()
    assert (one.name, one.manifest.counts["subjects"]) == (told.name, 2)
    assert office.verified(intake(), one.name, act("freeze verified")) == (True, ())
    found = office.file(one.name, "counts.csv")
    assert found is not None
    assert found[0].read_bytes().startswith(b"\xef\xbb\xbfsite,arm,concept")


def test_a_file_that_was_touched_is_found(office: Freezing) -> None:
    begin(office)
    name = ended(office).name
    path = office._folder / name / "counts.csv"
    path.chmod(0o644)
    path.write_bytes(b"other")
    checked = office.verified(intake(), name, act("freeze verified"))
    assert checked is not None
    assert [(one.file, one.what) for one in checked[1]] == [("counts.csv", "changed")]


@pytest.mark.parametrize("path", ["manifest.json", "../store.sqlite", "/etc/passwd", "nothing.csv", ""])
def test_no_file_is_given_that_the_manifest_does_not_name(office: Freezing, path: str) -> None:
    begin(office)
    name = ended(office).name
    assert office.file(name, path) is None
    assert office.file("..", "counts.csv") is None
    assert office.file(f"../freezes/{name}", "counts.csv") is None


def test_while_one_is_made_no_other_is_begun_and_the_same_one_is_not_made_twice(
    office: Freezing, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, real = Event(), freezing.freeze

    def slow(*given: object) -> object:
        assert go.wait(_LONG)
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(freezing, "freeze", slow)
    begin(office)
    assert begin(office) is None
    go.set()
    assert ended(office).state == "done"
    begin(office)
    assert ended(office).state == "taken"
    assert len(office.listed()) == 1


def test_one_that_ends_while_it_is_looked_at_is_not_told_as_broken(
    office: Freezing, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, real, free = Event(), freezing.freeze, office._free

    def slow(*given: object) -> object:
        assert go.wait(_LONG)
        return real(*given)  # type: ignore[arg-type]

    def ends_just_now() -> bool:
        go.set()
        with office._alone:
            return free()

    monkeypatch.setattr(freezing, "freeze", slow)
    begin(office)
    monkeypatch.setattr(office, "_free", ends_just_now)
    monkeypatch.setattr(office, "_alone", _Unseen(office._alone))
    told = office.progress()
    assert told is not None
    assert told.state == "done"


class _Unseen:
    """A lock that is let go just before it is looked at."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock

    def locked(self) -> bool:
        return False

    def release(self) -> None:
        self._lock.release()

    def __enter__(self) -> None:
        assert self._lock.acquire(timeout=_LONG)

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@pytest.mark.parametrize(("fault", "state"), [(OSError("full"), "unwritable"), (ValueError("x"), "failed")])
def test_what_fails_is_told(office: Freezing, monkeypatch: pytest.MonkeyPatch, fault: Exception, state: str) -> None:
    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr(freezing, "freeze", broken)
    begin(office)
    assert ended(office).state == state


def test_a_folder_that_cannot_be_written_is_told_at_once(two: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    office = Freezing(two, tmp_path / "file", lambda: LATER)
    began = begin(office)
    assert began is not None
    assert began.state == "unwritable"
    assert office.listed() == []


def test_one_whose_maker_died_is_told_as_broken(office: Freezing, two: Store) -> None:
    office._tell(Progress(state="running", as_of="2025-06-01", begun=LATER, done=1, every=2))
    told = Freezing(two, office._folder, lambda: LATER).progress()
    assert told is not None
    assert told.state == "broken"


def test_a_folder_that_is_no_freeze_is_not_listed(office: Freezing) -> None:
    (office._folder / "other").mkdir(parents=True)
    (office._folder / ".unfinished-freeze-1").mkdir()
    assert office.listed() == []
    assert office.verified(intake(), "other", act("freeze verified")) is None
