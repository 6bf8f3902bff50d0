"""Imaging: that the abdomen was looked at by CT or MRI, whatever was found there (clinical.md §6.3).

A report of such a scan is an adequate assessment of the disease: one who has no event is followed up to it. What the
report says of the tumour, its other reader tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.dates import stamped
from natars_fhir.mapping.readers.entity import SHORT, Plan, meanings
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

_CONCEPT = "disease-imaging"
_PRESENT = Told(_CONCEPT, "present")
#: Kinds of reports that are none of a scan, though they may name an earlier one.
_NO_SCAN = ("pathology", "operation")
_SHORT_WORD = 4


def imaging(view: View, lore: Lore) -> Plan:
    """``words`` of the view: codes of a scan (``modality-code``), words that name one (``modality``), the abdomen
    (``region``), another part of the body (``elsewhere``), and another kind of report (``other``)."""
    says, stamp, named = meanings(lore), stamped(view), _named(view)
    kinds = lore.reports
    final, pending = frozenset(view.status), frozenset(view.pending)

    def plan(resource: Any, sink: Sink) -> None:
        if resource.status not in final and resource.status not in pending:
            return
        for coding in resource.code.coding or ():
            for kind in kinds[coding.system, coding.code]:
                if kind in _NO_SCAN:
                    return
        place = _coded(resource, says) or named(resource)
        if place is None:
            return
        stamp(resource, sink)
        sink.standing = "final" if resource.status in final else "pending"
        sink.add(_PRESENT, place)

    return plan


def _coded(resource: Any, says: Callable[[str | None, str | None], tuple[Told, ...]]) -> str | None:
    """The place of a code that by itself says such a scan."""
    for index, coding in enumerate(resource.code.coding or ()):
        for told in says(coding.system, coding.code):
            if told.concept == _CONCEPT:
                return f"DiagnosticReport.code.coding[{index}]"
    return None


def _named(view: View) -> Callable[[Any], str | None]:
    """The place that names the abdomen, in a report of a scan: its name, its codes' names, its conclusion. That is
    long, and is searched last, for what the rest does not tell."""
    codes = frozenset(view.words["modality-code"])
    lists = {name: _pattern(words) for name, words in view.words.items() if name != "modality-code"}
    names = _names(lists)

    def named(resource: Any) -> str | None:
        title, conclusion = [(place, names(text)) for place, text in _title(resource)], resource.conclusion or ""
        titled = frozenset[str]().union(*[words for _, words in title])
        if "other" in titled or ("elsewhere" in titled and "region" not in titled):
            return None
        scan = "modality" in titled or _categorised(resource, codes)
        if not scan and lists["modality"].search(conclusion) is None:
            return None
        if "region" in titled:
            return next(place for place, words in title if "region" in words)
        return "DiagnosticReport.conclusion" if lists["region"].search(conclusion) is not None else None

    return named


def _categorised(resource: Any, codes: frozenset[str]) -> bool:
    """Does a category say that it is a scan?"""
    for category in resource.category or ():
        for coding in category.coding or ():
            if coding.code in codes:
                return True
    return False


def _title(resource: Any) -> Iterator[tuple[str, str]]:
    if resource.code.text:
        yield "DiagnosticReport.code.text", resource.code.text
    for index, coding in enumerate(resource.code.coding or ()):
        if coding.display:
            yield f"DiagnosticReport.code.coding[{index}].display", coding.display


def _names(lists: Mapping[str, re.Pattern[str]]) -> Callable[[str], frozenset[str]]:
    """Which of the view's word lists a title names. Titles come again and again: each is searched once."""

    def search(text: str) -> frozenset[str]:
        return frozenset(name for name, pattern in lists.items() if pattern.search(text))

    known = lru_cache(maxsize=4_096)(search)
    return lambda text: known(text) if len(text) <= SHORT else search(text)


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Latin words begin where a word begins, and short ones end there too: no "ct" in "resected"."""
    return re.compile("|".join(_bounded(word) for word in words), re.IGNORECASE)


def _bounded(word: str) -> str:
    if not word.isascii():
        return re.escape(word)
    return rf"(?<![a-z]){re.escape(word)}" + (r"(?![a-z])" if len(word) <= _SHORT_WORD else "")
