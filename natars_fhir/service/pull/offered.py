"""Offered: what of a search a server says it can do, by its CapabilityStatement. Pure.

https://hl7.org/fhir/R4/capabilitystatement.html. What it does not mention is not offered, and not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

_CHANGED = "_lastUpdated"


@dataclass(frozen=True, slots=True)
class Offered:
    """Of one type: can it be sorted by its last change, and what can come along."""

    sorted: bool = False
    include: frozenset[str] = field(default=frozenset())
    revinclude: frozenset[str] = field(default=frozenset())

    def includes(self, wanted: str) -> bool:
        """Can it come along?"""
        return wanted in self.include or "*" in self.include

    def revincludes(self, wanted: str) -> bool:
        """Can it come along, the other way?"""
        return wanted in self.revinclude or "*" in self.revinclude


def offered(raw: bytes) -> Mapping[str, Offered]:
    """Type → what is offered; nothing of what is no CapabilityStatement."""
    try:
        told = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    found: dict[str, Offered] = {}
    for rest in _nodes(told, "rest"):
        everywhere = _named(rest)
        for one in _nodes(rest, "resource"):
            able = _CHANGED in everywhere | _named(one)
            kind = one.get("type")
            if isinstance(kind, str):
                found[kind] = Offered(able, _words(one, "searchInclude"), _words(one, "searchRevInclude"))
    return found


def _nodes(of: Any, name: str) -> list[dict[str, Any]]:
    listed = of.get(name) if isinstance(of, dict) else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _named(of: Any) -> set[Any]:
    return {one.get("name") for one in _nodes(of, "searchParam")}


def _words(of: dict[str, Any], name: str) -> frozenset[str]:
    listed = of.get(name)
    return frozenset(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else frozenset()
