"""A new PostgreSQL database looks at its tables once there is something to see, and so finds rows by their keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, func, select, text

from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.rows import keep_new
from natars_fhir.store.tables.core import resource_alias

_PLAN = "EXPLAIN SELECT key FROM resource_alias WHERE site = 'a' AND alias = ANY(ARRAY['1 x', '2 x', '3 x'])"
_ASKING = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")
_LOOKED = text("SELECT reltuples FROM pg_class WHERE oid = 'resource_alias'::regclass")


@pytest.fixture
def store(postgres: str) -> Iterator[Store]:
    """A database that nobody has written to."""
    opened = open_store(postgres)
    yield opened
    opened.close()


def _write(store: Store, times: range) -> None:
    for time in times:
        rows = [{"site": "a", "alias": f"{number} {time}", "key": "k"} for number in range(100)]

        def work(connection: Connection, rows: list[dict[str, str]] = rows) -> None:
            keep_new(connection, resource_alias, rows)

        store.of("a").done((), work)


def test_a_look_that_fails_is_no_fault_of_what_was_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("natars_fhir.store.first_look._LOOK", text("ANALYZE there_is_no_such_table"))
    _write(store, range(20))
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(resource_alias)).scalar_one() == 2_000


def test_a_new_database_is_looked_at_once_there_is_something_to_see(store: Store) -> None:
    _write(store, range(19))
    with store.read() as connection:
        assert connection.execute(_LOOKED).scalar_one() <= 0
    _write(store, range(19, 20))
    with store.read() as connection:
        assert connection.execute(_LOOKED).scalar_one() > 0
        told = "\n".join(connection.execute(text(_PLAN)).scalars())
    assert "resource_alias_pkey" in told
    assert "Filter: (alias" not in told


@pytest.mark.parametrize("names", [None, (), ("Patient/1",)])
def test_a_writer_of_one_site_asks_by_index_and_nobody_after_it(store: Store, names: tuple[str, ...] | None) -> None:
    asked = {"names": ["enable_seqscan", "random_page_cost", "cpu_tuple_cost", "jit"]}
    with store.read() as connection:
        before = dict(map(tuple, connection.execute(_ASKING, asked)))
    with store.of("a").write(names) as connection:
        within = dict(map(tuple, connection.execute(_ASKING, asked)))
    with store.of("a").read() as connection:
        after = dict(map(tuple, connection.execute(_ASKING, asked)))
    assert within == {"enable_seqscan": "off", "random_page_cost": "0.05", "cpu_tuple_cost": "1", "jit": "off"}
    assert after == before
    assert before["enable_seqscan"] == "on"
