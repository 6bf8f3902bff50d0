"""Resources within resources: entries of a Bundle, parameters, contained ones. https://hl7.org/fhir/R4/resource.html"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from natars_fhir.fhir.build import Node


def is_resource(value: Any) -> bool:
    """Does it say that it is a resource?"""
    return isinstance(value, dict) and isinstance(value.get("resourceType"), str)


def resources(node: Node, place: str) -> Iterator[tuple[str, Node]]:
    """A resource that stands at *place*, and all that it holds, each with its place; outer ones first."""
    yield place, node
    yield from _within(node, place)


def _within(node: Node, place: str) -> Iterator[tuple[str, Node]]:
    for name, value in node.items():
        many = isinstance(value, list)
        for index, one in enumerate(value if many else (value,)):
            if isinstance(one, dict):
                where = f"{place}.{name}[{index}]" if many else f"{place}.{name}"
                yield from resources(one, where) if is_resource(one) else _within(one, where)


def alone(node: Node) -> Node:
    """The resource without those that it holds, and without the lists that they stand in: no index shifts."""
    return {name: _alone(value) for name, value in node.items() if not _holds_resources(value)}


def _alone(value: Any) -> Any:
    if isinstance(value, list):
        return [_alone(one) for one in value]
    return alone(value) if isinstance(value, dict) else value


def _holds_resources(value: Any) -> bool:
    return any(map(is_resource, value)) if isinstance(value, list) else is_resource(value)
