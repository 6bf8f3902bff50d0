"""The store: one database, opened so that what was answered was written.

SQLite (https://www.sqlite.org/wal.html): write-ahead log, synchronous=FULL (a power cut loses nothing that was
answered), and BEGIN IMMEDIATE for every transaction that writes. Writers wait for each other: those of one process
here, processes by turns (`store.turns`). PostgreSQL: they wait for each other only where they touch the same patients
(`store.locks`), and row-level security shows a site's transaction no other site's rows. Either way those who bring the
same work share a transaction where they come together (`store.together`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from natars_fhir.store import (
    locks,
    pooler,
)
from natars_fhir.store.first_look import FirstLook
from natars_fhir.store.gone import watch_file, watch_server
from natars_fhir.store.migrate import ready
from natars_fhir.store.reasons import why
from natars_fhir.store.release import NoStoreError, StoreError, look
from natars_fhir.store.tables.core import store as about
from natars_fhir.store.together import Names, Together, Work
from natars_fhir.store.turns import Turns

#: The last two: pages that are written again and again stay at hand, and go from the log to their places seldom.
_PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000",
    "cache_size=-32000", "wal_autocheckpoint=16000",
)  # fmt: skip

_T = TypeVar("_T")
_Item = TypeVar("_Item")
#: So often a transaction is begun again when another stood in its way.
_AGAIN = 10
#: Of a server's database, whose locks they share: as many of one site share a transaction.
_OF_A_SERVER = 8

__all__ = ["NoStoreError", "Pool", "Store", "StoreError", "open_store"]


class Pool(NamedTuple):
    """How many connections to PostgreSQL a process keeps, how many more it opens under load, and for how many seconds
    who finds none free waits. https://docs.sqlalchemy.org/en/21/core/pooling.html"""

    kept: int = 10
    more: int = 20
    wait: float = 30.0


class _Shared(NamedTuple):
    """What all stores of one database have together in this process: who writes; of a server's database, by site."""

    together: Together
    turns: Turns
    look: FirstLook
    of_sites: dict[str | None, Together]


class Store:
    """A database with our tables. Reading and writing are transactions: all of it is kept, or nothing."""

    def __init__(self, engine: Engine, shared: _Shared | None = None, site: str | None = None) -> None:
        self._engine, self._site = engine, site
        own = shared or _Shared(Together(self.write, self._surely), Turns(_file_of(engine)), FirstLook(), {})
        self._together, self._turns, self._look, self._of_sites = self._shared = own

    def of(self, site: str) -> Store:
        """The same store, for one site alone: where the database can, it shows and takes no other site's rows."""
        return Store(self._engine, self._shared, site)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """What is known now, from one moment."""
        with self._engine.connect() as plain:
            connection = plain if self._embedded else plain.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                self._narrow(connection)
                yield connection

    @contextmanager
    def moment(self) -> Iterator[Store]:
        """The store as it is now, for as long as the block lasts: whatever is read of it is of this one moment, though
        others write meanwhile. Nothing can be written through it."""
        with self.read() as connection:
            connection.execute(select(about.c.schema)).all()  # SQLite's moment begins with the first that is read
            yield _Moment(self._engine, connection)

    @contextmanager
    def write(self, names: Collection[str] | None = None) -> Iterator[Connection]:
        """Kept when the block ends, undone when it raises. Nobody else writes meanwhile to what is written here.

        That is all of the site, or of the store; *names* narrow it to the patients and resources that they name. With
        no name at all nothing is held: for rows that are claimed one by one.
        """
        with self._alone(), self._engine.connect() as plain:
            connection = plain.execution_options(writes=True) if self._embedded else plain
            with connection.begin():
                if not self._embedded:
                    locks.hold(connection, self._site, names)
                yield connection

    def done(self, names: Collection[str] | None, work: Callable[[Connection], _T]) -> _T:
        """What *work* gives, in a transaction that writes; begun again where two stood in each other's way. Writers of
        an embedded database share one where they come together."""
        if self._embedded:
            return self._together.do(work)
        given = self._surely(names, work)
        self._look.written(self._engine)
        return given

    def joined(self, names: Collection[str], item: _Item, work: Work[_Item, _T]) -> _T:
        """What *work* gives for *item*, as `done` would; it gets what others bring to the same work at once."""
        if self._embedded:
            return self._together.join(names, item, work)
        given = self._of_site().join(names, item, work)
        self._look.written(self._engine)
        return given

    def _of_site(self) -> Together:
        known = self._of_sites.get(self._site)
        return known or self._of_sites.setdefault(self._site, Together(self.write, self._surely, _OF_A_SERVER))

    @contextmanager
    def apart(self) -> Iterator[None]:
        """For long work that comes before what is written (`store.together`)."""
        with self._together.apart() if self._embedded else nullcontext():
            yield

    def _surely(self, names: Names, work: Callable[[Connection], _T]) -> _T:
        """Begun again where two stood in each other's way, which those of an embedded database do not."""
        for _ in range(0 if self._embedded else _AGAIN):
            try:
                with self.write(names) as connection:
                    return work(connection)
            except DBAPIError as fault:
                if not locks.is_clash(fault):
                    raise
        with self.write() as connection:
            return work(connection)

    @contextmanager
    def leading(self, what: str) -> Iterator[bool]:
        """Is this process the one that does *what*, until the block ends? Of several on one database one is, at a
        time; a process that dies lets go."""
        if self._embedded:
            with self._turns.leading(what) as first:
                yield first
            return
        with self._engine.connect() as connection, connection.begin():
            yield locks.first(connection, what)

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()
        self._turns.close()

    @property
    def _embedded(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Of an embedded database: of all threads of this process, and then of all processes."""
        if not self._embedded:
            yield
            return
        with self._together.alone, self._turns.mine():
            yield

    def _narrow(self, connection: Connection) -> None:
        if not self._embedded:
            locks.narrow(connection, self._site)


class _Moment(Store):
    """One transaction that reads, as a store; of every site, for each question names its own."""

    def __init__(self, engine: Engine, connection: Connection) -> None:
        super().__init__(engine)
        self._connection = connection

    def of(self, site: str) -> Store:  # noqa: ARG002
        return self

    @contextmanager
    def read(self) -> Iterator[Connection]:
        yield self._connection

    @contextmanager
    def write(self, names: Collection[str] | None = None) -> Iterator[Connection]:  # noqa: ARG002
        raise StoreError("nothing is written into a moment of the store")
        yield self._connection


def open_store(address: str, pool: Pool = Pool(), *, made: bool = True) -> Store:  # noqa: B008 (a frozen value)
    """The store at a SQLAlchemy address, made at first use. Raises StoreError, which never tells the address; with
    *made* false NoStoreError where there is none."""
    try:
        engine = engine_of(address, pool, made=made)
        try:
            ready(engine, made=made)
        except BaseException:
            engine.dispose()
            raise
    except (SQLAlchemyError, ImportError, OSError) as fault:
        raise StoreError(_why(fault)) from None
    return Store(engine)


def _why(fault: Exception) -> str:
    """Why a store cannot be opened."""
    if "database is locked" in str(getattr(fault, "orig", "")):
        return "the store is held by another process: see what it does, and try again when it is done"
    return f"the store cannot be opened ({why(fault)}): see the setting NATARS_DATABASE"


def engine_of(address: str, pool: Pool = Pool(), *, made: bool = True) -> Engine:  # noqa: B008
    """The database, opened; nothing is made in it. Raises StoreError for a file that is somebody else's, and where
    there is none that is not to be *made*: neither is touched."""
    engine = create_engine(address, hide_parameters=True, **_pool(address, pool))
    if engine.dialect.name == "sqlite":
        if _in_a_file(engine.url.database):
            look(Path(str(engine.url.database)), made=made)
        _ours_alone(engine.url.database)
        _durable(engine)
        if _in_a_file(engine.url.database):
            watch_file(engine)
    else:
        watch_server(engine)
        pooler.watch(engine)
    return engine


def _pool(address: str, pool: Pool) -> dict[str, Any]:
    """How many; of a file the connection that was used last is used next, for it knows the pages."""
    if address.startswith("postgresql"):
        return {"pool_size": pool.kept, "max_overflow": pool.more, "pool_timeout": pool.wait}
    return {"pool_use_lifo": True} if _in_a_file(make_url(address).database) else {}


def _ours_alone(database: str | None) -> None:
    """A new file is its owner's alone: it holds patients. SQLite gives its log the same rights."""
    if _in_a_file(database):
        Path(str(database)).touch(mode=0o600, exist_ok=True)


def _file_of(engine: Engine) -> str:
    """The file of an embedded database; empty where there is none."""
    database = engine.url.database or ""
    return database if engine.dialect.name == "sqlite" and _in_a_file(database) else ""


def _in_a_file(database: str | None) -> bool:
    return bool(database) and database != ":memory:" and not str(database).startswith("file:")


def _durable(engine: Engine) -> None:
    """The driver's own transactions are switched off: they start too late (at the first INSERT)."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
