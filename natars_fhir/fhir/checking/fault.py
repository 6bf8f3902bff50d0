"""Fault: a problem whose place is still told from within, and the sentences that many rules share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from natars_fhir.domain.issue import Severity


class LocalTarget(NamedTuple):
    """A reference to ``#fragment``: whether it is sound, only the resource around it can say."""

    fragment: str
    targets: frozenset[str] | None


class Fault(NamedTuple):
    """A problem, or (with ``local``) a question that the resource around it answers."""

    severity: Severity
    code: str
    place: str
    text: str
    local: LocalTarget | None = None


#: Takes a JSON value, gives what is wrong with it.
Rule = Callable[[Any], Sequence[Fault]]
FINE: tuple[Fault, ...] = ()

_KINDS: dict[type, str] = {
    type(None): "null",
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "true or false",
}


def error(code: str, text: str, place: str = "") -> tuple[Fault]:
    return (Fault("error", code, place, text),)


def warning(code: str, text: str, place: str = "") -> tuple[Fault]:
    return (Fault("warning", code, place, text),)


def wrong_type(expected: str, value: Any) -> tuple[Fault]:
    """The JSON type is another one; says which, never what."""
    if value is None:
        return error("structure", "null says nothing here: leave the element out.")
    return error("structure", f"{expected} is expected here, not {kind_of(value)}.")


def kind_of(value: Any) -> str:
    """What JSON calls the value's type."""
    return next((name for kind, name in _KINDS.items() if isinstance(value, kind)), "a number")


def either(names: Iterable[str]) -> str:
    """The names as a sentence has them: "a, b or c"."""
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def within(place: str, faults: Iterable[Fault]) -> list[Fault]:
    """The same faults, seen from outside: *place* is ``.name`` or ``[index]``."""
    return [fault._replace(place=place + fault.place) for fault in faults]
