"""Verify a freeze: every file is there and as it was written, none is there besides, and the manifest is its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from natars_fhir.service.freeze.manifest import (
    MANIFEST,
    SUMS,
    File,
    Manifest,
    NoManifestError,
    digest_of,
    encoded,
    read,
    sha256,
    sums,
)


class Fault(NamedTuple):
    """One thing that is not as it was written: the file, and what is wrong (a word of `FAULTS`)."""

    file: str
    what: str


#: What can be wrong, in English and Chinese.
FAULTS = {
    "unreadable": ("is no manifest of a freeze", "不是冻结清单"),
    "missing": ("is missing", "缺失"),
    "changed": ("is not as it was written", "与写入时不一致"),
    "not-listed": ("is in no manifest", "不在清单中"),
    "manifest": ("was changed: its digest is not its own", "已被改动：摘要不符"),
    "sums": ("does not say what the manifest says", "与清单不一致"),
}


def verify(folder: Path) -> tuple[Manifest | None, tuple[Fault, ...]]:
    """The manifest, and everything that is wrong, each file by its name."""
    try:
        manifest = read(folder)
    except NoManifestError:
        return None, (Fault(MANIFEST, "unreadable"),)
    return manifest, tuple(_faults(folder, manifest))


def _faults(folder: Path, manifest: Manifest) -> Iterator[Fault]:
    if digest_of(manifest) != manifest.digest or (folder / MANIFEST).read_bytes() != encoded(manifest):
        yield Fault(MANIFEST, "manifest")
    for one in manifest.files:
        if what := _wrong(folder / one.name, one):
            yield Fault(one.name, what)
    yield from _sums(folder, manifest)
    listed = {MANIFEST, SUMS, *(one.name for one in manifest.files)}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name not in listed and (path.is_symlink() or not path.is_dir()):
            yield Fault(name, "not-listed")


def _wrong(path: Path, told: File) -> str:
    if path.is_symlink() or not path.is_file():
        return "missing"
    return "" if path.stat().st_size == told.bytes and sha256(path) == told.sha256 else "changed"


def _sums(folder: Path, manifest: Manifest) -> Iterator[Fault]:
    path = folder / SUMS
    if not path.is_file():
        yield Fault(SUMS, "missing")
        return
    told = [*((one.name, one.sha256) for one in manifest.files), (MANIFEST, sha256(folder / MANIFEST))]
    if path.read_bytes() != sums(told):
        yield Fault(SUMS, "sums")
