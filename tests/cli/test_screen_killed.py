"""`natars-fhir screen --to … --resume …` that is killed, again and again: it goes on, and comes to what an unbroken run
comes to."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.bulk import chunks, hospital
from natars_fhir.cli import run, whole
from tests import ward
from tests.bulk.test_hospital import TRAPS, written

#: The lives that a run may take: each does a step at least.
_LIVES = 30
#: Of the hospital's documents some cannot be read.
READ = 2
_FORK = multiprocessing.get_context("fork")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a killed process is looked for in /proc")


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hospital of several chunks and parts."""
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)
    monkeypatch.setattr(whole, "cut", partial(chunks.cut, size=20_000))
    monkeypatch.setattr(hospital, "PART", 4)
    return written(tmp_path, TRAPS, files=2)


def command(feed: Path, to: Path, kept: Path, *more: str) -> list[str]:
    return ["screen", str(feed), "--to", str(to), "--resume", str(kept), "--as-of", "2024-06-15", *more]


def life(arguments: list[str], ends: Callable[[], None] = lambda: None) -> int:
    """A run in a process of its own, which *ends* may end."""

    def lived() -> None:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        ends()
        os._exit(run(arguments))

    process = _FORK.Process(target=lived)
    process.start()
    process.join(60)
    assert process.exitcode is not None, "it took too long"
    return process.exitcode


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def at_the_second_step(*, done: bool) -> Callable[[], None]:
    """Killed at its second step (a file takes its name): when it is *done*, or with the file half written."""

    def arrange() -> None:
        steps, replace = iter((False, True)), Path.replace

        def step(path: Path, target: Any) -> Path:
            last = next(steps)
            if last and not done:
                os.truncate(path, path.stat().st_size // 2)
                killed()
            found = replace(path, target)
            if last:
                killed()
            return found

        Path.replace = step  # type: ignore[method-assign]  # in that process alone

    return arrange


def held(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.name != hospital.REPORT}


@pytest.mark.parametrize(
    ("needles", "done"),
    [((), True), ((), False), (("--needles",), False)],
    ids=["after a step", "amid a step", "amid a step, by needles"],
)
def test_a_run_that_is_killed_at_every_step_comes_to_what_an_unbroken_one_comes_to(
    needles: tuple[str, ...], done: bool, feed: Path, tmp_path: Path
) -> None:
    unbroken = command(feed, tmp_path / "unbroken", tmp_path / "kept", *needles)
    assert life(unbroken) == READ
    often = command(feed, tmp_path / "often", tmp_path / "kept-often", *needles)
    codes = [life(often, at_the_second_step(done=done))]
    while codes[-1] == -signal.SIGKILL and len(codes) < _LIVES:
        codes.append(life(often, at_the_second_step(done=done)))
    assert (codes[-1], len(codes) > 3) == (READ, True)
    assert held(tmp_path / "often") == held(tmp_path / "unbroken")
    assert (tmp_path / "often" / hospital.REPORT).is_file()
    left = [one.name for one in (tmp_path / "kept-often").iterdir() if one.suffix not in (".spool", ".index")]
    assert left == [], "what was half written is gone"


def test_one_that_is_killed_while_it_writes_its_report_says_nothing_that_is_not_so(feed: Path, tmp_path: Path) -> None:
    arguments = command(feed, tmp_path / "to", tmp_path / "kept")

    def amid_the_report() -> None:
        writes = Path.write_text

        def half(path: Path, text: str, *how: Any) -> None:
            writes(path, text[: len(text) // 2], *how)
            killed()

        Path.write_text = half  # type: ignore[assignment,method-assign]

    assert life(arguments, amid_the_report) == -signal.SIGKILL
    assert not (tmp_path / "to" / hospital.REPORT).exists()
    assert life(arguments) == READ
    assert (tmp_path / "to" / hospital.REPORT).is_file()


def alive(number: int) -> bool:
    """Does a process of this number run?"""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_no_worker_outlives_a_run_that_is_killed(feed: Path, tmp_path: Path) -> None:
    told = tmp_path / "workers"

    def amid() -> None:
        def located(*_: Any) -> Iterator[Any]:
            told.write_text(" ".join(str(one.pid) for one in multiprocessing.active_children()))
            killed()
            yield

        hospital.located = located  # type: ignore[assignment]

    arguments = command(feed, tmp_path / "to", tmp_path / "kept", "--workers", "2")
    assert life(arguments, amid) == -signal.SIGKILL
    workers = [int(one) for one in told.read_text().split()]
    assert len(workers) == 2
    deadline = time.monotonic() + 20
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(alive, workers))
    assert life(arguments) == READ
