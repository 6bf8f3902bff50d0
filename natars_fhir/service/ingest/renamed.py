"""Renamed: a reading in which other names stand for the same resources. Pure.

A document may speak of what is kept here by an address that we gave it, or by a condition that one resource meets. What
is kept of it speaks of the key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from natars_fhir.domain.interval import Number
from natars_fhir.domain.record import Fact
from natars_fhir.mapping.reading import Reading

#: The details of a fact that name resources.
_NAMING = frozenset({"medication", "reason"})
_Detail = str | Number | tuple[str, ...]


def names_in(reading: Reading) -> Iterator[str]:
    """Every name of a resource that a reading holds."""
    yield reading.key
    if reading.subject is not None:
        yield reading.subject
    if reading.replaced_by is not None:
        yield reading.replaced_by
    if reading.kind == "Patient":
        yield from reading.aliases
    for fact in reading.facts:
        yield from fact.source.besides
        for key, value in fact.detail:
            if key in _NAMING:
                yield from (one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, str))


def renamed(reading: Reading, now: Mapping[str, str]) -> Reading:
    """The reading with the names that things have *now*."""
    if not any(name in now for name in names_in(reading)):
        return reading
    other = now.get
    return replace(
        reading,
        key=other(reading.key, reading.key),
        subject=None if reading.subject is None else other(reading.subject, reading.subject),
        replaced_by=None if reading.replaced_by is None else other(reading.replaced_by, reading.replaced_by),
        aliases=tuple(other(name, name) for name in reading.aliases) if reading.kind == "Patient" else reading.aliases,
        facts=tuple(_fact(fact, now) for fact in reading.facts),
    )


def _fact(fact: Fact, now: Mapping[str, str]) -> Fact:
    source = fact.source
    besides = tuple(now.get(one, one) for one in source.besides)
    told = tuple((key, _named(value, now) if key in _NAMING else value) for key, value in fact.detail)
    source = source._replace(reference=now.get(source.reference, source.reference), besides=besides)
    return fact._replace(source=source, detail=told)


def _named(value: _Detail, now: Mapping[str, str]) -> _Detail:
    if isinstance(value, tuple):
        return tuple(now.get(one, one) for one in value)
    return now.get(value, value) if isinstance(value, str) else value
