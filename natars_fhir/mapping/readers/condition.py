"""Conditions: codes and words that say what a patient has, as surely as the verification status allows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from natars_fhir.domain.record import detail
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.entity import Plan, code_of, coded, dated, once, spoken
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

_UNSURE = ("provisional", "differential", "unconfirmed")
_CAME_BACK = ("recurrence", "relapse")


def condition(view: View, lore: Lore) -> Plan:
    """Facts of a Condition. Refuted: `absent`, said. Provisional and its like never decide. In error: nothing."""
    codes, texts, stamp = coded(view.says, lore), spoken(view.text, lore, "other"), dated(view)
    kinds = {name: concept.kind for name, concept in lore.concepts.items()}

    def plan(resource: Any, sink: Sink) -> None:
        status = code_of(resource.verificationStatus)
        if status == "entered-in-error":
            return
        stamp(resource, sink)
        found = once([*codes(resource, sink), *texts(resource, sink)])
        course = code_of(resource.clinicalStatus)
        for place, told in found:
            if (sure := _as_sure(told, status, kinds[told.concept])) is not None:
                sink.add(_with_course(sure, course), place)
        if course in _CAME_BACK and any(told.concept in ("histology", "primary-site") for _, told in found):
            sink.add(Told("prior-resection", "present", detail(origin="recurrence")), "Condition.clinicalStatus")

    return plan


def _as_sure(told: Told, status: str, kind: str) -> Told | None:
    """What is told, as surely as the verification status lets it be."""
    if status == "refuted":
        return replace(told, value="absent") if kind == "presence" else None
    if status not in _UNSURE:
        return told
    return replace(told, value="suspected") if kind == "presence" else replace(told, standing="hedged")


def _with_course(told: Told, course: str) -> Told:
    """Histology from a diagnosis says so; everything else carries the clinical status."""
    more = {"basis": "diagnosis"} if told.concept == "histology" else {"method": "diagnosis"}
    if course:
        more["course"] = course
    kept = dict(told.detail)
    return replace(told, detail=tuple(sorted({**more, **kept}.items())))
