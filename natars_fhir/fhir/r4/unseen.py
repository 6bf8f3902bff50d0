"""What a strict decode does not see: names that stand twice, siblings that say nothing, codes outside their value set.

A decode keeps the last of two values of one name, as any JSON parser may (https://www.rfc-editor.org/rfc/rfc8259#section-4),
and which one holds, nobody can say. But what it made of the bytes, written again, is shorter then.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import ValidationError

from natars_fhir.fhir.definitions.tables import r4
from natars_fhir.fhir.r4 import structs

_NUL = rb"\u0000"
_BACKSLASH, _UNDERSCORE = ord("\\"), ord("_")


def each_name_once(resource: Any, raw: bytes) -> bool:
    """Does every name stand once in its object, and is there nothing that the walker should look at?

    Told by the length of the resource written again without blanks; where the sender writes blanks, by the quotation
    marks; and where both differ, by the names themselves.
    """
    if _UNDERSCORE in raw and b'"_' in raw:
        return False  # a sibling: whether it says something, the walker can tell
    if _BACKSLASH in raw and _NUL in raw:  # the second search is slow, the first is not
        return False
    try:
        plain = _written(resource)
    except _OddError:
        return _names_once(raw)
    if len(plain) == len(raw):
        return True
    if plain.count(b'"') == raw.count(b'"') and rb"\u0022" not in raw:
        return True
    return _names_once(raw)


class _OddError(ValueError):
    """A number is written in a way that takes another number of bytes than ours."""


def _digits(number: Any) -> Decimal:
    if "E" in str(number):
        raise _OddError
    return Decimal(number)


_written = msgspec.json.Encoder(decimal_format="number", enc_hook=_digits).encode


def _names_once(raw: bytes) -> bool:
    try:
        _names(raw.decode())
    except ValidationError:
        return False
    return True


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise ValidationError("a name stands twice")


#: Reads JSON for nothing but its names, of which it sees all. Numbers are not made into numbers, which may be of any
#: length.
_names = json.JSONDecoder(object_pairs_hook=_once, parse_int=bool, parse_float=bool).decode


def _bound() -> Iterable[tuple[str, tuple[tuple[str, frozenset[str]], ...]]]:
    """For each type its CodeableConcepts that are bound to a value set which can be listed."""
    definitions = r4()
    for kind in structs.RESOURCES:
        found = [
            (element.name, definitions.value_sets[element.codes])
            for element in definitions.children(kind, "")
            if element.types == ("CodeableConcept",) and element.codes in definitions.value_sets
        ]
        if found:
            yield kind, tuple(found)


class _Checks(dict[type, "Callable[[Any], bool] | None"]):
    """A Struct → the check of its bound concepts; made when first asked for, as the definitions are."""

    def __init__(self) -> None:
        super().__init__()
        self._bound: Mapping[str, tuple[tuple[str, frozenset[str]], ...]] | None = None

    def __missing__(self, kind: type) -> Callable[[Any], bool] | None:
        if self._bound is None:
            self._bound = dict(_bound())
        rows = self._bound.get(kind.__name__)
        self[kind] = check = None if rows is None else lambda resource: all(_fits(resource, *row) for row in rows)
        return check


def _fits(resource: Any, name: str, codes: frozenset[str]) -> bool:
    """Is one of the codes among *codes*? A text without a code will do, as the walker has it."""
    concept = getattr(resource, name)
    if concept is None or concept.coding is None:
        return True
    return any(coding.code in codes for coding in concept.coding)


_CHECKS = _Checks()


def well_bound(resource: Any) -> bool:
    """Are the concepts with a required value set within it, and no value beside its own component (obs-7)?"""
    check = _CHECKS[resource.__class__]
    if check is not None and not check(resource):
        return False
    if resource.contained is not None and not all(map(well_bound, resource.contained)):
        return False
    return resource.__class__ is not structs.Observation or resource.component is None or _without_value(resource)


def _without_value(resource: Any) -> bool:
    """Whether a component asks what the Observation asks is the walker's to tell, where there is a value."""
    return all(getattr(resource, name) is None for name in _VALUES)


_VALUES = tuple(name for name in structs.Observation.__struct_fields__ if name.startswith("value"))
