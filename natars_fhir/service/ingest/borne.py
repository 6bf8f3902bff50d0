"""Borne: the identifiers that a resource bears, and whom it is about, as its bytes tell it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import DecodeError, Struct

from natars_fhir.fhir import typed
from natars_fhir.fhir.entry import Entry
from natars_fhir.fhir.references import Scope


class _Identifier(Struct):
    system: str = ""
    value: str = ""


class _Head(Struct):
    identifier: list[_Identifier] | _Identifier = []


class _Reference(Struct):
    reference: str | None = None
    type: str | None = None
    identifier: Any = None


class _About(Struct):
    """Whom a resource is about; R4 and R5 do not call it the same."""

    subject: Any = None
    patient: Any = None
    individual: Any = None


def identifiers(raw: bytes) -> set[tuple[str, str]]:
    """System and value of a resource's own identifiers."""
    if b'"identifier"' not in raw:
        return set()
    try:
        said = typed.decode(raw, _Head).identifier
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return set()
    many = said if isinstance(said, list) else [said]
    return {(one.system, one.value) for one in many if one.system and one.value}


def about(raw: bytes, entry: Entry, scope: Scope) -> Iterator[str]:
    """The names of those whom a resource of a document may be about."""
    for said in _about(raw):
        if (subject := scope.key(said, entry, "Patient")) is not None:
            yield subject


def _about(raw: bytes) -> Iterator[_Reference]:
    """What may say whom a resource is about; R5 has a list where R4 has one."""
    try:
        said = typed.decode(raw, _About)
        for one in (said.subject, said.patient, said.individual):
            for told in one if isinstance(one, list) else [one]:
                if isinstance(told, dict):
                    yield _reference(told)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return


def _reference(told: dict[str, Any]) -> _Reference:
    found = typed.convert(told, _Reference)
    bears = isinstance(found.identifier, dict)
    found.identifier = typed.convert(found.identifier, _Identifier) if bears else None
    return found
