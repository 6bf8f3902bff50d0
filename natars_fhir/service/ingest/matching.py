"""Matching: which resources of a site bear a business identifier, and what is noted so that they are found.

The rows that are found are hints; a resource counts where its newest version still bears the identifier.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection

from natars_fhir.mapping.site import SiteMapping
from natars_fhir.service.ingest.arrival import Arrived
from natars_fhir.service.ingest.borne import identifiers
from natars_fhir.store import identified, kept, readings

#: Type, system, value.
Bearing = tuple[str, str, str]


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


def note(connection: Connection, mapping: SiteMapping, fresh: Sequence[Arrived], now: Mapping[str, str]) -> None:
    """Notes by what the new versions are found: their identifiers; and whom they are about, where their readings do not
    tell it because no fact was read of them. *now* tells what names stand for."""
    names = [*_by_identifier(fresh), *_by_subject(fresh, mapping.subjects, now)]
    identified.note(connection, mapping.site.site, names)


def _by_identifier(fresh: Iterable[Arrived]) -> Iterator[tuple[str, str]]:
    for one in fresh:
        for system, value in one.identifiers:
            yield identified.by_identifier(one.reading.kind, system, value), one.reading.key


def _by_subject(
    fresh: Iterable[Arrived], subjects: Mapping[str, str], now: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for one in fresh:
        reading = one.reading
        if reading.fate != "read" or reading.subject is not None or subjects.get(reading.kind) in (None, "", "Patient"):
            continue
        version = identified.by_version(reading.key, one.hash)  # the next one may be another patient's
        for subject in one.about:
            yield identified.by_subject(reading.kind, now.get(subject, subject)), version


def silent_of(connection: Connection, site: str, kind: str, subjects: Iterable[str]) -> set[str]:
    """The keys of the resources of a type that are about these patients, and of which no fact was read."""
    found = identified.found(connection, site, {identified.by_subject(kind, name) for name in subjects})
    hints = [identified.marked(noted) for several in found.values() for noted in several]
    known = identified.known_as(connection, site, {key for key, _ in hints})
    heads = readings.heads(connection, site, set(known.values())) if known else {}
    there = {key: head.hash for key, head in heads.items() if not head.deleted}
    return {known[key] for key, mark in hints if there.get(known[key], "").startswith(mark)}
