"""PostgreSQL itself keeps the sites apart, whatever a question forgets; writers wait only for each other's patients."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Table, delete, func, insert, select, text, update
from sqlalchemy.exc import ProgrammingError

from natars_fhir.store import locks
from natars_fhir.store.engine import Store
from natars_fhir.store.rows import keep_new
from natars_fhir.store.tables.core import metadata, resource_alias

MOST_SECONDS = 20.0


@pytest.fixture
def store(postgres_store: Store) -> Store:
    with postgres_store.write() as connection:
        keep_new(connection, resource_alias, [{"site": s, "alias": "x", "key": f"of {s}"} for s in "ab"])
    return postgres_store


def keys(store: Store) -> list[str]:
    with store.read() as connection:
        return sorted(connection.execute(select(resource_alias.c.key)).scalars())


def test_a_sites_store_shows_its_own_rows_though_the_question_names_no_site(store: Store) -> None:
    assert (keys(store), keys(store.of("a")), keys(store.of("b"))) == (["of a", "of b"], ["of a"], ["of b"])
    assert keys(store.of("c")) == []


def test_a_site_cannot_write_change_or_remove_another_sites_rows(store: Store) -> None:
    with store.of("a").write() as connection:
        assert connection.execute(update(resource_alias).values(key="mine")).rowcount == 1
        assert connection.execute(delete(resource_alias).where(resource_alias.c.site == "b")).rowcount == 0
    with pytest.raises(ProgrammingError, match="row-level security"), store.of("a").write() as connection:
        connection.execute(insert(resource_alias).values(site="b", alias="y", key="k"))
    assert keys(store) == ["mine", "of b"]


def test_a_connection_that_says_no_site_sees_nothing(store: Store) -> None:
    with store.read() as connection:
        connection.execute(text("SELECT set_config('natars.site', '', true)"))
        assert connection.execute(select(func.count()).select_from(resource_alias)).scalar_one() == 0


#: They belong to no site; of assertions that are used up only hashes are kept, and an export may be of every site.
EVERYBODYS = {"store", "smart_assertion", "export_job", "export_file", "export_clock"}


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_has_its_wall(store: Store, table: Table) -> None:
    with store.read() as connection:
        asked = "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = :name"
        assert connection.execute(text(asked), {"name": table.name}).scalar_one() is (table.name not in EVERYBODYS)


@contextmanager
def held(store: Store, names: set[str] | None) -> Iterator[None]:
    """Somebody writes to these names, in another thread, until the block ends."""
    begun, end = threading.Event(), threading.Event()

    def write() -> None:
        with store.write(names):
            begun.set()
            end.wait(MOST_SECONDS)

    thread = threading.Thread(target=write)
    thread.start()
    assert begun.wait(MOST_SECONDS)
    try:
        yield
    finally:
        end.set()
        thread.join(MOST_SECONDS)


def goes(store: Store, names: set[str] | None) -> bool:
    """Can somebody write to these names now, without waiting?"""
    done = threading.Event()

    def write() -> None:
        with store.write(names):
            done.set()

    thread = threading.Thread(target=write)
    thread.start()
    went = done.wait(0.5)
    _waiting.append(thread)
    return went


_waiting: list[threading.Thread] = []


@pytest.fixture(autouse=True)
def _nobody_is_left() -> Iterator[None]:
    yield
    while _waiting:
        thread = _waiting.pop()
        thread.join(MOST_SECONDS)
        assert not thread.is_alive()


@pytest.mark.parametrize(
    ("site", "names", "waits"),
    [
        ("a", {"Patient/1"}, True),
        ("a", {"Patient/2", "Patient/1"}, True),
        ("a", {"Patient/2"}, False),
        ("b", {"Patient/1"}, False),
        ("a", set(), False),
        ("a", None, True),
        ("b", None, False),
        (None, None, True),
        (None, set(), False),
        ("a", {f"Patient/{number}" for number in range(1, 1000)}, True),
    ],
)
def test_a_writer_waits_for_those_who_write_to_the_same_patients(
    store: Store, site: str | None, names: set[str] | None, waits: bool
) -> None:
    with held(store.of("a"), {"Patient/1"}):
        assert goes(store if site is None else store.of(site), names) is not waits


def test_two_that_stand_in_each_others_way_both_get_through(store: Store) -> None:
    """Each has what the other wants: one of them is begun again."""
    both, here, done = threading.Barrier(2), store.of("a"), list[str]()

    def write(mine: str, other: str) -> None:
        first = [True]

        def work(connection: object) -> str:
            if first.pop() if first else False:
                both.wait(MOST_SECONDS)
            locks.also(connection, "a", {other})  # type: ignore[arg-type]
            return mine

        done.append(here.done({mine}, work))

    threads = [threading.Thread(target=write, args=pair) for pair in (("p", "q"), ("q", "p"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MOST_SECONDS)
    assert sorted(done) == ["p", "q"]
