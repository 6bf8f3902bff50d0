"""Release: whose tables a database holds. Ours are known by the table `store`, with the columns that every release gave
it: other programs too have a table of that name, or one of Alembic's.

A database with other tables and none of ours is somebody else's, whatever a setting says: nothing is made in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, Table, Text, inspect, select, text

from natars_fhir.store.tables.core import store as about

#: What the first release, which had no migrations, is called.
FIRST = "0001"

#: Alembic's own table: one row.
version = Table("alembic_version", MetaData(), Column("version_num", Text, primary_key=True))

#: PostgreSQL: tables in any schema, without those that an extension brought along
#: (https://www.postgresql.org/docs/15/catalog-pg-depend.html).
_OTHERS = text(
    "SELECT EXISTS (SELECT FROM pg_class AS held JOIN pg_namespace AS space ON space.oid = held.relnamespace "
    "WHERE held.relkind IN ('r', 'p', 'f') AND space.nspname NOT LIKE 'pg\\_%' "
    "AND space.nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_depend AS needs "
    "WHERE needs.classid = 'pg_class'::regclass AND needs.objid = held.oid AND needs.deptype = 'e'))"
)


class StoreError(Exception):
    """The store cannot be opened, or is not one that this version can use."""


class NoStoreError(StoreError):
    """There is no store, and the one who asks makes none."""

    def __init__(self) -> None:
        super().__init__(
            "There is no store yet (setting NATARS_DATABASE): name files to read, or push to a server first."
        )


class ForeignError(StoreError):
    """The database is somebody else's."""

    def __init__(self) -> None:
        super().__init__(
            "the database holds tables, and none of a store of ours: nothing was made or changed in it. "
            "Give the store a database of its own (setting NATARS_DATABASE)"
        )


def release(connection: Connection) -> str | None:
    """Whose tables a database holds; None where it is empty. Raises ForeignError where they are not ours."""
    seen = inspect(connection)
    names = set(seen.get_table_names())
    if about.name in names and _ours({one["name"] for one in seen.get_columns(about.name)}):
        found = connection.execute(select(version.c.version_num)).scalar() if version.name in names else None
        return found or FIRST
    if connection.execute(_OTHERS).scalar() if connection.dialect.name == "postgresql" else names:
        raise ForeignError
    return None


def look(file: Path, *, made: bool) -> None:
    """The same of a file of SQLite before it is opened: to open it as a store changes it, and makes it where it is not
    there. Raises NoStoreError where there is none and it is not to be *made*, ForeignError, StoreError."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=0)) as one:
            names = {name for (name,) in one.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            columns = {row[1] for row in one.execute(f"PRAGMA table_info({about.name})")}
    except sqlite3.Error as fault:
        if getattr(fault, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
            raise StoreError("the file is no database of SQLite (setting NATARS_DATABASE)") from None
        if not (made or file.exists()):
            raise NoStoreError from None
        return  # whoever opens it tells why that cannot be
    if any(not name.startswith("sqlite_") for name in names) and not _ours(columns):
        raise ForeignError
    if not (made or columns):
        raise NoStoreError


def _ours(columns: Collection[str]) -> bool:
    return {*about.c.keys()} <= {*columns}
