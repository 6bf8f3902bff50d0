"""A database that gets its tables by the statements of another has the same tables, and its own rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, text

from natars_fhir.store import migrate
from natars_fhir.store.engine import open_store
from tests.postgres import Server
from tests.tables_again import tables_again

#: As it is by itself: modules are read before anything is patched.
MAKE = migrate.make
#: All that a database can be asked of what it holds; names and numbers that are another's in each are left out.
ASKED = {
    "sqlite": "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name",
    "postgresql": "SELECT 'i', indexname, tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' UNION "
    "SELECT 'w', policyname, tablename, qual || with_check FROM pg_policies UNION "
    "SELECT 'c', column_name, table_name, concat(data_type, column_default, is_nullable, ordinal_position) "
    "FROM information_schema.columns WHERE table_schema = 'public' UNION "
    "SELECT 'k', conname, conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint UNION "
    "SELECT 'f', relname, relkind::text, concat(relrowsecurity, relforcerowsecurity) FROM pg_class "
    "WHERE relnamespace = 'public'::regnamespace ORDER BY 1, 2, 3",
}


def held(address: str) -> tuple[list[object], dict[str, int]]:
    open_store(address).close()
    engine = create_engine(address)
    with engine.connect() as connection:
        shape = [tuple(row) for row in connection.execute(text(ASKED[engine.dialect.name]))]
        known = MetaData()
        known.reflect(connection)
        rows = {name: len(connection.execute(table.select()).all()) for name, table in known.tables.items()}
    engine.dispose()
    return shape, rows


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_same_tables_and_rows(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    def fresh(name: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path}/{name}.sqlite"
        server: Server = request.getfixturevalue("postgres_server")
        return server.fresh()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "make", MAKE)
        own = held(fresh("own"))
        tables_again(patch)
        first, second, third = (held(fresh(name)) for name in ("first", "second", "third"))
    assert own == first == second == third
    assert len(own[0]) > 100
    assert sum(own[1].values()) == 2
