"""Reread: what was kept of a site, read again with another mapping, each resource under the key it is known by.

The bytes that were kept are one entry's, without the Bundle around them. What only the Bundle could tell (whom a
`urn:uuid` names) is taken from the first reading; where that did not say it, the resource has to be sent again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from natars_fhir.domain.record import Fact
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.reading import Reading
from natars_fhir.store import readings
from natars_fhir.store.readings import Head

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """A resource's newest version as it came, and what was read of it then."""

    head: Head
    reading: Reading
    raw: bytes
    received: datetime


def kept(connection: Connection, site: str, after: str = "", most: int = _PAGE) -> list[Kept]:
    """The next resources of a site, in the order of their keys; those that are deleted are not among them."""
    return [Kept(*found) for found in readings.with_bytes(connection, site, after, most)]


def everything(connection: Connection, site: str) -> Iterator[Kept]:
    """All resources of a site."""
    after = ""
    while page := kept(connection, site, after):
        yield from page
        after = page[-1].head.key


def reread(one: Kept, reader: DocumentReader) -> Reading | None:
    """What *reader* makes of it now; None where it names something that only its Bundle could tell."""
    told, before = reader(_placed(one)).readings, one.reading
    if len(told) != 1 or told[0].fate != "read":
        return None
    fresh = told[0]
    subject = before.subject or fresh.subject
    facts = tuple(_of(fact, before.key) for fact in fresh.facts)
    whose = before.subject is None and bool(facts) and subject is not None
    if any(map(_unknown, _others(facts))) or (whose and (_unknown(subject or "") or _foreign(before.key, reader))):
        return None
    patient = fresh.kind == "Patient"
    return replace(
        fresh,
        key=before.key,
        subject=before.subject if patient else subject,
        facts=facts,
        aliases=_aliases(fresh, before) if patient else before.aliases,
    )


def _placed(one: Kept) -> bytes:
    """The bytes, at the address that they came from: references beside it are relative to that server."""
    if not one.reading.key.startswith("http"):
        return one.raw
    address = msgspec.json.encode(one.reading.key)
    return b'{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":%b,"resource":%b}]}' % (address, one.raw)


def _foreign(key: str, reader: DocumentReader) -> bool:
    """Came it from another server of a site that declares none? Which one is its own, only the document told."""
    return key.startswith("http") and not reader.mapping.site.bases


def _of(fact: Fact, key: str) -> Fact:
    return fact._replace(source=fact.source._replace(reference=key))


def _aliases(fresh: Reading, before: Reading) -> tuple[str, ...]:
    """A person's names by identifier as the mapping has them now; by link as they were resolved then."""
    links = tuple(name for name in before.aliases if not name.startswith("Patient?identifier="))
    return (*(name for name in fresh.aliases if name.startswith("Patient?identifier=")), *links)


def _others(facts: tuple[Fact, ...]) -> Iterator[str]:
    """Everything else that the facts name."""
    for fact in facts:
        yield from fact.source.besides
        for key in ("medication", "reason"):
            said = fact.said(key)
            yield from (one for one in (said if isinstance(said, tuple) else (said,)) if isinstance(one, str))


def _unknown(name: str) -> bool:
    return name.startswith(("urn:uuid:", "urn:oid:", "#"))
