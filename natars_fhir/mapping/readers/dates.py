"""The day of a resource's facts, and the day on which they were recorded: the first of a view's paths that is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from sys import intern
from typing import Any

from natars_fhir.fhir.path import first
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink


def stamped(view: View) -> Callable[[Any, Sink], None]:
    """A function that sets both days. Dates are interned: those of one patient repeat."""
    when, known = _earliest(view.when), _earliest(view.known)

    def stamp(resource: Any, sink: Sink) -> None:
        sink.when = when(resource)
        sink.known = known(resource)

    return stamp


def _earliest(paths: Sequence[str]) -> Callable[[Any], str | None]:
    """The first of *paths* that is there. Most resources have what the first path names, and it is plain text."""
    if not paths:
        return lambda _: None
    usual: Callable[[Any], Any] = attrgetter(paths[0]) if paths[0].isalpha() else lambda _: None
    found = [first(path) for path in paths]

    def day(resource: Any) -> str | None:
        if (said := usual(resource)).__class__ is str:
            return intern(said)
        return next((intern(str(said)) for get in found if (said := get(resource)) is not None), None)

    return day
