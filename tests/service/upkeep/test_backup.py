"""A backup made under load holds one moment; restored it is the same store, and nothing is overwritten."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.upkeep import audit
from natars_fhir.service.upkeep.backup import KEY, MANIFEST, Manifest, backup, restore
from natars_fhir.service.upkeep.purge import tomb
from natars_fhir.service.upkeep.secret import secret
from natars_fhir.settings import Settings
from natars_fhir.store import forgetting
from natars_fhir.store.copies import CopyError
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.tables.core import metadata
from tests.service.hospital import NOW, condition, encounter, intake, mappings, patient, reader, transaction

LATER = NOW + timedelta(hours=1)


class Installation:
    """A store with its key, and pushes into it."""

    def __init__(self, folder: Path, database: str = "") -> None:
        folder.mkdir(exist_ok=True)
        self.settings = Settings(database=database or f"sqlite:///{folder}/store.sqlite", key_file=folder / "key")
        self.store = open_store(self.settings.database)
        self.intake = Intake(mappings().study, secret(self.settings.key_file, self.store), intake().canonical_base)

    def push(self, number: int) -> None:
        told = transaction(
            patient(str(number), f"n{number}"), condition(f"c{number}", of=f"Patient/{number}"), encounter()
        )
        assert push(self.store, self.intake, reader(), json.dumps(told).encode(), NOW).status == 200

    def backup(self, to: Path, key_to: Path | None = None) -> Manifest:
        return backup(self.settings, to, key_to, "a mapping", LATER)


def everything(store: Store) -> dict[str, list[Any]]:
    with store.read() as connection:
        return {name: [*map(tuple, connection.execute(select(one)).all())] for name, one in metadata.tables.items()}


def before_the_restore(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Without the one row that a restore adds."""
    return {**found, "audit": [row for row in found["audit"] if "restore" not in row]}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "here")
    for number in range(3):
        made.push(number)
    yield made
    made.store.close()


def elsewhere(folder: Path) -> Settings:
    folder.mkdir(exist_ok=True)
    return Settings(database=f"sqlite:///{folder}/other.sqlite", key_file=folder / "other.key")


def test_what_is_restored_is_the_same_store(here: Installation, tmp_path: Path) -> None:
    made = here.backup(tmp_path / "kept")
    there = elsewhere(tmp_path / "there")
    done = restore(there, tmp_path / "kept", None, LATER)
    assert (done.manifest, done.audited, done.store_before, done.key_before) == (made, 4, None, None)
    restored = open_store(there.database)
    assert before_the_restore(everything(restored)) == everything(here.store)
    key = secret(there.key_file, restored)
    assert audit.check(restored, key).flaws == ()
    assert [act.act for _, act in audit.told(restored, [""])] == ["backup", "restore"]
    restored.close()
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "kept").iterdir())


def test_a_backup_under_load_holds_one_moment_and_stops_nobody(here: Installation, tmp_path: Path) -> None:
    stop, pushed = threading.Event(), []

    def load() -> None:
        for number in range(3, 400):
            if stop.is_set():
                break
            here.push(number)
            pushed.append(number)

    worker = threading.Thread(target=load)
    worker.start()
    try:
        made = [here.backup(tmp_path / f"kept{at}") for at in range(3)]
    finally:
        stop.set()
        worker.join(30)
    there = elsewhere(tmp_path / "there")
    restore(there, tmp_path / "kept2", None, LATER)
    restored = open_store(there.database)
    found, whole = everything(restored), everything(here.store)
    restored.close()
    for name in ("resource_version", "audit"):
        rows = [row for row in found[name] if "restore" not in row]
        assert rows == whole[name][: len(rows)], name
    assert made[0].counts["patient"] <= made[2].counts["patient"] <= 3 + len(pushed)
    assert made[2].counts["resource_version"] == 2 * made[2].counts["patient"]


def test_the_key_can_be_kept_apart(here: Installation, tmp_path: Path) -> None:
    here.backup(tmp_path / "kept", tmp_path / "apart")
    assert not (tmp_path / "kept" / KEY).exists()
    with pytest.raises(CopyError, match="its key cannot be read there: --key-from names it"):
        restore(elsewhere(tmp_path / "there"), tmp_path / "kept", None, LATER)
    restore(elsewhere(tmp_path / "there"), tmp_path / "kept", tmp_path / "apart", LATER)


def _flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))


def _edit(**news: Any) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / MANIFEST
        path.write_text(json.dumps({**json.loads(path.read_text()), **news}))

    return edit


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda folder: _flip(folder / "store.sqlite"), "checksum differs"),
        (lambda folder: (folder / "store.sqlite").unlink(), "checksum differs"),
        (lambda folder: (folder / MANIFEST).unlink(), "no backup"),
        (lambda folder: (folder / MANIFEST).write_text("{}"), "no backup"),
        (lambda folder: (folder / KEY).write_bytes(b"0" * 32), "not the backup's key"),
        (_edit(counts={}), "manifest was changed"),
        (_edit(heads=[]), "manifest was changed"),
        (_edit(schema="9999"), "of release 9999.*install the program that goes with it"),
        (_edit(format=2), "later version"),
    ],
    ids=["store", "no store", "no manifest", "empty manifest", "key", "counts", "heads", "schema", "format"],
)
def test_a_backup_that_was_harmed_is_not_restored(
    here: Installation, tmp_path: Path, harm: Callable[[Path], object], told: str
) -> None:
    here.backup(tmp_path / "kept")
    harm(tmp_path / "kept")
    there = elsewhere(tmp_path / "there")
    with pytest.raises(CopyError, match=told):
        restore(there, tmp_path / "kept", None, LATER, force=True)
    assert [*(tmp_path / "there").iterdir()] == []


def test_a_store_whose_audit_was_tampered_with_is_not_restored(here: Installation, tmp_path: Path) -> None:
    here.store.close()
    with closing(sqlite3.connect(tmp_path / "here" / "store.sqlite")) as connection, connection:
        connection.execute("UPDATE audit SET status = 500 WHERE seq = 2")
    here.backup(tmp_path / "kept")
    there = elsewhere(tmp_path / "there")
    with pytest.raises(CopyError, match="tampered"):
        restore(there, tmp_path / "kept", None, LATER)
    assert [*(tmp_path / "there").iterdir()] == []


def test_over_a_store_that_holds_something_only_by_force_and_it_is_moved_aside(
    here: Installation, tmp_path: Path
) -> None:
    here.backup(tmp_path / "kept")
    other = Installation(tmp_path / "there")
    other.push(7)
    before = everything(other.store)
    with pytest.raises(CopyError, match="not empty"):
        restore(other.settings, tmp_path / "kept", None, LATER)
    with pytest.raises(CopyError, match="in use"):
        restore(other.settings, tmp_path / "kept", None, LATER, force=True)
    assert everything(other.store) == before
    other.store.close()
    done = restore(other.settings, tmp_path / "kept", None, LATER, force=True)
    assert done.store_before is not None
    assert done.key_before is not None
    aside, restored = open_store(f"sqlite:///{done.store_before}"), open_store(other.settings.database)
    assert everything(aside) == before
    assert before_the_restore(everything(restored)) == everything(here.store)
    aside.close()
    restored.close()


def test_whoever_was_forgotten_since_the_backup_is_forgotten_again(here: Installation, tmp_path: Path) -> None:
    here.backup(tmp_path / "backup")
    key, site = here.intake.key, "generic"
    names = [tomb(key, site, name) for name in ("Patient/1", "Condition/c1")]
    with here.store.write() as connection:
        forgetting.bury(connection, site, "a pseudonym", names, LATER)
        forgetting.certify(connection, site, {"pseudonym": "a pseudonym", "digest": "d", "body": "{}"}, LATER)
    here.store.close()
    restore(here.settings, tmp_path / "backup", None, LATER, force=True)
    store = open_store(here.settings.database)
    found = everything(store)
    with store.read() as connection:
        assert set(forgetting.hashes(connection, site)) >= set(names)
        assert forgetting.certificates(connection, site) == ["{}"]
    store.close()
    assert not [row for rows in found.values() for row in rows if "Patient/1" in row or "Condition/c1" in row]
    assert {"Patient/0", "Patient/2"} <= {row[1] for row in found["patient"]}
    restore(here.settings, tmp_path / "backup", None, LATER + timedelta(hours=1), force=True)
    store = open_store(here.settings.database)
    again = everything(store)
    store.close()
    assert (len(again["certificate"]), sorted(again["tombstone"])) == (1, sorted(found["tombstone"]))


def test_into_an_empty_store_with_its_own_new_key_only_by_force(here: Installation, tmp_path: Path) -> None:
    here.backup(tmp_path / "kept")
    other = Installation(tmp_path / "there")
    other.store.close()
    with pytest.raises(CopyError, match="another key"):
        restore(other.settings, tmp_path / "kept", None, LATER)
    assert restore(other.settings, tmp_path / "kept", None, LATER, force=True).key_before is not None


def test_half_a_backup_does_not_stay_in_the_way_of_the_next(
    here: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("natars_fhir.service.upkeep.backup._digest", full)
        with pytest.raises(OSError, match="No space"):
            backup(here.settings, tmp_path / "out", None, "m", NOW)
    assert not (tmp_path / "out").exists()
    backup(here.settings, tmp_path / "out", None, "m", NOW)


def test_a_folder_that_is_not_empty_is_not_written_into(here: Installation, tmp_path: Path) -> None:
    here.backup(tmp_path / "kept")
    with pytest.raises(CopyError, match="not empty"):
        here.backup(tmp_path / "kept")


@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="PostgreSQL's client programs are not here")
def test_a_store_in_postgresql_goes_out_and_comes_back(postgres: str, tmp_path: Path) -> None:
    made = Installation(tmp_path / "here", postgres)
    made.push(1)
    kept = made.backup(tmp_path / "kept")
    before = everything(made.store)
    made.push(2)
    with pytest.raises(CopyError, match="not empty"):
        restore(made.settings, tmp_path / "kept", None, LATER)
    made.store.close()
    done = restore(made.settings, tmp_path / "kept", None, LATER, force=True)
    assert (done.manifest, done.audited) == (kept, 2)
    restored = open_store(postgres)
    found = before_the_restore(everything(restored))
    restored.close()
    assert {name: sorted(map(repr, rows)) for name, rows in found.items()} == {
        name: sorted(map(repr, rows)) for name, rows in before.items()
    }
