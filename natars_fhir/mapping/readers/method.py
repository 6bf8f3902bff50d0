"""How a size was measured: on images, or on the specimen that was removed (clinical.md §2.1 I-11; mCODE TumorSize)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from natars_fhir.domain.record import Detail
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.told import Told

#: a third of the time that a named tuple's own constructor takes
_new = tuple.__new__
_KNOWN = ("imaging", "pathology")


def measured(lore: Lore) -> Callable[[tuple[Told, ...], Any, Any], tuple[Told, ...]]:
    """What is told, with the `method` that its Observation tells; nothing where the question's own words say that a
    lymph node, a core or a specimen was measured."""
    how, another = _how(lore), _another_thing(lore)

    def with_method(told: tuple[Told, ...], node: Any, resource: Any) -> tuple[Told, ...]:
        if not told or another(node.code.text) or (node is not resource and another(resource.code.text)):
            return ()
        method = how(resource)
        return told if method is None else tuple([_seen(one, method) for one in told])

    return with_method


#: Things that are not the tumour, in the words of reports.
_OTHER_THINGS = ("core", "node", "other", "specimen")


def _another_thing(lore: Lore) -> Callable[[str | None], bool]:
    """Does the name of a measure name such a thing, and no tumour? The same few names come again and again."""
    words = lore.words
    far = "|".join(re.escape(word) for word in words["size.near"].words["distance"] if len(word) > 1)
    things = f"{words.any('size.thing', *_OTHER_THINGS)}|{words.any('size.organ', 'name')}|{far}|切缘"
    tumour, other = (
        re.compile(rf"(?<![a-z])(?:{names})(?![a-z])", re.IGNORECASE)
        for names in (words.any("size.thing", "tumour"), things)
    )

    @lru_cache(maxsize=1_024)
    def another(name: str | None) -> bool:
        return bool(name) and tumour.search(name or "") is None and other.search(name or "") is not None

    return another


def _how(lore: Lore) -> Callable[[Any], str | None]:
    """By the codes of its method, by its specimen, or by its category."""

    reports = lore.reports

    def coded(concept: Any) -> str | None:
        for coding in concept.coding or ():
            for kind in reports[coding.system, coding.code]:
                if kind in _KNOWN:
                    return kind
        return None

    def how(resource: Any) -> str | None:
        method = coded(resource.method) if resource.method is not None else None
        if method is not None or resource.specimen is not None:
            return method or "pathology"
        for category in resource.category or ():
            if (kind := coded(category)) is not None:
                return kind
        return None

    return how


def _seen(told: Told, method: str) -> Told:
    concept, value, detail, standing, span = told
    return _new(Told, (concept, value, _with(detail, method), standing, span))


@lru_cache(maxsize=1_024)
def _with(detail: Detail, method: str) -> Detail:
    """The detail with how it was seen, unless it says so itself."""
    return tuple(sorted({"method": method, **dict(detail)}.items()))
