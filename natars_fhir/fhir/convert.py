"""Convert: a resource of one FHIR version into another, by tables of differences; nothing goes without a word.

What no row names is the same in both versions. See https://hl7.org/fhir/R5/diff.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.moves import Move, Moved, Shape, merge, untold


@dataclass(frozen=True, slots=True)
class Differences:
    """One version's differences: rows by the element's path, and what needs several elements at once.

    ``enters`` names the definition that an element's children follow, ``wholes`` run after the element's rows.
    """

    types: frozenset[str]
    moves: Mapping[str, Move]
    wholes: Mapping[str, Callable[[Node, str], Moved]]
    enters: Callable[[str, str], str]


def convert(node: Node, path: str, place: str, differences: Differences) -> Moved:
    """An element of the definition *path*, standing at *place*, with everything inside it."""
    out: Node = {}
    issues: list[Issue] = []
    for name, value in node.items():
        bare = name.removeprefix("_")
        inner, told = _inside(value, differences.enters(path, bare), f"{place}.{bare}", differences)
        issues += told
        if inner in ({}, []) and value not in ({}, []):
            continue
        elements, told = _element(name, inner, differences.moves.get(f"{path}.{bare}"), f"{place}.{bare}", node)
        issues += told
        merge(out, elements)
    whole = differences.wholes.get(path)
    if whole is None:
        return out, issues
    out, told = whole(out, place)
    return out, issues + told


def _inside(value: Any, path: str, place: str, differences: Differences) -> tuple[Any, list[Issue]]:
    if isinstance(value, list):
        found = [_inside(item, path, f"{place}[{index}]", differences) for index, item in enumerate(value)]
        kept = [inner for (inner, _), item in zip(found, value, strict=True) if inner != {} or item == {}]
        return kept, [issue for _, told in found for issue in told]
    if not isinstance(value, dict):
        return value, []
    kind = value.get("resourceType")
    if not isinstance(kind, str):
        return convert(value, path, place, differences)
    if kind not in differences.types:
        return value, [foreign(place)]
    return convert(value, kind, place, differences)


def _element(name: str, value: Any, move: Move | None, place: str, beside: Node) -> Moved:
    if move is None:
        return {name: value}, []
    if name.startswith("_"):
        return _shadow(name, value, move, place, beside)
    if not _fits(value, move.takes):
        return {}, [Issue("error", "structure", place, "The element has another shape than its FHIR version gives it.")]
    return move.apply(value, place)


def _shadow(name: str, value: Any, move: Move, place: str, beside: Node) -> Moved:
    """A primitive's id and extensions go where the primitive goes."""
    if move.to:
        return {f"_{move.to}": value}, []
    return {}, [] if name[1:] in beside else [untold(place)]


def _fits(value: Any, shape: Shape) -> bool:
    if shape == "many":
        return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)
    if shape == "one":
        return isinstance(value, dict)
    return shape == "any" or not isinstance(value, dict | list)


def foreign(place: str) -> Issue:
    """A resource type whose differences are not known here."""
    return Issue(
        "information",
        "not-supported",
        place,
        "The differences of this resource type are not known here: it is left as it came.",
    )
