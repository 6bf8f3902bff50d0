"""Whose tables a database holds: who only looks makes none, and nobody makes any beside somebody else's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from natars_fhir.store.engine import NoStoreError, StoreError, engine_of, open_store
from natars_fhir.store.migrate import migrate
from natars_fhir.store.release import ForeignError

#: What others have: none of it is ours, though names are the same.
THEIRS = {
    "patients": "CREATE TABLE patient (name VARCHAR(20))",
    "a shop": "CREATE TABLE store (town VARCHAR(20))",
    "alembic's": "CREATE TABLE alembic_version (version_num VARCHAR(32))",
}


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres"))
    (tmp_path / "store.sqlite").touch()
    return f"sqlite:///{tmp_path}/store.sqlite"


def tables(address: str, schema: str | None = None) -> list[str]:
    engine = create_engine(address)
    found = inspect(engine).get_table_names(schema)
    engine.dispose()
    return sorted(found)


def said(address: str, *statements: str) -> None:
    engine = create_engine(address)
    with engine.begin() as connection:
        for one in statements:
            connection.exec_driver_sql(one)
    engine.dispose()


def test_who_only_looks_makes_no_store_in_an_empty_database(address: str) -> None:
    with pytest.raises(NoStoreError, match="There is no store yet"):
        open_store(address, made=False)
    assert tables(address) == []
    open_store(address).close()
    open_store(address, made=False).close()


def test_nobody_makes_tables_beside_somebody_elses(address: str) -> None:
    said(address, *THEIRS.values())
    for made in (False, True):
        with pytest.raises(ForeignError, match="none of a store of ours: nothing was made or changed"):
            open_store(address, made=made)
    with pytest.raises(ForeignError):
        _migrated(address)
    assert tables(address) == ["alembic_version", "patient", "store"]


def _migrated(address: str) -> None:
    engine = engine_of(address)
    try:
        migrate(engine)
    finally:
        engine.dispose()


@pytest.mark.parametrize("theirs", THEIRS.values(), ids=THEIRS)
def test_a_file_of_somebody_else_stays_as_it_is_to_the_byte(tmp_path: Path, theirs: str) -> None:
    file = tmp_path / "theirs.sqlite"
    said(f"sqlite:///{file}", theirs)
    file.chmod(0o644)
    was = file.read_bytes()
    with pytest.raises(ForeignError):
        open_store(f"sqlite:///{file}")
    assert (file.read_bytes(), [*tmp_path.iterdir()]) == (was, [file])


def test_tables_in_another_schema_are_somebody_elses_too_and_an_extensions_are_nobodys(postgres: str) -> None:
    above = postgres.replace("//natars@", "//postgres@")
    said(above, "CREATE EXTENSION pg_trgm")
    said(postgres, "CREATE SCHEMA his", "CREATE TABLE his.visits (number INTEGER)")
    with pytest.raises(ForeignError):
        open_store(postgres)
    assert tables(postgres) == []
    said(postgres, "DROP SCHEMA his CASCADE")
    said(above, "CREATE TABLE public.spatial (number INTEGER)", "ALTER EXTENSION pg_trgm ADD TABLE public.spatial")
    open_store(postgres).close()


def test_a_store_beside_which_somebody_put_a_table_is_a_store(address: str) -> None:
    open_store(address).close()
    said(address, "CREATE TABLE zz_theirs (number INTEGER)")
    open_store(address).close()


@pytest.fixture
def no_file(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "no.sqlite"
    assert not (tmp_path / "no.sqlite").exists()


@pytest.mark.parametrize("query", ["", "?timeout=5"])
def test_who_only_looks_makes_no_file(no_file: Path, query: str) -> None:
    with pytest.raises(NoStoreError):
        open_store(f"sqlite:///{no_file}{query}", made=False)


def test_a_file_that_is_no_database_is_told_as_such_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text("# A page\n" * 200)
    with pytest.raises(StoreError, match="the file is no database of SQLite"):
        open_store(f"sqlite:///{file}")
    assert file.read_text() == "# A page\n" * 200


def test_a_store_whose_rows_are_all_in_its_log_is_known(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/a store #1 100%.sqlite"
    store = open_store(address)
    with closing(sqlite3.connect(tmp_path / "a store #1 100%.sqlite")) as beside:
        assert beside.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    open_store(address, made=False).close()
    store.close()
