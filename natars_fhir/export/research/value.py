"""Value: what a fact says, as ``value[x]``; and what qualifies it, as extensions of our own.

A number that is an interval is a Quantity with a comparator, or a Range (https://hl7.org/fhir/R4/datatypes.html#Range).
"""

from __future__ import annotations

from decimal import Decimal

from natars_fhir.domain.interval import Interval, Number
from natars_fhir.domain.record import Fact
from natars_fhir.export.plan import NUMBERS, Place, Plan
from natars_fhir.export.research.whole import Leave
from natars_fhir.fhir import build
from natars_fhir.fhir.build import Node, coding, concept

UCUM = "http://unitsofmeasure.org"
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
#: Words that say why there is no value.
ABSENT = {"not-done": "not-performed", "pending": "temp-unknown", "failed": "error"}
#: Kinds whose numbers are whole and have no unit.
_WHOLE = ("class", "grade")


def value_of(place: Place, fact: Fact) -> Node | None:
    """``value[x]``, or why there is none; None for a value that the concept cannot have."""
    said = fact.value
    if isinstance(said, Interval):
        return _number(place, said)
    if place.kind == "date":
        return {"valueDateTime": said}
    told = place.values.get(said)
    if told is None:
        return None
    reason = ABSENT.get(said)
    return {"dataAbsentReason": absent(reason, told)} if reason else {"valueCodeableConcept": told}


def absent(reason: str, *told: Node) -> Node:
    """A reason in the standard's word, and in ours where *told*."""
    return concept(coding(_ABSENT, reason), *(one for each in told for one in each["coding"]))


def _number(place: Place, said: Number) -> Node:
    whole = place.kind in _WHOLE or place.concept in ("neoadjuvant-cycle", "karnofsky")
    if whole and said.low is not None and said.low == said.high and said.low == said.low.to_integral_value():
        return {"valueInteger": int(said.low)}
    return quantity(said, "" if whole else said.unit)


def quantity(said: Number, unit: str) -> Node:
    """A Quantity where one end is known, or both are one; else a Range."""
    low, high = said.low, said.high
    measured = {"unit": unit, "system": UCUM, "code": unit} if unit else {}
    if low is not None and low == high:
        return {"valueQuantity": {"value": low, **measured}}
    # what is counted or measured here is never below 0
    if high is not None and low in (None, Decimal(0)):
        return {"valueQuantity": {"value": high, "comparator": "<" if said.high_open else "<=", **measured}}
    if high is None and low is not None:
        return {"valueQuantity": {"value": low, "comparator": ">" if said.low_open else ">=", **measured}}
    return {"valueRange": {"low": {"value": low, **measured}, "high": {"value": high, **measured}}}


def details(plan: Plan, fact: Fact, leave: Leave) -> list[Node]:
    """What qualifies a fact: its standing where it is not final, and the details that are on the allow-list."""
    told = [] if fact.standing == "final" else [plan.qualities["standing", fact.standing]]
    for name, value in fact.detail:
        allowed = plan.details.get(name)
        if allowed is None:
            leave(f"detail.{name}", "detail")
        elif allowed == NUMBERS:
            told += [quality(plan.base, name, quantity(value, value.unit))] if isinstance(value, Interval) else []
        elif allowed:
            said = value if isinstance(value, tuple) else (value,)
            kept = [one for one in said if isinstance(one, str) and one in allowed]
            told += [plan.qualities[name, one] for one in kept]
            if len(kept) < len(said):
                leave(f"detail.{name}", "detail")
    return told


def quality(base: str, name: str, value: Node) -> Node:
    """One thing that qualifies what is said, by name and value."""
    url = f"{base}/StructureDefinition/fact-detail"
    return build.parts(url, build.extension("name", "Code", name), {"url": "value", **value})
