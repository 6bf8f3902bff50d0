"""The Bundle: an envelope of raw entries, of which each stands for itself. https://hl7.org/fhir/R4/bundle.html

One pass over the bytes cuts out the entries; no resource is decoded here. A malformed entry costs only itself. A single
resource, and what is wrapped in Parameters (https://hl7.org/fhir/R4/parameters.html), is an envelope too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import DecodeError, Raw, Struct, ValidationError

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir import typed
from natars_fhir.fhir.bundle_invariants import invariants
from natars_fhir.fhir.decode import NOT_UTF8, kind_of, utf8
from natars_fhir.fhir.entry import NOTHING, Entry, RawEntry, read_entry
from natars_fhir.fhir.history import moment, oldest_first
from natars_fhir.fhir.named_once import TWICE, Doubled, doubled, named_once

#: The types whose entries are data; https://hl7.org/fhir/R4/valueset-bundle-type.html
READ = frozenset({"document", "message", "transaction", "batch", "history", "searchset", "collection"})
ANSWERS = frozenset({"transaction-response", "batch-response"})

#: in the Bundle's order; None for what is no entry at all
Entries = list[RawEntry | None]

_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_OBJECT = re.compile(rb'\{[ \t\r\n]*"')
#: Most documents write their type first.
FIRST_KEY = re.compile(rb'\s*\{\s*"resourceType"\s*:\s*"([A-Za-z]+)"')


class Envelope(Struct, frozen=True, gc=False):
    """What a document holds: its entries, and what is wrong with it as a whole."""

    #: the Bundle's type; empty for a single resource
    type: str = ""
    #: in the Bundle's order; of a history the oldest first
    entries: tuple[Entry, ...] = ()
    issues: tuple[Issue, ...] = ()
    #: system and value of Bundle.identifier
    identifier: tuple[str, str] | None = None
    timestamp: str = ""
    #: MessageHeader.id of a message
    message: str = ""


class _Bundle(Struct, omit_defaults=True):
    type: str = ""
    entry: list[RawEntry] = []
    identifier: Raw = NOTHING
    timestamp: str = ""
    # what is not read, and most Bundles say (`named_once`)
    resourceType: Raw = NOTHING  # noqa: N815 (FHIR's name)
    id: Raw = NOTHING
    meta: Raw = NOTHING
    total: Raw = NOTHING
    link: Raw = NOTHING


class _LooseBundle(Struct):
    type: Any = None
    entry: Raw = NOTHING
    identifier: Raw = NOTHING
    timestamp: Any = None


class _Identifier(Struct):
    system: str = ""
    value: str = ""


class _Named(Struct):
    id: str = ""


class _Parameter(Struct):
    resource: Raw = NOTHING
    part: list[_Parameter] = []


class _Parameters(Struct):
    parameter: list[_Parameter] = []


_bundle = msgspec.json.Decoder(_Bundle).decode
_loose_bundle = msgspec.json.Decoder(_LooseBundle).decode
_parts = msgspec.json.Decoder(list[Raw]).decode
_parameters = msgspec.json.Decoder(_Parameters).decode


def open_bundle(raw: bytes) -> Envelope:
    """The envelope of a document: a Bundle, a single resource, or Parameters around them."""
    if not _OBJECT.match(raw):
        raw = raw.removeprefix(_BOM)
        if fault := not_json(raw):
            return Envelope(issues=(fault,))
    kind = _kind(raw)
    if isinstance(kind, Issue):
        return Envelope(issues=(kind,))
    if kind == "Parameters":
        return _unwrap(raw)
    return _open(raw, "Bundle") if kind == "Bundle" else Envelope(entries=(Entry(None, "", raw),))


def not_json(raw: bytes) -> Issue | None:
    """What can be told of a document by its first bytes: nothing there, gzip, UTF-16, XML, HL7 version 2."""
    if raw.startswith(_GZIP):
        return Issue("fatal", "structure", "Resource", "This is gzip, and nothing says so: Content-Encoding, or .gz.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw[:4]:
        return NOT_UTF8
    start = raw[:64].lstrip() or raw.strip()[:1]
    if not start:
        return Issue("fatal", "structure", "Resource", "There is nothing here: the document is empty.")
    if start.startswith(b"<"):
        return Issue("fatal", "not-supported", "Resource", "This looks like XML; only FHIR's JSON is read.")
    if start.startswith(b"MSH|"):
        return Issue("fatal", "not-supported", "Resource", "This looks like HL7 version 2; only FHIR's JSON is read.")
    return None


def _kind(raw: bytes | Raw) -> str | Issue:
    """The type of a document; most write it first, and then no more of it is read."""
    first = FIRST_KEY.match(raw)
    return first[1].decode() if first else kind_of(raw)


def _open(raw: bytes | Raw, place: str) -> Envelope:
    """A Bundle that is found at *place*."""
    try:
        envelope, entries = _strict(raw, place)
    except (DecodeError, RecursionError, UnicodeDecodeError):
        try:
            twice = doubled(raw)
            if twice.whole:
                return Envelope(issues=(TWICE.within(place),))
            envelope, entries = _tolerant(raw, place, twice)
        except (DecodeError, RecursionError, UnicodeDecodeError):
            return Envelope(issues=(_unreadable(raw).within(place),))
    problems = [*_type(envelope), *(() if envelope.entries or envelope.issues else (_EMPTY,))]
    if envelope.type in ANSWERS:
        return Envelope(envelope.type, (), (_ANSWER.within(place),), envelope.identifier, envelope.timestamp)
    problems += invariants(envelope.type, entries, envelope.identifier, envelope.timestamp)
    issues = (*envelope.issues, *(problem.within(place) for problem in problems))
    return Envelope(
        envelope.type, envelope.entries, issues, envelope.identifier, envelope.timestamp, _message(envelope)
    )


def _strict(raw: bytes | Raw, place: str) -> tuple[Envelope, Entries]:
    said = _bundle(raw)
    if not named_once(said, raw, _left(said)):
        raise DecodeError(TWICE.text)
    entries: Entries = said.entry  # type: ignore[assignment]
    return _envelope(said.type, said.timestamp, said.identifier, entries, [], place), entries


def _left(said: _Bundle) -> Iterator[Raw]:
    """What was decoded no further, but for resources and what is no object."""
    each = (part for one in said.entry for part in (one.response, one.search))
    return (part for part in (said.identifier, said.meta, said.link, *each) if part is not NOTHING)


def _tolerant(raw: bytes | Raw, place: str, twice: Doubled) -> tuple[Envelope, Entries]:
    """A Bundle of which something has the wrong type, or a name twice: each entry is decoded on its own."""
    said, entries = _loose_bundle(raw), Entries()
    issues = [
        Issue("error", "structure", f"{place}.{name}", "A JSON string is expected here.")
        for name in ("type", "timestamp")
        if not isinstance(getattr(said, name), str | None)
    ]
    try:
        parts = _parts(said.entry) if said.entry is not NOTHING else []
    except ValidationError:
        parts = []
        issues.append(Issue("error", "structure", f"{place}.entry", "Bundle.entry is an array."))
    for index, part in enumerate(parts):
        at = f"{place}.entry[{index}]"
        entry, faults = read_entry(part, at) if index not in twice.entries else (None, [TWICE.within(at)])
        entries.append(entry)
        issues += faults
    return _envelope(_text(said.type), _text(said.timestamp), said.identifier, entries, issues, place), entries


def _envelope(
    kind: str, timestamp: str, identifier: Raw, entries: Entries, issues: list[Issue], place: str
) -> Envelope:
    found: list[Entry] = []
    for index, entry in enumerate(entries):
        if entry is None:
            continue
        if (fault := entry.fault(kind)) is None:
            found.append(entry.at(index, place))
        else:
            issues.append(fault.within(f"{place}.entry[{index}]"))
    if kind == "history":
        found = oldest_first(found, [moment(entry) for entry in entries if entry and entry.fault(kind) is None])
    return Envelope(kind, tuple(found), tuple(issues), _identifier(identifier), timestamp)


def _type(envelope: Envelope) -> list[Issue]:
    if not envelope.type:
        return [Issue("error", "required", "Bundle.type", "A Bundle says its type; it was read as a collection.")]
    if envelope.type not in READ | ANSWERS:
        return [Issue("error", "code-invalid", "Bundle.type", "R4 has no such Bundle; it was read as a collection.")]
    return []


def _identifier(raw: Raw) -> tuple[str, str] | None:
    try:
        said = typed.decode(raw, _Identifier) if raw is not NOTHING else _Identifier()
    except (DecodeError, UnicodeDecodeError):
        return None
    return (said.system, said.value) if said.value else None


def _message(envelope: Envelope) -> str:
    if envelope.type != "message" or not envelope.entries:
        return ""
    try:
        return typed.decode(envelope.entries[0].raw, _Named).id
    except (DecodeError, UnicodeDecodeError):
        return ""


def _text(said: Any) -> str:
    return said if isinstance(said, str) else ""


def _unwrap(raw: bytes) -> Envelope:
    """Every resource of the Parameters; a Bundle among them is opened."""
    try:
        if doubled(raw).whole:
            return Envelope(issues=(TWICE.within("Parameters"),))
        wrapped = list(_resources(_parameters(raw).parameter, "Parameters.parameter"))
    except (DecodeError, RecursionError, UnicodeDecodeError):
        return Envelope(issues=(_unreadable(raw).within("Parameters"),))
    opened = [_within_parameters(resource, f"{place}.resource") for place, resource in wrapped]
    if not opened:
        return Envelope(issues=(Issue("warning", "not-found", "Parameters", "The Parameters hold no resource."),))
    return Envelope(
        next((it.type for it in opened if it.type), ""),
        tuple(entry for it in opened for entry in it.entries),
        tuple(issue for it in opened for issue in it.issues),
        next((it.identifier for it in opened if it.identifier), None),
        next((it.timestamp for it in opened if it.timestamp), ""),
        next((it.message for it in opened if it.message), ""),
    )


def _resources(parameters: list[_Parameter], place: str) -> Iterator[tuple[str, Raw]]:
    """Each resource, however deep its parameter stands, with the parameter's place."""
    for index, one in enumerate(parameters):
        if one.resource is not NOTHING:
            yield f"{place}[{index}]", one.resource
        yield from _resources(one.part, f"{place}[{index}].part")


def _within_parameters(raw: Raw, place: str) -> Envelope:
    kind = _kind(raw)
    if isinstance(kind, Issue):
        return Envelope(issues=(kind.within(place),))
    return _open(raw, place) if kind == "Bundle" else Envelope(entries=(Entry(None, place, raw),))


def _unreadable(raw: bytes | Raw) -> Issue:
    kind = kind_of(raw)
    if isinstance(kind, Issue):
        return kind
    if not utf8(raw):
        return NOT_UTF8
    return Issue("error", "structure", "Resource", "An element has another JSON type than R4 asks for.")


_EMPTY = Issue("warning", "not-found", "Bundle.entry", "The Bundle has no entry: there is nothing to read.")
_ANSWER = Issue("information", "informational", "Bundle.type", "A server's answer holds nothing to read.")
