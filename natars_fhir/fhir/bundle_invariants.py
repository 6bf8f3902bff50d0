"""The Bundle's invariants that a sender can break without making it unreadable. https://hl7.org/fhir/R4/bundle.html#invs

They are told as errors, and cost no resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import DecodeError, Raw, Struct

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir import typed
from natars_fhir.fhir.entry import RawEntry

_ASKING = frozenset({"batch", "transaction", "history"})


class _Meta(Struct):
    versionId: Any = None  # noqa: N815 (FHIR's name)


class _Head(Struct):
    resourceType: Any = None  # noqa: N815 (FHIR's name)
    meta: _Meta | None = None


def invariants(
    kind: str, entries: Sequence[RawEntry | None], identifier: tuple[str, str] | None, timestamp: str
) -> Iterator[Issue]:
    """What a Bundle of type *kind* breaks; expressions start with ``Bundle``."""
    yield from _requests(kind, entries)
    yield from _full_urls(kind, entries)
    if kind == "document":
        if identifier is None or not all(identifier):
            yield _broken("bdl-9", ".identifier", "A document must have an identifier with a system and a value")
        if not timestamp:
            yield _broken("bdl-10", ".timestamp", "A document must have a date")
        yield from _first(entries, "bdl-11", "Composition", "A document must have a Composition as the first resource")
    if kind == "message":
        yield from _first(
            entries, "bdl-12", "MessageHeader", "A message must have a MessageHeader as the first resource"
        )


def _requests(kind: str, entries: Sequence[RawEntry | None]) -> Iterator[Issue]:
    asking = kind in _ASKING
    for index, entry in enumerate(entries):
        if entry and (entry.request is not None) != asking:
            text = "entry.request mandatory for batch/transaction/history, otherwise prohibited"
            yield _broken("bdl-3", f".entry[{index}].request", text)


def _full_urls(kind: str, entries: Sequence[RawEntry | None]) -> Iterator[Issue]:
    first: dict[str, RawEntry] = {}
    for index, entry in enumerate(entries):
        if not entry or not (url := entry.fullUrl):
            continue
        if "/_history/" in url:
            yield _broken("bdl-8", f".entry[{index}].fullUrl", "fullUrl cannot be a version specific reference")
        same = first.setdefault(url, entry)
        if same is not entry and kind != "history" and _version(entry.resource) == _version(same.resource):
            text = "FullUrl must be unique in a bundle, or else have different meta.versionId"
            yield _broken("bdl-7", f".entry[{index}].fullUrl", text)


def _first(entries: Sequence[RawEntry | None], key: str, kind: str, text: str) -> Iterator[Issue]:
    if entries and entries[0] and (head := _head(entries[0].resource)) and head.resourceType != kind:
        yield _broken(key, ".entry[0].resource", text)


def _version(raw: Raw) -> Any:
    head = _head(raw)
    return head.meta.versionId if head and head.meta else None


def _head(raw: Raw) -> _Head | None:
    try:
        return typed.decode(raw, _Head)
    except (DecodeError, UnicodeDecodeError):
        return None


def _broken(key: str, place: str, text: str) -> Issue:
    return Issue("error", "invariant", f"Bundle{place}", f"{key}: {text}.")
