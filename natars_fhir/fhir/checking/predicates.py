"""The words that invariants are written in: what is given, and how many of it. They bear any JSON.

They follow FHIRPath's exists(), empty(), xor and implies: https://hl7.org/fhirpath/N1/#boolean-logic
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

#: Says of an object whether it keeps a rule.
Holds = Callable[[dict[str, Any]], bool]


def given(node: dict[str, Any], name: str) -> bool:
    """Is the element there? ``value[x]`` asks for any of the choices, and a sibling counts."""
    if name in node:
        return True
    if name.endswith("[x]"):
        stem = name[:-3]
        return any(key.removeprefix("_").startswith(stem) and key.removeprefix("_") != stem for key in node)
    return f"_{name}" in node


def any_of(*names: str) -> Holds:
    return lambda node: any(given(node, name) for name in names)


def one_of(*names: str) -> Holds:
    return lambda node: sum(given(node, name) for name in names) == 1


def not_both(left: str, right: str) -> Holds:
    return lambda node: not (given(node, left) and given(node, right))


def together(left: str, right: str) -> Holds:
    return lambda node: given(node, left) == given(node, right)


def needs(name: str, *others: str) -> Holds:
    """Where *name* is given, one of *others* is."""
    if len(others) == 1:
        (other,) = others
        return lambda node: given(node, other) or not given(node, name)
    return lambda node: not given(node, name) or any(given(node, other) for other in others)


def when(name: str, words: tuple[str, ...], then: Holds) -> Holds:
    """Where *name* is one of *words*, *then* holds."""
    return lambda node: then(node) if said(node, name) in words else True


def only_when(name: str, words: tuple[str, ...], *others: str) -> Holds:
    """Where one of *others* is given, *name* is one of *words*."""
    return lambda node: said(node, name) in words or not any(given(node, other) for other in others)


def said(node: dict[str, Any], name: str) -> str | None:
    """The element's text, if it has one."""
    value = node.get(name)
    return value if isinstance(value, str) else None


def number(node: dict[str, Any], name: str) -> Decimal | int | float | None:
    value = node.get(name)
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def each(node: Any, *names: str) -> Iterator[Any]:
    """The values at the end of a path, lists walked through."""
    values = node if isinstance(node, list) else [node]
    if not names:
        yield from values
        return
    for value in values:
        if isinstance(value, dict) and names[0] in value:
            yield from each(value[names[0]], *names[1:])


def coded(node: dict[str, Any], name: str, code: str, system: str | None = None) -> bool:
    """Has a CodeableConcept this code (of this system, if one is named)?"""
    codings = (coding for coding in each(node, name, "coding") if isinstance(coding, dict))
    return any(coding.get("code") == code and system in (None, coding.get("system")) for coding in codings)


def distinct(values: Iterator[Any]) -> bool:
    found = [repr(value) for value in values]
    return len(found) == len(set(found))


def not_after(start: str | None, end: str | None) -> bool:
    """May *start* come before or with *end*? What one of them leaves open is no contradiction."""
    if start is None or end is None:
        return True
    first, second = _moment(start), _moment(end)
    if first is not None and second is not None:
        return first <= second
    length = min(len(start), len(end), 10)
    return start[:length] <= end[:length]


def _moment(text: str) -> float | None:
    """Seconds since 1970, of a text with a time of day and a time zone."""
    try:
        moment = datetime.fromisoformat(text.replace(":60", ":59"))
        return moment.timestamp() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
