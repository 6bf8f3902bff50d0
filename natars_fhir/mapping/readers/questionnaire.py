"""QuestionnaireResponses: what people answered to questions that have a code (clinical.md §2.0).

A question is known by its questionnaire and linkId, ``(canonical without version, linkId)``, or by its definition,
``(address before #, element after it)``: either may stand among the site's codes.
https://hl7.org/fhir/R4/questionnaireresponse.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from natars_fhir.fhir.r4.structs import CodeableConcept, Quantity
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.dates import stamped
from natars_fhir.mapping.readers.entity import Plan
from natars_fhir.mapping.readers.said_so import as_said
from natars_fhir.mapping.readers.values import KINDS
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink

#: (place, item)
Found = tuple[str, Any]


def questionnaire(view: View, lore: Lore) -> Plan:
    """Facts of the answers to known questions, each with the place of its answer."""
    stamp, final, pending = stamped(view), frozenset(view.status), frozenset(view.pending)
    reads = {kind: as_said(make(lore), lore) for kind, make in KINDS.items()}

    def plan(resource: Any, sink: Sink) -> None:
        if resource.status not in final and resource.status not in pending:
            return
        canonical = (resource.questionnaire or "").partition("|")[0]
        stamp(resource, sink)
        sink.standing = "final" if resource.status in final else "pending"
        for place, item in _items(resource.item or (), "QuestionnaireResponse"):
            if item.answer and (concept := _asked(lore, canonical, item)) is not None:
                _read(concept, item, place, sink)

    def _read(concept: str, item: Any, place: str, sink: Sink) -> None:
        read = reads.get(lore.kind(concept))
        for index, answer in enumerate(item.answer):
            name, value = _value(answer)
            told = read(value, concept, item) if read is not None and value is not None else ()
            where = f"{place}.answer[{index}].{name}"
            sink.add_all(told, where)
            if not told:
                sink.tell("value", where, f"An answer on «{concept}» that is not understood: it is not read.")
                sink.not_understood.append(("value", "QuestionnaireResponse", concept, name))

    return plan


def _items(items: Any, place: str) -> Iterator[Found]:
    """Every item, those within items and within answers too."""
    for index, item in enumerate(items):
        here = f"{place}.item[{index}]"
        yield here, item
        yield from _items(item.item or (), here)
        for number, answer in enumerate(item.answer or ()):
            yield from _items(answer.item or (), f"{here}.answer[{number}]")


def _asked(lore: Lore, canonical: str, item: Any) -> str | None:
    base, _, element = (item.definition or "").partition("#")
    for coding in ((canonical, item.linkId), (base, element)):
        if all(coding) and (found := lore.asked[coding]):
            return found[0]
    return None


def _value(answer: Any) -> tuple[str, Any]:
    """The element that holds the answer, and its value in the shape that an Observation would give it."""
    for name in answer.__struct_fields__:
        value = getattr(answer, name) if name.startswith("value") else None
        if value is None:
            continue
        if name == "valueCoding":
            return name, CodeableConcept(coding=[value], text=None)
        return name, Quantity(value=value) if name == "valueDecimal" else value
    return "value[x]", None
