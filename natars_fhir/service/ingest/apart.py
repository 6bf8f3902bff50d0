"""Apart: what of a document could not be used, with what stood around it, so that it can be read once more.

An entry by itself does not tell whom a `urn:uuid` names, nor from which server it came: what its references mean in
their Bundle is kept beside its bytes, as the keys of what they name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace as with_new

from natars_fhir import __version__
from natars_fhir.domain.issue import Issue
from natars_fhir.fhir import typed
from natars_fhir.fhir.decode import kind_of
from natars_fhir.fhir.entry import Entry
from natars_fhir.fhir.references import Scope
from natars_fhir.fhir.validate import has_type
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.service.ingest.arrival import Arrival, Arrived, TooManyError, arrive
from natars_fhir.store.quarantine import Unused

#: What may name another entry of a Bundle by its fullUrl.
_ADDRESS = re.compile(rb'"((?:urn:|https?://)[^"\\\s]+)"')
_KEY = re.compile(r"(?:https?://\S+/)?([A-Za-z]+)(?:/([A-Za-z0-9\-.]{1,64})|\?identifier=([^|]*)\|(.*))")
_FIRST = "Bundle.entry[0]"


class Around(Struct, omit_defaults=True):
    """What stood around an entry. ``whole``: its bytes are the whole entry, for it held no resource."""

    type: str = ""
    full_url: str = ""
    method: str = ""
    url: str = ""
    if_none_exist: str = ""
    #: fullUrl → key of the resources that it names, and one of each other server
    others: dict[str, str] = {}
    whole: bool = False


def read_with(mapping: SiteMapping) -> str:
    """Marks what read a document: another mapping, or another version of the program, may make more of it."""
    return f"{mapping.hash} {__version__}"


def refused_whole(arrival: Arrival, reasons: tuple[Issue, ...], reader: DocumentReader) -> Unused:
    """A document of which nothing was taken in."""
    return Unused("", arrival.raw, reasons, _kind(arrival.raw), reader.version or "", read_with(reader.mapping))


def refused_entries(arrival: Arrival, reader: DocumentReader) -> Iterator[Unused]:
    """The entries that could not be read, of a document that was taken in."""
    refused, lost = [one for one in arrival.arrived if one.reading.fate == "refused"], arrival.lost
    if not refused and not lost:
        return
    fhir, mark, kind = reader.version or "", read_with(reader.mapping), arrival.document.type
    others = _Others([one.entry for one in arrival.arrived], reader.mapping.site.bases)
    for one in refused:
        entry = one.entry
        raw, deleted = (_request(entry), True) if entry.deleted else (one.raw, False)
        around = b"" if entry.index is None else _around(kind, entry, others, whole=deleted)
        yield Unused(entry.place, raw, one.reading.issues, _kind(raw), fhir, mark, around)
    for index, raw in lost:
        place = f"Bundle.entry[{index}]"
        issues = tuple(one for one in arrival.document.issues if one.expression.startswith(place))
        yield Unused(place, raw, issues, "", fhir, mark, msgspec.json.encode(Around(kind, whole=True)))


def arrived_again(unused: Unused, reader: DocumentReader, most_entries: int) -> Arrival:
    """What was set apart, read once more where it stood; an entry without those that stood beside it.

    Raises TooManyError.
    """
    if not unused.around:
        return arrive(unused.raw, reader, most_entries)
    around = typed.decode(unused.around, Around)
    found = arrive(_bundle(unused.raw, around), reader, max(most_entries, len(around.others) + 1))
    own = tuple(one for one in found.arrived if one.entry.index == 0)
    readings = tuple(_at(one, unused.place) for one in own)
    told = () if own else _placed(found.document.issues, unused.place)
    document = with_new(found.document, readings=readings, issues=told)
    arrived = tuple(with_new(one, reading=reading) for one, reading in zip(own, readings, strict=True))
    return with_new(found, raw=unused.raw, document=document, arrived=arrived, asked=1)


def why_not(unused: Unused, reader: DocumentReader, most_entries: int) -> tuple[Arrival | None, tuple[Issue, ...]]:
    """What was set apart, read once more; without an arrival, why it still cannot be used."""
    try:
        arrival = arrived_again(unused, reader, most_entries)
    except TooManyError:
        text = f"A Bundle of at most {most_entries} entries is taken at once: send it in parts."
        return None, (Issue("error", "too-long", "Bundle.entry", text),)
    told = (*arrival.document.issues, *(issue for one in arrival.document.refused for issue in one.issues))
    if arrival.refused_whole or all(one.reading.fate == "refused" for one in arrival.arrived):
        return None, arrival.refused_whole or told
    return arrival, ()


class _Others:
    """The other entries of a Bundle by their fullUrls, with the keys that they go by."""

    def __init__(self, entries: list[Entry], bases: Iterable[str]) -> None:
        self._entries = {entry.full_url: entry for entry in reversed(entries) if entry.full_url}
        self._scope = Scope(entries, bases)
        servers = {url.rsplit("/", 2)[0]: url for url in self._entries if url.startswith("http")}
        # of several servers none is the site's own: that there are several, two of them tell
        self._servers = [servers[server] for server in sorted(servers)][:2] if len(servers) > 1 else []

    def named_by(self, entry: Entry) -> dict[str, str]:
        """fullUrl → key of those that the bytes of an entry name."""
        # bytes that are no UTF-8 may be the very reason why it was refused: such an address is nobody's
        addresses = {found.decode(errors="replace") for found in _ADDRESS.findall(bytes(entry.raw))}
        told = [url for url in (*sorted(addresses), *self._servers) if url in self._entries and url != entry.full_url]
        return {url: self._scope.own(self._entries[url]) for url in told}


def _around(kind: str, entry: Entry, others: _Others, *, whole: bool) -> bytes:
    named = {} if whole else others.named_by(entry)
    told = Around(kind, entry.full_url, entry.method, entry.url, entry.if_none_exist, named, whole)
    return msgspec.json.encode(told)


def _request(entry: Entry) -> bytes:
    """The entry of a deletion, which holds no resource."""
    return msgspec.json.encode(_entry(Raw(b""), entry.full_url, entry.method, entry.url, ""))


def _bundle(raw: bytes, around: Around) -> bytes:
    own: Any = Raw(raw)
    if not around.whole:
        own = _entry(Raw(raw), around.full_url, around.method, around.url, around.if_none_exist)
    asks = bool(around.method)
    stubs = [_stub(url, key, asks=asks) for url, key in around.others.items()]
    # a transaction would be refused for what is wrong with an entry: here that costs the entry alone, as it did
    kind = "batch" if asks or around.type in ("transaction", "batch") else "collection"
    return msgspec.json.encode({"resourceType": "Bundle", "type": kind, "entry": [own, *stubs]})


def _entry(resource: Raw, full_url: str, method: str, url: str, if_none_exist: str) -> Mapping[str, Any]:
    request = {"method": method, "url": url, "ifNoneExist": if_none_exist}
    said = {name: value for name, value in request.items() if value}
    parts = {"fullUrl": full_url, "resource": resource if bytes(resource) else None, "request": said}
    return {name: part for name, part in parts.items() if part}


def _stub(url: str, key: str, *, asks: bool) -> Mapping[str, Any]:
    """Something that goes by this key at this address; it is never taken in."""
    found = _KEY.fullmatch(key)
    kind, ident, system, value = found.groups() if found else ("Basic", None, None, None)
    named = {"id": ident} if ident else {"identifier": [{"system": system, "value": value}]} if value else {}
    resource = msgspec.json.encode({"resourceType": kind, **named})
    return _entry(Raw(resource), url, "PUT" if asks else "", f"{kind}/{ident or ''}" if asks else "", "")


def _at(one: Arrived, place: str) -> Any:
    """The reading, as of the place where the entry stood."""
    return with_new(one.reading, place=place, issues=_placed(one.reading.issues, place))


def _placed(issues: Iterable[Issue], place: str) -> tuple[Issue, ...]:
    entry = place.removesuffix(".resource")
    return tuple(replace(one, expression=one.expression.replace(_FIRST, entry, 1)) for one in issues)


def _kind(raw: bytes) -> str:
    """The type of a resource; only of one that there is, for a text may be anything."""
    kind = kind_of(raw.removeprefix(b"\xef\xbb\xbf"))
    return kind if isinstance(kind, str) and (has_type("R4", kind) or has_type("R5", kind)) else ""
