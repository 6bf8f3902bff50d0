"""Lists that are empty because nothing is known to be there: an affirmative "none" (clinical.md §2.0).

Only ``nilknown`` says so; a list that is empty for another reason, or for none, says nothing.
https://hl7.org/fhir/R4/list.html#emptyReason
"""

from __future__ import annotations

from typing import Any

from natars_fhir.domain.record import detail
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.dates import stamped
from natars_fhir.mapping.readers.entity import Plan, code_of
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told


def nothing_known(view: View, lore: Lore) -> Plan:
    """`absent`, or no drug ever given, of the concepts that the list's code asks for. ``words.none``: the reasons."""
    stamp = stamped(view)

    def plan(resource: Any, sink: Sink) -> None:
        if (
            resource.status not in view.status
            or resource.entry
            or code_of(resource.emptyReason) not in view.words["none"]
        ):
            return
        stamp(resource, sink)
        for coding in (resource.code.coding or ()) if resource.code is not None else ():
            asked = lore.asked[coding.system, coding.code]
            if not asked:
                sink.not_understood.append(("code", "List", coding.system or "", coding.code or ""))
            for concept in asked:
                if (told := _none(lore, concept)) is not None:
                    sink.add(told, "List.emptyReason")

    return plan


def _none(lore: Lore, concept: str) -> Told | None:
    kind = lore.kind(concept)
    if kind == "drug":
        return Told(concept, "none", detail(given="not-given"))
    return Told(concept, "absent") if kind == "presence" else None
