"""Found: the files to read of what is named, folders among it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

#: How files of FHIR end.
SUFFIXES = tuple(f".{kind}{packed}" for kind in ("json", "ndjson", "jsonl") for packed in ("", ".gz"))


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files to read: folders are walked in order for FHIR's suffixes, a named file is always read.

    A folder that cannot be looked into stands among them, and so does a link that leads nowhere: opening them tells so.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(_within(path))
        else:
            yield path


def _within(folder: Path) -> Iterator[Path]:
    closed: list[Path] = []
    for at, below, names in os.walk(folder, onerror=lambda fault: closed.append(Path(fault.filename))):
        below[:] = [name for name in below if not name.startswith(".")]
        found = (Path(at, name) for name in names if not name.startswith("."))
        yield from (one for one in found if one.name.lower().endswith(SUFFIXES) and _is_file(one))
    yield from closed


def _is_file(found: Path) -> bool:
    return found.is_file() or (found.is_symlink() and not found.exists())
