"""Why a database cannot be used is told in words of ours; none of its own comes through."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from natars_fhir.store.engine import StoreError, open_store
from natars_fhir.store.reasons import why


def of(address: str) -> str:
    """Why nothing can be read there."""
    engine = create_engine(address, poolclass=NullPool)
    with pytest.raises(SQLAlchemyError) as raised, engine.connect() as connection:
        connection.exec_driver_sql("SELECT * FROM sqlite_master").all()
    return why(raised.value)


def test_of_sqlite(tmp_path: Path) -> None:
    assert of(f"sqlite:///{tmp_path}/no/such.sqlite").startswith("there is no such file, or this user may not open it")
    (tmp_path / "page").write_text("# PLANTED" * 500)
    assert of(f"sqlite:///{tmp_path}/page") == "the file is no database of SQLite"


def test_what_a_site_may_meet_is_told_in_chinese_too() -> None:
    full = sqlite3.OperationalError("PLANTED")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    assert why(OperationalError("", {}, full)) == "the disk is full"
    assert why(OperationalError("", {}, full), "zh") == "磁盘已满"
    assert why(OSError("PLANTED"), "zh") == "OSError"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('password authentication failed for user "PLANTED"', "PostgreSQL takes no such user with this password"),
        ('database "PLANTED" does not exist', "PostgreSQL has no such database"),
        ('role "PLANTED" does not exist', "PostgreSQL has no such user"),
        ("connection to server at PLANTED failed: Connection refused", "PostgreSQL does not listen there"),
        ("failed to resolve host 'PLANTED'", "there is no host of that name"),
        ("PLANTED", "OperationalError"),
    ],
)
def test_of_postgresql(said: str, told: str) -> None:
    psycopg = pytest.importorskip("psycopg")
    assert why(OperationalError("PLANTED", {}, psycopg.OperationalError(said))) == told
    assert why(OperationalError("PLANTED", {}, Exception(said))) == "OperationalError"


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (PermissionError(13, "Permission denied", "PLANTED"), "Permission denied"),
        (OSError("PLANTED"), "OSError"),
        (
            ModuleNotFoundError("PLANTED"),
            "PostgreSQL needs the extra `postgres` (psycopg), which is not installed: docs/operations.md, Extras",
        ),
        (OperationalError("PLANTED", {}, sqlite3.OperationalError("PLANTED")), "OperationalError"),
    ],
    ids=["rights", "no words", "driver", "no number"],
)
def test_of_the_rest(fault: BaseException, told: str) -> None:
    assert why(fault) == told


def test_where_nobody_listens_that_is_told_and_no_address(postgres: str) -> None:
    nobody = postgres.replace("//natars@", "//PLANTED:PLANTED@")
    with pytest.raises(StoreError) as raised:
        open_store(nobody)
    assert "PostgreSQL has no such user" in str(raised.value)
    with pytest.raises(StoreError) as raised:
        open_store("postgresql+psycopg://PLANTED@127.0.0.1:1/PLANTED")
    assert str(raised.value) == (
        "the store cannot be opened (PostgreSQL does not listen there): see the setting NATARS_DATABASE"
    )
    assert "PLANTED" not in str(raised.value)
