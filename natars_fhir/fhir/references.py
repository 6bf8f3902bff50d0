"""How references name resources, and one key for each resource of a site. https://hl7.org/fhir/R4/references.html

The key is ``Type/id``; the whole URL where it belongs to another server than the site's; and
``Type?identifier=system|value`` for a resource that has no id. Two resources of different servers never share a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, Protocol
from urllib.parse import parse_qs

from msgspec import DecodeError, Raw, Struct

from natars_fhir.fhir import typed
from natars_fhir.fhir.entry import Entry
from natars_fhir.fhir.pointers import names_one

_KIND, _ID = "[A-Z][A-Za-z]{1,63}", r"[A-Za-z0-9\-.]{1,64}"
_LITERAL = re.compile(rf"(?:(https?://[^\s?#]+)/)?({_KIND})/({_ID})(?:/_history/({_ID}))?")
_CONDITION = re.compile(rf"(?:https?://[^\s?#]+/)?({_KIND})\?(\S+)")


@dataclass(frozen=True, slots=True)
class Named:
    """What a reference says, taken apart."""

    way: Literal["relative", "absolute", "urn", "contained", "conditional", "unknown"]
    base: str = ""
    kind: str = ""
    id: str = ""
    version: str = ""
    #: the business identifier that a conditional reference asks for
    system: str = ""
    value: str = ""


def parse(reference: str) -> Named:
    """A reference's text, taken apart; `unknown` where it names no resource.

    >>> parse("Patient/1/_history/2")
    Named(way='relative', base='', kind='Patient', id='1', version='2', system='', value='')
    """
    if found := _LITERAL.fullmatch(reference):
        base, kind, ident, version = found.groups("")
        return Named("absolute" if base else "relative", base, kind, ident, version)
    if reference.startswith(("urn:uuid:", "urn:oid:")):
        return Named("urn", id=reference)
    if reference.startswith("#"):
        return Named("contained", id=reference[1:])
    if found := _CONDITION.fullmatch(reference):
        return _conditional(*found.groups())
    return Named("unknown")


def _conditional(kind: str, query: str) -> Named:
    asked = parse_qs(query, keep_blank_values=True)
    identifiers = asked.get("identifier", [])
    if len(asked) != 1 or len(identifiers) != 1:
        return Named("unknown")
    system, bar, value = identifiers[0].partition("|")
    return Named("conditional", kind=kind, system=system, value=value) if bar and system and value else Named("unknown")


#: Types whose identifiers hospitals put on many resources: the accession of a panel on all its results, the number of
#: an operation on all that was done in it. Such a number alone says of none which it is.
SHARED_NUMBERS = frozenset(
    {
        "DiagnosticReport",
        "MedicationAdministration",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
        "Procedure",
    }
)


class Identifier(Protocol):
    """FHIR's Identifier, as far as it names something."""

    system: Any
    value: Any


class Reference(Protocol):
    """FHIR's Reference, as far as it names something."""

    reference: Any
    type: Any
    identifier: Any


class _Identifier(Struct):
    system: str | None = None
    value: str | None = None


class _Head(Struct):
    resourceType: str = ""  # noqa: N815 (FHIR's name)
    id: str | None = None
    identifier: list[_Identifier] | _Identifier | None = None


class _ShortHead(Struct):
    resourceType: str = ""  # noqa: N815 (FHIR's name)
    id: str | None = None


class Scope:
    """The names of one document's resources, as its references use them.

    *bases* are the site's own servers. Where it declares none, the one server of the document's fullUrls is its own;
    of several, none is: then every URL stays whole, so that no two patients become one.
    """

    __slots__ = ("_by_full_url", "_declared", "_keys", "_seen")

    def __init__(self, entries: Sequence[Entry] = (), bases: Iterable[str] = ()) -> None:
        self._by_full_url = {entry.full_url: entry for entry in reversed(entries) if entry.full_url}
        self._declared = frozenset(map(_server, bases))
        self._seen = frozenset(map(_server, {_base(url) for url in self._by_full_url if url.startswith("http")}))
        self._keys: dict[str, str | None] = {}

    def own(self, entry: Entry, resource: Any = None) -> str:
        """The key of the entry's own resource; without its Struct, from its bytes."""
        if resource is not None and resource.id:
            return self._literal(_base_of(entry), type(resource).__name__, resource.id)
        kind, ident, identifiers = _names(resource) if resource is not None else _head(entry.raw)
        asked = parse(entry.url) if entry.url else _UNKNOWN
        address = parse(entry.full_url) if entry.full_url.startswith("http") else _UNKNOWN
        kind = kind or asked.kind or address.kind
        if ident := ident or address.id or (asked.id if entry.method in _ADDRESSED else ""):
            return self._literal(_base_of(entry), kind, ident)
        own = () if kind in SHARED_NUMBERS else identifiers
        for system, value in [*own, (asked.system, asked.value), _condition(kind, entry.if_none_exist)]:
            if system and value and names_one(value):
                return f"{kind}?identifier={system}|{value}"
        return entry.full_url or f"{kind}#{sha256(bytes(entry.raw)).hexdigest()[:32]}"

    def key(self, reference: Reference | str, entry: Entry | None = None, target: str = "") -> str | None:
        """The key of what *reference*, standing in *entry*, names; None where it names nothing that has one.

        *target* is the type that the element allows, for a reference by identifier alone. What no entry of this
        document is, may be known from an earlier one (see `dangling`).
        """
        text = reference if isinstance(reference, str) else reference.reference
        found = self._named(text, entry) if text else None
        return found if found or isinstance(reference, str) else _by_identifier(reference, target)

    def dangling(self, key: str) -> bool:
        """Is *key* a name that only this document could explain, and does not?"""
        return key.startswith("urn:") and key not in self._by_full_url

    def kind(self, full_url: str) -> str:
        """The type of the entry that has this fullUrl; empty where there is none."""
        entry = self._by_full_url.get(full_url)
        return _head(entry.raw)[0] if entry is not None else ""

    def _named(self, text: str, entry: Entry | None) -> str | None:
        if text.startswith("#"):
            return f"{self.own(entry)}{text if len(text) > 1 else ''}" if entry else None
        base = _base_of(entry) if entry else ""
        if base and not self._ours(base):
            return self._resolve(text, base)
        try:
            return self._keys[text]
        except KeyError:
            return self._keys.setdefault(text, self._resolve(text, ""))

    def _resolve(self, text: str, base: str) -> str | None:
        named = parse(text)
        if named.way in ("relative", "absolute"):
            return self._literal(named.base or base, named.kind, named.id)
        if named.way == "conditional":
            return f"{named.kind}?identifier={named.system}|{named.value}"
        entry = self._by_full_url.get(text)
        if entry is not None:
            return self.own(entry)
        return text if named.way == "urn" else None

    def _literal(self, base: str, kind: str, ident: str) -> str:
        name = f"{kind}/{ident}"
        return name if not base or self._ours(base) else f"{base}/{name}"

    def _ours(self, base: str) -> bool:
        if self._declared:
            return _server(base) in self._declared
        return not self._seen or (len(self._seen) == 1 and _server(base) in self._seen)


def _by_identifier(reference: Reference, target: str) -> str | None:
    """A logical reference: https://hl7.org/fhir/R4/references.html#logical"""
    said, kind = reference.identifier, (reference.type or "").rpartition("/")[2] or target
    return f"{kind}?identifier={said.system}|{said.value}" if kind and said and said.system and said.value else None


def _names(resource: Any) -> tuple[str, str, list[tuple[str, str]]]:
    """Type, id and business identifiers of a Struct."""
    said = getattr(resource, "identifier", None) or ()
    identifiers = said if isinstance(said, list | tuple) else (said,)
    pairs = [(it.system or "", it.value or "") for it in identifiers]
    return getattr(resource, "resourceType", None) or type(resource).__name__, resource.id or "", pairs


def _head(raw: bytes | Raw) -> tuple[str, str, list[tuple[str, str]]]:
    """The same from the bytes; as far as they can be read."""
    for kind in (_Head, _ShortHead):
        try:
            return _names(typed.decode(raw, kind))
        except (DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return "", "", []


def _condition(kind: str, query: str) -> tuple[str, str]:
    """`ifNoneExist` comes with and without its type."""
    named = _conditional(kind, query.rpartition("?")[2]) if query else _UNKNOWN
    return named.system, named.value


def _base_of(entry: Entry) -> str:
    return _base(entry.full_url) if entry.full_url.startswith("http") else ""


def _base(url: str) -> str:
    """``http://host/fhir`` of ``http://host/fhir/Patient/1``."""
    return url.partition("/_history/")[0].rsplit("/", 2)[0]


def _server(base: str) -> str:
    """http and https are one server."""
    return base.partition("://")[2].rstrip("/")


_UNKNOWN = Named("unknown")
_ADDRESSED = frozenset({"PUT", "DELETE"})
