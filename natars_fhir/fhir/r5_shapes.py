"""R5's elements, told from the models of fhir.resources: their names, JSON types and whether they repeat.

The models themselves take ``"80"`` for 80, a text for the object that it spells and an empty list for none, which R5
does not (https://hl7.org/fhir/R5/json.html); so the shapes are looked at here, before the models see the resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from functools import cache, lru_cache
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from fhir.resources import get_fhir_model_class

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.checking.fault import kind_of
from natars_fhir.fhir.checking.spelling import nearest
from natars_fhir.fhir.inner import is_resource
from natars_fhir.fhir.version_marks import R4_ELEMENTS

#: a class of fhir.resources, which has no type of its own that could be named here
Model = Any

_EMPTY = {list: "An array has at least one entry.", dict: "An object has at least one element.", str: "No empty text."}
_WORDS = {str: "A string", bool: "true or false", Decimal: "A number", int: "A whole number"}
_TEXTS = (str, bytes, date, time)


class Row(NamedTuple):
    """One element: a model, or for a primitive the Python type that stands for its JSON type."""

    kind: Any
    many: bool


@lru_cache(maxsize=1_000)
def model(kind: str) -> Model | None:
    """The model of a resource type; None where R5 has no such type."""
    try:
        found: Model = get_fhir_model_class(kind)
    except (AttributeError, LookupError, TypeError, ValueError):  # any name may come
        return None
    return found if found.has_resource_base() and kind not in ("Resource", "DomainResource") else None


@cache
def rows(of: Model) -> Mapping[str, Row]:
    """JSON name → element, of a model."""
    fields = of.model_fields.items()
    found = {field.alias or name: _row(field.annotation) for name, field in fields if name != "fhir_comments"}
    return {"resourceType": Row(str, False), **found} if of.has_resource_base() else found


def _row(hint: Any) -> Row:
    """Optional, Annotated and List taken off."""
    if hasattr(hint, "get_model_klass"):
        return Row(hint.get_model_klass(), False)
    if get_origin(hint) is list:
        return Row(_row(get_args(hint)[0]).kind, True)
    if get_origin(hint) is Annotated and "Integer64" in str(get_args(hint)[1]):
        return Row(str, False)
    inner = [one for one in get_args(hint) if one is not type(None)]
    if inner:
        return _row(inner[0])
    primitive = isinstance(hint, type)
    return Row(next((kind for kind in (bool, int, Decimal) if primitive and issubclass(hint, kind)), str), False)


def shapes(node: Node, of: Model, place: str) -> Iterator[Issue]:
    """What of *node*, standing at *place*, has another shape than its model, or a name that it has not."""
    for name, value in node.items():
        row = rows(of).get(name)
        if row is None:
            yield _unknown(name, of, place)
        elif row.many:
            yield from _many(value, row, f"{place}.{name.removeprefix('_')}")
        else:
            yield from _one(value, row, f"{place}.{name.removeprefix('_')}")


def _many(values: Any, row: Row, place: str) -> Iterator[Issue]:
    if not isinstance(values, list):
        yield _wrong("An array", values, place)
    elif not values:
        yield Issue("error", "structure", place, _EMPTY[list])
    for index, value in enumerate(values if isinstance(values, list) else ()):
        if value is not None:  # a null keeps the place of a value that only its extension tells of
            yield from _one(value, row, f"{place}[{index}]")


def _one(value: Any, row: Row, place: str) -> Iterator[Issue]:
    if row.kind not in _WORDS:
        if not isinstance(value, dict):
            yield _wrong("An object", value, place)
        elif not value:
            yield Issue("error", "structure", place, _EMPTY[dict])
        elif row.kind.get_resource_type() != "Resource":
            yield from shapes(value, row.kind, place)
        elif not is_resource(value):  # one that is stands for itself
            yield Issue("error", "required", place, "A resource says its type in resourceType.")
    elif not _is(value, row.kind):
        yield _wrong(_WORDS[row.kind], value, place)
    elif value == "":
        yield Issue("error", "structure", place, _EMPTY[str])


def _is(value: Any, kind: type) -> bool:
    if kind is Decimal:
        return isinstance(value, int | Decimal) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _wrong(expected: str, value: Any, place: str) -> Issue:
    return Issue("error", "structure", place, f"{expected} is expected here, not {kind_of(value)}.")


def _unknown(name: str, of: Model, place: str) -> Issue:
    """A name is repeated only where it is one of R4, or nearly one of R5; it could be anything."""
    kind = of.get_resource_type()
    if (bare := name.removeprefix("_")) in R4_ELEMENTS.get(kind, ()):
        return Issue("error", "structure", f"{place}.{bare}", f"'{name}' is an element of {kind} in R4, and not in R5.")
    if right := nearest(name, rows(of)):
        text = f"'{name}' is not an element of {kind} in R5; did you mean '{right}'?"
        return Issue("error", "structure", f"{place}.{name.removeprefix('_')}", text)
    return Issue("error", "structure", place, f"An element is not among those of {kind} in R5.")
