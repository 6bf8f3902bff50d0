"""The store opens durable, keeps all of a transaction or nothing, and takes no store that it does not know."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, MetaData, Table, create_engine, insert, select, text, update
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from natars_fhir.store import about
from natars_fhir.store.engine import Pool, Store, StoreError, engine_of, open_store
from natars_fhir.store.gone import is_gone
from natars_fhir.store.migrate import migrate
from natars_fhir.store.rows import keep_latest, keep_new
from natars_fhir.store.tables.core import patient_name, resource_alias


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30000)],
)
def test_sqlite_is_opened_so_that_what_was_answered_was_written(tmp_path: Path, pragma: str, value: object) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    with store.read() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    store.close()


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.write() as connection:
            about.keep_key_check(connection, "digest")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.read() as connection:
        assert about.key_check(connection) is None


def test_what_was_written_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/store.sqlite"
    first = open_store(address)
    with first.write() as connection:
        about.keep_key_check(connection, "digest")
    first.close()
    second = open_store(address)
    with second.read() as connection:
        assert about.key_check(connection) == "digest"
    second.close()


def test_a_store_of_another_schema_is_not_opened(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/store.sqlite"
    store = open_store(address)
    with store.write() as connection:
        connection.execute(update(Table("alembic_version", MetaData(), Column("version_num"))).values(version_num="99"))
    store.close()
    with pytest.raises(StoreError, match=r"release 99.*install the program that made them"):
        open_store(address)
    engine = engine_of(address)
    with pytest.raises(StoreError, match=r"release 99.*install the program that made them"):
        migrate(engine)
    engine.dispose()


def test_a_store_that_another_process_holds_is_told_as_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"sqlite:///{tmp_path}/store.sqlite"
    open_store(address).close()
    holder = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr("natars_fhir.store.engine.create_engine", partial(create_engine, connect_args={"timeout": 0}))
    with pytest.raises(StoreError, match="held by another process"):
        open_store(address)
    holder.close()


@pytest.mark.parametrize("address", ["sqlite:////no/such/folder/s.sqlite", "no-such-database://x", "nothing at all"])
def test_an_address_that_cannot_be_opened_is_an_error_that_does_not_tell_it(address: str) -> None:
    with pytest.raises(StoreError) as raised:
        open_store(address)
    assert "no-such" not in str(raised.value)
    assert "folder" not in str(raised.value)


def test_writers_wait_for_each_other_and_lose_nothing(store: Store) -> None:
    def write(number: int) -> None:
        with store.write() as connection:
            known = connection.execute(select(resource_alias.c.alias)).all()
            row = {"site": "a", "alias": str(number), "key": str(len(known))}
            connection.execute(insert(resource_alias).values(row))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    with store.read() as connection:
        counts = connection.execute(select(resource_alias.c.key)).scalars().all()
    assert sorted(map(int, counts)) == list(range(40))


def test_two_processes_stores_wait_for_each_other(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/store.sqlite"
    stores = [open_store(address), open_store(address)]

    def write(number: int) -> None:
        with stores[number % 2].write() as connection:
            row = {"site": "a", "alias": str(number), "key": "k"}
            connection.execute(insert(resource_alias).values(row))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(40)))
    with stores[0].read() as connection:
        assert len(connection.execute(select(resource_alias)).all()) == 40
    for store in stores:
        store.close()


def test_what_is_there_stays_or_is_replaced_as_is_asked(store: Store) -> None:
    first, second = ({"site": "a", "alias": "x", "key": key} for key in ("1", "2"))
    with store.write() as connection:
        keep_new(connection, resource_alias, [first])
        keep_new(connection, resource_alias, [second])
        assert connection.execute(select(resource_alias.c.key)).scalar_one() == "1"
        keep_latest(connection, resource_alias, [second])
        assert connection.execute(select(resource_alias.c.key)).scalar_one() == "2"


def test_nothing_to_keep_is_no_question(store: Store) -> None:
    with store.write() as connection:
        keep_new(connection, patient_name, [])
        keep_latest(connection, resource_alias, [])
        assert connection.execute(select(patient_name)).all() == []


def test_a_moment_of_the_store_shows_nothing_that_was_written_after_it(store: Store) -> None:
    def count(connection: Connection) -> int:
        return len(connection.execute(select(resource_alias)).all())

    with store.moment() as then:
        with store.write() as connection:
            keep_new(connection, resource_alias, [{"site": "a", "alias": "x", "key": "1"}])
        with then.read() as first, then.of("a").read() as second:
            assert (count(first), count(second)) == (0, 0)
    with store.read() as connection:
        assert count(connection) == 1


def test_nothing_is_written_into_a_moment(store: Store) -> None:
    with store.moment() as then, pytest.raises(StoreError, match="nothing is written"), then.write():
        pass


def test_a_process_holds_no_more_connections_than_it_may_and_keeps_fewer(postgres: str) -> None:
    theirs = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    store = open_store(postgres, Pool(kept=1, more=1, wait=0.05))
    try:
        with store.read() as first, store.read():
            assert first.execute(theirs).scalar_one() == 2
            with pytest.raises(PoolTimeoutError) as waited, store.read():
                pass
            assert is_gone(waited.value)  # which is answered 503
        with store.read() as connection:
            assert connection.execute(theirs).scalar_one() == 1
    finally:
        store.close()
