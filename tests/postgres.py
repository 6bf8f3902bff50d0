"""A real PostgreSQL for tests: a throw-away server on loopback, and a fresh database with an owner of no privileges.

One server serves a whole test process; it is started when a test first asks for it. Where PostgreSQL is not installed
the tests that need it skip with a clear message; `.ci/run` installs it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text, update

from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.tables.core import metadata
from natars_fhir.store.tables.core import store as about
from tests.blank import blank

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
_FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
_numbers = count()


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. ``folder`` holds its files and its socket."""

    folder: Path
    port: int
    binaries: Path

    def address(self, database: str, role: str = "natars") -> str:
        """The SQLAlchemy address of a database of it."""
        return f"postgresql+psycopg://{role}@127.0.0.1:{self.port}/{database}"

    def fresh(self) -> str:
        """A new database, owned by a role that may do nothing else: row-level security holds for it too."""
        name = f"natars_{os.getpid()}_{next(_numbers)}"
        import psycopg  # of an extra

        above = {"host": "127.0.0.1", "port": self.port, "user": "postgres", "dbname": "postgres"}
        with psycopg.connect(**above, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER natars")
        return self.address(name)

    def run(self, program: str, *arguments: str) -> None:
        """One of PostgreSQL's programs, as the user that the server runs as."""
        subprocess.run(  # noqa: S603 (a program that is installed, and our own words)
            [*_as_nobody_special(), str(self.binaries / program), *arguments],
            check=True, capture_output=True, timeout=120, cwd="/",
        )  # fmt: skip

    def start(self, switches: str = _FAST) -> None:
        """Starts it, and waits until it answers."""
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder} {switches}"
        log = str(self.folder / "server.log")
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-t", "60", "-l", log, "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stops it; *immediate* is as if the power went."""
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")


@contextmanager
def server(switches: str = _FAST) -> Iterator[Server]:
    """A server of its own, for as long as the block runs."""
    if not BINARIES:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="natars-postgres-"))
    folder.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    one = Server(folder, free_port(), BINARIES[-1])
    try:
        trust = ("-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--lc-collate=C", "--no-sync")
        one.run("initdb", "-D", str(folder / "data"), *trust)
        one.start(switches)
        one.run("createuser", "-h", "127.0.0.1", "-p", str(one.port), "-U", "postgres", "natars")
        try:
            yield one
        finally:
            one.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_nobody_special() -> list[str]:
    """PostgreSQL does not run as root."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def listens(port: int) -> bool:
    """Does anybody listen there?"""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The server that all tests of this process share."""
    with server() as one:
        yield one


@pytest.fixture
def postgres(postgres_server: Server) -> str:
    """The SQLAlchemy address of a fresh database."""
    return postgres_server.fresh()


@pytest.fixture(scope="session")
def _emptied(postgres_server: Server) -> Iterator[tuple[Store, Engine]]:
    """One database for all tests that need no fresh one; and the way of its superuser, whom no wall stops."""
    address = postgres_server.fresh()
    store, above = open_store(address), create_engine(address.replace("//natars@", "//postgres@"))
    yield store, above
    store.close()
    above.dispose()


@pytest.fixture
def postgres_store(_emptied: tuple[Store, Engine]) -> Store:
    """A store on PostgreSQL with nothing in it."""
    store, above = _emptied
    with above.begin() as connection:
        if held := [*connection.execute(text(_HELD)).scalars()]:
            connection.execute(text(f"TRUNCATE {', '.join(held)} RESTART IDENTITY CASCADE"))
        connection.execute(text(_COUNTED))
        connection.execute(update(about).values(key_check=None))
    return store


#: Which tables hold anything: to empty all of them, with their indexes, takes the server ten times as long.
_HELD = " UNION ALL ".join(
    f"(SELECT '{name}' FROM {name} LIMIT 1)"  # noqa: S608 (our own names)
    for name in sorted({*metadata.tables} - {about.name})
)
#: A table that was emptied by a test has counted nevertheless.
_COUNTED = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences "
    "WHERE last_value IS NOT NULL"
)


@pytest.fixture(params=["sqlite", "postgres"])
def either_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store on SQLite, then one on PostgreSQL."""
    if request.param == "postgres":
        yield request.getfixturevalue("postgres_store")
        return
    opened = open_store(blank(tmp_path))
    yield opened
    opened.close()
