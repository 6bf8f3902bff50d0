"""A store of another release is copied as it is, on each database, and comes back as it was: before an upgrade is when
one wants that."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import MetaData, create_engine, select

from natars_fhir.service.upkeep import audit
from natars_fhir.service.upkeep.backup import MANIFEST, Manifest, _mark, backup, restore
from natars_fhir.service.upkeep.secret import SecretError, secret
from natars_fhir.settings import Settings
from natars_fhir.store import about, forgetting, migrate
from natars_fhir.store.copies import CopyError
from natars_fhir.store.engine import StoreError, engine_of, open_store
from natars_fhir.store.migrate import HEAD
from natars_fhir.store.release import version
from tests.service.hospital import NOW
from tests.store.first import ROWS, left_by_the_first_release

needs_programs = pytest.mark.skipif(shutil.which("pg_dump") is None, reason="PostgreSQL's client programs are not here")
DATABASES = ["sqlite", pytest.param("postgres", marks=needs_programs)]
Rows = dict[str, list[tuple[object, ...]]]
_KEY = b"k" * 32


def everything(database: str) -> Rows:
    """Whatever any table holds, ours or not."""
    engine, tables = create_engine(database), MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        found = {
            name: sorted(map(tuple, connection.execute(select(one)).all()), key=repr)
            for name, one in tables.tables.items()
        }
    engine.dispose()
    return found


def settings_of(folder: Path, database: str = "") -> Settings:
    folder.mkdir(exist_ok=True)
    return Settings(database=database or f"sqlite:///{folder}/store.sqlite", key_file=folder / "key")


def of_the_first_release(settings: Settings) -> Settings:
    """With the key that it made at its start."""
    engine = engine_of(settings.database)
    left_by_the_first_release(engine)
    settings.key_file.write_bytes(_KEY)
    settings.key_file.chmod(0o600)
    with engine.begin() as connection:
        about.keep_key_check(connection, _digest(settings.key_file.parent))
    engine.dispose()
    return settings


def _digest(folder: Path) -> str:
    """What a store says of this key."""
    other = settings_of(folder / "other")
    other.key_file.write_bytes(_KEY)
    other.key_file.chmod(0o600)
    store = open_store(other.database)
    secret(other.key_file, store)
    with store.read() as connection:
        digest = about.key_check(connection)
    store.close()
    assert digest is not None
    return digest


@pytest.fixture
def before(tmp_path: Path) -> Settings:
    return of_the_first_release(settings_of(tmp_path / "here"))


def made(settings: Settings, to: Path) -> Manifest:
    return backup(settings, to, None, "a mapping", NOW)


@pytest.mark.parametrize("database", DATABASES)
def test_it_is_copied_as_it_is_and_migrated_where_it_comes_back(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    def address() -> str:
        return str(request.getfixturevalue("postgres_server").fresh()) if database == "postgres" else ""

    here = of_the_first_release(settings_of(tmp_path / "here", address()))
    was = everything(here.database)
    told = made(here, tmp_path / "kept")
    assert (told.schema, told.heads, told.counts["resource_version"]) == ("0001", [], len(ROWS["resource_version"]))
    assert everything(here.database) == was
    there = settings_of(tmp_path / "there", address())
    done = restore(there, tmp_path / "kept", None, NOW)
    assert (done.manifest, done.audited) == (told, 0)
    assert everything(there.database) == was
    with pytest.raises(StoreError, match=r"release 0001.*natars-fhir backup FOLDER.*natars-fhir store migrate"):
        open_store(there.database)
    engine = engine_of(there.database)
    assert migrate.migrate(engine) == ("0001", HEAD)
    engine.dispose()
    store = open_store(there.database)
    key = secret(there.key_file, store)
    audit.seal(store, key)
    found = audit.check(store, key)
    store.close()
    assert (key, found.rows, found.flaws) == (_KEY, len(ROWS["audit"]), ())


def test_one_of_a_later_release_is_copied_too_and_restored_by_its_own_program(tmp_path: Path, before: Settings) -> None:
    engine = engine_of(before.database)
    migrate.migrate(engine)
    with engine.begin() as connection:
        connection.execute(version.update().values(version_num="0099"))
        connection.exec_driver_sql("CREATE TABLE of_tomorrow (site TEXT)")
    engine.dispose()
    assert made(before, tmp_path / "kept").schema == "0099"
    with pytest.raises(CopyError, match=r"of release 0099, .*uses 0002, an earlier one: install the program"):
        restore(settings_of(tmp_path / "there"), tmp_path / "kept", None, NOW)
    assert "of_tomorrow" in everything(f"sqlite:///{tmp_path}/kept/store.sqlite")


def test_a_backup_that_says_another_release_than_its_store_is_not_restored(
    tmp_path: Path, before: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(before, tmp_path / "kept")
    path = tmp_path / "kept" / MANIFEST
    told = msgspec.structs.replace(msgspec.json.decode(path.read_bytes(), type=Manifest), schema=HEAD)
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(told, mark=_mark(told, _KEY))))
    with pytest.raises(CopyError, match="does not hold the rows"):
        restore(settings_of(tmp_path / "there"), tmp_path / "kept", None, NOW)


@pytest.mark.parametrize("key", [None, b"o" * 32], ids=["missing", "another"])
def test_without_its_key_none_is_made(tmp_path: Path, before: Settings, key: bytes | None) -> None:
    before.key_file.unlink()
    if key is not None:
        before.key_file.write_bytes(key)
        before.key_file.chmod(0o600)
    with pytest.raises(SecretError, match="the key file is"):
        made(before, tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
    assert before.key_file.exists() is (key is not None)


def test_whoever_was_forgotten_since_does_not_come_back_with_it(tmp_path: Path, before: Settings) -> None:
    made(before, tmp_path / "kept")
    engine = engine_of(before.database)
    migrate.migrate(engine)
    engine.dispose()
    store = open_store(before.database)
    with store.write() as connection:
        forgetting.bury(connection, "generic", "a pseudonym", ["a hash"], NOW)
    store.close()
    was = everything(before.database)
    with pytest.raises(CopyError, match="has forgotten people who are in this backup"):
        restore(before, tmp_path / "kept", None, NOW, force=True)
    assert everything(before.database) == was
    there = settings_of(tmp_path / "there")
    restore(there, tmp_path / "kept", None, NOW)
    engine = engine_of(there.database)
    migrate.migrate(engine)
    engine.dispose()
    made(there, tmp_path / "again")
    restore(before, tmp_path / "again", None, NOW, force=True)
    store = open_store(before.database)
    with store.read() as connection:
        assert forgetting.hashes(connection, "generic") == {"a hash": "a pseudonym"}
    store.close()


@needs_programs
def test_postgresql_keeps_no_tables_of_two_releases(postgres: str, tmp_path: Path) -> None:
    here = of_the_first_release(settings_of(tmp_path / "here", postgres))
    made(here, tmp_path / "kept")
    engine = engine_of(postgres)
    migrate.migrate(engine)
    engine.dispose()
    was = everything(postgres)
    with pytest.raises(CopyError, match=r"is of release 0001, the one that is there of 0002.*name an empty database"):
        restore(here, tmp_path / "kept", None, NOW, force=True)
    assert everything(postgres) == was


def test_somebody_elses_database_is_no_store_and_takes_none(tmp_path: Path, before: Settings) -> None:
    made(before, tmp_path / "kept")
    theirs = settings_of(tmp_path / "theirs")
    engine = create_engine(theirs.database)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE patient (name TEXT)")
    engine.dispose()
    was = (tmp_path / "theirs" / "store.sqlite").read_bytes()
    with pytest.raises(StoreError, match="none of a store of ours"):
        made(theirs, tmp_path / "out" / "below")
    assert not (tmp_path / "out").exists()
    with pytest.raises(CopyError, match="Give the store a database of its own"):
        restore(theirs, tmp_path / "kept", None, NOW, force=True)
    assert (tmp_path / "theirs" / "store.sqlite").read_bytes() == was
    assert [one.name for one in (tmp_path / "theirs").iterdir()] == ["store.sqlite"]
