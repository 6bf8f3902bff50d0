"""AdverseEvent: the term, its CTCAE grade, whether it was serious, and what became of it.

https://hl7.org/fhir/R4/adverseevent.html. R4's severity is not the CTCAE grade, which goes into an extension.
"""

from __future__ import annotations

from natars_fhir.domain.interval import Interval
from natars_fhir.domain.record import Fact
from natars_fhir.export.plan import Place
from natars_fhir.export.research.value import details
from natars_fhir.export.research.whole import Making
from natars_fhir.fhir import build
from natars_fhir.fhir.build import Node, coding, concept, extension, reference

_HL7 = "http://terminology.hl7.org/CodeSystem"
SERIOUS = {"yes": "serious", "no": "non-serious"}
#: https://hl7.org/fhir/R4/valueset-adverse-event-outcome.html and …-severity.html
OUTCOMES = ("resolved", "recovering", "ongoing", "resolvedWithSequelae", "fatal", "unknown")
SEVERITIES = ("mild", "moderate", "severe")


def adverse_event(place: Place, fact: Fact, making: Making) -> Node | None:
    """One event; None for a term that the trial does not know."""
    term = place.values.get(fact.value) if isinstance(fact.value, str) else None
    if term is None:
        return None
    return build.said(
        {
            "resourceType": "AdverseEvent",
            "id": making.handles[id(fact)],
            "meta": making.meta(),
            "extension": [*_grade(fact, making.plan.base), *details(making.plan, fact, making.leave)],
            "actuality": "actual",
            "event": term,
            "subject": making.patient,
            "date": fact.when,
            "seriousness": _coded("adverse-event-seriousness", SERIOUS.get(str(fact.said("serious")), "")),
            "severity": _coded("adverse-event-severity", _among(fact.said("severity"), SEVERITIES)),
            "outcome": _coded("adverse-event-outcome", _among(fact.said("outcome"), OUTCOMES)),
            "study": [reference("ResearchStudy", making.whole.study)],
        }
    )


def _among(said: object, words: tuple[str, ...]) -> str:
    return str(said) if said in words else ""


def _coded(system: str, code: str) -> Node | None:
    return concept(coding(f"{_HL7}/{system}", code)) if code else None


def _grade(fact: Fact, base: str) -> list[Node]:
    said, url = fact.said("grade"), f"{base}/StructureDefinition/ae-grade"
    if not isinstance(said, Interval) or said.low is None or said.high is None:
        return []
    if said.low == said.high:
        return [extension(url, "Integer", int(said.low))]
    return [extension(url, "Range", {"low": {"value": said.low}, "high": {"value": said.high}})]
