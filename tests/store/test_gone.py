"""A database that is away, full, locked or read-only is told apart from a fault of ours; and it may come back."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from natars_fhir.store import about
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.gone import is_gone


class _Postgres(Exception):  # noqa: N818 (as psycopg's)
    def __init__(self, sqlstate: str) -> None:
        super().__init__()
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("fault", "gone"),
    [
        (OperationalError("", {}, sqlite3.OperationalError("database or disk is full")), True),
        (OperationalError("", {}, sqlite3.OperationalError("database is locked")), True),
        (OperationalError("", {}, sqlite3.OperationalError("attempt to write a readonly database")), True),
        (DatabaseError("", {}, sqlite3.DatabaseError("file is not a database")), True),
        (ProgrammingError("", {}, sqlite3.ProgrammingError("x"), connection_invalidated=True), True),
        (InternalError("", {}, _Postgres("25006")), True),
        (InternalError("", {}, _Postgres("53100")), True),
        (InternalError("", {}, _Postgres("25P02")), False),
        (PoolTimeoutError(), True),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), True),
        (OSError(errno.ENOENT, os.strerror(errno.ENOENT)), False),
        (IntegrityError("", {}, sqlite3.IntegrityError("UNIQUE")), False),
        (ProgrammingError("", {}, sqlite3.ProgrammingError("x")), False),
        (ValueError(), False),
    ],
)
def test_what_passes_is_told_from_what_does_not(fault: BaseException, gone: bool) -> None:
    assert is_gone(fault) == gone


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


def works(store: Store) -> bool:
    try:
        with store.write() as connection:
            about.keep_key_check(connection, "x")
    except OperationalError:
        return False
    return True


def test_nothing_is_written_to_a_file_that_was_moved_until_it_is_back(here: Path, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{here}/store.sqlite")
    assert works(store)
    here.rename(tmp_path / "away")
    assert not works(store)
    assert not here.exists()
    (tmp_path / "away").rename(here)
    assert works(store)
    store.close()


def test_no_empty_store_is_made_in_the_place_of_one_that_is_gone(here: Path) -> None:
    store = open_store(f"sqlite:///{here}/store.sqlite")
    for path in here.iterdir():
        path.unlink()
    assert not works(store)
    assert [*here.iterdir()] == []
    store.close()


def test_a_full_disk_refuses_and_a_free_one_takes_in_again(here: Path) -> None:
    store = open_store(f"sqlite:///{here}/store.sqlite")
    with store.read() as connection:
        full = connection.execute(text("PRAGMA page_count")).scalar_one()
    with store.write() as connection:
        connection.execute(text(f"PRAGMA max_page_count = {full}"))
    with pytest.raises(OperationalError, match="full") as fault, store.write() as connection:
        connection.execute(text("CREATE TABLE much AS SELECT randomblob(500000) AS it"))
    assert is_gone(fault.value)
    with store.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    assert works(store)
    store.close()
