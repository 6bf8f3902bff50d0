"""Paths into resources: a small subset of FHIRPath, compiled to closures over the generated Structs.

What there is: dots, ``value[x]``, ``extension('url')`` and ``where(system='…')``; anything more is a reader in code.
Lists are walked as FHIRPath walks collections. See https://hl7.org/fhirpath/N1/ and architecture.md §7.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import cache, partial
from operator import attrgetter
from typing import Any, get_args

import msgspec

Found = tuple[str, Any]
#: Gives (place, value) pairs, in document order; places count repeated elements: ``component[1].valueQuantity``.
Walk = Callable[[Any], list[Found]]
#: Gives the first value that is there, or None.
First = Callable[[Any], Any]

_STEP = re.compile(
    r"(?P<name>[A-Za-z]+)(?:\[x\](?P<choice>))?(?:\('(?P<url>[^']*)'\)|\((?P<key>\w+)='(?P<is>[^']*)'\))?\Z"
)
_DOT = re.compile(r"\.(?![^(]*\))")


def steps(path: str) -> list[str]:
    """The parts of a path; dots inside parentheses do not count.

    >>> steps("extension('http://a.b/c').valueCodeableConcept.coding")
    ["extension('http://a.b/c')", 'valueCodeableConcept', 'coding']
    """
    return _DOT.split(path)


def fault(kind: type[msgspec.Struct], path: str) -> str | None:
    """Why *path* cannot be walked from the Struct *kind*; None where it can. Checked when mappings load."""
    kinds: list[Any] = [kind]
    for step in steps(path):
        match = _STEP.match(step)
        if match is None:
            return f"«{step}» is not a step of a path"
        if match["key"] is not None:
            if wrong := _condition_fault(kinds, match):
                return wrong
            continue
        names = [name for found in kinds for name in _names(found, match)]
        if not names:
            return f"{' or '.join(sorted(found.__name__ for found in kinds)) or 'a value'} has no {_name(kinds, match)}"
        kinds = [child for found in kinds for name in names for child in _children(found, name)]
    return None


def _name(kinds: list[Any], match: re.Match[str]) -> str:
    """The name that is not there, and the nearest that is."""
    fields = {name for found in kinds for name in found.__struct_fields__ if not name.startswith("_")}
    close = get_close_matches(match["name"], fields, n=1)
    return f"«{match['name']}»" + (f"; did you mean «{close[0]}»?" if close else "")


def _condition_fault(kinds: list[Any], match: re.Match[str]) -> str | None:
    """What is wrong with ``where(system='…')``: another function, or an element that is not there."""
    if match["name"] != "where":
        return f"«{match['name']}» is not a function of a path"
    missing = [kind.__name__ for kind in kinds if match["key"] not in kind.__struct_fields__]
    return f"{' or '.join(sorted(missing))} has no «{match['key']}»" if missing else None


def _names(kind: type[msgspec.Struct], match: re.Match[str]) -> list[str]:
    fields = kind.__struct_fields__
    if match["choice"] is not None:
        return _choices(fields, match["name"])
    return [match["name"]] if match["name"] in fields else []


def _choices(fields: tuple[str, ...], stem: str) -> list[str]:
    return [name for name in fields if name.startswith(stem) and name[len(stem) :][:1].isupper()]


def _children(kind: type[msgspec.Struct], name: str) -> list[type[msgspec.Struct]]:
    return [child for child in _parts(_types(kind).get(name)) if issubclass(child, msgspec.Struct)]


@cache
def _types(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(kind)}


def _parts(kind: Any) -> Iterator[type]:
    """The classes that an annotation is made of."""
    if isinstance(kind, type) and not get_args(kind):
        yield kind
    for inner in get_args(kind):
        yield from _parts(inner)


def head(path: str) -> str:
    """The element that a path begins with: where it is absent, the path reaches nothing."""
    match = _STEP.match(steps(path)[0])
    if match is None:
        raise ValueError(f"not a path: {path}")
    return match["name"]


def walk(path: str, before: str = "") -> Walk:
    """A function that gives every (place, value) which *path* reaches from a resource or a part of one; *before*
    stands before each place."""
    names = steps(path)
    compiled = [_step(step) for step in names]
    if len(names) == 2 and all(map(str.isalpha, names)):
        return _pair(names[0], names[1], before)
    if len(names) > 1 and (match := _STEP.match(names[0])) is not None and match["url"] is not None:
        return _of_extension(f"{before}{match['name']}", match["name"], match["url"], walk(".".join(names[1:])))

    def run(node: Any) -> list[Found]:
        found: list[Found] = [(before, node)]
        for step in compiled:
            found = step(found)
            if not found:
                break
        return [(place[:-1], value) for place, value in found]  # places end in a dot on the way

    return run


def _pair(outer: str, inner: str, before: str) -> Walk:
    """Most paths are ``code.coding`` and the like: they are walked in one loop."""
    many, alone = before + outer, f"{before}{outer}.{inner}"

    def run(node: Any) -> list[Found]:
        child = getattr(node, outer, None)
        if child is None:
            return []
        if child.__class__ is not list:
            return _inside(alone, getattr(child, inner, None))
        reached: list[Found] = []
        for index, one in enumerate(child):
            if (value := getattr(one, inner, None)) is not None:
                reached += _inside(f"{many}[{index}].{inner}", value)
        return reached

    return run


def _inside(place: str, value: Any) -> list[Found]:
    if value.__class__ is list:
        if len(value) == 1:
            return [(place + "[0]", value[0])]
        return [(f"{place}[{index}]", item) for index, item in enumerate(value)]
    return [] if value is None else [(place, value)]


def _of_extension(many: str, name: str, url: str, rest: Walk) -> Walk:
    """What stands in extensions of one *url*: most of what is sent has none of it."""

    def run(node: Any) -> list[Found]:
        reached: list[Found] = []
        for index, one in enumerate(getattr(node, name, None) or ()):
            if one.url == url:
                for place, value in rest(one):
                    reached.append((f"{many}[{index}].{place}", value))
        return reached

    return run


def _step(step: str) -> Callable[[list[Found]], list[Found]]:
    match = _STEP.match(step)
    if match is None:
        raise ValueError(f"not a step of a path: {step}")
    name, url, key, wanted = match["name"], match["url"], match["key"], match["is"]
    if match["choice"] is not None:
        return lambda found: [one for place, node in found for one in _any_of(place, node, name)]
    if key is not None:
        return lambda found: [(place, node) for place, node in found if getattr(node, key, None) == wanted]
    return partial(_named, name, url)


def _named(name: str, url: str | None, found: list[Found]) -> list[Found]:
    """The elements of one name, of extensions those of one *url*; those that repeat are counted in their places."""
    reached: list[Found] = []
    for place, node in found:
        child = getattr(node, name, None)
        if child.__class__ is list:
            for index, item in enumerate(child):
                if url is None or item.url == url:
                    reached.append((f"{place}{name}[{index}].", item))
        elif child is not None:
            reached.append((f"{place}{name}.", child))
    return reached


def _any_of(place: str, node: Any, stem: str) -> list[Found]:
    return [one for name in _choices(type(node).__struct_fields__, stem) for one in _named(name, None, [(place, node)])]


def first(path: str) -> First:
    """A function that gives the first value which *path* reaches, or None: for the hot path, without places.

    Only plain steps are quick; others fall back to `walk`.
    """
    names = steps(path)
    if not all(re.fullmatch(r"[A-Za-z]+", name) for name in names):
        reach = walk(path)
        return lambda node: next((value for _, value in reach(node)), None)
    if len(names) == 1:
        return _single(names[0])
    return _plain(names)


def _single(name: str) -> First:
    get = attrgetter(name)

    def run(node: Any) -> Any:
        value = get(node)
        return _head(value) if value.__class__ is list else value

    return run


def _plain(names: list[str]) -> First:
    def run(node: Any) -> Any:
        for name in names:
            node = _head(getattr(node, name, None))
            if node is None:
                return None
        return node

    return run


def _head(value: Any) -> Any:
    if value.__class__ is list:
        return value[0] if value else None
    return value
