"""Through PgBouncer, where each transaction gets another session: the same store, the same walls, and no backup."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select

from natars_fhir.store import copies
from natars_fhir.store.engine import Store, engine_of, open_store
from natars_fhir.store.pooler import between
from natars_fhir.store.rows import keep_new
from natars_fhir.store.tables.core import resource_alias
from tests.pooler import pooler, through
from tests.postgres import Server


@pytest.fixture(scope="module")
def addresses(postgres_server: Server) -> Iterator[tuple[str, str]]:
    """Of one database: straight, and through the pooler."""
    straight = postgres_server.fresh()
    with pooler(postgres_server) as port:
        yield straight, through(straight, port)


@pytest.fixture(scope="module")
def store(addresses: tuple[str, str]) -> Iterator[Store]:
    opened = open_store(addresses[1])
    yield opened
    opened.close()


def test_a_pooler_gives_itself_away(addresses: tuple[str, str]) -> None:
    found = []
    for address in addresses:
        engine = engine_of(address)
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            found.append((between(driver), driver.prepare_threshold))  # type: ignore[union-attr]
        engine.dispose()
    assert found == [(False, 5), (True, None)]


def _by_turns(one: Any, other: Any) -> None:
    """One statement often, in one session and then in another, for somebody else has the first."""
    for turn in range(24):
        for each in (one, other) if turn % 3 else (other, one):
            each.execute("SELECT 1 + 1", prepare=None if each is one else False)
        other.commit()
        one.commit()


def test_nothing_is_prepared_through_it_for_the_next_session_would_not_know_it(addresses: tuple[str, str]) -> None:
    address = addresses[1].replace("+psycopg", "")
    with (
        closing(psycopg.connect(address)) as one,
        closing(psycopg.connect(address)) as two,
        pytest.raises(psycopg.Error, match="prepared statement"),
    ):
        _by_turns(one, two)
    engine = engine_of(addresses[1])
    with engine.connect() as here, engine.connect() as there:
        _by_turns(here.connection.driver_connection, there.connection.driver_connection)
    engine.dispose()


def _write(store: Store, number: int) -> list[str]:
    """One row of a site, and what the site sees then."""
    site = "ab"[number % 2]
    row = {"site": site, "alias": f"x{number}", "key": f"of {site}"}
    store.of(site).done({f"x{number}"}, lambda connection: keep_new(connection, resource_alias, [row]))
    with store.of(site).read() as connection:
        return sorted({*connection.execute(select(resource_alias.c.key)).scalars()})


def test_sites_that_share_its_sessions_see_no_other_sites_rows(store: Store) -> None:
    with ThreadPoolExecutor(6) as many:
        seen = list(many.map(lambda number: _write(store, number), range(60)))
    assert seen == [["of a"], ["of b"]] * 30
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(resource_alias)).scalar_one() == 60


def test_a_session_that_a_site_had_says_no_site_afterwards(store: Store, addresses: tuple[str, str]) -> None:
    _write(store, 1_001)
    engine = engine_of(addresses[1])
    with engine.connect() as connection:
        for _ in range(6):
            with connection.begin():
                assert connection.execute(select(func.count()).select_from(resource_alias)).scalar_one() == 0
    engine.dispose()


def test_one_of_two_leads_and_its_lock_ends_with_it(store: Store, addresses: tuple[str, str]) -> None:
    other = open_store(addresses[1])
    with store.leading("rounds") as first, other.leading("rounds") as second:
        assert (first, second) == (True, False)
    with other.leading("rounds") as second:
        assert second
    other.close()


def test_a_moment_stays_one_though_others_write(store: Store) -> None:
    with store.moment() as moment:
        with moment.read() as connection:
            before = connection.execute(select(func.count()).select_from(resource_alias)).scalar_one()
        _write(store, 2_001)
        with moment.read() as connection:
            assert connection.execute(select(func.count()).select_from(resource_alias)).scalar_one() == before


def test_a_copy_is_refused_through_it_and_made_straight(
    addresses: tuple[str, str], store: Store, tmp_path: Path
) -> None:
    _write(store, 3_001)
    straight, pooled = addresses
    with pytest.raises(copies.CopyError, match="a pooler stands before PostgreSQL"):
        copies.copy_out(pooled, tmp_path / "copy")
    assert copies.copy_out(straight, tmp_path / "copy").counts["resource_alias"]
    with pytest.raises(copies.CopyError, match="a pooler stands before PostgreSQL"):
        copies.copy_in(pooled, tmp_path / "copy", None)  # type: ignore[arg-type]
