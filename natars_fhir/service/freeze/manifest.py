"""Manifest of a freeze: what it is, what it was made of and with, every file with its digest, and a digest over all.

No clock is in it: the same store, day and code make the same manifest. When a freeze was made stands in the audit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from natars_fhir.fhir import typed

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
FORMAT = 1
_BLOCK = 1 << 20


class File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file: its path within the folder, its size, its rows or lines, its SHA-256."""

    name: str
    bytes: int
    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """What a freeze holds. ``mapping`` hashes what decides what is read, ``trial_file`` the trial's file, ``store``
    tells one store from another; ``parts`` tells of each whether it was written, with what there is to say of it, and
    else why not."""

    format: int
    as_of: str
    trial: str
    trial_file: str
    mapping: str
    program: str
    code: str
    libraries: Mapping[str, str]
    schema: str
    store: str
    parts: Mapping[str, str]
    files: tuple[File, ...]
    counts: Mapping[str, int]
    open_issues: Mapping[str, int]
    digest: str = ""


class NoManifestError(Exception):
    """There is no manifest of a freeze there, or none that this version can read."""


def sealed(manifest: Manifest) -> Manifest:
    """With its digest over everything else in it."""
    return msgspec.structs.replace(manifest, digest=digest_of(manifest))


def digest_of(manifest: Manifest) -> str:
    """SHA-256 of the manifest without its digest."""
    told = {**msgspec.to_builtins(manifest), "digest": ""}
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


def encoded(manifest: Manifest) -> bytes:
    """As it stands in its file."""
    return msgspec.json.format(msgspec.json.encode(manifest, order="sorted")) + b"\n"


def read(folder: Path) -> Manifest:
    """The manifest of a freeze. Raises NoManifestError."""
    try:
        found = typed.decode((folder / MANIFEST).read_bytes(), Manifest)
    except (OSError, msgspec.DecodeError) as fault:
        raise NoManifestError(f"this is no freeze ({type(fault).__name__})") from None
    if found.format != FORMAT:
        raise NoManifestError("this freeze was made by a later version of the program")
    return found


def sums(files: Iterable[tuple[str, str]]) -> bytes:
    """Name and SHA-256 of each file, as `sha256sum -c` reads them."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(files)).encode()


def file_of(folder: Path, name: str, rows: int) -> File:
    """A file as it is now."""
    path = folder / name
    return File(name=name, bytes=path.stat().st_size, rows=rows, sha256=sha256(path))


def sha256(path: Path) -> str:
    """The digest of a file's bytes."""
    made = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_BLOCK):
            made.update(part)
    return made.hexdigest()
