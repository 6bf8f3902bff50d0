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

from sqlalchemy import Connection, Engine, insert, inspect

from natars_fhir.store import locks, walls
from natars_fhir.store.release import FIRST, NoStoreError, StoreError, release, version
from natars_fhir.store.tables.core import metadata
from natars_fhir.store.tables.core import store as about

__all__ = ["HEAD", "StoreError", "changing_ours", "make", "migrate", "ready", "release"]

#: The newest of `migrations/versions`; a store of another is not opened.
HEAD = "0002"
_FOLDER = Path(__file__).parent / "migrations"


def ready(engine: Engine, *, made: bool = True) -> None:
    """Makes the tables in an empty database. Raises StoreError where there are others: another release's, or somebody
    else's; NoStoreError where there are none and they are not to be *made*."""
    with changing_ours(engine, made=made):
        pass


@contextmanager
def changing_ours(engine: Engine, *, made: bool = True) -> Iterator[Connection]:
    """The same as `changing`, with this release's tables. Raises what `ready` raises."""
    with changing(engine) as connection:
        found = release(connection)
        if found is None and not made:
            raise NoStoreError
        if found is None:
            make(connection)
        elif found != HEAD:
            raise StoreError(_another(found))
        yield connection


def _another(found: str) -> str:
    """What to do with the tables of another release."""
    whose = f"the store's tables are those of release {found}; this program uses {HEAD}"
    if found > HEAD:
        return f"{whose}, an earlier one: install the program that made them, or a later one"
    return f"{whose}: stop the server, run `natars-fhir backup FOLDER`, then `natars-fhir store migrate`"


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """One process at a time looks at the tables and makes them."""
    with engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        with connection.begin():
            if connection.dialect.name == "postgresql":
                locks.hold(connection, None, None)
            yield connection


def make(connection: Connection) -> None:
    """All tables, as they are now, with their walls."""
    metadata.create_all(connection)
    walls.build(connection, metadata.tables.values())
    version.metadata.create_all(connection)
    connection.execute(insert(version).values(version_num=HEAD))
    connection.execute(insert(about).values(schema=int(HEAD)))


def migrate(engine: Engine, to: str = "head") -> tuple[str | None, str | None]:
    """Brings the tables to this release, all or nothing: from which, to which. An empty database gets its tables.
    Raises StoreError where a later release made them, or somebody else."""
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
        if before == FIRST and version.name not in inspect(connection).get_table_names():
            command.stamp(config, FIRST)
        command.upgrade(config, to)
        return before, release(connection)
