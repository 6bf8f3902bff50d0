"""Medications: which substance, and whether it was given, asked for or refused. See clinical.md §4.7."""

from __future__ import annotations

import re
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

_OTHERWISE = "The code and the words of this drug say different things: it is shown, and does not decide."
_UNDONE = "A note says that this was not given: it is shown, and does not decide."
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
            if word == "given" and resource.note is not None and drugs.never_taken(resource.note):
                sink.tell("value", f"{view.resource}.note", _UNDONE)
                sink.standing = "hedged"
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
        self._named_otherwise = lru_cache(maxsize=4_096)(self._otherwise)
        self._no_dose, self._carrier = (
            re.compile(lore.words.any("treatments.word", tag)) for tag in ("otherwise", "carrier")
        )
        refused = lore.words.any("treatments.word", "refused")
        self._undone = re.compile(rf"{refused}|{lore.words.any('diagnoses.taken-back', 'word')}|取消")
        #: substances, and not kinds of them
        self._drugs = {meant.value for meant in lore.drugs.drugs.values() if not meant.value.endswith("-unspecified")}

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
            return self._as_named(found, concept, where, given, sink)
        if (named := self._named(concept.text)) is not None:
            return [(f"{where}.text", _told(named, given, hedged=self._is_otherwise(concept.text, named=True)))]
        for index, coding in enumerate(codings):
            sink.not_understood.append(("code", "Medication", coding.system or "", coding.code or ""))
            if (named := self._named(coding.display)) is not None:
                found.append((f"{where}.coding[{index}].display", _told(named, given, hedged=True)))
        return found

    def _as_named(self, found: list[Found], concept: Any, where: str, given: str, sink: Sink) -> list[Found]:
        """What the codes tell, beside the words: another drug's name, or that of none, leaves them in doubt."""
        texts = (concept.text, *[coding.display for coding in concept.coding])
        others = self._named_otherwise(texts, tuple([told.value for _, told in found]))
        if others is None:
            return found
        sink.tell("value", where, _OTHERWISE)
        told = [(place, one._replace(standing="hedged") if one.standing == "final" else one) for place, one in found]
        return told + [(where, _told(one, given, hedged=True)) for one in others]

    def _otherwise(self, texts: tuple[str | None, ...], known: tuple[str, ...]) -> tuple[Meaning, ...] | None:
        """The drugs that texts name instead of those that are known by code; None where they name no other thing."""
        names = {text: self._named(text) for text in texts if text}
        drugs = [one for one in names.values() if one is not None and one.value in self._drugs]
        if drugs and self._drugs.issuperset(known) and not any(one.value in known for one in drugs):
            return tuple(dict.fromkeys(drugs))
        otherwise = any(self._is_otherwise(text, named=one is not None) for text, one in names.items())
        return () if otherwise else None

    def _is_otherwise(self, text: str, *, named: bool) -> bool:
        """Does a name say that it is no dose of the drug; or name other things and no drug?"""
        plain = self._lore.words.characters.whole(text)
        return self._no_dose.search(plain) is not None or (not named and self._carrier.search(plain) is not None)

    def inside(self, medication: Any, where: str, given: str, sink: Sink) -> list[Found]:
        """The drugs of a Medication and of its ingredients."""
        found = self.of(medication.code, f"{where}.code", given, sink) if medication.code is not None else []
        for index, part in enumerate(medication.ingredient or ()):
            if part.itemCodeableConcept is not None:
                place = f"{where}.ingredient[{index}].itemCodeableConcept"
                found += self.of(part.itemCodeableConcept, place, given, sink)
        return found

    def never_taken(self, notes: Any) -> bool:
        """Does a note say so: 患者拒绝, 未用药, 误录?"""
        whole = self._lore.words.characters.whole
        return any(self._undone.search(whole(note.text)) is not None for note in notes if note.text)

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
