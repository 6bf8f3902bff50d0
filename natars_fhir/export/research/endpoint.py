"""Endpoint: PFS, OS and morbidity as Observations, each with the decisions that it came by (clinical.md §6).

Days from the origin are what an analysis needs; origin and end stand in ``effectivePeriod``, where no day was put in
place of a partly known one. The fifteenth of a month, moved, would give away by how much; so would the days from a
surgery whose moved day goes out. Of such a time the status and the derivation go out alone; the tables have its days.
"""

from __future__ import annotations

from collections.abc import Iterable

from natars_fhir.domain.endpoints.morbidity import Morbidity
from natars_fhir.domain.endpoints.time_to_event import TimeToEvent
from natars_fhir.domain.endpoints.trace import Step
from natars_fhir.domain.record import Fact
from natars_fhir.export.research.value import UCUM, absent
from natars_fhir.export.research.whole import Making
from natars_fhir.fhir import build
from natars_fhir.fhir.build import Node, coding, concept, reference


def endpoints(making: Making) -> list[Node]:
    """Every time to event, the windows of morbidity, the analysis sets, and why there was no surgery."""
    found = making.whole.subject.endpoints
    told = [_time(one, making) for one in found.times]
    told += [_morbidity(one, making) for one in found.morbidity]
    if found.sets:
        told.append(
            _shared("analysis-sets", making) | {"component": [_part("analysis-set", s, making) for s in found.sets]}
        )
    if found.never_operated:
        why = found.never_operated
        told.append(_shared("never-operated", making, why.facts) | {"valueCodeableConcept": _own(why.reason, making)})
    return told


def _time(one: TimeToEvent, making: Making) -> Node:
    told = [("status", one.status), ("reason", one.reason), *([("imputed", "yes")] if one.imputed else [])]
    told += [("derivation", f"{step.rule.rpartition('§')[2]} {_key(step)}") for step in one.trace]
    span = (one.origin.isoformat(), one.end.isoformat()) if one.origin and one.end and not one.imputed else ("", "")
    return _shared(one.parameter, making, _behind(one.facts, one.trace), told) | build.said(
        {"effectivePeriod": build.period(*span), **_days(one)}
    )


def _days(one: TimeToEvent) -> Node:
    if one.imputed:
        return {"dataAbsentReason": absent("masked")}
    if one.days is None or one.status == "not-evaluable":
        return {"dataAbsentReason": absent("not-applicable" if one.status == "not-evaluable" else "unknown")}
    return {"valueQuantity": {"value": one.days, "unit": "d", "system": UCUM, "code": "d"}}


def _key(step: Step) -> str:
    return step.sentence.key.removeprefix("endpoint.")


def _behind(facts: Iterable[Fact], trace: Iterable[Step]) -> list[Fact]:
    return [*facts, *(fact for step in trace for fact in step.facts)]


def _morbidity(one: Morbidity, making: Making) -> Node:
    if one.worst:
        value: Node = {"valueCodeableConcept": making.plan.places["clavien-dindo"].values[one.worst]}
    elif one.followed == "whole":
        value = {"valueCodeableConcept": _own("none", making)}
    else:
        value = {"dataAbsentReason": absent("unknown")}
    return _shared(f"morbidity-{one.window}", making, one.facts, [("followed", one.followed)]) | value


def _shared(name: str, making: Making, facts: Iterable[Fact] = (), told: Iterable[tuple[str, str]] = ()) -> Node:
    handles = (making.handles.get(id(fact), "") for fact in facts)
    behind = [reference("Observation", one) for one in dict.fromkeys(handles) if one in making.observed]
    return build.said(
        {
            "resourceType": "Observation",
            "id": f"endpoint {name}",
            "meta": making.meta(),
            "extension": _qualities(told, making),
            "status": "final",
            "code": _own(name, making),
            "subject": making.patient,
            "derivedFrom": behind,
        }
    )


def _qualities(told: Iterable[tuple[str, str]], making: Making) -> list[Node]:
    """How it was come by; a word that is not known stays, and is told."""
    found = []
    for one in told:
        if one in making.plan.qualities:
            found.append(making.plan.qualities[one])
        else:
            making.leave(f"endpoint.{one[0]}", "word")
    return found


def _part(name: str, word: str, making: Making) -> Node:
    return {"code": _own(name, making), "valueCodeableConcept": _own(word, making)}


def _own(word: str, making: Making) -> Node:
    return concept(coding(f"{making.plan.base}/CodeSystem/endpoint", word))
