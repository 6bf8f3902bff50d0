"""Every row of a site goes from every table that has some; other sites' rows, and what was done, stay."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Boolean, Connection, Integer, LargeBinary, Table, func, insert, select

from natars_fhir.store import leaving
from natars_fhir.store.engine import Store
from natars_fhir.store.leaving import KEPT
from natars_fhir.store.tables.core import Moment, delivery, metadata, outbox
from tests.store.samples import NOW

OF_SITES = [table for table in metadata.sorted_tables if "site" in table.c]


def filler(column: Any, number: int) -> Any:
    """Something that the column takes."""
    kind = column.type
    if isinstance(kind, Moment):
        return NOW
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, LargeBinary):
        return b"x"
    if isinstance(kind, Integer):
        return number
    return {} if kind.python_type in (dict, list) else f"x{number}"


def row(table: Table, site: str, number: int) -> dict[str, Any]:
    columns = [one for one in table.c if one.name != "site" and not one.nullable]
    return {"site": site} | {one.name: filler(one, number) for one in columns}


def counted(connection: Connection, site: str) -> dict[str, int]:
    return {
        table.name: connection.execute(select(func.count()).select_from(table).where(table.c.site == site)).scalar_one()
        for table in OF_SITES
    }


@pytest.fixture
def filled(store: Store) -> Store:
    """A row of each of two sites in every table."""
    with store.write() as connection:
        for number, site in enumerate(("here", "there"), 1):
            for table in OF_SITES:
                connection.execute(insert(table).values(row(table, site, number)))
            seq = connection.execute(select(outbox.c.seq).where(outbox.c.site == site)).scalar_one()
            connection.execute(insert(delivery).values(outbox=seq, at=NOW, outcome="200", codes=""))
    return store


def test_all_rows_of_a_site_go_but_those_that_must_stay(filled: Store) -> None:
    with filled.of("here").write() as connection:
        foretold = leaving.rows(connection, "here")
        gone = leaving.remove(connection, "here")
    assert gone == foretold == {table.name: 1 for table in (*OF_SITES, delivery) if table.name not in KEPT}
    with filled.read() as connection:
        assert {name for name, count in counted(connection, "here").items() if count} == KEPT
        assert set(counted(connection, "there").values()) == {1}
        assert connection.execute(select(func.count()).select_from(delivery)).scalar_one() == 1


def test_what_is_removed_is_told_once(filled: Store) -> None:
    with filled.of("here").write() as connection:
        leaving.remove(connection, "here")
        assert (leaving.rows(connection, "here"), leaving.remove(connection, "here")) == ({}, {})


def test_allocations_and_exports_are_told_of_the_site_alone(filled: Store) -> None:
    with filled.read() as connection:
        assert leaving.allocated(connection, "here") == 1
        assert leaving.allocated(connection, "nowhere") == 0
        assert leaving.exported(connection, "there") == ["x2"]
