"""Manifest: which files an export came to. Pure. https://hl7.org/fhir/uv/bulkdata/STU2/export.html

Of later drafts: ``outcome`` in the place of ``error``, and a manifest that goes on elsewhere (``link``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

import msgspec
from msgspec import Struct

from natars_fhir.service.pull.fault import PullError
from natars_fhir.service.pull.page import moment

What = Literal["output", "deleted", "error"]


@dataclass(frozen=True, slots=True)
class File:
    """One file: what it holds, of which type, and how many lines there should be. ``number`` counts from 1."""

    what: What
    kind: str
    url: str
    count: int | None
    number: int

    @property
    def name(self) -> str:
        """How it is called to people."""
        return f"{self.kind} ({self.what} {self.number})" if self.what != "output" else f"{self.kind} ({self.number})"

    @property
    def hash(self) -> str:
        """By what it is known again; the rest of its address may be a key of the moment."""
        return sha256(f"{self.what} {self.kind} {self.url.partition('?')[0]}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of an export. ``at``: until when, by the server's clock; ``next``: where it goes on."""

    at: datetime
    needs_token: bool
    files: tuple[File, ...]
    next: str = ""


class _File(Struct):
    url: str
    type: str = ""
    count: int | None = None


class _Link(Struct):
    relation: str = ""
    url: str = ""


class _Manifest(Struct):
    transactionTime: str  # noqa: N815 (the standard's name)
    requiresAccessToken: bool = True  # noqa: N815 (the standard's name)
    output: list[_File] = []
    deleted: list[_File] = []
    error: list[_File] = []
    outcome: list[_File] = []
    link: list[_Link] = []


_manifest = msgspec.json.Decoder(_Manifest).decode


def manifest(raw: bytes, before: int = 0) -> Manifest:
    """The manifest, after *before* files of earlier ones. Raises PullError."""
    try:
        told = _manifest(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise PullError("unreadable", "manifest") from None
    at = moment(told.transactionTime)
    if at is None:
        raise PullError("unreadable", "manifest")
    following = next((one.url for one in told.link if one.relation == "next"), "")
    return Manifest(at, told.requiresAccessToken, tuple(_files(told, before)), following)


def _files(told: _Manifest, before: int) -> Iterator[File]:
    lists: tuple[tuple[What, list[_File]], ...] = (
        ("output", told.output),
        ("deleted", told.deleted),
        ("error", [*told.error, *told.outcome]),
    )
    number = before
    for what, listed in lists:
        for one in listed:
            number += 1
            kind = one.type if one.type.isascii() and one.type.isalpha() else "unknown"
            yield File(what, kind, one.url, one.count, number)
