"""Record: everything of one subject that is told, a resource after the other, always in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from natars_fhir.domain.record import Fact
from natars_fhir.export.cells import counts
from natars_fhir.export.plan import Place, Plan
from natars_fhir.export.research.adverse_event import adverse_event
from natars_fhir.export.research.condition import condition, tumour
from natars_fhir.export.research.endpoint import endpoints
from natars_fhir.export.research.medication_administration import is_dose, medication_administration
from natars_fhir.export.research.observation import age, observation
from natars_fhir.export.research.patient import patient
from natars_fhir.export.research.procedure import procedure
from natars_fhir.export.research.provenance import provenance
from natars_fhir.export.research.questionnaire_response import questionnaire_response
from natars_fhir.export.research.research_subject import research_subject
from natars_fhir.export.research.whole import Leave, Making, Whole, handles_of
from natars_fhir.fhir.build import Node

Maker = Callable[[Place, Fact, Making], "Node | None"]

#: Resource → what makes one of a fact, in the order in which they come.
MAKERS: Mapping[str, Maker] = MappingProxyType(
    {
        "Condition": condition,
        "Observation": observation,
        "Procedure": procedure,
        "MedicationAdministration": medication_administration,
        "AdverseEvent": adverse_event,
    }
)


def resources(whole: Whole, plan: Plan, leave: Leave) -> Iterator[Node]:
    """The resources of one subject, as they stand: nothing of them goes out but through the allow-list."""
    placed = list(_placed(whole, plan, leave))
    handles = handles_of(tuple(fact for _, _, fact in placed))
    observed = frozenset(handles[id(fact)] for kind, _, fact in placed if kind == "Observation")
    making = Making(plan, whole, leave, handles, observed)
    made = [patient(making), research_subject(making), *_several(tumour(making))]
    for kind, maker in MAKERS.items():
        for own, place, fact in placed:
            if own == kind:
                one = maker(place, fact, making)
                made += _several(one)
                if one is None:
                    leave(place.concept, "value")
        if kind == "Observation":
            made += [*_several(age(making)), *endpoints(making)]
    made += _several(questionnaire_response(making))
    yield from made
    yield provenance(making, made)


def _several(one: Node | None) -> list[Node]:
    return [] if one is None else [one]


def _placed(whole: Whole, plan: Plan, leave: Leave) -> Iterator[tuple[str, Place, Fact]]:
    """The facts that go out, each with its resource; what has no place and no reason to stay is told."""
    for fact in _counting(whole):
        place = plan.places.get(fact.concept)
        if place is None:
            if fact.concept not in plan.out:
                leave("concept", "place")
        elif place.target == "tumour" or (place.target == "MedicationAdministration" and not is_dose(fact)):
            yield "Observation", place, fact
        elif place.target != "within":
            yield place.target, place, fact


def _counting(whole: Whole) -> Iterable[Fact]:
    """Not what is surely later than the day on which consent ended."""
    return (fact for fact in whole.subject.record.facts if counts(whole.subject, fact))
