"""Large tables that are cut by site: the same rows, the same walls, the same answers, and a way back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, column, delete, func, inspect, select, table, text
from sqlalchemy.exc import ProgrammingError

from natars_fhir.cli import run
from natars_fhir.store import copies, leaving, partitions
from natars_fhir.store.engine import Store, engine_of, open_store
from natars_fhir.store.first_look import _GREW
from natars_fhir.store.migrate import HEAD, migrate
from natars_fhir.store.tables.core import metadata, parcel, reading, resource_alias, resource_version, screening
from tests.postgres import Server
from tests.service.hospital import NOW, Hospital, condition, patient, transaction

pytestmark = pytest.mark.xdist_group("partitions")
SITES = ("generic", "hospital-a", "hospital-b")
Rows = dict[str, list[tuple[Any, ...]]]


def rows(store: Store) -> Rows:
    """Whatever any table holds."""
    with store.read() as connection:
        return {
            one.name: sorted(map(tuple, connection.execute(select(one)).all()), key=repr)
            for one in metadata.sorted_tables
        }


def shape(engine: Engine) -> dict[str, Any]:
    """Columns, key, indexes and walls of the large tables."""
    seen = inspect(engine)
    with engine.connect() as connection:
        return {
            cut.name: (
                [(one["name"], str(one["type"]), one["nullable"]) for one in seen.get_columns(cut.name)],
                seen.get_pk_constraint(cut.name)["constrained_columns"],
                sorted((one["name"], one["column_names"], one["unique"]) for one in seen.get_indexes(cut.name)),
                walls(connection, cut.name),
            )
            for cut in partitions.TABLES
        }


def walls(connection: Connection, name: str) -> list[Any]:
    asked = (
        "SELECT relrowsecurity, relforcerowsecurity, qual, with_check FROM pg_class "
        "JOIN pg_policies ON tablename = relname WHERE relname = :name"
    )
    return list(map(tuple, connection.execute(text(asked), {"name": name}).all()))


def parts_in(connection: Connection) -> set[str]:
    """What the parts are called."""
    return {name for name in inspect(connection).get_table_names() if "__" in name}


def sites_in(connection: Connection, name: str) -> set[str]:
    """Whose rows a part holds."""
    return set(connection.execute(select(column("site")).select_from(table(name))).scalars())


def filled(address: str) -> Store:
    """Two sites with patients of the same names."""
    opened = open_store(address)
    for site in SITES[:2]:
        Hospital(opened, site).push(transaction(patient(), condition(), patient("2"), condition("c2", of="Patient/2")))
    return opened


@pytest.fixture(scope="module")
def address(postgres_server: Server) -> str:
    return postgres_server.fresh()


@pytest.fixture(scope="module")
def cut(address: str) -> Iterator[Store]:
    """A store whose tables were cut when it held two sites."""
    opened = filled(address)
    before = rows(opened)
    with opened.write() as connection:
        assert partitions.make(connection) == list(SITES[:2])
    assert rows(opened) == before
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def whole_address(postgres_server: Server) -> str:
    return postgres_server.fresh()


@pytest.fixture(scope="module")
def whole(whole_address: str) -> Iterator[Store]:
    """The same, whole."""
    opened = filled(whole_address)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def engine(whole_address: str) -> Iterator[Engine]:
    opened = engine_of(whole_address)
    yield opened
    opened.dispose()


def test_the_command_cuts_and_goes_back_and_every_row_is_there_before_and_after(
    whole: Store,
    engine: Engine,
    whole_address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NATARS_DATABASE", whole_address)
    monkeypatch.setenv("NATARS_TOKENS", '{"t": "hospital-c"}')

    def said(*words: str) -> str:
        assert run(["store", "partition", *words]) == 0
        return capsys.readouterr().out.strip()

    before, shaped = rows(whole), shape(engine)
    assert all(before[one.name] for one in (parcel, resource_version, reading, resource_alias, screening))
    assert said() == "A part of its own has now: generic, hospital-a, hospital-c."
    assert rows(whole) == before
    now = shape(engine)
    for name, (columns, key, indexes, wall) in shaped.items():  # the key alone differs: it names the site too
        assert now[name] == (columns, list(dict.fromkeys([*key, "site"])), indexes, wall), name
    assert said() == "No site is without its part."
    assert said("--undo") == "The tables are whole again."
    assert (rows(whole), shape(engine)) == (before, shaped)
    assert said("--undo") == "The tables are whole."


def test_who_is_interrupted_has_changed_nothing(whole: Store, engine: Engine) -> None:
    def interrupted() -> None:
        with whole.write() as connection:
            partitions.make(connection)
            raise InterruptedError

    shaped, before = shape(engine), rows(whole)
    with pytest.raises(InterruptedError):
        interrupted()
    assert (shape(engine), rows(whole)) == (shaped, before)


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


@pytest.mark.parametrize("one", partitions.TABLES, ids=lambda one: one.name)
def test_nothing_refers_to_a_table_that_is_cut(one: Table) -> None:
    assert "site" in one.c
    assert not [other for other in metadata.sorted_tables for key in other.foreign_keys if key.column.table is one]


def test_parts_have_names_that_postgresql_does_not_cut_short() -> None:
    sites = ["a-" * 40, "a-" * 40 + "b", "医院一", "医院二", "A", "a"]
    names = {partitions.part(one, site) for one in partitions.TABLES for site in sites}
    assert len(names) == len(sites) * len(partitions.TABLES)
    assert max(len(f"{name}_of_site") for name in names) < 64


def test_each_sites_rows_lie_in_its_own_part(cut: Store) -> None:
    with cut.read() as connection:
        for site in SITES[:2]:
            assert sites_in(connection, partitions.part(reading, site)) == {site}
        assert sites_in(connection, partitions.rest(reading)) == set()


def test_the_walls_stand_in_the_table_and_in_every_part(cut: Store) -> None:
    theirs = partitions.part(reading, SITES[0])
    with cut.of(SITES[1]).read() as connection:
        assert sites_in(connection, "reading") == {SITES[1]}
        assert sites_in(connection, theirs) == set()
    with cut.of(SITES[1]).write() as connection:
        assert connection.execute(delete(reading).where(reading.c.site == SITES[0])).rowcount == 0
        assert connection.execute(delete(table(theirs))).rowcount == 0
    with cut.read() as connection:
        for one in partitions.TABLES:
            for name in (partitions.rest(one), *(partitions.part(one, site) for site in SITES[:2])):
                assert walls(connection, name) == walls(connection, one.name) != [], name


def test_a_site_can_write_into_no_other_sites_part(cut: Store) -> None:
    row = {"site": SITES[0], "alias": "x", "key": "y"}
    with pytest.raises(ProgrammingError, match="row-level security"), cut.of(SITES[1]).write() as connection:
        connection.execute(resource_alias.insert(), row)


def test_pushes_go_on_as_in_a_store_that_is_whole(cut: Store, whole: Store) -> None:
    told = []
    for store in (whole, cut):
        here, sent = Hospital(store), transaction(patient(version=2), condition(version=2, text="腹膜后去分化脂肪肉瘤"))
        first, again = here.push(sent), here.push(sent)
        statuses = [entry["response"]["status"] for one in (first, again) for entry in one.body["entry"]]
        told.append((statuses, here.concepts(), here.screening()))
    assert told[0] == told[1]
    assert ("histology", "DDLPS") in told[1][1]


def test_numbers_go_on_from_where_they_were(cut: Store) -> None:
    newest = select(func.max(resource_version.c.seq))
    with cut.read() as connection:
        before = connection.execute(newest).scalar_one()
    Hospital(cut).push(transaction(patient("9")))
    with cut.read() as connection:
        assert connection.execute(newest).scalar_one() == before + 1


def test_a_site_that_comes_later_lies_in_the_rest_until_it_gets_its_part(cut: Store) -> None:
    site = SITES[2]
    Hospital(cut, site).push(transaction(patient(), condition()))
    before = rows(cut)
    with cut.write() as connection:
        assert sites_in(connection, partitions.rest(reading)) == {site}
        assert partitions.add(connection, site)
        assert not partitions.add(connection, site)
        assert not partitions.add(connection, "")
        assert partitions.make(connection) == []
    assert rows(cut) == before
    with cut.read() as connection:
        assert sites_in(connection, partitions.rest(reading)) == set()
        assert sites_in(connection, partitions.part(reading, site)) == {site}
        assert walls(connection, partitions.part(reading, site)) == walls(connection, "reading")


def test_a_sites_name_is_never_taken_for_a_statement(cut: Store) -> None:
    odd = "o'hospital:a%s\"; DROP TABLE reading; --"
    with cut.write() as connection:
        assert partitions.add(connection, odd)
        connection.execute(resource_alias.insert(), {"site": odd, "alias": "x", "key": "y"})
        assert sites_in(connection, partitions.part(resource_alias, odd)) == {odd}
        connection.execute(delete(resource_alias).where(resource_alias.c.site == odd))


def test_a_site_that_leaves_takes_its_parts_along_and_nobody_elses(cut: Store) -> None:
    site = "hospital-c"
    with cut.write() as connection:
        partitions.add(connection, site)
    with cut.read() as connection:
        others = parts_in(connection)
    others -= {partitions.part(one, site) for one in partitions.TABLES}
    Hospital(cut, site).push(transaction(patient(), condition()))
    with cut.of(site).write() as connection:
        gone = leaving.remove(connection, site)
    assert {"resource_version", "reading", "patient"} <= gone.keys()
    with cut.read() as connection:
        assert parts_in(connection) == others
    Hospital(cut, site).push(transaction(patient(), condition()))
    with cut.read() as connection:
        assert site in sites_in(connection, partitions.rest(reading))
    with cut.of(site).write() as connection:
        assert leaving.remove(connection, site)["reading"] == gone["reading"]
        assert leaving.remove(connection, site) == {}


def test_a_token_for_a_new_site_brings_its_part(
    cut: Store, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NATARS_DATABASE", address)
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "natars.key"))
    assert run(["site", "add", "hospital-c"]) == 0
    with cut.read() as connection:
        assert sites_in(connection, partitions.part(reading, "hospital-c")) == set()


def test_the_database_looks_at_cut_tables_as_at_whole_ones(cut: Store, whole: Store) -> None:
    for store in (cut, whole):
        with store.read() as connection:
            assert connection.execute(_GREW).scalar() in (True, False)


def test_a_migration_has_nothing_to_do_in_a_store_that_is_cut(cut: Store, address: str) -> None:
    opened = engine_of(address)
    assert migrate(opened) == (HEAD, HEAD)
    opened.dispose()
    with cut.read() as connection:
        assert partitions.are_made(connection)


def test_a_copy_takes_the_place_of_a_store_whether_either_is_cut_or_whole(
    cut: Store, whole: Store, address: str, whole_address: str, postgres: str, tmp_path: Path
) -> None:
    open_store(postgres).close()
    for one, where, parted in ((cut, address, True), (whole, whole_address, False)):
        copies.copy_out(where, tmp_path / str(parted))
        copies.copy_in(postgres, tmp_path / str(parted), NOW)
        copied = open_store(postgres)
        try:
            assert rows(copied) == rows(one)
            with copied.of(SITES[1]).read() as connection:
                assert partitions.are_made(connection) is parted
                assert sites_in(connection, "reading") == {SITES[1]}
                assert not parted or sites_in(connection, partitions.part(reading, SITES[0])) == set()
        finally:
            copied.close()
