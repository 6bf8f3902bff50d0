"""Routing by code: results that no view asks for are let go before the strict decode (hot-path.md §4).

Sound under four conditions: the header is what the views' concept paths need (`code`, `component.code`, `code.text`),
and whatever it cannot decide goes to the strict decode; it still knows id and version, so that a correction which takes
a mapped code away retracts the old facts; the codes are counted as not asked for; and it is never used where checking
was promised. What it lets go is told as «let go, not checked».
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Struct

from natars_fhir.domain.identity import version
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.observation import marker_of
from natars_fhir.mapping.reading import NO_VERSION, Reading
from natars_fhir.mapping.sink import NotUnderstood

#: Only where the type comes first is it known without reading on; most engines write it so.
_STARTS = (b'{"resourceType":"Observation"', b'{"resourceType": "Observation"')


class _Coding(Struct):
    system: str | None = None
    code: str | None = None


class _Concept(Struct):
    coding: list[_Coding] = []
    text: str | None = None


class _Component(Struct):
    code: _Concept


class _Meta(Struct):
    versionId: str | None = None  # noqa: N815 (FHIR's name)
    lastUpdated: str | None = None  # noqa: N815 (FHIR's name)


class _Header(Struct):
    id: str
    code: _Concept
    meta: _Meta | None = None
    component: list[_Component] = []


_header = msgspec.json.Decoder(_Header).decode

#: Gives the reading of a resource that no view asks for; None where the strict decode must decide.
Route = Callable[[bytes], "Reading | None"]


def route(lore: Lore) -> Route:
    """The router of a site's mapping, for Observations that stand alone."""
    asked, reports, named = lore.asked, lore.reports, marker_of(lore)

    def wanted(concept: _Concept) -> bool:
        if any(asked[c.system, c.code] or reports[c.system, c.code] for c in concept.coding):
            return True
        return concept.text is not None and named(concept.text) is not None

    def let_go(raw: bytes) -> Reading | None:
        if not raw.startswith(_STARTS):
            return None
        try:
            header = _header(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        if wanted(header.code) or any(wanted(part.code) for part in header.component):
            return None
        meta = header.meta
        told = version(meta.versionId, meta.lastUpdated) if meta is not None else NO_VERSION
        return Reading(
            f"Observation/{header.id}", "Observation", "not-asked", version=told, not_understood=_codes(header)
        )

    return let_go


def _codes(header: _Header) -> tuple[NotUnderstood, ...]:
    return tuple(("code", "Observation", c.system or "", c.code or "") for c in header.code.coding)
