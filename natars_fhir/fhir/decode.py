"""One resource's bytes into its Struct: a fast decode, and a second look where that refuses.

The fast way is https://hl7.org/fhir/R4/json.html in the generated Structs, limited to the types that some view reads:
the tag refuses every other type at once, and it is let go. What it refuses of a type that is read goes to the walker,
which has the final say. Whatever the fast way accepts, the walker finds readable: what a decode alone does not see
(`r4.unseen`) is looked for as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from operator import or_
from typing import Any

import msgspec
from msgspec import DecodeError, Raw, Struct, ValidationError

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.checking.parsing import MOST_LEVELS
from natars_fhir.fhir.r4.primitives import exact, written
from natars_fhir.fhir.r4.structs import RESOURCE_TYPES, RESOURCES, DomainResource, Observation
from natars_fhir.fhir.r4.unseen import each_name_once, no_nul, one_answer
from natars_fhir.fhir.second_look import SecondLook, readable, settle


class Decoded(Struct, frozen=True, gc=False):
    """A resource, or why there is none."""

    #: the resourceType; empty when unknown
    kind: str
    #: the generated Struct; None where let go or unreadable
    resource: Any | None = None
    #: expressions start with the type: ``Observation.effectiveDateTime``
    issues: tuple[Issue, ...] = ()
    #: a type that no view reads: not checked
    let_go: bool = False


class _Head(Struct):
    resourceType: Any = None  # noqa: N815 (FHIR's name)


_head = msgspec.json.Decoder(_Head).decode


class Decoder:
    """Reads resources of the wanted *kinds*; everything else is told, or let go."""

    __slots__ = ("_decode", "_kinds", "_second_look")

    def __init__(self, kinds: Iterable[str], second_look: SecondLook = readable) -> None:
        self._kinds = frozenset(kinds)
        wanted = reduce(or_, (RESOURCES[kind] for kind in sorted(self._kinds)))
        self._decode: Callable[[Any], DomainResource]
        self._decode = msgspec.json.Decoder(wanted, dec_hook=exact, float_hook=written).decode
        self._second_look = second_look

    def __call__(self, raw: bytes | memoryview | Raw) -> Decoded:
        octets = bytes(raw)
        resource = self.fast(octets)
        return self.look_again(octets) if resource is None else Decoded(type(resource).__name__, resource)

    def fast(self, raw: bytes) -> DomainResource | None:
        """One strict decode; None where that refuses, and a second look is due."""
        try:
            resource = self._decode(raw)
            if not no_nul(raw) or not each_name_once(resource, raw):
                return None
            # mostly no Observation has parts
            parts = resource.__class__ is Observation and resource.component is not None
            return resource if not parts or one_answer(resource) else None
        except (DecodeError, ArithmeticError, RecursionError, UnicodeDecodeError):
            return None

    def own(self, raw: bytes) -> DomainResource | None:
        """The same of what this program wrote of a dict, in which every name stands once."""
        try:
            resource = self._decode(raw)
            return resource if one_answer(resource) and no_nul(raw) else None
        except (DecodeError, ArithmeticError, RecursionError, UnicodeDecodeError):
            return None

    def look_again(self, raw: bytes) -> Decoded:
        """What the fast way refused: let go, unreadable, or read after all."""
        kind = kind_of(raw)
        if isinstance(kind, Issue):
            return Decoded("", None, (kind,))
        if kind not in self._kinds:
            return _unread(kind)
        return Decoded(kind, *settle(kind, *self._second_look(raw)))


def kind_of(raw: bytes | Raw) -> str | Issue:
    """The resourceType of a JSON object, or what is wrong with it."""
    try:
        kind = _head(raw).resourceType
    except ValidationError:
        return Issue("error", "structure", "Resource", "A resource is a JSON object.")
    except RecursionError:
        return _TOO_DEEP
    except DecodeError as fault:
        return (
            Issue("fatal", "structure", "Resource", f"This cannot be read as JSON: {fault}.") if utf8(raw) else NOT_UTF8
        )
    except UnicodeDecodeError:
        return NOT_UTF8
    if kind is None:
        return Issue("error", "required", "Resource", "A resource says its type in resourceType.")
    if not isinstance(kind, str):
        return Issue("error", "structure", "Resource", "resourceType is a string.")
    return kind


def _unread(kind: str) -> Decoded:
    if kind in RESOURCE_TYPES:
        return Decoded(kind, let_go=True)
    return Decoded("", None, (Issue("error", "structure", "Resource", "R4 has no resource type of this name."),))


def utf8(raw: bytes | Raw) -> bool:
    """Are these bytes UTF-8?"""
    try:
        str(raw, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


_TOO_DEEP = Issue("fatal", "too-long", "Resource", f"Elements are nested more than {MOST_LEVELS} levels deep.")
NOT_UTF8 = Issue("fatal", "structure", "Resource", "FHIR's JSON is in UTF-8; these bytes are in another encoding.")
