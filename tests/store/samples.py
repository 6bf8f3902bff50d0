"""Readings and moments that the store's tests share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from natars_fhir.domain.identity import Version
from natars_fhir.domain.record import Fact, Source, detail
from natars_fhir.mapping.reading import Reading
from natars_fhir.store.readings import Current, Head

NOW = datetime(2024, 6, 15, 4, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def fact(key: str, concept: str = "histology", value: str = "LMS", **said: str) -> Fact:
    return Fact(concept, value, "2024-06-01", Source("a", key), "Condition.code", detail=detail(**said))


def current(
    key: str,
    subject: str | None = "Patient/1",
    facts: tuple[Fact, ...] = (),
    number: int | None = None,
    deleted: bool = False,
) -> Current:
    kind, version = key.partition("/")[0], Version(number, None)
    reading = Reading(key, kind, "read", version=version, subject=subject, facts=facts)
    head = Head(key, kind, subject, version, f"hash of {key}", "mapping", 1, deleted)
    return Current(head, None if deleted else reading)
