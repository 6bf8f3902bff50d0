"""Backup: a folder with a copy of the store, its key, and a manifest that says what both are; and the way back.

The manifest bears a digest of each file and is itself sealed with the key: a folder that was changed is not restored.
"""

from __future__ import annotations

import hmac
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from natars_fhir import __version__
from natars_fhir.fhir import typed
from natars_fhir.service.upkeep import audit
from natars_fhir.service.upkeep.purge import apply_tombstones
from natars_fhir.service.upkeep.secret import known, secret
from natars_fhir.settings import Settings
from natars_fhir.store import about, copies, forgetting
from natars_fhir.store.audit import EVERYWHERE, Act
from natars_fhir.store.copies import CopyError
from natars_fhir.store.engine import StoreError, open_store
from natars_fhir.store.forgetting import Stones
from natars_fhir.store.migrate import HEAD
from natars_fhir.store.reasons import why
from natars_fhir.store.release import ForeignError
from natars_fhir.store.seals import Head
from natars_fhir.store.tables.subject import certificate, tombstone

MANIFEST, KEY = "manifest.json", "key"
_NAMES = {"sqlite": "store.sqlite", "postgresql": "store.pgdump"}
_FORMAT = 1
_LATER = (
    "the store in this backup is of release {}, and this program uses {}, an earlier one: install the program that "
    "goes with it, or a later one"
)
_MIXED = (
    "the store in this backup is of release {}, the one that is there of {}, and PostgreSQL would keep tables of both: "
    "name an empty database (setting NATARS_DATABASE)"
)
_FORGOTTEN = (
    "the store that is there has forgotten people who are in this backup, of release {}, which cannot be told: restore "
    "it into another place (setting NATARS_DATABASE), run `natars-fhir store migrate` there and make a backup of that; "
    "then restore that one here"
)


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a backup holds. ``schema`` is its tables' release, ``mapping`` the hash of the mappings folder that was
    there; `mark` is keyed."""

    format: int
    made: str
    program: str
    database: str
    schema: str
    trial: str
    mapping: str
    files: dict[str, str]
    counts: dict[str, int]
    heads: list[dict[str, Any]]
    mark: str = ""

    @property
    def store(self) -> str:
        """The name of the store's copy."""
        return _NAMES[self.database]


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. Of another release's audit no row was read."""

    manifest: Manifest
    audited: int
    store_before: Path | None
    key_before: Path | None


def backup(settings: Settings, to: Path, key_to: Path | None, mapping: str, now: datetime) -> Manifest:
    """Makes the folder *to*. Raises CopyError, StoreError, SecretError; OSError where it cannot be written."""
    if to.exists() and any(to.iterdir()):
        raise CopyError("the folder for the backup is there already, and not empty")
    release = copies.held(settings.database).release
    if release is None:
        raise CopyError("there is no store yet (setting NATARS_DATABASE)")
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return _made(settings, release, to, key_to, mapping, now)
    except BaseException:  # also where it is stopped: half a backup is none, and would be in the way of the next
        shutil.rmtree(to, ignore_errors=True)
        raise


def _made(settings: Settings, release: str, to: Path, key_to: Path | None, mapping: str, now: datetime) -> Manifest:
    kind = copies.kind(settings.database)
    key, ends = _sealed(settings, mapping, now) if release == HEAD else (_key_of_another(settings), ())
    held = copies.copy_out(settings.database, to / _NAMES[kind])
    if held.release != release:
        raise CopyError("the store's tables were changed meanwhile: make it again")
    _write(key_to or to / KEY, key)
    manifest = Manifest(
        format=_FORMAT, made=now.isoformat(timespec="seconds"), program=__version__, database=kind, schema=release,
        trial=settings.trial, mapping=mapping, files={_NAMES[kind]: _digest(to / _NAMES[kind])},
        counts=dict(held.counts), heads=[msgspec.to_builtins(end) for end in ends],
    )  # fmt: skip
    manifest = msgspec.structs.replace(manifest, mark=_mark(manifest, key))
    _write(to / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def _sealed(settings: Settings, mapping: str, now: datetime) -> tuple[bytes, tuple[Head, ...]]:
    """The key, and the ends of the audit's chains once the backup is told there."""
    store = open_store(settings.database, made=False)
    try:
        key = secret(settings.key_file, store)
        audit.note(store, key, Act(EVERYWHERE, now, "backup", mapping))
        audit.seal(store, key, whole=True)
        return key, audit.heads(store)
    finally:
        store.close()


def _key_of_another(settings: Settings) -> bytes:
    """The key of a store of another release. Nothing is written into it: it is copied as it is."""
    store = copies.read_only(settings.database)
    try:
        with store.read() as connection:
            return known(settings.key_file, about.key_check(connection))
    finally:
        store.close()


def restore(settings: Settings, source: Path, key_from: Path | None, now: datetime, *, force: bool = False) -> Restored:
    """Puts a backup in the place of the store. Nothing is touched before all that can be checked was checked.

    Raises CopyError with the reason. What was there before is moved aside (SQLite, the key), never overwritten.
    """
    manifest, key = _checked(source, key_from or source / KEY)
    if manifest.database != copies.kind(settings.database):
        raise CopyError(f"this is a backup of {manifest.database}, and the setting NATARS_DATABASE names another kind")
    _may_take_its_place(settings, manifest, key, force=force)
    carried = _stones(settings.database)
    if manifest.schema != HEAD and carried != Stones():
        raise CopyError(_FORGOTTEN.format(manifest.schema))
    if manifest.database == "sqlite":
        _look(f"sqlite:///{source / manifest.store}", manifest, key)
    other = settings.key_file.is_file() and settings.key_file.read_bytes() != key
    before = copies.copy_in(settings.database, source / manifest.store, now)
    key_before = _put_key(settings.key_file, key, now, other=other)
    audited = _look(settings.database, manifest, key)
    if manifest.schema == HEAD:
        _noted(settings, manifest, key, carried, now)
    return Restored(manifest, audited, before, key_before)


def _may_take_its_place(settings: Settings, manifest: Manifest, key: bytes, *, force: bool) -> None:
    """Raises CopyError where the backup may not take the place of what is there."""
    there = _there(settings.database, force=force)
    if not force and not copies.is_empty(there.counts):
        what = "moves it aside" if manifest.database == "sqlite" else "puts the backup in the place of its tables"
        raise CopyError(f"there is a store already, and it is not empty: --force {what}")
    if not force and settings.key_file.is_file() and settings.key_file.read_bytes() != key:
        raise CopyError("there is another key already: --force moves it aside")
    if manifest.database == "postgresql" and there.release not in (None, manifest.schema):
        raise CopyError(_MIXED.format(manifest.schema, there.release))


def _there(database: str, *, force: bool) -> copies.Held:
    """What is there now. What cannot be read is moved aside as it is, by force; what is somebody else's is not."""
    try:
        return copies.held(database)
    except ForeignError as wrong:
        raise CopyError(str(wrong)) from None
    except (CopyError, StoreError) as wrong:
        if force:
            return copies.Held(None, {})
        raise CopyError(str(wrong)) from None


def _noted(settings: Settings, manifest: Manifest, key: bytes, carried: Stones, now: datetime) -> None:
    """Who was forgotten since is forgotten again, and the audit knows of the restore."""
    store = open_store(settings.database)
    try:
        with store.write() as connection:
            forgetting.carry(connection, carried)
            apply_tombstones(connection, key, now)
        audit.note(store, key, Act(EVERYWHERE, now, "restore", manifest.mark))
    finally:
        store.close()


def _stones(database: str) -> Stones:
    """Whom the store that is there now has forgotten: a backup that is older knows nothing of it."""
    there = _there(database, force=True)
    if not any(there.counts.get(one.name) for one in (tombstone, certificate)):
        return Stones()
    store = copies.read_only(database)
    try:
        with store.read() as connection:
            return forgetting.stones(connection)
    finally:
        store.close()


def _checked(source: Path, key_path: Path) -> tuple[Manifest, bytes]:
    """The manifest and the key, which go together, and every file as it was written. Raises CopyError."""
    try:
        manifest = typed.decode((source / MANIFEST).read_bytes(), Manifest)
    except (OSError, msgspec.DecodeError) as fault:
        raise CopyError(f"this is no backup: its {MANIFEST} cannot be read ({why(fault)})") from None
    try:
        key = key_path.read_bytes()
    except OSError as fault:
        raise CopyError(f"its key cannot be read there: --key-from names it ({why(fault)})") from None
    if manifest.format != _FORMAT:
        raise CopyError("this backup was made by a later version of the program")
    if manifest.schema > HEAD:
        raise CopyError(_LATER.format(manifest.schema, HEAD))
    if not hmac.compare_digest(manifest.mark, _mark(manifest, key)):
        raise CopyError("the manifest was changed, or this is not the backup's key")
    for name, digest in manifest.files.items():
        if not (source / name).is_file() or _digest(source / name) != digest:
            raise CopyError(f"{name} is not as it was written: its checksum differs")
    return manifest, key


def _look(address: str, manifest: Manifest, key: bytes) -> int:
    """The rows and the chain are those of the manifest; how many rows of the audit that are. Raises CopyError."""
    found = copies.held(address)
    counted = {name: found.counts.get(name) for name in manifest.counts}  # a later program knows more tables
    if found.release != manifest.schema or counted != manifest.counts:
        raise CopyError("the copy does not hold the rows that the manifest tells")
    if manifest.schema != HEAD:  # its chain is checked once it is migrated
        return 0
    return _chained(address, manifest, key)


def _chained(address: str, manifest: Manifest, key: bytes) -> int:
    found = _chain(address, key, [Head(**head) for head in manifest.heads])
    if found.flaws:
        raise CopyError(f"the audit was tampered with before the backup was made: {found.flaws[0].what}")
    return found.rows


def _chain(address: str, key: bytes, heads: list[Head]) -> audit.Checked:
    store = copies.read_only(address)
    try:
        return audit.check(store, key, (), heads)
    finally:
        store.close()


def _put_key(path: Path, key: bytes, now: datetime, *, other: bool) -> Path | None:
    before = None
    if other:
        before = path.with_name(f"{path.name}.before-{now:%Y%m%dT%H%M%S}")
        path.rename(before)
    if not path.exists():
        _write(path, key)
    return before


def _write(path: Path, content: bytes) -> None:
    """For its owner alone, and on the disk. Never over a file that is there."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        made = sha256()
        while part := file.read(1 << 20):
            made.update(part)
    return made.hexdigest()


def _mark(manifest: Manifest, key: bytes) -> str:
    told: Mapping[str, Any] = {**msgspec.to_builtins(manifest), "mark": ""}
    return hmac.new(key, b"natars-fhir backup " + msgspec.json.encode(told, order="sorted"), "sha256").hexdigest()
