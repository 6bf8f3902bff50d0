"""Matching: which resources of a site bear a business identifier, and what is noted so that they are found.

The rows that are found are hints; a resource counts where its newest version still bears the identifier.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import DecodeError, Struct
from sqlalchemy import Connection

from natars_fhir.fhir.references import Scope
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.service.ingest.arrival import Arrived
from natars_fhir.store import identified, kept, readings

#: Type, system, value.
Bearing = tuple[str, str, str]


class _Identifier(Struct):
    system: str = ""
    value: str = ""


class _Head(Struct):
    identifier: list[_Identifier] | _Identifier = []


class _Reference(Struct):
    reference: str | None = None
    type: str | None = None
    identifier: Any = None


class _About(Struct):
    """Whom a resource is about; R4 and R5 do not call it the same."""

    subject: Any = None
    patient: Any = None
    individual: Any = None


def identifiers(raw: bytes) -> set[tuple[str, str]]:
    """System and value of a resource's own identifiers."""
    if b'"identifier"' not in raw:
        return set()
    try:
        said = msgspec.json.decode(raw, type=_Head).identifier
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return set()
    many = said if isinstance(said, list) else [said]
    return {(one.system, one.value) for one in many if one.system and one.value}


def bearers(connection: Connection, site: str, asked: Collection[Bearing]) -> dict[Bearing, list[str]]:
    """Identifier → the keys of the resources that bear it now, in order."""
    if not asked:
        return {}
    names = {identified.by_identifier(*one): one for one in asked}
    hints = identified.found(connection, site, names)
    known = identified.known_as(connection, site, {key for keys in hints.values() for key in keys})
    newest = kept.newest(connection, site, known.values())
    told: dict[Bearing, list[str]] = {}
    for name, (kind, system, value) in names.items():
        keys = {known[key] for key in hints[name]} & newest.keys()
        told[kind, system, value] = sorted(key for key in keys if (system, value) in identifiers(newest[key].raw))
    return told


def note(
    connection: Connection, mapping: SiteMapping, scope: Scope, fresh: Sequence[Arrived], now: Mapping[str, str]
) -> None:
    """Notes by what the new versions are found: their identifiers; and whom they are about, where their readings do not
    tell it because no fact was read of them. *now* tells what names stand for."""
    names = [*_by_identifier(fresh), *_by_subject(fresh, mapping.subjects, scope, now)]
    identified.note(connection, mapping.site.site, names)


def _by_identifier(fresh: Iterable[Arrived]) -> Iterator[tuple[str, str]]:
    for one in fresh:
        for system, value in identifiers(one.raw):
            yield identified.by_identifier(one.reading.kind, system, value), one.reading.key


def _by_subject(
    fresh: Iterable[Arrived], subjects: Mapping[str, str], scope: Scope, now: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for one in fresh:
        reading = one.reading
        if reading.fate != "read" or reading.subject is not None or subjects.get(reading.kind) in (None, "", "Patient"):
            continue
        version = identified.by_version(reading.key, one.hash)  # the next one may be another patient's
        for said in _about(one.raw):
            if (subject := scope.key(said, one.entry, "Patient")) is not None:
                yield identified.by_subject(reading.kind, now.get(subject, subject)), version


def silent_of(connection: Connection, site: str, kind: str, subjects: Iterable[str]) -> set[str]:
    """The keys of the resources of a type that are about these patients, and of which no fact was read."""
    found = identified.found(connection, site, {identified.by_subject(kind, name) for name in subjects})
    hints = [identified.marked(noted) for several in found.values() for noted in several]
    known = identified.known_as(connection, site, {key for key, _ in hints})
    heads = readings.heads(connection, site, set(known.values())) if known else {}
    there = {key: head.hash for key, head in heads.items() if not head.deleted}
    return {known[key] for key, mark in hints if there.get(known[key], "").startswith(mark)}


def _about(raw: bytes) -> Iterator[_Reference]:
    """What may say whom a resource is about; R5 has a list where R4 has one."""
    try:
        said = msgspec.json.decode(raw, type=_About)
        for one in (said.subject, said.patient, said.individual):
            for told in one if isinstance(one, list) else [one]:
                if isinstance(told, dict):
                    yield _reference(told)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return


def _reference(told: dict[str, Any]) -> _Reference:
    found = msgspec.convert(told, _Reference)
    bears = isinstance(found.identifier, dict)
    found.identifier = msgspec.convert(found.identifier, _Identifier) if bears else None
    return found
