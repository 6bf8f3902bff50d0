"""Traces: where in bytes that nobody has read for it a person is named: by reference, by identifier, as a Patient."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection

_LOGICAL = re.compile(r"[A-Z][A-Za-z]+\?identifier=(.*?)\|(.+)", re.DOTALL)
_REFERENCE = re.compile(rb"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}")
_NO_LETTER = rb"[A-Za-z0-9\-.]"

Named = Callable[[bytes], bool]


def naming(names: Collection[str]) -> Named:
    """Does a text name the person who goes by *names* (references, and identifiers)?"""
    tests = [_logical(*found.groups()) if (found := _LOGICAL.fullmatch(name)) else _literal(name) for name in names]
    return lambda raw: any(test(raw) for test in tests)


def _literal(name: str) -> Named:
    there = re.compile(rb"(?<!" + _NO_LETTER + rb")" + re.escape(name.encode()) + rb"(?!" + _NO_LETTER + rb")")
    kind, _, ident = name.rpartition("/")
    itself = re.compile(rb'"id"\s*:\s*"' + re.escape(ident.encode()) + rb'"')
    of_kind = re.compile(rb'"resourceType"\s*:\s*"' + re.escape(kind.rpartition("/")[2].encode()) + rb'"')
    own = bool(kind)
    return lambda raw: bool(there.search(raw) or (own and itself.search(raw) and of_kind.search(raw)))


def _logical(system: str, value: str) -> Named:
    wanted, exact = system.encode(), b'"' + value.encode() + b'"'
    return lambda raw: wanted in raw and (exact in raw or b"|" + value.encode() in raw)


def names_in(raw: bytes) -> set[str]:
    """Every name of a patient that a text may hold: references, and pairs of system and value."""
    found = {one for one in references(raw) if one.startswith("Patient/")}
    try:
        waiting = [json.loads(raw)]
    except (ValueError, RecursionError):
        return found
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            pair = (node.get("system"), node.get("value"))
            if all(isinstance(one, str) for one in pair):
                found.add(f"Patient?identifier={pair[0]}|{pair[1]}")
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return found


def references(raw: bytes) -> set[str]:
    """Everything that looks like a reference."""
    return {found.decode() for found in _REFERENCE.findall(raw)}
