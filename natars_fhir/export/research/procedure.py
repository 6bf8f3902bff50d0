"""Procedure: surgery, biopsy, radiotherapy, imaging and case conferences; done, not done, or not known to be.

https://hl7.org/fhir/R4/procedure.html; mCODE's surgical procedure for the index surgery.
"""

from __future__ import annotations

from natars_fhir.domain.record import Fact
from natars_fhir.export.plan import Place
from natars_fhir.export.research.condition import has_tumour
from natars_fhir.export.research.value import details
from natars_fhir.export.research.whole import TUMOUR, Making
from natars_fhir.fhir import build
from natars_fhir.fhir.build import Node, reference

STATUS = {"present": "completed", "absent": "not-done", "suspected": "unknown"}


def procedure(place: Place, fact: Fact, making: Making) -> Node | None:
    """One procedure; None for a value that it cannot have."""
    status = STATUS.get(str(fact.value))
    if status is None:
        return None
    if fact.standing != "final":
        status = "unknown"
    index, note = fact.concept == "index-surgery", making.note(fact)
    met = index and status == "completed" and bool(fact.when)
    return build.said(
        {
            "resourceType": "Procedure",
            "id": making.handles[id(fact)],
            "meta": making.meta(place.profile if met else "", text=bool(note)),
            "extension": details(making.plan, fact, making.leave),
            "status": status,
            "category": place.category,
            "code": place.code,
            "subject": making.patient,
            "performedDateTime": fact.when,
            "reasonReference": [reference("Condition", TUMOUR)] if index and has_tumour(making) else [],
            "note": note,
        }
    )
