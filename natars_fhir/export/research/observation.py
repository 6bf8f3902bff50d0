"""Observation: a result, a finding or a statement of the record. https://hl7.org/fhir/R4/observation.html

What is said with doubt or awaited is ``preliminary``, and says which: it never decides.
"""

from __future__ import annotations

from decimal import Decimal

from natars_fhir.domain.interval import completed_years, days
from natars_fhir.domain.record import Fact
from natars_fhir.export.plan import Place
from natars_fhir.export.research.value import UCUM, details, value_of
from natars_fhir.export.research.whole import Making
from natars_fhir.fhir import build
from natars_fhir.fhir.build import Node, coding, concept, reference

#: What is found at the index surgery, and is part of it.
_OF_SURGERY = ("resection-margin", "organs-resected")
#: The oldest that anybody is said to be: https://www.hhs.gov/hipaa (45 CFR 164.514(b)(2)(i)(C))
OLDEST = 90
AGE = ("age-at-allocation", "age at allocation")


def observation(place: Place, fact: Fact, making: Making) -> Node | None:
    """One fact; None for a value that its concept cannot have."""
    value = value_of(place, fact)
    if value is None:
        return None
    note = making.note(fact)
    return build.said(
        {
            "resourceType": "Observation",
            "id": making.handles[id(fact)],
            "meta": making.meta(_profile(place, fact, value), text=bool(note)),
            "extension": details(making.plan, fact, making.leave),
            "partOf": _part_of(place, making),
            "status": "final" if fact.standing == "final" else "preliminary",
            "category": [place.category] if place.category else [],
            "code": place.code,
            "subject": making.patient,
            "effectiveDateTime": fact.when if place.kind != "date" else None,
            **value,
            "note": note,
        }
    )


def _profile(place: Place, fact: Fact, value: Node) -> str:
    """The mCODE profile, where what it requires is there."""
    if not place.profile or not fact.when or fact.standing != "final":
        return ""
    if place.profile in ("ecog-performance-status", "karnofsky-performance-status"):
        return place.profile if "valueInteger" in value else ""
    if place.profile == "cancer-disease-status":
        codes = value.get("valueCodeableConcept", {}).get("coding", ())
        return place.profile if any(one["system"] == "http://snomed.info/sct" for one in codes) else ""
    return place.profile if "dataAbsentReason" not in value else ""


def _part_of(place: Place, making: Making) -> list[Node]:
    if place.concept not in _OF_SURGERY:
        return []
    done = making.whole.subject.record.about("index-surgery")
    return [reference("Procedure", making.handles[id(done[0])])] if len(done) == 1 else []


def age(making: Making) -> Node | None:
    """Completed years at allocation, where they are sure; whoever is over 89 is at least 90."""
    subject = making.whole.subject
    born = {fact.value for fact in subject.record.about("birth-date") if isinstance(fact.value, str)}
    allocated = subject.endpoints.allocated
    if len(born) != 1 or allocated is None:
        return None
    years = completed_years(days(born.pop()), allocated)
    if years.low is None or not years.exact:
        return None
    value: Node = {"value": min(years.low, Decimal(OLDEST)), "unit": "a", "system": UCUM, "code": "a"}
    return {
        "resourceType": "Observation",
        "id": "age",
        "meta": making.meta(),
        "status": "final",
        "code": concept(coding(f"{making.plan.base}/CodeSystem/concept", *AGE)),
        "subject": making.patient,
        "valueQuantity": value | ({"comparator": ">="} if years.low >= OLDEST else {}),
    }
