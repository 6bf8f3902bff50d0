"""Typed: JSON as a type; each type is made ready once, by one thread at a time.

msgspec makes the types of a Struct ready when it first meets it, and two threads that meet it at once may end the
process by a segmentation fault (msgspec 0.22.0, CPython 3.11: seen under load, right after a server had started). A
decoder that a module makes when it is imported is safe; this is for all others.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
_lock = Lock()
_known: dict[Any, Callable[[Any], Any]] = {}


def decode(raw: bytes | str | msgspec.Raw, kind: type[T]) -> T:
    """As `msgspec.json.decode`, and raises what that raises."""
    found: T = _ready(kind)(raw)
    return found


def convert(told: Any, kind: type[T]) -> T:
    """As `msgspec.convert`, and raises what that raises."""
    _ready(kind)
    return msgspec.convert(told, kind)


def _ready(kind: Any) -> Callable[[Any], Any]:
    known = _known.get(kind)
    if known is None:
        with _lock:
            known = _known.setdefault(kind, msgspec.json.Decoder(kind).decode)
    return known
