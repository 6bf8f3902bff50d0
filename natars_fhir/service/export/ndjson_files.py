"""NDJSON in a folder: one type a file, split at a size, each file its owner's alone. http://ndjson.org

Where it is to be given out over HTTP each file has its gzip beside it, so that both forms can be resumed at any byte.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from natars_fhir.store.exports import File, Role

#: A file is not made longer than so many bytes, but for its last line.
MOST_BYTES = 64_000_000
#: What the gzip of a file is called beside it.
PACKED = ".gz"
#: So many lines are written at once.
_TOGETHER = 100
_GZIP, _LEVEL = 31, 3


class _Open:
    """One file that is being written."""

    def __init__(self, folder: Path, name: str, role: Role, kind: str, *, packed: bool) -> None:
        self.name, self.role, self.kind = name, role, kind
        self.count = self.size = self.small = 0
        self._waiting: list[bytes] = []
        self._digest = hashlib.sha256()
        self._out = owners(folder / name)
        self._pack = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP) if packed else None
        self._packed = owners(folder / f"{name}{PACKED}") if packed else None

    def add(self, raw: bytes) -> None:
        self._waiting.append(raw)
        self.count += 1
        self.size += len(raw) + 1
        if len(self._waiting) == _TOGETHER:
            self._write()

    def _write(self) -> None:
        self._waiting.append(b"")
        some = b"\n".join(self._waiting)
        self._waiting.clear()
        self._out.write(some)
        self._digest.update(some)
        if self._pack is not None:
            self._small(self._pack.compress(some))

    def close(self) -> File:
        self._write()
        if self._pack is not None:
            self._small(self._pack.flush())
        self.drop(durable=True)
        digest = self._digest.hexdigest()
        return File(self.name, self.role, self.kind, self.count, self.size, self.small, digest)

    def drop(self, *, durable: bool = False) -> None:
        for out in (self._out, self._packed):
            if out is None or out.closed:
                continue
            out.flush()
            if durable:
                os.fsync(out.fileno())
            out.close()

    def _small(self, raw: bytes) -> None:
        if raw and self._packed is not None:
            self._packed.write(raw)
            self.small += len(raw)


class NdjsonFiles:
    """Lines go in, each to the file of its role and type; closing tells what there is. Left by a failure it lets go of
    what is open, and tells nothing."""

    def __init__(self, folder: Path, *, packed: bool, most: int = MOST_BYTES) -> None:
        self._folder, self._packed, self._most = folder, packed, most
        self._open: dict[tuple[Role, str], _Open] = {}
        self._closed: list[File] = []
        self._numbers: dict[tuple[Role, str], int] = {}

    def __enter__(self) -> NdjsonFiles:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        for one in self._open.values():
            one.drop()

    def add(self, role: Role, kind: str, raw: bytes) -> None:
        """One resource."""
        here = self._open.get((role, kind))
        if here is None or here.size >= self._most:
            here = self._another(role, kind)
        here.add(raw)

    def close(self) -> tuple[File, ...]:
        """Everything that was written, and is on the disk."""
        self._closed += [one.close() for one in self._open.values()]
        self._open.clear()
        return tuple(sorted(self._closed, key=lambda one: one.name))

    def _another(self, role: Role, kind: str) -> _Open:
        if (full := self._open.pop((role, kind), None)) is not None:
            self._closed.append(full.close())
        number = self._numbers[role, kind] = self._numbers.get((role, kind), 0) + 1
        name = f"{'' if role == 'output' else f'{role}.'}{kind}.{number:03}.ndjson"
        self._open[role, kind] = made = _Open(self._folder, name, role, kind, packed=self._packed)
        return made


@contextmanager
def fresh(folder: Path) -> Iterator[Path]:
    """An empty folder, its owner's alone; gone again where the block fails."""
    remove(folder)
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    except BaseException:
        remove(folder)
        raise


def remove(folder: Path) -> None:
    """Takes a folder away with all that is in it, as far as it is there: two may do so at once. Raises OSError."""
    shutil.rmtree(folder, onerror=_unless_gone)


def _unless_gone(_: object, __: str, fault: tuple[Any, BaseException, Any]) -> None:
    if not isinstance(fault[1], FileNotFoundError):
        raise fault[1]


def owners(path: Path) -> IO[bytes]:
    """A new file, its owner's alone, to be written."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
