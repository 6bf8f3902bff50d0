"""Named once: does every name of a Bundle stand once in its object, outside of the resources that it holds?

A decode keeps the last of two values of one name, as any JSON parser may (https://www.rfc-editor.org/rfc/rfc8259#section-4).
Of two `entry` it would lose the first with all that it holds, and of two `resource` a patient. Resources are looked
through by themselves, where they are decoded (`fhir.r4.unseen`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from msgspec import DecodeError, Raw

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.checking import parsing
from natars_fhir.fhir.checking.parsing import Repeated, keep_repeated

TWICE = Issue("error", "structure", "Bundle", parsing.TWICE)

#: What is no part of a Bundle's own words.
_RESOURCE = "resource"
#: The quotation marks of the name `entry`; and one that is told by its number, which would be written as itself.
_OF_ENTRY, _escaped = 2, re.compile(rb"\\u0022").search
_write = msgspec.json.Encoder().encode
_object = msgspec.json.Decoder(dict[str, Raw]).decode
_objects = msgspec.json.Decoder(list[dict[str, Raw]]).decode
_any = msgspec.json.Decoder(float_hook=bool).decode


class Doubled(NamedTuple):
    """Where names stand twice: in the Bundle's own object, or in which of its entries."""

    whole: bool = False
    entries: frozenset[int] = frozenset()


def named_once(said: Any, raw: bytes | Raw, left: Iterable[Raw] = ()) -> bool:
    """Does every name stand once? *said* is what was decoded of *raw*, a Bundle whose JSON types are right; *left* is
    what of it was left in its bytes, but for resources.

    Told by the length of what was decoded, written again; where the sender writes blanks, or names that are not read,
    by the quotation marks; and where these differ, by the names themselves.
    """
    octets = bytes(raw)
    short = len(_write(said)) == len(octets) and not any(map(_twice_within, left))
    return short or _as_many_names(octets) or doubled(octets) == Doubled()


def _twice_within(part: Raw) -> bool:
    return _any_twice(_tree(bytes(part).decode(errors="replace")))


def _as_many_names(raw: bytes) -> bool:
    try:
        told = _object(raw)
        entries = told.pop("entry", None)
        plain = _write([_opened(told), *map(_opened, _objects(entries) if entries is not None else ())])
    except (DecodeError, ArithmeticError, ValueError):  # a number too long to be one, a text that is no UTF-8
        return False
    quotes = plain.count(b'"') + (0 if entries is None else _OF_ENTRY)
    return quotes == raw.count(b'"') and _escaped(raw) is None


def _opened(said: dict[str, Raw]) -> dict[str, Any]:
    return {name: value if name == _RESOURCE else _any(value) for name, value in said.items()}


#: Numbers are not made into numbers, which may be of any length.
_tree = json.JSONDecoder(object_pairs_hook=keep_repeated, parse_int=bool, parse_float=bool, strict=False).decode


def doubled(raw: bytes | Raw) -> Doubled:
    """Where names stand twice in a Bundle, or in Parameters; nowhere in what is no JSON. Raises RecursionError."""
    try:
        tree = _tree(bytes(raw).decode(errors="replace"))
    except json.JSONDecodeError:  # whoever decodes it tells why
        return Doubled()
    entries = tree.get("entry") if isinstance(tree, dict) else None
    if not isinstance(entries, list):
        return Doubled(_any_twice(tree))
    own = isinstance(tree, Repeated) or any(_any_twice(value) for name, value in tree.items() if name != "entry")
    return Doubled(own, frozenset(index for index, one in enumerate(entries) if _any_twice(one)))


def _any_twice(value: Any) -> bool:
    """In it, or in anything within, but for resources."""
    if isinstance(value, dict):
        return isinstance(value, Repeated) or any(
            _any_twice(inner) for name, inner in value.items() if name != _RESOURCE
        )
    return isinstance(value, list) and any(map(_any_twice, value))
