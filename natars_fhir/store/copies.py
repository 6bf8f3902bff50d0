"""Copies: the whole store, as it stood at one moment, into a file and back.

SQLite by its online backup (https://www.sqlite.org/backup.html): a server goes on writing meanwhile. PostgreSQL by its
own programs (https://www.postgresql.org/docs/current/app-pgdump.html), in one snapshot with what is counted.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, create_engine, func, inspect, make_url, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from natars_fhir.store import locks
from natars_fhir.store.engine import Store
from natars_fhir.store.pooler import between
from natars_fhir.store.reasons import why
from natars_fhir.store.release import look, release
from natars_fhir.store.settled import synced
from natars_fhir.store.tables.core import metadata, store

_ONCE = {"poolclass": NullPool, "hide_parameters": True}
#: The walls between the sites hold for the owner too (`walls.py`): the session says that it means every site.
_DUMP = ("--format=custom", "--no-owner", "--no-privileges", "--enable-row-security")
_RESTORE = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
_POOLER = (
    "a pooler stands before PostgreSQL, and a copy cannot be made through it: "
    "run this with NATARS_DATABASE as the address of PostgreSQL itself"
)


class CopyError(Exception):
    """The store cannot be copied, or a copy cannot take its place."""


class Held(NamedTuple):
    """What a store holds: whose tables, and how many rows each of those that we know has; nothing where there is
    none."""

    release: str | None
    counts: Mapping[str, int]


def kind(address: str) -> str:
    """sqlite or postgresql."""
    return make_url(address).get_backend_name()


def copy_out(address: str, to: Path) -> Held:
    """Writes the store into *to*, of whatever release it is; what the copy holds. Raises CopyError."""
    url = make_url(address)
    return _dump(url, to) if url.get_backend_name() == "postgresql" else _online(_file(url), to)


def copy_in(address: str, source: Path, now: datetime) -> Path | None:
    """Puts a copy in the store's place; gives where the store of before is now (SQLite). Raises CopyError."""
    url = make_url(address)
    if url.get_backend_name() == "postgresql":
        _reached(url)
        _run(url, "pg_restore", *_RESTORE, f"--dbname={url.database}", str(source))
        return None
    return _replace(_file(url), source, now)


def held(address: str) -> Held:
    """What is there now; nothing is changed by it. Raises CopyError, ForeignError where it is somebody else's."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        if not _file(url).is_file():
            return Held(None, {})
        look(_file(url), made=True)
    try:
        engine = create_engine(_looking(url), **_ONCE)
        try:
            with engine.connect() as connection:
                return _held(connection)
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError) as fault:
        raise CopyError(f"the store cannot be read ({why(fault)})") from None


def read_only(address: str) -> Store:
    """A store to look into and nothing more: a copy must not change by being looked at."""
    return Store(create_engine(_looking(make_url(address)), **_ONCE))


def is_empty(counts: Mapping[str, int]) -> bool:
    """Was nothing ever kept there? The store's own row does not count."""
    return not any(number for name, number in counts.items() if name != store.name)


def _looking(url: URL) -> URL:
    """An address under which nothing is written (SQLite)."""
    if url.get_backend_name() != "sqlite":
        return url
    return URL.create("sqlite", database=_file(url).absolute().as_uri(), query={"mode": "ro", "uri": "true"})


def _held(connection: Connection) -> Held:
    if connection.dialect.name == "postgresql":
        locks.narrow(connection, None)
    whose = release(connection)
    there = {*inspect(connection).get_table_names()} if whose else ()
    tables = [table for name, table in sorted(metadata.tables.items()) if name in there]
    counts = {one.name: connection.execute(select(func.count()).select_from(one)).scalar_one() for one in tables}
    return Held(whose, counts)


# SQLite


def _file(url: URL) -> Path:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise CopyError("only a store in a file can be copied")
    return Path(url.database)


def _online(source: Path, to: Path) -> Held:
    """In one step: under the write-ahead log a reader stops no writer, and sees one moment."""
    if not source.is_file():
        raise CopyError("there is no store yet (setting NATARS_DATABASE)")
    to.touch(mode=0o600)
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as one,
            closing(sqlite3.connect(to)) as other,
        ):
            one.backup(other, pages=-1)
            other.execute("PRAGMA journal_mode=DELETE")
            told = other.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as fault:
        raise CopyError(f"the store cannot be copied ({why(fault)})") from None
    if told != "ok":
        raise CopyError("the copy is damaged, and so is the store: SQLite's integrity_check says so")
    synced(to)
    return held(f"sqlite:///{to}")


def _replace(target: Path, source: Path, now: datetime) -> Path | None:
    """The old store is moved aside, and never overwritten."""
    before = None
    if target.is_file():
        _must_be_idle(target)
        before = target.with_name(f"{target.name}.before-{now:%Y%m%dT%H%M%S}")
        target.rename(before)
    for beside in (f"{target}-wal", f"{target}-shm"):
        Path(beside).unlink(missing_ok=True)
    arriving = target.with_name(f"{target.name}.arriving")
    arriving.unlink(missing_ok=True)
    arriving.touch(mode=0o600)
    shutil.copyfile(source, arriving)
    synced(arriving)
    arriving.replace(target)
    synced(target.parent)
    return before


def _must_be_idle(target: Path) -> None:
    """The log can be left only by the last connection (https://www.sqlite.org/pragma.html#pragma_journal_mode)."""
    try:
        with closing(sqlite3.connect(target, timeout=1)) as one:
            mode = one.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except sqlite3.Error:
        mode = "busy"
    if mode != "delete":
        raise CopyError("the store is in use, or is no store: stop the server first")


# PostgreSQL


def _dump(url: URL, to: Path) -> Held:
    engine = create_engine(url, isolation_level="REPEATABLE READ", **_ONCE)
    try:
        with engine.connect() as connection:
            _refuse_pooler(connection)
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            to.touch(mode=0o600)
            _run(url, "pg_dump", *_DUMP, f"--snapshot={snapshot}", f"--file={to}")
            found = _held(connection)
    except SQLAlchemyError as fault:
        raise CopyError(f"the store cannot be copied ({why(fault)})") from None
    finally:
        engine.dispose()
    synced(to)
    return found


def _reached(url: URL) -> None:
    """The server itself is reached. Raises CopyError."""
    engine = create_engine(url, **_ONCE)
    try:
        with engine.connect() as connection:
            _refuse_pooler(connection)
    except SQLAlchemyError as fault:
        raise CopyError(f"the store cannot be reached ({why(fault)})") from None
    finally:
        engine.dispose()


def _refuse_pooler(connection: Connection) -> None:
    """What a session says of the walls does not come through one: the copy would hold no rows. Raises CopyError."""
    if between(connection.connection.driver_connection):
        raise CopyError(_POOLER)


def _run(url: URL, program: str, *arguments: str) -> None:
    """The password goes by the environment: everybody of a machine may see a command's arguments."""
    path = shutil.which(program)
    if path is None:
        raise CopyError(f"{program} is not installed here: PostgreSQL's client programs are needed")
    told = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGOPTIONS": f"-c {locks.SETTING}={locks.EVERY_SITE}",
    }
    environment = {**os.environ, **{name: str(value) for name, value in told.items() if value}}
    done = subprocess.run([path, *arguments], env=environment, capture_output=True, check=False)  # noqa: S603 (our words)
    if done.returncode:
        raise CopyError(f"{program} ended with {done.returncode}")  # what it says may hold a value
