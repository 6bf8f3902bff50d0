"""Arrival: a document as it comes in, read, with each entry's bytes beside what was read of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from msgspec import DecodeError, Raw, Struct
from msgspec.structs import replace

from natars_fhir import pipeline
from natars_fhir.domain.issue import Issue
from natars_fhir.fhir import typed
from natars_fhir.fhir.bundle import open_bundle
from natars_fhir.fhir.entry import Entry
from natars_fhir.fhir.references import Scope
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.reading import ReadDocument, Reading
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.service.ingest.borne import about, identifiers
from natars_fhir.service.ingest.conformance import held_to_it
from natars_fhir.service.ingest.requests import NOTHING, Request, requests
from natars_fhir.store.packed import digest, pack_reading

#: The issue-type that is told of what concerns a forgotten person.
FORGOTTEN = "suppressed"


class Arrived(Struct, frozen=True):
    """One entry: what was read of it, and its bytes; ``raw`` is the resource, as it came.

    What is made of these alone is made before anything is held: the ``identifiers`` (system and value) that it bears,
    the names of those whom it may be ``about`` where no fact was read, and the reading as it is kept, ``packed``.
    """

    entry: Entry
    reading: Reading
    hash: str
    raw: bytes
    identifiers: Collection[tuple[str, str]] = ()
    about: tuple[str, ...] = ()
    packed: bytes = b""

    def as_read(self, reading: Reading) -> Arrived:
        """The same entry, read otherwise."""
        return replace(self, reading=reading, packed=b"")

    @property
    def wanted(self) -> bool:
        """Does it say something that is kept?"""
        return self.reading.fate in ("read", "deleted")

    @property
    def forgotten(self) -> bool:
        """Is it of a person of whom nothing is kept, not even that it came?"""
        return any(issue.code == FORGOTTEN for issue in self.reading.issues)

    @property
    def let_go(self) -> tuple[str, str, str]:
        """Type, id and hash: all that is kept where no view reads it."""
        return self.reading.kind, _id(self.entry.raw) or self.hash, self.hash


class Arrival(Struct, frozen=True):
    """A document, read. ``asked`` counts the entries that it has, those without a resource included."""

    raw: bytes
    hash: str
    document: ReadDocument
    arrived: tuple[Arrived, ...]
    asked: int
    #: what each entry of a Bundle asks for, in its place
    requests: tuple[Request, ...] = ()
    #: the entries that ask for what their sender may not see
    unseen: frozenset[int] = frozenset()

    def request(self, one: Arrived) -> Request:
        """What is asked for an entry."""
        place = one.entry.index
        known = place is not None and one.entry.found_in == "Bundle" and place < len(self.requests)
        return self.requests[place] if known and place is not None else NOTHING

    @property
    def lost(self) -> tuple[tuple[int, bytes], ...]:
        """The entries that hold something and no resource that is read (no object, a PATCH): each with its bytes."""
        at = self.faulty - {one.entry.index for one in self.arrived}
        return tuple((index, bytes(raw)) for index, raw in enumerate(_entries(self.raw)) if index in at) if at else ()

    @property
    def faulty(self) -> set[int]:
        """The entries with which something is wrong, though their resources may be right."""
        return {int(found[1]) for issue in self.document.issues if (found := _error_of_entry(issue))}

    @property
    def names(self) -> set[str]:
        """By what another document may touch the same: the patients by all their names, what is nobody's by its key,
        and what the document calls itself. What tells nothing touches nobody."""
        told = {self.document.identifier} if self.document.identifier else set()
        for one in self.arrived:
            reading = one.reading
            if reading.kind == "Patient":
                told.update(reading.aliases)
            if reading.subject or reading.facts:
                told.add(reading.subject or reading.key)
            asked = self.request(one)
            if asked.ifMatch or asked.ifNoneMatch:
                told.add(reading.key)
            told.update(text for text in (asked.url, asked.ifNoneExist) if "identifier=" in text)
        return told

    @property
    def answered_each(self) -> bool:
        """Is every entry of it answered by an entry?"""
        bundled = all(one.entry.found_in == "Bundle" for one in self.arrived)
        return self.document.type in ("transaction", "batch") and self.asked > 0 and bundled

    @property
    def refused_whole(self) -> tuple[Issue, ...]:
        """Why nothing of it is taken in; nothing to say where at least a part is (contract.md, HTTP).

        Of a transaction all is taken or nothing; of everything else an entry costs only itself.
        """
        told = (*self.document.issues, *(issue for one in self.document.refused for issue in one.issues))
        if self.document.type == "transaction":
            reads = sum(one.reads for one in self.requests)
            asks = (_ASKS,) if len(self.arrived) + reads < self.asked else ()
            return (*told, *asks) if self.document.unreadable or asks else ()
        nothing = all(one.reading.fate == "refused" for one in self.arrived)
        return told if nothing and self.document.unreadable and not self.answered_each else ()


_ASKS = Issue(
    "error",
    "not-supported",
    "Bundle.entry.request",
    "A transaction is taken whole or not at all, and of this one an entry holds no resource and asks for none.",
)


class TooManyError(Exception):
    """A Bundle of more entries than are taken at once."""


def arrive(raw: bytes, reader: DocumentReader, most_entries: int) -> Arrival:
    """Reads a document. Raises TooManyError before anything of it is read."""
    envelope = open_bundle(raw)
    asks = requests(raw) if envelope.type else ()
    asked = max(len(asks), len(envelope.entries))
    if asked > most_entries:
        raise TooManyError
    document = pipeline.read(raw, reader, envelope)
    if reader.mapping.site.check == "conformant":
        document = held_to_it(document, envelope.entries, raw, reader.version)
    pairs = zip(envelope.entries, document.readings, strict=True)
    scope = Scope(envelope.entries, reader.mapping.site.bases)
    arrived = tuple([_arrived(entry, reading, reader.mapping, scope) for entry, reading in pairs])
    return Arrival(raw, digest(raw), document, arrived, asked, asks)


def _arrived(entry: Entry, reading: Reading, mapping: SiteMapping, scope: Scope) -> Arrived:
    raw = bytes(entry.raw)
    if reading.fate != "read":
        return Arrived(entry, reading, digest(raw), raw)
    silent = reading.subject is None and mapping.subjects.get(reading.kind) not in (None, "", "Patient")
    whom = tuple(about(raw, entry, scope)) if silent else ()
    return Arrived(entry, reading, digest(raw), raw, identifiers(raw), whom, pack_reading(reading))


class _Bundle(Struct):
    entry: list[Raw] = []


def _entries(raw: bytes) -> list[bytes | Raw]:
    try:
        return [*typed.decode(raw.removeprefix(b"\xef\xbb\xbf"), _Bundle).entry]
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return []


def _error_of_entry(issue: Issue) -> re.Match[str] | None:
    return re.match(r"Bundle\.entry\[(\d+)\]", issue.expression) if issue.severity in ("fatal", "error") else None


class _Named(Struct):
    id: str = ""


def _id(raw: bytes | Raw) -> str:
    try:
        return typed.decode(raw, _Named).id
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return ""
