"""The store: one database, opened so that what was answered was written. https://www.sqlite.org/wal.html

SQLite: write-ahead log, synchronous=FULL (a power cut loses nothing that was answered), and BEGIN IMMEDIATE for every
transaction that writes. Within one process writers wait for each other here; between processes SQLite sees to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, Table, case, create_engine, event, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from natars_fhir.store import tables_door as _door  # noqa: F401 (its tables are made too)
from natars_fhir.store.tables import SCHEMA, metadata
from natars_fhir.store.tables import store as about

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000")
_UPSERT: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class StoreError(Exception):
    """The store cannot be opened, or is not one that this version can use."""


class Store:
    """A database with our tables. Reading and writing are transactions: all of it is kept, or nothing."""

    def __init__(self, engine: Engine, writing: Lock | None = None, site: str | None = None) -> None:
        self._engine = engine
        self._writing = writing or Lock()
        self._site = site

    def of(self, site: str) -> Store:
        """The same store, for one site's work alone: where the database can, it shows and takes no other site's rows."""
        return Store(self._engine, self._writing, site)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """What is known now, from one moment."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One writer at a time; kept when the block ends, undone when it raises."""
        with self._writing, self._engine.connect() as plain:
            connection = plain.execution_options(writes=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()


def open_store(address: str) -> Store:
    """The store at a SQLAlchemy address, made at first use. Raises StoreError, which never tells the address."""
    try:
        engine = create_engine(address, hide_parameters=True)
        if engine.dialect.name == "sqlite":
            _ours_alone(engine.url.database)
            _durable(engine)
        store = Store(engine)
        with store.write() as connection:
            metadata.create_all(connection)
            _number(connection)
    except (SQLAlchemyError, ImportError, OSError) as fault:
        raise StoreError(f"the store cannot be opened ({type(fault).__name__}): see the setting `database`") from None
    return store


def _ours_alone(database: str | None) -> None:
    """A new file is its owner's alone: it holds patients. SQLite gives its log the same rights."""
    if database and database != ":memory:" and not database.startswith("file:"):
        Path(database).touch(mode=0o600, exist_ok=True)


def keep_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds the rows whose key is not there yet; in one order, so that two writers never wait for each other."""
    if rows:
        keys = [column.name for column in table.primary_key]
        ordered = sorted(rows, key=lambda row: tuple(row[key] for key in keys))
        connection.execute(_UPSERT[connection.dialect.name](table).on_conflict_do_nothing(), ordered)


def keep_latest(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds rows, or puts them in the place of those with the same key."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    adding = _UPSERT[connection.dialect.name](table)
    news = {name: adding.excluded[name] for name in rows[0] if name not in keys}
    ordered = sorted(rows, key=lambda row: tuple(row[key] for key in keys))
    connection.execute(adding.on_conflict_do_update(index_elements=keys, set_=news), ordered)


def add_up(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds rows, or adds their `count` to those with the same key; `first` and `last` widen, the rest is the newest."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    adding = _UPSERT[connection.dialect.name](table)
    old, new = table.c, adding.excluded
    news = {name: new[name] for name in rows[0] if name not in (*keys, "count", "first", "last")}
    news["count"] = old["count"] + new["count"]
    news["first"] = case((new["first"] < old["first"], new["first"]), else_=old["first"])
    news["last"] = case((new["last"] > old["last"], new["last"]), else_=old["last"])
    ordered = sorted(rows, key=lambda row: tuple(row[key] for key in keys))
    connection.execute(adding.on_conflict_do_update(index_elements=keys, set_=news), ordered)


def _number(connection: Connection) -> None:
    found = connection.execute(select(about.c.schema)).scalar()
    if found is None:
        connection.execute(insert(about).values(schema=SCHEMA))
    elif found != SCHEMA:
        raise StoreError(f"the store's tables are of version {found}; this program uses version {SCHEMA}")


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
