"""How a size was measured: on images, or on the specimen that was removed (clinical.md §2.1 I-11; mCODE TumorSize)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from natars_fhir.domain.record import Detail
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.wholes import Answer
from natars_fhir.mapping.sink import Sink

_KNOWN = ("imaging", "pathology")


def measured(answer: Answer, lore: Lore) -> Answer:
    """*answer*, its facts with the `method` that their Observation tells."""
    how = _how(lore)

    def with_method(node: Any, resource: Any, sink: Sink, concept: str, place: str, answered: bool) -> bool:
        before = len(sink.facts)
        told = answer(node, resource, sink, concept, place, answered)
        if told and (method := how(resource)) is not None:
            sink.facts[before:] = [f._replace(detail=_with(f.detail, method)) for f in sink.facts[before:]]
        return told

    return with_method


def _how(lore: Lore) -> Callable[[Any], str | None]:
    """By the codes of its method, by its specimen, or by its category."""

    def coded(concept: Any) -> str | None:
        codings = (concept.coding or ()) if concept is not None else ()
        found = (kind for coding in codings for kind in lore.reports[coding.system, coding.code])
        return next((kind for kind in found if kind in _KNOWN), None)

    def how(resource: Any) -> str | None:
        if (method := coded(resource.method)) is not None or resource.specimen is not None:
            return method or "pathology"
        return next((kind for category in resource.category or () if (kind := coded(category))), None)

    return how


@lru_cache(maxsize=1_024)
def _with(detail: Detail, method: str) -> Detail:
    """The detail with how it was seen, unless it says so itself."""
    return tuple(sorted({"method": method, **dict(detail)}.items()))
