"""A resource's JSON as people read it, with one element of it set apart. Pure. https://hl7.org/fhir/R4/json.html"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

_INDENT = "  "
#: A longer text, such as an attachment's data, is cut: its words are shown elsewhere.
_LONGEST = 2_000


def plain(resource: Any) -> Any:
    """A Struct as dicts, lists and values; decimals keep their digits."""
    return msgspec.to_builtins(resource, builtin_types=(Decimal,), enc_hook=Decimal)


def parts(node: Any, path: Sequence[str | int], depth: int = 0) -> tuple[str, str, str]:
    """The JSON of *node* before the element at *path*, the element itself, and what comes after it; where there is no
    such element, as far as the path leads."""
    step, inner = (path[0], _inner(node, path[0])) if path else ("", None)
    if inner is None:
        return "", pretty(node, depth), ""
    open_, close = ("{", "}") if isinstance(node, dict) else ("[", "]")
    names = list(node) if isinstance(node, dict) else list(range(len(node)))
    place = names.index(step)
    before, here, after = parts(inner, path[1:], depth + 1)
    lead = "".join(f"{_entry(node, name, depth)},\n" for name in names[:place])
    rest = "".join(f",\n{_entry(node, name, depth)}" for name in names[place + 1 :])
    head = f"{open_}\n{lead}{_INDENT * (depth + 1)}{_name(node, step)}{before}"
    return head, here, f"{after}{rest}\n{_INDENT * depth}{close}"


def pretty(node: Any, depth: int = 0) -> str:
    """JSON with an element a line."""
    if isinstance(node, dict | list) and node:
        names = list(node) if isinstance(node, dict) else list(range(len(node)))
        open_, close = ("{", "}") if isinstance(node, dict) else ("[", "]")
        inside = ",\n".join(_entry(node, name, depth) for name in names)
        return f"{open_}\n{inside}\n{_INDENT * depth}{close}"
    if isinstance(node, Decimal):
        return f"{node}"
    if isinstance(node, str) and len(node) > _LONGEST:
        node = f"{node[:_LONGEST]}… ({len(node)})"
    return json.dumps(node, ensure_ascii=False)


def _inner(node: Any, step: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(step)
    return node[step] if isinstance(node, list) and isinstance(step, int) and step < len(node) else None


def _entry(node: Any, name: Any, depth: int) -> str:
    return f"{_INDENT * (depth + 1)}{_name(node, name)}{pretty(node[name], depth + 1)}"


def _name(node: Any, name: Any) -> str:
    return f"{json.dumps(name)}: " if isinstance(node, dict) else ""
