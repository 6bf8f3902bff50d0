"""Migrate: a database gets our tables, or those of an earlier release are brought to this one's.
https://alembic.sqlalchemy.org

An empty database is made as `tables` says it; one that holds an earlier release's tables is changed only when
somebody asks (`natars-fhir store migrate`), for a backup comes first. That both ways end at the same tables is
tested.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, Table, Text, insert, inspect, select

from natars_fhir.store import locks, walls
from natars_fhir.store.tables.core import metadata
from natars_fhir.store.tables.core import store as about

#: The newest of `migrations/versions`; a store of another is not opened.
HEAD = "0002"
#: What the first release, which had no migrations, is called.
FIRST = "0001"
_FOLDER = Path(__file__).parent / "migrations"

#: Alembic's own table: one row.
_version = Table("alembic_version", MetaData(), Column("version_num", Text, primary_key=True))


class StoreError(Exception):
    """The store cannot be opened, or is not one that this version can use."""


def ready(engine: Engine) -> None:
    """Makes the tables in an empty database. Raises StoreError where they are another release's."""
    with changing_ours(engine):
        pass


@contextmanager
def changing_ours(engine: Engine) -> Iterator[Connection]:
    """The same as `changing`, with this release's tables. Raises StoreError where they are another's."""
    with changing(engine) as connection:
        found = release(connection)
        if found is None:
            make(connection)
        elif found != HEAD:
            raise StoreError(_another(found))
        yield connection


def _another(found: str) -> str:
    """What to do with the tables of another release. A backup of theirs is made by their own program."""
    whose = f"the store's tables are those of release {found}; this program uses {HEAD}"
    if found > HEAD:
        return f"{whose}, an earlier one: install the program that made them, or a later one"
    return (
        f"{whose}: make a backup with the program of before (or stop everything, and copy the database and the key "
        "by hand), then run `natars-fhir store migrate`"
    )


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """One process at a time looks at the tables and makes them."""
    with engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        with connection.begin():
            if connection.dialect.name == "postgresql":
                locks.hold(connection, None, None)
            yield connection


def release(connection: Connection) -> str | None:
    """Whose tables a database holds; None where there are none."""
    names = set(inspect(connection).get_table_names())
    if _version.name in names:
        return connection.execute(select(_version.c.version_num)).scalar()
    return FIRST if about.name in names else None


def make(connection: Connection) -> None:
    """All tables, as they are now, with their walls."""
    metadata.create_all(connection)
    walls.build(connection, metadata.tables.values())
    _version.metadata.create_all(connection)
    connection.execute(insert(_version).values(version_num=HEAD))
    connection.execute(insert(about).values(schema=int(HEAD)))


def migrate(engine: Engine, to: str = "head") -> tuple[str | None, str | None]:
    """Brings the tables to this release, all or nothing: from which, to which. An empty database gets its tables.
    Raises StoreError where a later release made them."""
    from alembic import command  # heavy, and for this command alone
    from alembic.config import Config

    with changing(engine) as connection:
        before = release(connection)
        if before is None and to == "head":
            make(connection)
            return None, HEAD
        if before is not None and before > HEAD:
            raise StoreError(_another(before))
        config = Config()
        config.set_main_option("script_location", str(_FOLDER))
        config.attributes["connection"] = connection
        if before == FIRST and _version.name not in inspect(connection).get_table_names():
            command.stamp(config, FIRST)
        command.upgrade(config, to)
        return before, release(connection)
