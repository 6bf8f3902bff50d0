"""Invariants of Bundle: bdl-1 to bdl-12. https://hl7.org/fhir/R4/bundle.html#invs"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from natars_fhir.fhir.checking.predicates import Holds, any_of, each, given, only_when, said, when

_REQUESTS = frozenset(("batch", "transaction", "history"))
_RESPONSES = frozenset(("batch-response", "transaction-response", "history"))


def _entries(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in each(node, "entry") if isinstance(entry, dict)]


def _iff(name: str, kinds: frozenset[str]) -> Holds:
    """Every entry has *name* in Bundles of these kinds, and none in the others."""

    def holds(node: dict[str, Any]) -> bool:
        wanted = said(node, "type") in kinds
        return all(given(entry, name) == wanted for entry in _entries(node))

    return holds


def _bdl_2(node: dict[str, Any]) -> bool:
    return said(node, "type") == "searchset" or not any(given(entry, "search") for entry in _entries(node))


def _bdl_7(node: dict[str, Any]) -> bool:
    """One fullUrl twice is two versions, or a mistake."""
    if said(node, "type") == "history":
        return True
    told = [(said(entry, "fullUrl"), _version(entry)) for entry in _entries(node) if said(entry, "fullUrl")]
    return len(told) == len(set(told))


def _version(entry: dict[str, Any]) -> str:
    return next((version for version in each(entry, "resource", "meta", "versionId") if isinstance(version, str)), "")


def _identified(node: dict[str, Any]) -> bool:
    return all(any(True for _ in each(node, "identifier", name)) for name in ("system", "value"))


def _first_is(kind: str) -> Holds:
    def holds(node: dict[str, Any]) -> bool:
        first = next(iter(_entries(node)), {})
        return next(each(first, "resource", "resourceType"), None) == kind

    return holds


BUNDLE: Mapping[str, Holds] = {
    "bdl-1": only_when("type", ("searchset", "history"), "total"),
    "bdl-2": _bdl_2,
    "bdl-3": _iff("request", _REQUESTS),
    "bdl-4": _iff("response", _RESPONSES),
    "bdl-5": any_of("resource", "request", "response"),
    "bdl-7": _bdl_7,
    "bdl-8": lambda node: "/_history/" not in (said(node, "fullUrl") or ""),
    "bdl-9": when("type", ("document",), _identified),
    "bdl-10": when("type", ("document",), any_of("timestamp")),
    "bdl-11": when("type", ("document",), _first_is("Composition")),
    "bdl-12": when("type", ("message",), _first_is("MessageHeader")),
}
