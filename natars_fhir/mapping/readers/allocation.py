"""Allocation: a ResearchSubject of this study that is past registration tells arm and day."""

from __future__ import annotations

from typing import Any

from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.dates import stamped
from natars_fhir.mapping.readers.entity import Plan
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

#: R4's word for whoever left before the registration: it goes with no arm.
_BEFORE = "withdrawn"
_WITHDRAWN = "«withdrawn» is of before the registration, and an arm is named: no allocation is read. Is it «off-study»?"


def allocation(view: View, lore: Lore) -> Plan:
    """The arm of a subject of this study, by its name. ``words.trial`` name it, ``words.allocated`` the statuses; what
    bears an identifier of ours (``words.ours``) is our own subject, sent back: it is no source of what we told."""
    ours = tuple(view.words.get("ours", ()))
    names, allocated = tuple(name.casefold() for name in view.words["trial"]), view.words["allocated"]
    stamp = stamped(view)

    def plan(resource: Any, sink: Sink) -> None:
        if not resource.assignedArm or (resource.status not in allocated and resource.status != _BEFORE):
            return
        if ours and any((one.system or "").endswith(ours) for one in resource.identifier or ()):
            return
        study = resource.study
        said = [study.reference, study.display, study.identifier.value if study.identifier else None]
        if not any(name in text.casefold() for text in said if text for name in names):
            return
        if resource.status == _BEFORE:
            sink.tell("business-rule", "ResearchSubject.status", _WITHDRAWN)
            return
        stamp(resource, sink)
        arm = lore.arms.get(resource.assignedArm.casefold(), resource.assignedArm)
        sink.add(Told("allocation", arm), "ResearchSubject.assignedArm")

    return plan
