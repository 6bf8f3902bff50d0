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
    (usual_when, when), (usual_known, known) = earliest(view.when), earliest(view.known)
    recorded = bool(view.known)

    def stamp(resource: Any, sink: Sink) -> None:
        said = usual_when(resource)
        sink.when = intern(said) if said.__class__ is str else when(resource)
        if recorded:
            said = usual_known(resource)
            sink.known = intern(said) if said.__class__ is str else known(resource)
        else:
            sink.known = None

    return stamp


Day = Callable[[Any], "str | None"]


def earliest(paths: Sequence[str]) -> tuple[Callable[[Any], Any], Day]:
    """What the first of *paths* names: most resources have it, and it is plain text; and the first that is there."""
    usual: Callable[[Any], Any] = attrgetter(paths[0]) if paths and paths[0].isalpha() else lambda _: None
    found = [first(path) for path in paths]

    def day(resource: Any) -> str | None:
        for get in found:
            if (said := get(resource)) is not None:
                return intern(str(said))
        return None

    return usual, day
