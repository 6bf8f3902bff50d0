"""Pointers: what names a person or a resource, where nothing else of a resource is looked at.

https://hl7.org/fhir/R4/references.html. Nothing is checked here beyond its type.
"""

from __future__ import annotations

from msgspec import Struct


class Identifier(Struct):
    """A number with its system."""

    system: str | None = None
    value: str | None = None


class Pointer(Struct):
    """A Reference."""

    reference: str | None = None
    type: str | None = None
    identifier: Identifier | None = None


class Link(Struct):
    """A Patient's link to another."""

    other: Pointer | None = None


#: What stands in the field of a number where there is none.
_NO_NUMBER = frozenset(
    {"无", "暂无", "未知", "不详", "不明", "n/a", "na", "none", "null", "nil", "unknown", "test", "x", "xx", "xxx"}
)


#: With what most numbers begin and end; and the longest of those words.
_BEGINS = frozenset("123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_ENDS, _LONGEST = _BEGINS | {"0"}, max(map(len, _NO_NUMBER))


def names_one(value: str) -> bool:
    """Can this value name one person, or one resource? A placeholder (``-``, ``无``, ``0000``) would join strangers."""
    if len(value) > _LONGEST and value[0] in _BEGINS and value[-1] in _ENDS:
        return True
    return bool(value.strip("0 -_./*?")) and value.strip().casefold() not in _NO_NUMBER


def names_nobody(key: str) -> bool:
    """Is it the key of a number that is a placeholder?"""
    _, asked, said = key.partition("?identifier=")
    return bool(asked) and not names_one(said.partition("|")[2])
