"""Adverse events: the term, its CTCAE grade, whether it was serious; and the Clavien-Dindo grade of a complication.

R4's `severity` is not the CTCAE grade (clinical.md §2.3): the grade comes in an extension, of which several guides have
their own; they are told by the last part of their address. https://hl7.org/fhir/R4/adverseevent.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from natars_fhir.domain.interval import number
from natars_fhir.domain.record import Detail, detail
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.coded import spellings
from natars_fhir.mapping.readers.dates import stamped
from natars_fhir.mapping.readers.entity import Plan, code_of
from natars_fhir.mapping.readers.spoken import text_of
from natars_fhir.mapping.readers.values import KINDS
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

_EVENT, _COMPLICATION = "adverse-event", "clavien-dindo"
#: A grade as it is written: ``3``, ``Grade 3``, ``3级``, ``GRADE3``
_GRADE = re.compile(r"(?:grade|g|ctcae)?[\s_-]*([0-5])\s*级?", re.IGNORECASE)
#: What says, in R4, that a record must not be read: R5's status, carried over by HL7's extension.
_ERROR = "entered-in-error"


def adverse_event(view: View, lore: Lore) -> Plan:
    """What happened to a patient. ``words`` of the view: last parts of the extensions with the grade (``grade``) and
    with the grade of a surgical complication (``complication``)."""
    stamp, complication = stamped(view), KINDS[lore.kind(_COMPLICATION)](lore)
    terms = spellings(lore)[_EVENT]

    def plan(resource: Any, sink: Sink) -> None:
        if resource.actuality != "actual" or resource.event is None or _in_error(resource):
            return
        stamp(resource, sink)
        said = _said(resource, view.words["grade"], sink)
        sink.add(Told(_EVENT, _term(lore, terms, resource.event), said), "AdverseEvent.event")
        for place, value in _extended(resource, view.words["complication"]):
            told = complication(value, _COMPLICATION, resource)
            sink.add_all(told, place)
            if not told:
                sink.tell("value", place, f"A value of «{_COMPLICATION}» that is not understood: it is not read.")

    return plan


def _term(lore: Lore, terms: Mapping[str, str], event: Any) -> str:
    """The trial's word for it, by code or by its name as terminologies spell it; else `other`."""
    for coding in event.coding or ():
        for meant in lore.says[coding.system, coding.code]:
            if meant.concept == _EVENT:
                return meant.value
    return terms.get((text_of(event) or "").strip().casefold(), "other")


def _said(resource: Any, names: tuple[str, ...], sink: Sink) -> Detail:
    grades = [_graded(value) for _, value in _extended(resource, names)]
    grade = next((one for one in grades if one is not None), None)
    if grades and grade is None:
        sink.tell("value", "AdverseEvent.extension", "A grade of an adverse event that is not understood.")
    coding = next(iter(resource.event.coding or ()), None)
    return detail(
        grade=number(int(grade)) if grade is not None else None,
        term=f"{coding.system or ''}|{coding.code}" if coding is not None and coding.code else None,
        serious={"serious": "yes", "non-serious": "no"}.get(code_of(resource.seriousness).casefold()),
        severity=code_of(resource.severity) or None,
        outcome=code_of(resource.outcome) or None,
    )


def _extended(resource: Any, names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """(place, value) of the extensions whose address ends in one of *names*."""
    for index, part in enumerate(resource.extension or ()):
        if part.url.rstrip("/").rpartition("/")[2] in names:
            for name in ("valueCodeableConcept", "valueCoding", "valueCode", "valueInteger", "valueString"):
                if (value := getattr(part, name, None)) is not None:
                    yield f"AdverseEvent.extension[{index}].{name}", value


def _graded(value: Any) -> str | None:
    """The digit of a CTCAE grade, from a code, a number or words."""
    codes = [coding.code for coding in getattr(value, "coding", None) or ()]
    written = [*codes, getattr(value, "code", None), text_of(value), value if isinstance(value, int | str) else None]
    found = [match[1] for one in written if one is not None and (match := _GRADE.fullmatch(str(one).strip()))]
    return found[0] if found else None


def _in_error(resource: Any) -> bool:
    return any(part.valueCode == _ERROR for part in resource.modifierExtension or ())
