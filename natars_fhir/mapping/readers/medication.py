"""Medications: which substance, and whether it was given, asked for or refused. See clinical.md §4.7."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from natars_fhir.domain.record import detail
from natars_fhir.fhir.build import R5_ELEMENT
from natars_fhir.mapping.codes import Meaning
from natars_fhir.mapping.lore import DrugNames, Lore
from natars_fhir.mapping.readers.dates import stamped
from natars_fhir.mapping.readers.entity import Plan, tell_of_narrative
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

_ADHERENCE = f"{R5_ELEMENT}MedicationStatement.adherence"
#: (place, what is told there)
Found = tuple[str, Told]

#: The drug of a fact whose Medication has not been looked up yet.
REFERRED = "referred"


def medication(view: View, lore: Lore) -> Plan:
    """Antineoplastic drugs of an administration, statement or request; ``words`` of the view map its statuses.

    A Medication that is referred to may come earlier, later or never: its key stands in the fact until the record is
    made (`reconcile`).
    """
    drugs, stamp = Drugs(lore), stamped(view)
    given = {status: word for word, statuses in view.words.items() for status in statuses}
    coded, referred = f"{view.resource}.medicationCodeableConcept", f"{view.resource}.medicationReference"

    def plan(resource: Any, sink: Sink) -> None:
        if (word := given.get(resource.status)) is None:
            return
        if word == "not-given" and any(one.url == _ADHERENCE for one in resource.extension or ()):
            word = "unclear"  # R5's «not taking» says what is so now, and not that it was never taken
        found: list[Found] = []
        if resource.medicationCodeableConcept is not None:
            tell_of_narrative(resource, resource.medicationCodeableConcept, sink)
            found = drugs.of(resource.medicationCodeableConcept, coded, word, sink)
        if resource.medicationReference is not None:
            found += drugs.referred(resource, referred, word, sink)
        if found:
            stamp(resource, sink)
            sink.add_each(found)

    return plan


def substance(_: View, lore: Lore) -> Plan:
    """The drugs of a Medication by itself: nobody's fact until an administration refers to it."""
    drugs = Drugs(lore)

    def plan(resource: Any, sink: Sink) -> None:
        if resource.status != "entered-in-error":
            if not resource.ingredient:
                tell_of_narrative(resource, resource.code, sink)
            sink.add_each(drugs.inside(resource, "Medication", "unclear", sink))

    return plan


class Drugs:
    """The antineoplastic drugs that a concept, a Medication or a reference to one names, each with its place.

    Names come again and again: each is searched once.
    """

    def __init__(self, lore: Lore) -> None:
        self._lore = lore
        self._named = lru_cache(maxsize=4_096)(partial(_named, lore.drugs))

    def of(self, concept: Any, where: str, given: str, sink: Sink) -> list[Found]:
        """Drugs by code; else by name in the text; a name in a display alone is shown and never decides."""
        says, codings = self._lore.says, concept.coding or ()
        found: list[Found] = []
        for index, coding in enumerate(codings):
            for meant in says[coding.system, coding.code]:
                if meant.concept == "antineoplastic-drug":
                    place = f"{where}.coding[{index}]"
                    found.append((place, _told(meant, given)))
        if found:
            return found
        if (named := self._named(concept.text)) is not None:
            return [(f"{where}.text", _told(named, given))]
        for index, coding in enumerate(codings):
            sink.not_understood.append(("code", "Medication", coding.system or "", coding.code or ""))
            if (named := self._named(coding.display)) is not None:
                found.append((f"{where}.coding[{index}].display", _told(named, given, hedged=True)))
        return found

    def inside(self, medication: Any, where: str, given: str, sink: Sink) -> list[Found]:
        """The drugs of a Medication and of its ingredients."""
        found = self.of(medication.code, f"{where}.code", given, sink) if medication.code is not None else []
        for index, part in enumerate(medication.ingredient or ()):
            if part.itemCodeableConcept is not None:
                place = f"{where}.ingredient[{index}].itemCodeableConcept"
                found += self.of(part.itemCodeableConcept, place, given, sink)
        return found

    def referred(self, resource: Any, where: str, given: str, sink: Sink) -> list[Found]:
        """The drugs of a Medication that is contained; of another, its key."""
        reference = resource.medicationReference
        name = reference.reference or ""
        if name.startswith("#"):
            for inner in resource.contained or ():
                if inner.id == name[1:] and type(inner).__name__ == "Medication":
                    return self.inside(inner, f"{where}.resolve()", given, sink)
        elif (key := sink.key_of(reference, "Medication")) is not None:
            return [(where, Told("antineoplastic-drug", REFERRED, detail(given=given, medication=key)))]
        sink.tell("not-found", where, "The Medication referred to is not known: which drug?")
        shown = self._named(reference.display)
        return [(f"{where}.display", _told(shown, given, hedged=True))] if shown is not None else []


def _named(names: DrugNames, text: str | None) -> Meaning | None:
    match = names.pattern.search(text.casefold()) if text else None
    return names.drugs[match.group()] if match else None


@lru_cache(maxsize=2_048)
def _told(meant: Meaning, given: str, *, hedged: bool = False) -> Told:
    said = detail(given=given, **dict(meant.detail))
    return Told(meant.concept, meant.value, said, "hedged" if hedged else meant.standing)
