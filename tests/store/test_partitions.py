"""Large tables that are cut by site: the same rows, the same walls, the same answers, and a way back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, delete, inspect, select, text
from sqlalchemy.exc import ProgrammingError

from natars_fhir.cli import run
from natars_fhir.store import copies, partitions
from natars_fhir.store.engine import Store, engine_of, open_store
from natars_fhir.store.first_look import _GREW
from natars_fhir.store.migrate import migrate
from natars_fhir.store.tables import metadata, parcel, reading, resource_alias, resource_version, screening
from tests.postgres import Server
from tests.service.hospital import NOW, Hospital, condition, patient, transaction

SITES = ("hospital-a", "hospital-b", "generic")
Rows = dict[str, list[tuple[Any, ...]]]


def rows(store: Store) -> Rows:
    """Whatever any table holds."""
    with store.read() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table)).all()), key=repr)
            for table in metadata.sorted_tables
        }


def shape(engine: Engine) -> dict[str, Any]:
    """Columns, key, indexes and walls of the large tables."""
    seen = inspect(engine)
    with engine.connect() as connection:
        return {
            table.name: (
                [(column["name"], str(column["type"]), column["nullable"]) for column in seen.get_columns(table.name)],
                seen.get_pk_constraint(table.name)["constrained_columns"],
                sorted((one["name"], one["column_names"], one["unique"]) for one in seen.get_indexes(table.name)),
                walls(connection, table.name),
            )
            for table in partitions.TABLES
        }


def walls(connection: Connection, name: str) -> list[Any]:
    asked = (
        "SELECT relrowsecurity, relforcerowsecurity, qual, with_check FROM pg_class "
        "JOIN pg_policies ON tablename = relname WHERE relname = :name"
    )
    return list(map(tuple, connection.execute(text(asked), {"name": name}).all()))


@pytest.fixture(scope="module")
def address(postgres_server: Server) -> str:
    return postgres_server.fresh()


@pytest.fixture(scope="module")
def engine(address: str) -> Iterator[Engine]:
    opened = engine_of(address)
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def store(address: str) -> Iterator[Store]:
    """Two sites with patients of the same names; between tests the tables are whole."""
    opened = open_store(address)
    for site in SITES[:2]:
        Hospital(opened, site).push(transaction(patient(), condition(), patient("2"), condition("c2", of="Patient/2")))
    yield opened
    opened.close()


@pytest.fixture
def cut(store: Store) -> Iterator[Store]:
    """The same with its tables cut; whole again afterwards."""
    with store.write() as connection:
        partitions.make(connection)
    yield store
    with store.write() as connection:
        partitions.unmake(connection)


def test_every_row_is_there_before_and_after_and_after_the_way_back(store: Store, engine: Engine) -> None:
    before, whole = rows(store), shape(engine)
    with store.write() as connection:
        assert partitions.make(connection) == list(SITES[:2])
        assert partitions.are_made(connection)
        assert partitions.make(connection) == []
    assert rows(store) == before
    assert all(before[table.name] for table in (parcel, resource_version, reading, resource_alias, screening))
    with store.write() as connection:
        assert partitions.unmake(connection)
        assert not partitions.unmake(connection)
        assert not partitions.are_made(connection)
    assert (rows(store), shape(engine)) == (before, whole)


def test_only_the_key_differs_and_it_names_the_site_too(store: Store, engine: Engine) -> None:
    whole = shape(engine)
    with store.write() as connection:
        partitions.make(connection)
    now = shape(engine)
    with store.write() as connection:
        partitions.unmake(connection)
    for name, (columns, key, indexes, wall) in whole.items():
        assert now[name] == (columns, list(dict.fromkeys([*key, "site"])), indexes, wall), name


@pytest.mark.parametrize("table", partitions.TABLES, ids=lambda table: table.name)
def test_nothing_refers_to_a_table_that_is_cut(table: Table) -> None:
    assert "site" in table.c
    assert not [one for one in metadata.sorted_tables for key in one.foreign_keys if key.column.table is table]


def test_each_sites_rows_lie_in_its_own_part(cut: Store) -> None:
    with cut.read() as connection:
        for site in SITES[:2]:
            found = connection.execute(text(f"SELECT DISTINCT site FROM {partitions.part(reading, site)}"))
            assert found.scalars().all() == [site]
        assert connection.execute(text(f"SELECT count(*) FROM {partitions.rest(reading)}")).scalar_one() == 0


def test_the_walls_stand_in_the_table_and_in_every_part(cut: Store) -> None:
    theirs = partitions.part(reading, SITES[0])
    with cut.of(SITES[1]).read() as connection:
        assert {one for one in connection.execute(select(reading.c.site)).scalars()} == {SITES[1]}
        assert connection.execute(text(f"SELECT count(*) FROM {theirs}")).scalar_one() == 0
    with cut.of(SITES[1]).write() as connection:
        assert connection.execute(delete(reading).where(reading.c.site == SITES[0])).rowcount == 0
        assert connection.execute(text(f"DELETE FROM {theirs}")).rowcount == 0
    with cut.read() as connection:
        for table in partitions.TABLES:
            for name in (partitions.rest(table), *(partitions.part(table, site) for site in SITES[:2])):
                assert walls(connection, name) == walls(connection, table.name) != [], name


def test_a_site_can_write_into_no_other_sites_part(cut: Store) -> None:
    row = {"site": SITES[0], "alias": "x", "key": "y"}
    with pytest.raises(ProgrammingError, match="row-level security"), cut.of(SITES[1]).write() as connection:
        connection.execute(resource_alias.insert(), row)


def test_pushes_go_on_as_in_a_store_that_is_whole(cut: Store, either_whole: Store) -> None:
    for now, store in enumerate((either_whole, cut)):
        here = Hospital(store, SITES[0])
        answer = here.push(transaction(patient(version=2), condition(version=2, text="腹膜后去分化脂肪肉瘤")))
        assert [entry["response"]["status"] for entry in answer.body["entry"]] == ["200 OK", "200 OK"], now
        again = here.push(transaction(patient(version=2), condition(version=2, text="腹膜后去分化脂肪肉瘤")))
        assert again.status == 200
    whole, parted = Hospital(either_whole, SITES[0]), Hospital(cut, SITES[0])
    assert parted.concepts() == whole.concepts()
    assert {**parted.screening(), "patient": None} == {**whole.screening(), "patient": None}  # type: ignore[dict-item]


@pytest.fixture
def either_whole(tmp_path: Path) -> Iterator[Store]:
    """A store that was never cut, with the same first push."""
    opened = open_store(f"sqlite:///{tmp_path}/whole.sqlite")
    Hospital(opened, SITES[0]).push(transaction(patient(), condition(), patient("2"), condition("c2", of="Patient/2")))
    yield opened
    opened.close()


def test_numbers_go_on_from_where_they_were(cut: Store) -> None:
    with cut.read() as connection:
        last = connection.execute(select(resource_version.c.seq).order_by(resource_version.c.seq.desc())).scalar()
    Hospital(cut, SITES[0]).push(transaction(patient("9")))
    with cut.read() as connection:
        newest = connection.execute(select(resource_version.c.seq).order_by(resource_version.c.seq.desc())).scalar()
    assert last is not None
    assert newest == last + 1


def test_a_site_that_comes_later_lies_in_the_rest_until_it_gets_its_part(cut: Store) -> None:
    newcomer = Hospital(cut, SITES[2])
    newcomer.push(transaction(patient(), condition()))
    known = newcomer.concepts()
    with cut.read() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {partitions.rest(reading)}")).scalar_one() > 0
    before = rows(cut)
    with cut.write() as connection:
        assert partitions.add(connection, SITES[2])
        assert not partitions.add(connection, SITES[2])
        assert not partitions.add(connection, "")
    assert rows(cut) == before
    with cut.read() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {partitions.rest(reading)}")).scalar_one() == 0
        assert walls(connection, partitions.part(reading, SITES[2])) == walls(connection, "reading")
    assert newcomer.concepts() == known


def test_a_sites_name_is_never_taken_for_a_statement(cut: Store) -> None:
    odd = "o'hospital:a%s\"; DROP TABLE reading; --"
    with cut.write() as connection:
        assert partitions.add(connection, odd)
        connection.execute(resource_alias.insert(), {"site": odd, "alias": "x", "key": "y"})
        found = connection.execute(text(f"SELECT site FROM {partitions.part(resource_alias, odd)}")).scalar_one()
        connection.execute(delete(resource_alias).where(resource_alias.c.site == odd))
    assert found == odd


def test_parts_have_names_that_postgresql_does_not_cut_short() -> None:
    sites = ["a-" * 40, "a-" * 40 + "b", "医院一", "医院二", "A", "a"]
    names = {partitions.part(table, site) for table in partitions.TABLES for site in sites}
    assert len(names) == len(sites) * len(partitions.TABLES)
    assert max(len(f"{name}_of_site") for name in names) < 64


def test_the_database_looks_at_cut_tables_as_at_whole_ones(cut: Store) -> None:
    with cut.read() as connection:
        assert connection.execute(_GREW).scalar() is not None


def test_a_migration_has_nothing_to_do_in_a_store_that_is_cut(cut: Store, engine: Engine, address: str) -> None:
    assert migrate(engine)[0] == migrate(engine)[1]
    open_store(address).close()


def test_a_copy_of_a_store_that_is_cut_takes_the_place_of_a_whole_one(
    cut: Store, address: str, postgres: str, tmp_path: Path
) -> None:
    open_store(postgres).close()
    copies.copy_out(address, tmp_path / "copy")
    copies.copy_in(postgres, tmp_path / "copy", NOW)
    copied = open_store(postgres)
    try:
        assert rows(copied) == rows(cut)
        with copied.read() as connection:
            assert partitions.are_made(connection)
    finally:
        copied.close()


def test_the_command_cuts_says_so_and_goes_back(
    store: Store, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NATARS_DATABASE", address)
    monkeypatch.setenv("NATARS_TOKENS", '{"t": "hospital-c"}')
    before = rows(store)
    said = []
    for words in ([], [], ["--undo"], ["--undo"]):
        assert run(["store", "partition", *words]) == 0
        said.append(capsys.readouterr().out.strip())
    assert said[0].startswith("A part of its own has now: ")
    assert "hospital-c" in said[0]
    assert said[1:] == ["No site is without its part.", "The tables are whole again.", "The tables are whole."]
    assert rows(store) == before


@pytest.mark.parametrize(
    ("database", "code", "said"),
    [
        ("sqlite:///store.sqlite", 64, "Only PostgreSQL"),
        ("postgresql+psycopg://natars@127.0.0.1:1/none", 69, "cannot be changed"),
    ],
)
def test_what_cannot_be_cut_is_said(
    database: str, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NATARS_DATABASE", database)
    assert run(["store", "partition"]) == code
    assert said in " ".join(capsys.readouterr().err.split())


def test_who_is_interrupted_has_changed_nothing(store: Store, engine: Engine) -> None:
    whole, before = shape(engine), rows(store)
    with pytest.raises(RuntimeError), store.write() as connection:
        partitions.make(connection)
        raise RuntimeError
    assert (shape(engine), rows(store)) == (whole, before)
