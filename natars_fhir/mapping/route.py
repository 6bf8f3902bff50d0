"""Routing by code: what no criterion asks for is let go before the strict decode (hot-path.md §4).

Sound under four conditions. What decides is derived from the views: a resource is let go only where the one element
that it has of those that can tell a fact (`telling`) tells none that a criterion asks for, and whatever a header cannot
decide goes to the strict decode. The header still knows id and version, so that a correction which takes a mapped code
away retracts the old facts. The codes are counted as not asked for. And it is never used where checking was promised:
what is let go is told as «let go, not checked».
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, get_args

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import fields

from natars_fhir.domain.identity import Version, version
from natars_fhir.domain.record import Source
from natars_fhir.fhir.r4 import structs
from natars_fhir.fhir.r4.primitives import Id, Instant
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.observation import asked_in_words
from natars_fhir.mapping.reading import NO_VERSION, Reading
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import NotUnderstood, Sink
from natars_fhir.mapping.view import Read, telling

#: Gives the reading of a resource that no criterion asks for; None where the strict decode must decide.
Route = Callable[[bytes], "Reading | None"]

#: Where the type comes first; most engines write it so, and of others nothing is routed. Its name ends after `_LEAST`.
_STARTS, _LEAST = (b'{"resourceType":"', b'{"resourceType": "'), 18
#: Different elements that are remembered, and the longest of them.
_MOST, _LONGEST = 4_096, 1_000


class _Meta(Struct, gc=False):
    versionId: str | None = None  # noqa: N815 (FHIR's name)
    lastUpdated: str | None = None  # noqa: N815 (FHIR's name)


_NUMBER, _MOMENT = (re.compile(get_args(form)[1].pattern) for form in (Id, Instant))


@lru_cache(maxsize=4_096)
def _version(number: str | None, updated: str | None) -> Version | None:
    """The version by which others may be replaced; None where its form is wrong, and the strict decode must say so."""
    sound = (number is None or _NUMBER.search(number)) and (updated is None or _MOMENT.search(updated))
    return version(number, updated) if sound else None


class _Component(Struct, gc=False):
    code: Raw


class _Judged(dict[bytes, "tuple[NotUnderstood, ...] | None"]):
    """The bytes of an element → what of it was not understood; None where a criterion may ask for it."""

    def __init__(self, judge: Callable[[Any], tuple[NotUnderstood, ...] | None]) -> None:
        super().__init__()
        self._judge, self._decode = judge, msgspec.json.Decoder(structs.CodeableConcept).decode

    def __missing__(self, raw: bytes) -> tuple[NotUnderstood, ...] | None:
        found = self._judge(self._decode(raw))
        if len(raw) <= _LONGEST:
            if len(self) >= _MOST:
                self.clear()
            self[raw] = found
        return found


def route(lore: Lore, views: Iterable[View], reads: Mapping[str, Read]) -> Route:
    """The router of a site's mapping, for resources that stand alone."""
    by_type: dict[str, list[View]] = {}
    for view in views:
        by_type.setdefault(view.resource, []).append(view)
    routes: dict[bytes, Route] = {}
    for kind, found in by_type.items():
        if (made := _route_of(kind, found, lore, reads[kind])) is not None:
            routes |= {start + kind.encode(): made for start in _STARTS}

    def let_go(raw: bytes) -> Reading | None:
        found = routes.get(raw[: raw.find(b'"', _LEAST)])
        if found is None:
            return None
        try:
            return found(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None

    return let_go


def _route_of(kind: str, views: list[View], lore: Lore, read: Read) -> Route | None:
    """The route of one type of resource; None where nothing can be decided by one element."""
    element, *others = dict.fromkeys(name for view in views for name in telling(view)) or [""]
    if kind == "Observation":
        return _observations(lore)
    if not element:
        return None
    judged = _Judged(_judge(kind, element, read))
    optional: list[tuple[str, Any, Any]] = [
        ("meta", _Meta | None, None),
        *((name, Raw | None, None) for name in others),
    ]
    header = msgspec.defstruct("_Header", [("id", str), (element, Raw), *optional], gc=False)
    decode = msgspec.json.Decoder(header).decode

    def let_go(raw: bytes) -> Reading | None:
        said: Any = decode(raw)
        if any(getattr(said, name) is not None for name in others):
            return None
        unread = judged[bytes(getattr(said, element))]
        if unread is None:
            return None
        meta = said.meta
        told = _version(meta.versionId, meta.lastUpdated) if meta is not None else NO_VERSION
        if told is None:
            return None
        return Reading(f"{kind}/{said.id}", kind, "not-asked", "", told, None, (), (), unread)

    return let_go


def _judge(kind: str, element: str, read: Read) -> Callable[[Any], tuple[NotUnderstood, ...] | None]:
    """Asks the reader itself: a resource of which nothing but this element is known, in every status."""
    statuses = list(_statuses(kind))

    def judge(concept: Any) -> tuple[NotUnderstood, ...] | None:
        unread: tuple[NotUnderstood, ...] = ()
        for status in statuses:
            sink = Sink(Source("", ""), lambda *_: None)
            read(_only(kind, status, element, concept), sink)
            if sink.facts or sink.issues:
                return None
            unread = unread or tuple(sink.not_understood)
        return unread

    return judge


def _statuses(kind: str) -> Iterator[str]:
    status = next((field.type for field in fields(structs.RESOURCES[kind]) if field.name == "status"), None)
    yield from get_args(status) or ("",)


def _only(kind: str, status: str, element: str, value: Any) -> Any:
    """A resource that says nothing beside its status and one element."""
    said = dict.fromkeys(structs.RESOURCES[kind].__struct_fields__) | {"status": status, element: value}
    return type(kind, (), said)()


class _ObservationHeader(Struct, gc=False):
    id: str
    code: Raw
    meta: _Meta | None = None
    component: list[_Component] | None = None


def _observations(lore: Lore) -> Route:
    """Observations ask by their code and by those of their components."""
    judged, decode = _Judged(_asks(lore)), msgspec.json.Decoder(_ObservationHeader).decode

    def let_go(raw: bytes) -> Reading | None:
        said = decode(raw)
        unread = judged[bytes(said.code)]
        if unread is None:
            return None
        for part in said.component or ():
            if judged[bytes(part.code)] is None:
                return None
        meta = said.meta
        told = _version(meta.versionId, meta.lastUpdated) if meta is not None else NO_VERSION
        if told is None:
            return None
        return Reading(f"Observation/{said.id}", "Observation", "not-asked", "", told, None, (), (), unread)

    return let_go


def _asks(lore: Lore) -> Callable[[Any], tuple[NotUnderstood, ...] | None]:
    """None for a code that asks for something which a criterion asks for, or that names a report."""
    named = asked_in_words(lore)

    def judge(concept: Any) -> tuple[NotUnderstood, ...] | None:
        codings = concept.coding or ()
        asked = [name for c in codings for name in lore.asked[c.system, c.code]]
        if not asked and concept.text is not None and (name := named(concept.text)) is not None:
            asked = [name]
        if any(lore.concepts[name].screening for name in asked) or any(lore.reports[c.system, c.code] for c in codings):
            return None
        return () if asked else tuple(("code", "Observation", c.system or "", c.code or "") for c in codings)

    return judge
