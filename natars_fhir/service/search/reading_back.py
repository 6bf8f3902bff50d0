"""Reading back: a site's own resources, as it sent them, and what it was told of them. Never another site's.

https://hl7.org/fhir/R4/http.html#read, #vread, #history. A version's number counts the versions that came to count
here; what `meta` says is the sender's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from natars_fhir.emit.identity import Key
from natars_fhir.fhir import typed
from natars_fhir.fhir.given_back import given_back
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.service.access.caller import Caller
from natars_fhir.service.ingest.addresses import address
from natars_fhir.store import identified, kept
from natars_fhir.store.told import told

#: What we tell a site is kept as long as it is told: the newest of each can be read.
TOLD = ("ResearchStudy", "ResearchSubject", "Task")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, at a base of which version."""

    site: str
    version: Name
    secret: Key = field(repr=False)
    mapping: SiteMapping = field(repr=False)
    #: None where all may be read
    caller: Caller | None = None

    def may_read(self, kind: str) -> bool:
        """Is the caller allowed to read resources of this type?"""
        who = self.caller
        return who is None or ("read" in who.may and who.does(kind, "r"))

    def knows(self, kind: str) -> bool:
        """Are resources of this type kept, or told?"""
        return kind in self.mapping.kinds or kind in TOLD


def about_patients(mapping: SiteMapping, kind: str) -> bool:
    """Do resources of this type say whose they are?"""
    return bool(mapping.subjects.get(kind)) and kind != "Patient"


@dataclass(frozen=True, slots=True)
class Shown:
    """One version of a resource; without bytes it is a deletion."""

    kind: str
    ident: str
    version: int
    received: datetime
    raw: bytes | None = field(repr=False)

    @property
    def etag(self) -> str:
        """https://hl7.org/fhir/R4/http.html#versioning"""
        return f'W/"{self.version}"'


class _Named(msgspec.Struct):
    id: str = ""


def read(connection: Connection, asker: Asker, kind: str, ident: str, version: str = "") -> Shown | None:
    """A resource, the newest version or the one of that number; None where there is none."""
    key = _key(connection, asker, kind, ident)
    every = kept.numbered(connection, asker.site, key)
    found = [one for one in every if version in ("", str(one.number))]
    if not every:
        return next((one for one in letters(connection, asker, kind) if _is(one, ident, version)), None)
    return _shown(connection, asker, kind, ident, found[-1:])[0] if found else None


def _is(one: Shown, ident: str, version: str) -> bool:
    return one.ident == ident and version in ("", str(one.version))


def history(connection: Connection, asker: Asker, kind: str, ident: str) -> list[Shown]:
    """Every version that counted, the newest first; of what we tell the newest alone is there."""
    key = _key(connection, asker, kind, ident)
    if every := kept.numbered(connection, asker.site, key):
        return _shown(connection, asker, kind, ident, every[::-1])
    return [one for one in letters(connection, asker, kind) if one.ident == ident]


def newest(connection: Connection, asker: Asker, kind: str, keys: Collection[str]) -> list[Shown]:
    """What these resources are now, in the order of their keys; those that are gone are not among them."""
    found = kept.newest(connection, asker.site, keys)
    return [_of_key(asker, kind, key, found[key]) for key in sorted(found) if found[key].head.kind == kind]


def letters(connection: Connection, asker: Asker, kind: str) -> list[Shown]:
    """What the site is told of one type, the newest of each."""
    if kind not in TOLD:
        return []
    made = [(typed.decode(one.body, _Named).id, one) for one in told(connection, asker.site, kind)]
    return [
        Shown(kind, ident, one.version, one.queued, given_back(one.body, ident, asker.version)) for ident, one in made
    ]


def _key(connection: Connection, asker: Asker, kind: str, ident: str) -> str:
    name = f"{kind}/{ident}"
    return identified.known_as(connection, asker.site, [name])[name]


def _of_key(asker: Asker, kind: str, key: str, found: kept.Newest) -> Shown:
    ident = address(asker.secret, asker.site, kind, key).partition("/")[2]
    raw = given_back(found.raw, ident, asker.version)
    return Shown(kind, ident, found.head.versions, found.received, raw)


def _shown(
    connection: Connection, asker: Asker, kind: str, ident: str, versions: Iterable[kept.Numbered]
) -> list[Shown]:
    many = list(versions)
    octets: Mapping[int, bytes] = kept.octets(connection, asker.site, [one.seq for one in many])
    return [
        Shown(
            kind,
            ident,
            one.number,
            one.received,
            given_back(octets[one.seq], ident, asker.version) if one.seq in octets else None,
        )
        for one in many
    ]
