"""Observations that are read as a whole, for value and components speak together: variants of a gene, comorbidities.

https://hl7.org/fhir/us/mcode: GenomicVariant (LOINC 69548-6), Comorbidities (SNOMED CT 398192003).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from natars_fhir.domain.record import detail
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.dates import stamped
from natars_fhir.mapping.readers.entity import meanings
from natars_fhir.mapping.readers.spoken import text_of, word_of
from natars_fhir.mapping.readers.values import quantity
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import ReadValue, Told

#: (part, resource, sink, concept asked for, place, is it answered elsewhere) → was something told?
Answer = Callable[[Any, Any, Sink, str, str, bool], bool]

_METHOD = detail(method="sequencing")


Words = Mapping[str, tuple[str, ...]]


def variant(view: View, lore: Lore) -> Answer:
    """A variant of MDM2: amplified where it says so, its copy number where it counts. ``words`` of the view: codes of
    the gene's component and of the gene, of the component that tells the kind of change and of the kinds, of the
    component that counts copies. A variant of another gene is nobody's question.
    """
    standing, words, count = _standing(view), view.words, quantity(lore)

    def answer(_: Any, resource: Any, sink: Sink, concept: str, place: str, __: bool) -> bool:
        parts = resource.component or ()
        genes = [part.valueCodeableConcept for part in parts if _coded(part.code, words["gene"])]
        if not any(_coded(gene, words["mdm2"], words["name"]) for gene in genes) or not standing(resource, sink):
            return False
        found = [(f"{place}component[{at}].valueQuantity", told) for at, told in _copies(words, count, parts)]
        if (state := _amplified(words, lore, resource)) is not None:
            found.append((f"{place}valueCodeableConcept", state))
        if not found:
            text = f"A variant of MDM2 that does not say whether it is amplified: «{concept}» is not read."
            sink.tell("value", f"{place}value[x]", text)
        sink.add_each(found)
        return bool(found)

    return answer


def _copies(words: Words, count: ReadValue, parts: Any) -> Iterator[tuple[int, Told]]:
    for index, part in enumerate(parts):
        if _coded(part.code, words["copies"]) and part.valueQuantity is not None:
            yield from ((index, told) for told in count(part.valueQuantity, "mdm2-copy-number", part))


def _amplified(words: Words, lore: Lore, resource: Any) -> Told | None:
    """What the kind of change, a flag or the value itself says of amplification."""
    value = resource.valueCodeableConcept
    changes = [part.valueCodeableConcept for part in resource.component if _coded(part.code, words["change"])]
    flags = [*changes, *(resource.interpretation or ()), value]
    amplified = any(_coded(one, words["amplified"]) or word_of(lore, "fish", one) == "amplified" for one in flags)
    gained = any(_coded(one, words["gained"]) for one in flags)
    if not amplified and not gained:
        return None
    if word_of(lore, "presence", value) == "absent":
        return Told("fish-mdm2", "not-amplified", _METHOD)
    return Told("fish-mdm2", "amplified", _METHOD, "final" if amplified else "hedged")  # a gain may be a small one


def comorbidity(view: View, lore: Lore) -> Answer:
    """Conditions that a summary says a patient has, or has not. ``words`` of the view: the extensions of each."""
    standing, says = _standing(view), meanings(lore)

    def answer(_: Any, resource: Any, sink: Sink, __: str, place: str, ___: bool) -> bool:
        if not standing(resource, sink):
            return False
        found = False
        for index, part in enumerate(resource.extension or ()):
            there = part.url in view.words["present"]
            if part.valueCodeableConcept is None or not (there or part.url in view.words["absent"]):
                continue
            for coding in part.valueCodeableConcept.coding or ():
                said = [one for told in says(coding.system, coding.code) if (one := told if there else _denied(told))]
                for told in said:
                    sink.add(told, f"{place}extension[{index}].valueCodeableConcept")
                if not said:
                    sink.not_understood.append(("code", "Observation", coding.system or "", coding.code or ""))
                found |= bool(said)
        return found

    def _denied(told: Told) -> Told | None:
        """That one condition is not there; of a concept that stands for many, that denies too little."""
        concept = lore.concepts[told.concept]
        single = concept.kind == "presence" and not concept.collective
        return told._replace(value="absent", detail=()) if single else None

    return answer


def _standing(view: View) -> Callable[[Any, Sink], bool]:
    """Dates the facts and says how they stand; False for a status that tells nothing."""
    stamp = stamped(view)

    def stand(resource: Any, sink: Sink) -> bool:
        if resource.status not in view.status and resource.status not in view.pending:
            return False
        sink.standing = "final" if resource.status in view.status else "pending"
        stamp(resource, sink)
        return True

    return stand


def _coded(concept: Any, codes: tuple[str, ...], names: tuple[str, ...] = ()) -> bool:
    """Is one of its codes among these, or its text one of these names?"""
    if concept is None:
        return False
    return any(coding.code in codes for coding in concept.coding or ()) or (text_of(concept) or "").strip() in names


#: kind of a concept that an Observation tells as a whole → what makes its answer
WHOLES: dict[str, Callable[[View, Lore], Answer]] = {"variant": variant, "comorbidity": comorbidity}
