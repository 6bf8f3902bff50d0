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
