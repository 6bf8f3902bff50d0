"""Processes that write into one file take turns, and of a task one of them is in the lead."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from natars_fhir.store.engine import open_store
from natars_fhir.store.turns import Turns

_HOLDS = """
import sys
from natars_fhir.store.turns import Turns
turns = Turns(sys.argv[1])
with turns.mine(), turns.leading("rounds") as first:
    print(first, flush=True)
    sys.stdin.readline()
"""


def holding(database: Path) -> subprocess.Popen[str]:
    """Another process, whose turn it is until it is written to, and which leads the rounds."""
    command = [sys.executable, "-c", _HOLDS, str(database)]
    database.touch()
    process = subprocess.Popen(  # noqa: S603 (our own words)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    return process


def test_a_turn_begins_when_that_of_another_process_ends(tmp_path: Path) -> None:
    database = tmp_path / "store.sqlite"
    other, here = holding(database), Turns(str(database))
    assert other.stdin is not None
    with here.leading("rounds") as first, here.leading("another") as second:
        assert (first, second) == (False, True)
    other.stdin.write("go on\n")
    other.stdin.flush()
    with here.mine(), here.leading("rounds") as first:
        assert first
    assert other.wait(30) == 0
    other.communicate()
    here.close()


def test_who_dies_lets_go(tmp_path: Path) -> None:
    database = tmp_path / "store.sqlite"
    other, here = holding(database), Turns(str(database))
    other.kill()
    other.communicate()
    with here.mine(), here.leading("rounds") as first:
        assert first
    here.close()


def test_the_file_is_its_owners_alone_and_a_store_can_be_closed_twice(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    with store.write():
        pass
    assert (tmp_path / "store.sqlite-turn").stat().st_mode & 0o777 == 0o600
    store.close()
    store.close()


@pytest.mark.parametrize("database", ["", "/no/such/file.sqlite"])
def test_where_there_can_be_no_file_nobody_waits(database: str) -> None:
    here = Turns(database)
    with here.mine(), here.leading("rounds") as first:
        assert first
