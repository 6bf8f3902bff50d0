"""Reports: coded conclusions, and free text of pathology, imaging and operations with the span of every value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Any

from natars_fhir.domain.record import Detail
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.doubt import hedges
from natars_fhir.mapping.narrative.said import Kind
from natars_fhir.mapping.narrative.words import Words
from natars_fhir.mapping.readers.attachment import attached, narrative_alone
from natars_fhir.mapping.readers.dates import stamped
from natars_fhir.mapping.readers.entity import SHORT, Plan, coded, narrated, once
from natars_fhir.mapping.readers.histology import by_words, shown
from natars_fhir.mapping.readers.origin import by_name, of_concept
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

_KINDS: dict[str, Kind] = {"pathology": "pathology", "imaging": "imaging", "operation": "operation", "other": "other"}

#: What a report's kind says more of: how it was seen
_SEEN = frozenset({"histology", "tumour-size", "metastasis"})
#: Kinds of reports by which somebody has looked at it, and what they looked at
_BASIS = {"imaging": "imaging", "pathology": "tissue"}
#: (place, what is told there)
Found = tuple[str, Told]
#: a third of the time that a named tuple's own constructor takes
_new = tuple.__new__

#: What a report's own words say of its kind, where no code does (in this order)
_WORDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("pathology", re.compile("病理|免疫组化|patholog|histolog|immunohisto")),
    ("operation", re.compile("手术记录|术中|operative note|operation note")),
    ("imaging", re.compile("(?<![a-z])(?:ct|cta|mri?|pet)(?![a-z])|超声|影像|平扫|增强|imaging|radiolog")),
)


def report(view: View, lore: Lore) -> Plan:
    """Facts of a report: its conclusion codes, and its texts read for its kind."""
    codes, stamp, texts = coded(view.resource, view.says, lore), stamped(view), _texts(view)
    final, pending = frozenset(view.status), frozenset(view.pending)
    by_code_alone, agreed = not view.says, by_name(lore)

    def plan(resource: Any, sink: Sink) -> None:
        kind = _kind_by_code(lore, resource.code)
        if kind is None and by_code_alone:
            return  # an Observation is a report only where its code says so
        if resource.status not in final and resource.status not in pending:
            return
        kind = kind or _kind(lore, resource)
        stamp(resource, sink)
        sink.standing = "final" if resource.status in final else "pending"
        found = list(codes(resource, sink))
        if getattr(resource, "conclusionCode", None) is not None:
            found = _with_words(found, resource, lore, kind or "pathology", sink)
            found = agreed(found, partial(_names, resource), "DiagnosticReport.conclusionCode", sink)
        for place, text in texts(resource, sink):
            spoken_as = kind or _kind_by_words(text)
            found += [(place, told) for told in narrated(text, lore, spoken_as, place, sink)]
        seen_by = kind or "other"
        sink.add_each(
            [(place, _with_basis(told, seen_by) if told.concept in _SEEN else told) for place, told in once(found)]
        )

    return plan


_hedged_short = lru_cache(maxsize=1_024)(hedges)


def _hedged(text: str, words: Words) -> bool:
    """Short ones come again and again."""
    return (_hedged_short if len(text) <= SHORT else hedges)(text, words)


def _with_words(found: list[Found], resource: Any, lore: Lore, kind: Kind, sink: Sink) -> list[Found]:
    """The conclusion's codes, each with its own words: words that doubt leave it in doubt; what else they say stands
    beside it."""
    for index, concept in enumerate(resource.conclusionCode):
        if not concept.text:
            continue
        place = f"DiagnosticReport.conclusionCode[{index}]"
        if _hedged(concept.text, lore.words):
            found = [(at, shown(lore, told)) if at.startswith(place + ".") else (at, told) for at, told in found]
        found += [(f"{place}.text", told) for told in narrated(concept.text, lore, kind, f"{place}.text", sink)]
    return found


def _names(resource: Any) -> Iterator[tuple[str, str, bool]]:
    """What its conclusions are called; its text may speak of other tumours too."""
    for index, concept in enumerate(resource.conclusionCode):
        yield from of_concept(concept, f"DiagnosticReport.conclusionCode[{index}]")
    if resource.conclusion:
        yield "DiagnosticReport.conclusion", resource.conclusion, True


def _kind(lore: Lore, resource: Any) -> Kind | None:
    """Pathology, imaging or operation, by the category's codes; else by the report's name."""
    for category in resource.category or ():
        if kind := _kind_by_code(lore, category):
            return kind
    found = _kind_by_words(resource.code.text or "")
    return found if found != "other" else None


def _kind_by_code(lore: Lore, concept: Any) -> Kind | None:
    reports = lore.reports
    for coding in concept.coding or ():
        if kinds := reports[coding.system, coding.code]:
            return _KINDS.get(kinds[0])
    return None


def _kind_by_words(text: str) -> Kind:
    words = text[:400].casefold()
    return next((kind for kind, marks in _WORDS if marks.search(words)), "other")


def _with_basis(told: Told, kind: str) -> Told:
    """A type seen on images alone is no proof: the basis stands with it. Nor is one in a letter of unknown kind, where
    another cancer is another tumour's."""
    if kind not in _BASIS and (told.concept != "histology" or (told := by_words(told)).concept != "histology"):
        return told
    concept, value, details, standing, span = told
    return _new(Told, (concept, value, _with(concept, kind, details), standing, span))


@lru_cache(maxsize=1024)
def _with(concept: str, kind: str, details: Detail) -> Detail:
    """The details with what the report's kind says more of, unless they say so themselves."""
    more = {"basis": _BASIS.get(kind, "diagnosis")} if concept == "histology" else {"method": kind}
    return tuple(sorted({**more, **dict(details)}.items()))


def _texts(view: View) -> Callable[[Any, Sink], Iterator[tuple[str, str]]]:
    """(place, text) of a report: plain elements named by the view, and attachments with their charset honoured; its
    narrative where that is all."""

    def read(resource: Any, sink: Sink) -> Iterator[tuple[str, str]]:
        kind, silent = type(resource).__name__, True
        for name in view.text:
            value = getattr(resource, name, None)
            if isinstance(value, str):
                silent = False
                yield f"{kind}.{name}", value
            for index, form in enumerate(value if isinstance(value, list) else ()):
                where = f"{kind}.{name}[{index}]"
                if (text := attached(form, where, sink)) is not None:
                    silent = False
                    yield f"{where}.data", text
        if silent and (words := narrative_alone(resource)):
            yield f"{kind}.text.div", words

    return read
