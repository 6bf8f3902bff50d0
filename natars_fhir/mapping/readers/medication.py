"""Medications: which substance, and whether it was given, asked for or refused. See clinical.md §4.7."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from natars_fhir.domain.record import detail
from natars_fhir.fhir.build import R5_ELEMENT
from natars_fhir.mapping.codes import Meaning
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.entity import Plan, dated, tell_of_narrative
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

_ADHERENCE = f"{R5_ELEMENT}MedicationStatement.adherence"
#: The drug of a fact whose Medication has not been looked up yet.
REFERRED = "referred"


def medication(view: View, lore: Lore) -> Plan:
    """Antineoplastic drugs of an administration, statement or request; ``words`` of the view map its statuses.

    A Medication that is referred to may come earlier, later or never: its key stands in the fact until the record is
    made (`reconcile`).
    """
    stamp, given = dated(view), {status: word for word, statuses in view.words.items() for status in statuses}

    def plan(resource: Any, sink: Sink) -> None:
        if (word := given.get(resource.status)) is None:
            return
        if word == "not-given" and any(one.url == _ADHERENCE for one in resource.extension or ()):
            word = "unclear"  # R5's «not taking» says what is so now, and not that it was never taken
        stamp(resource, sink)
        kind = type(resource).__name__
        if resource.medicationCodeableConcept is not None:
            where = f"{kind}.medicationCodeableConcept"
            tell_of_narrative(resource, resource.medicationCodeableConcept, sink)
            sink.add_each(_drugs(lore, resource.medicationCodeableConcept, where, word, sink))
        if resource.medicationReference is not None:
            sink.add_each(_referred(lore, resource, kind, word, sink))

    return plan


def substance(_: View, lore: Lore) -> Plan:
    """The drugs of a Medication by itself: nobody's fact until an administration refers to it."""

    def plan(resource: Any, sink: Sink) -> None:
        if resource.status != "entered-in-error":
            if not resource.ingredient:
                tell_of_narrative(resource, resource.code, sink)
            sink.add_each(_contents(lore, resource, "Medication", "unclear", sink))

    return plan


def _referred(lore: Lore, resource: Any, kind: str, given: str, sink: Sink) -> Iterator[tuple[str, Told]]:
    where, reference = f"{kind}.medicationReference", resource.medicationReference
    name = reference.reference or ""
    if name.startswith("#"):
        for inner in resource.contained or ():
            if inner.id == name[1:] and type(inner).__name__ == "Medication":
                yield from _contents(lore, inner, f"{where}.resolve()", given, sink)
                return
    elif (key := sink.key_of(reference, "Medication")) is not None:
        yield where, Told("antineoplastic-drug", REFERRED, detail(given=given, medication=key))
        return
    sink.tell("not-found", where, "The Medication referred to is not known: which drug?")
    if (shown := _named(lore, reference.display)) is not None:
        yield f"{where}.display", _told(shown, given, hedged=True)


def _contents(lore: Lore, found: Any, where: str, given: str, sink: Sink) -> Iterator[tuple[str, Told]]:
    if found.code is not None:
        yield from _drugs(lore, found.code, f"{where}.code", given, sink)
    for index, part in enumerate(found.ingredient or ()):
        if part.itemCodeableConcept is not None:
            place = f"{where}.ingredient[{index}].itemCodeableConcept"
            yield from _drugs(lore, part.itemCodeableConcept, place, given, sink)


def _drugs(lore: Lore, concept: Any, where: str, given: str, sink: Sink) -> Iterator[tuple[str, Told]]:
    """Drugs by code; else by name in the text; a name in a display alone is shown and never decides."""
    by_code = False
    for index, coding in enumerate(concept.coding or ()):
        for meant in lore.says[coding.system, coding.code]:
            if meant.concept == "antineoplastic-drug":
                by_code = True
                yield f"{where}.coding[{index}]", _told(meant, given)
    if by_code:
        return
    found = _named(lore, concept.text)
    if found is not None:
        yield f"{where}.text", _told(found, given)
        return
    for index, coding in enumerate(concept.coding or ()):
        sink.not_understood.append(("code", "Medication", coding.system or "", coding.code or ""))
        if (shown := _named(lore, coding.display)) is not None:
            yield f"{where}.coding[{index}].display", _told(shown, given, hedged=True)


def _named(lore: Lore, text: str | None) -> Meaning | None:
    match = lore.drugs.pattern.search(text.casefold()) if text else None
    return lore.drugs.drugs[match.group()] if match else None


def _told(meant: Meaning, given: str, *, hedged: bool = False) -> Told:
    kept = dict(meant.detail)
    said = detail(given=given, **kept)
    return Told(meant.concept, meant.value, said, "hedged" if hedged else meant.standing)
