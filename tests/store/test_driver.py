"""What goes straight to the driver gives the same rows, and the same faults, as it would by SQLAlchemy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from natars_fhir.store import driver, outbox
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.gone import is_gone
from natars_fhir.store.rows import add, among
from natars_fhir.store.tables.core import let_go, patient
from natars_fhir.store.tables.core import outbox as letters

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
LETTERS = [("Task", f"Task?identifier={number}", f'{{"id":"{number}"}}'.encode()) for number in range(3)]
ALL = select(letters).where(letters.c.site == bindparam("site")).order_by(letters.c.seq)
SOME = select(patient).where(among(patient.c.site, patient.c.key))
GONE = delete(let_go).where(let_go.c.site == bindparam("site")).returning(let_go.c.id, let_go.c.at)
STANDS = {"findings": "f", "verdict": "candidate", "target": None, "again": None}


def test_rows_are_those_that_sqlalchemy_gives(store: Store) -> None:
    with store.of("a").write() as connection:
        outbox.queue(connection, "a", LETTERS, NOW)
        add(connection, patient, [{"site": "a", "key": k, "in_scope": k == "1", **STANDS} for k in ("1", "2")])
        told = [(ALL, {"site": "a"}), (ALL, {"site": "b"}), (SOME, {"of_site": "a", "names": ["2", "1", "3"]})]
        for asked, values in told:
            plain = connection.execute(asked, values)
            found = driver.rows(connection, asked, values)
            assert sorted(found) == sorted(map(tuple, plain.all()))
            assert all([*row._asdict()] == [*plain.keys()] for row in found)
        assert [row.in_scope for row in sorted(driver.rows(connection, SOME, told[2][1]))] == [True, False]


def test_a_deletion_gives_what_it_deleted(store: Store) -> None:
    with store.of("a").write() as connection:
        add(connection, let_go, [{"site": "a", "kind": "Coverage", "id": "1", "hash": "h", "at": NOW}])
        assert [tuple(row) for row in driver.rows(connection, GONE, {"site": "a"})] == [("1", NOW)]
        assert driver.rows(connection, GONE, {"site": "a"}) == []


def test_a_fault_is_the_one_that_sqlalchemy_tells_and_holds_no_value(store: Store) -> None:
    row = {"site": "a", "key": "Patient/secret", "in_scope": True, **STANDS}
    with pytest.raises(IntegrityError) as told, store.of("a").write() as connection:
        add(connection, patient, [row, row])
    assert "hidden" in str(told.value) or "secret" not in str(told.value)
    assert not is_gone(told.value)
    with pytest.raises((OperationalError, ProgrammingError)), store.write(()) as connection:
        driver.run_each(connection, "INSERT INTO nowhere VALUES (1)", [()])
    with store.of("a").read() as connection:
        assert connection.execute(select(patient.c.key)).all() == []


def test_a_moment_without_its_zone_is_refused(store: Store) -> None:
    asked = select(let_go.c.id).where(let_go.c.at > bindparam("since", type_=let_go.c.at.type))
    with store.read() as connection:
        assert driver.rows(connection, asked, {"since": NOW - timedelta(1)}) == []
        with pytest.raises(ValueError, match="zone"):
            driver.rows(connection, asked, {"since": NOW.replace(tzinfo=None)})


def test_a_connection_that_the_server_ends_is_found_out_and_another_one_serves(postgres: str) -> None:
    store, other = open_store(postgres), open_store(postgres)

    def ask(connection: Any) -> list[Any]:
        return driver.rows(connection, ALL, {"site": "a"})

    def end(connection: Any, own: int) -> None:
        connection.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})

    def ask_after(connection: Any) -> None:
        with other.read() as ending:
            end(ending, connection.execute(own).scalar_one())
        ask(connection)

    own = text("SELECT pg_backend_pid()")
    with pytest.raises(OperationalError) as told, store.read() as connection:
        ask_after(connection)
    assert told.value.connection_invalidated
    assert is_gone(told.value)
    with store.read() as connection:
        before = connection.execute(own).scalar_one()
    with other.read() as ending:
        end(ending, before)
    with store.read() as connection:  # it was idle when it was ended: nobody hears of it
        assert ask(connection) == []
        assert connection.execute(own).scalar_one() != before
    store.close()
    other.close()
