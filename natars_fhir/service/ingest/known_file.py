"""Known file: a file by its whole name and all its bytes, and whether it stayed the same while it was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document
from natars_fhir.store.loads import Loaded

#: What is said of a file that did not.
CHANGED = Issue("error", "conflict", "", "The file changed while it was read: load it again once it is whole.")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Known:
    """A file as it was found: what is known of it, and the marks by which a change of it shows."""

    file: Loaded
    marks: tuple[int, ...]


def known(path: Path) -> Known:
    """The file; two that differ in a single byte are two. Raises OSError."""
    before, whole, size = marks(path), sha256(), 0
    with path.open("rb") as stream:
        while part := stream.read(_CHUNK):
            whole.update(part)
            size += len(part)
    return Known(Loaded(str(path.resolve()), whole.hexdigest(), size), before)


def marks(path: Path) -> tuple[int, ...]:
    """What of a file is another as soon as somebody writes to it, or puts another in its place; nothing where there is
    none."""
    try:
        told = path.stat()
    except OSError:
        return ()
    return told.st_size, told.st_mtime_ns, told.st_ino, told.st_ctime_ns


def watched(path: Path, found: Iterable[Document], before: tuple[int, ...]) -> Iterator[Document]:
    """The documents of a file, and behind them that it changed, if it did."""
    yield from found
    if marks(path) != before:
        yield Document(str(path), b"", issues=(CHANGED,))
