"""A store of the first release is brought to this one's tables, on each database, and has kept what it knew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, select

from natars_fhir.cli import run
from natars_fhir.service.worklist.worklist import history_of
from natars_fhir.store import migrate, opened, outbox, quarantine, seals, versions
from natars_fhir.store.engine import Store, StoreError, engine_of, open_store
from natars_fhir.store.tables.core import metadata
from natars_fhir.store.versions import Kept
from tests.service.hospital import KEY, NOW, Hospital, condition, patient, transaction
from tests.store.first import ROWS, left_by_the_first_release


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres"))
    return f"sqlite:///{tmp_path}/store.sqlite"


@pytest.fixture
def engine(address: str) -> Iterator[Engine]:
    here = engine_of(address)
    yield here
    here.dispose()


@pytest.fixture
def first(engine: Engine, address: str) -> str:
    """A store as the first release left it: it knew no migrations, and has no table for them."""
    left_by_the_first_release(engine)
    return address


@pytest.fixture
def store(first: str, engine: Engine) -> Iterator[Store]:
    """The same, migrated."""
    migrate.migrate(engine)
    here = open_store(first)
    yield here
    here.close()


def kept(store: Store, key: str) -> list[Kept]:
    with store.read() as connection:
        return list(versions.versions(connection, "generic", key))


def test_the_newest_migration_is_the_one_that_the_program_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


@pytest.mark.parametrize("way", ["made", "migrated"])
def test_both_ways_end_at_the_same_tables(engine: Engine, address: str, way: str) -> None:
    if way == "migrated":
        migrate.migrate(engine, "0001")
    migrate.migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
        assert compare_metadata(context, metadata) == []
    open_store(address).close()


def test_a_store_of_the_first_release_is_not_changed_before_somebody_asks(first: str, engine: Engine) -> None:
    with pytest.raises(StoreError, match="natars-fhir store migrate"):
        open_store(first)
    assert migrate.migrate(engine) == ("0001", "0002")
    assert migrate.migrate(engine) == ("0002", "0002")


def test_every_version_has_its_bytes_and_its_number(store: Store) -> None:
    told = kept(store, "Condition/c1")
    assert [(one.version.number, one.counted) for one in told] == [(1, 1), (3, 2), (2, 0)]
    assert json.loads(told[1].raw) == condition(version=3, text="腹膜后去分化脂肪肉瘤")
    assert [(one.raw == b"", one.counted) for one in kept(store, "MedicationAdministration/d1")] == [
        (False, 1),
        (True, 2),
    ]


def test_what_is_known_is_what_was_known(store: Store) -> None:
    with store.read() as connection:
        assert len(list(opened.one(connection, "generic", ["Patient/1"]))) == 2
    assert len(history_of(store, "generic", "Patient/1")) == len(ROWS["screening"])
    answer = Hospital(store, now=NOW + timedelta(days=1)).push(transaction(patient(version=4), condition(version=4)))
    assert [entry["response"]["status"] for entry in answer.body["entry"]] == ["200 OK", "200 OK"]
    assert Hospital(store).concepts()
    assert kept(store, "Condition/c1")[-1].counted == 3


def test_the_same_bytes_again_still_change_nothing_and_send_nothing(store: Store) -> None:
    last = json.loads(octets_of_last_outbox(store))
    with store.write() as connection:
        target = next(row["target"] for row in ROWS["outbox"] if row["kind"] == "ResearchStudy")
        body = outbox.last_said(connection, "generic", target)
        assert body is not None
        assert outbox.queue(connection, "generic", [("ResearchStudy", target, body)], NOW) == 0
    assert last["resourceType"] in ("ResearchSubject", "ResearchStudy")


def octets_of_last_outbox(store: Store) -> bytes:
    with store.read() as connection:
        said = outbox.last_said(connection, "generic", ROWS["outbox"][-1]["target"])
    assert said is not None
    return said


def test_the_same_bytes_in_quarantine_are_one_row_that_counts(store: Store) -> None:
    with store.read() as connection:
        row = quarantine.one(connection, ROWS["quarantine"][0]["seq"], "generic")
        assert quarantine.counts(connection, "generic")["waiting"] == 1
    assert row is not None
    assert (row.count, row.state, row.kind) == (2, "waiting", "Patient")


def test_the_audit_of_before_is_whole_and_cannot_be_added_to(store: Store) -> None:
    with store.write() as connection:
        seals.seal(connection, KEY, "generic")
        assert list(seals.flaws(connection, KEY, "generic")) == []
        row = dict(connection.execute(select(audit).limit(1)).mappings().one()) | {
            "seq": 99,
            "mark": "first release 99",
        }
        connection.execute(audit.insert().values(**row))
        assert [one.row for one in seals.flaws(connection, KEY, "generic")] == [99]
        seals.seal(connection, KEY, "generic")
        assert connection.execute(select(func.count()).select_from(audit)).scalar() == len(ROWS["audit"]) + 1


audit = metadata.tables["audit"]


def test_the_command_says_what_it_did(
    first: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NATARS_DATABASE", first)
    assert (run(["store", "migrate"]), capsys.readouterr().out.strip()) == (0, "Migrated: 0001 → 0002.")
    assert (run(["store", "migrate"]), capsys.readouterr().out.strip()) == (
        0,
        "The store is of release 0002: nothing to do.",
    )
    monkeypatch.setenv("NATARS_DATABASE", "sqlite:////no/such/folder/s.sqlite")
    assert run(["store", "migrate"]) == 69


def test_an_empty_database_gets_its_tables_by_the_command_too(engine: Engine, address: str) -> None:
    assert migrate.migrate(engine) == (None, migrate.HEAD)
    open_store(address).close()
