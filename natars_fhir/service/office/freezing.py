"""Freezing: freezes that the office starts, watches, verifies and fetches, in the folder that the installation names.

One is made at a time. How far it is stands in a file beside the freezes, so that every process that serves can tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Lock, Thread
from typing import NamedTuple

import msgspec
import structlog

from natars_fhir.fhir import typed
from natars_fhir.mapping.files import Mappings
from natars_fhir.service.deliver.deliver import Clock
from natars_fhir.service.freeze.compare import Difference, compare
from natars_fhir.service.freeze.cut import FreezeError, StaleError, TakenError
from natars_fhir.service.freeze.loaded import loaded
from natars_fhir.service.freeze.manifest import File, Manifest, NoManifestError, read
from natars_fhir.service.freeze.verify import Fault, verify
from natars_fhir.service.freeze.write import Wanted, Watch, freeze
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.upkeep import audit
from natars_fhir.store.audit import EVERYWHERE, Act
from natars_fhir.store.engine import Store

_log = structlog.get_logger("natars_fhir.office")
_PROGRESS = ".freeze-progress.json"
_WHAT = "freeze"
#: The file is written again after so long at most, while patients are read.
_EVERY = timedelta(seconds=1)


class Progress(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How far the last freeze is. ``state``: running, done, or why there is none (taken, stale, unwritable, failed,
    broken: whoever made it is gone)."""

    state: str
    as_of: str
    begun: datetime
    part: str = ""
    done: int = 0
    every: int = 0
    name: str = ""

    @property
    def running(self) -> bool:
        """Is it being made?"""
        return self.state == "running"


class Frozen(NamedTuple):
    """A freeze in the folder."""

    name: str
    manifest: Manifest


class Freezing:
    """The office's freezes. *folder* need not be there yet."""

    def __init__(self, store: Store, folder: Path, now: Clock) -> None:
        self._store, self._folder, self._now = store, folder, now
        self._alone = Lock()

    def listed(self) -> list[Frozen]:
        """Every freeze, the latest day first."""
        return sorted(self._found(), key=lambda one: (one.manifest.as_of, one.name), reverse=True)

    def one(self, name: str) -> Frozen | None:
        """The freeze of this name."""
        return next((one for one in self._found() if one.name == name), None)

    def file(self, name: str, path: str) -> tuple[Path, File] | None:
        """A file of a freeze, if its manifest names it and it lies there."""
        found = self.one(name)
        told = next((file for file in found.manifest.files if file.name == path), None) if found else None
        here = self._folder / name / path
        return (here, told) if told is not None and here.is_file() and not here.is_symlink() else None

    def verified(self, intake: Intake, name: str, act: Act) -> tuple[bool, tuple[Fault, ...]] | None:
        """Does the store's audit tell of it, and what is wrong with it; None where there is none."""
        if self.one(name) is None:
            return None
        manifest, faults = verify(self._folder / name)
        digest = manifest.digest if manifest else ""
        known = any(one.act == "freeze" and one.hash == digest for _, one in audit.told(self._store, [EVERYWHERE]))
        audit.note(self._store, intake.key, replace(act, hash=digest, status=409 if faults else 200))
        return known, faults

    def compared(
        self, before: str, after: str, act: Act, key: bytes
    ) -> Difference | dict[str, tuple[Fault, ...]] | None:
        """What changed between two freezes, as `freeze diff` tells it; what is wrong with them, where they are not as
        they were written or hold too little to be compared; None where there is no such freeze."""
        if self.one(before) is None or self.one(after) is None:
            return None
        wrong = {name: faults for name in (before, after) if (faults := verify(self._folder / name)[1])}
        if wrong:
            return wrong
        audit.note(self._store, key, act)
        try:
            return compare(*(loaded(self._folder / name) for name in (before, after)))
        except (OSError, KeyError, ValueError):
            return {}

    def begin(self, intake: Intake, mappings: Mappings, as_of: date, act: Act) -> Progress | None:
        """Begins one, in a thread of its own; None where one is being made."""
        if not self._alone.acquire(blocking=False):
            return None
        told = Progress(state="running", as_of=as_of.isoformat(), begun=self._now())
        if not self._free():
            self._alone.release()
            return None
        try:
            self._tell(told)
        except OSError:
            self._alone.release()
            return msgspec.structs.replace(told, state="unwritable")
        Thread(target=self._run, args=(intake, mappings, told, act), name="office-freeze", daemon=True).start()
        return told

    def progress(self) -> Progress | None:
        """How far the last one is; None where nobody began one here."""
        told = self._noted()
        if told is None or not told.running or self._alone.locked() or not self._free():
            return told
        told = self._noted()  # it may have ended since it was read: that is noted before it is let go
        return msgspec.structs.replace(told, state="broken") if told is not None and told.running else told

    def _noted(self) -> Progress | None:
        try:
            return typed.decode((self._folder / _PROGRESS).read_bytes(), Progress)
        except (OSError, msgspec.DecodeError):
            return None

    def _found(self) -> Iterator[Frozen]:
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            if path.is_dir() and not path.name.startswith("."):
                with suppress(NoManifestError):
                    yield Frozen(path.name, read(path))

    def _free(self) -> bool:
        """Does no other process make one?"""
        with self._store.leading(_WHAT) as free:
            return free

    def _run(self, intake: Intake, mappings: Mappings, told: Progress, act: Act) -> None:
        try:
            with self._store.leading(_WHAT):  # what another process began meanwhile is made beside it
                self._tell(self._made(intake, mappings, told, act))
        except Exception as fault:  # noqa: BLE001 (whatever it is: the page says that there is none)
            _log.error("no freeze made", fault=type(fault).__name__)
            with suppress(OSError):
                self._tell(msgspec.structs.replace(told, state="failed"))
        finally:
            self._alone.release()

    def _made(self, intake: Intake, mappings: Mappings, told: Progress, act: Act) -> Progress:
        wanted = Wanted(self._folder, "", date.fromisoformat(told.as_of))
        try:
            path, _ = freeze(self._store, intake, mappings, wanted, act, self._watch(told))
        except FreezeError as wrong:
            known = {TakenError: "taken", StaleError: "stale"}
            return msgspec.structs.replace(told, state=known.get(type(wrong), "failed"))
        except OSError as fault:
            _log.error("no freeze made", fault=type(fault).__name__)
            return msgspec.structs.replace(told, state="unwritable")
        return msgspec.structs.replace(told, state="done", name=path.name)

    def _watch(self, told: Progress) -> Watch:
        """Writes down how far it is, and not at every patient."""
        here, last = told, self._now()

        def seen(done: int, every: int) -> None:
            nonlocal here, last
            here = msgspec.structs.replace(here, done=done, every=every)
            if self._now() - last >= _EVERY or done == every:
                last = self._now()
                self._tell(here)

        def part(name: str) -> None:
            nonlocal here
            here = msgspec.structs.replace(here, part=name)
            self._tell(here)

        return Watch(seen, part)

    def _tell(self, told: Progress) -> None:
        """Whole or not at all: a reader never finds half of it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f"{_PROGRESS}.new"
        fresh.write_bytes(msgspec.json.encode(told))
        fresh.replace(self._folder / _PROGRESS)
