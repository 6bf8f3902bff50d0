"""Remains: a table of a mapping file as its shape tells. Where it does not fit, every misfit is told, and what remains
of it is made all the same, to be checked further: a fault hides no other, and others are not blamed for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import deepcopy
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from natars_fhir.mapping.faults import Fault, line_at, nearest

Shape = TypeVar("Shape", bound=BaseModel)
Place = tuple[int | str, ...]

#: What stands where something must and does not, until the checks are done.
_NOTHING = "?"
#: What stands in for a list, and for a table, that must be there.
_EMPTY: Mapping[str, type] = MappingProxyType({"tuple_type": list, "dict_type": dict, "model_type": dict})
#: Faults in words that need no knowledge of Python.
_SAID: Mapping[str, str] = MappingProxyType(
    {
        "extra_forbidden": "unknown key",
        "tuple_type": "must be a list",
        "dict_type": "must be a table",
        "model_type": "must be a table",
        "string_type": "must be a text, in quotes",
    }
)
#: So often what remains is tried; each time something of it goes.
_TRIES = 40
#: What pydantic calls the ways in which a local code may be written.
_WAYS = ("str", "LocalCode")


class Remains(NamedTuple, Generic[Shape]):
    """What a table came to, its misfits, and the names of what went: what is said of these need not be true."""

    found: Shape | None
    faults: tuple[Fault, ...] = ()
    lost: frozenset[str] = frozenset()


def shaped(path: Path, source: str, table: Mapping[str, Any], shape: type[Shape]) -> Remains[Shape]:
    """A file of this text and table as *shape* tells."""
    try:
        return Remains(shape.model_validate(table))
    except ValidationError as error:
        faults = tuple(misfits(str(path), source, shape, error))
        found, lost = _what_remains(table, shape, error)
        return Remains(found, faults, frozenset(lost))


def misfits(name: str, source: str, shape: type[BaseModel], error: ValidationError) -> Iterator[Fault]:
    """Each fault of a table, with its line and the nearest right word."""
    every = error.errors()
    for one in every:
        if one["loc"][-1] == _WAYS[0] and isinstance(one["input"], dict):
            continue  # the other way of writing tells what is wrong
        if one["type"] == "too_short" and any(one["loc"] == other["loc"][:-1] for other in every):
            continue  # it is short of what is told by itself
        place = [part for part in one["loc"] if part not in _WAYS]
        words = [str(part) for part in place if not isinstance(part, int)]
        text = _SAID.get(one["type"], one["msg"])
        hint = nearest(words[-1], _keys(shape)) if one["type"] == "extra_forbidden" else _word(one)
        where = place[:-1] if one["type"] == "missing" else place
        yield Fault(name, line_at(source, *where), f"{'.'.join(map(str, place))}: {text}{hint}")


def true_still(faults: Iterable[Fault], lost: Collection[str], concepts: Collection[str]) -> list[Fault]:
    """The faults that name nothing of what was *lost*. That a concept is not known stays true unless it is one of the
    *concepts* which were."""
    every, some = ([f"«{one}»" for one in names] for names in (concepts, lost))

    def stays(text: str) -> bool:
        return not any(name in text for name in (every if "unknown concept" in text else some))

    return [fault for fault in faults if stays(fault.text.partition("; did you mean")[0])]


def _word(one: ErrorDetails) -> str:
    """The nearest of the words that could stand there."""
    return nearest(one["input"], _expected(one)) if isinstance(one["input"], str) else ""


def _expected(one: ErrorDetails) -> list[str]:
    return re.findall(r"'([^']*)'", str(one.get("ctx", {}).get("expected", "")))


def _keys(shape: type[BaseModel]) -> set[str]:
    """Every key that a file of this shape may use, at any depth: for a hint, no more."""
    seen: set[type[BaseModel]] = set()
    keys: set[str] = set()
    waiting: list[Any] = [shape]
    while waiting:
        found = waiting.pop()
        if isinstance(found, type) and issubclass(found, BaseModel) and found not in seen:
            seen.add(found)
            keys |= set(found.model_fields)
            waiting += [field.annotation for field in found.model_fields.values()]
        else:
            waiting += list(getattr(found, "__args__", ()))
    return keys


def _what_remains(
    table: Mapping[str, Any], shape: type[Shape], error: ValidationError
) -> tuple[Shape | None, set[str]]:
    """The table without what does not fit. What must be there and is not gets a stand-in: so its neighbours stay."""
    rest, lost, stood_in = deepcopy(dict(table)), {_NOTHING}, set[Place]()
    for _ in range(_TRIES):
        for one in sorted(error.errors(), key=_last_first, reverse=True):
            lost |= _mended(rest, one, stood_in)
        try:
            return shape.model_validate(rest), lost
        except ValidationError as again:
            error = again
    return None, lost


def _last_first(one: ErrorDetails) -> tuple[str, ...]:
    """Rows of a table are taken out from its end, so that the others keep their numbers."""
    return tuple(f"{part:09d}" if isinstance(part, int) else part for part in one["loc"])


def _mended(rest: dict[str, Any], one: ErrorDetails, stood_in: set[Place]) -> set[str]:
    """Mends one misfit, or takes out what bears it; the names of what is not as it was."""
    place = tuple(part for part in one["loc"] if part not in _WAYS)
    above, names = _way(rest, place)
    kind, last = one["type"], place[len(above) - 1]
    there = len(above) == len(place)
    if place in stood_in and kind not in (*_EMPTY, "literal_error"):
        if len(above) > 1:  # nothing can stand in for it: its table goes
            _out(above[-2], place[len(above) - 2])
    elif kind == "missing" and there:
        above[-1][last] = _NOTHING
        stood_in.add(place)
    elif kind == "literal_error" and there:
        words = _expected(one)
        above[-1][last] = (get_close_matches(str(one["input"]), words, n=1) or words)[0]
    elif kind in _EMPTY and place in stood_in:
        above[-1][last] = _EMPTY[kind]()
    else:
        _out(above[-1], last)
    return names


def _way(rest: dict[str, Any], place: Place) -> tuple[list[Any], set[str]]:
    """The tables and lists on the way to a place, as far as it goes; and the names that stand on it."""
    above: list[Any] = []
    here: Any = rest
    names = {part for part in place if isinstance(part, str)}
    for part in place:
        if not isinstance(here, dict | list):
            break
        above.append(here)
        if isinstance(here, dict):
            names |= {here[name] for name in ("name", "id", "value") if isinstance(here.get(name), str)}
        known = part in here if isinstance(here, dict) else isinstance(part, int) and part < len(here)
        if not known:
            break
        here = here[part]  # type: ignore[index]
    return above, names


def _out(above: Any, part: int | str) -> None:
    if isinstance(above, dict):
        above.pop(part, None)
    elif isinstance(part, int) and part < len(above):
        del above[part]
