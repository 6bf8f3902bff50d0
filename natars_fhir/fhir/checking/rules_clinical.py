"""Invariants of what a hospital tells of a patient, by the standard's keys. https://hl7.org/fhir/R4/observation.html"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from natars_fhir.fhir.checking.predicates import (
    Holds,
    any_of,
    coded,
    each,
    given,
    needs,
    not_after,
    not_both,
    number,
    one_of,
    only_when,
    said,
    together,
)
from natars_fhir.fhir.checking.rules_datatypes import UCUM

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"


def _obs_7(node: dict[str, Any]) -> bool:
    """The code of a component is not that of the Observation, where that has a value: one of them would be lost."""
    if "component" not in node or not given(node, "value[x]"):
        return True
    return not set(_codings(node, "code")) & set(_codings(node, "component", "code"))


def _codings(node: dict[str, Any], *path: str) -> list[tuple[str, str]]:
    """System and code of the codings, without blanks around them."""
    found = (coding for coding in each(node, *path, "coding") if isinstance(coding, dict))
    return [
        (said(coding, "system") or "", (said(coding, "code") or "").strip()) for coding in found if said(coding, "code")
    ]


def _entered_in_error(vocabulary: str) -> Holds:
    return lambda node: coded(node, "verificationStatus", "entered-in-error", TERMINOLOGY + vocabulary)


_CONDITION_IN_ERROR = _entered_in_error("condition-ver-status")
_ALLERGY_IN_ERROR = _entered_in_error("allergyintolerance-verification")


def _con_3(node: dict[str, Any]) -> bool:
    listed = coded(node, "category", "problem-list-item")
    return not listed or given(node, "clinicalStatus") or _CONDITION_IN_ERROR(node)


def _con_4(node: dict[str, Any]) -> bool:
    system = TERMINOLOGY + "condition-clinical"
    over = ("inactive", "resolved", "remission")
    return not given(node, "abatement[x]") or any(coded(node, "clinicalStatus", code, system) for code in over)


def _percent(node: dict[str, Any]) -> bool:
    ends = (node.get(name) for name in ("low", "high"))
    return all(end.get("code") == "%" and end.get("system") == UCUM for end in ends if isinstance(end, dict))


CLINICAL: Mapping[str, Holds] = {
    "ait-1": lambda node: given(node, "clinicalStatus") or _ALLERGY_IN_ERROR(node),
    "ait-2": lambda node: not given(node, "clinicalStatus") or not _ALLERGY_IN_ERROR(node),
    "app-1": any_of("type", "actor"),
    "app-2": together("start", "end"),
    "app-3": lambda node: (
        all(given(node, name) for name in ("start", "end"))
        or said(node, "status") in ("proposed", "cancelled", "waitlist")
    ),
    "app-4": only_when("status", ("no-show", "cancelled"), "cancelationReason"),
    "apr-1": any_of("participantType", "actor"),
    "cmp-1": any_of("text", "entry", "section"),
    "cmp-2": not_both("emptyReason", "entry"),
    "con-1": any_of("summary", "assessment"),
    "con-2": any_of("code", "detail"),
    "con-3": _con_3,
    "con-4": _con_4,
    "con-5": lambda node: not given(node, "clinicalStatus") or not _CONDITION_IN_ERROR(node),
    "cpl-3": not_both("detail", "reference"),
    "fhs-1": not_both("age[x]", "born[x]"),
    "fhs-2": needs("estimatedAge", "age[x]"),
    "gol-1": needs("detail[x]", "measure"),
    "imm-1": any_of("documentType", "reference"),
    "imr-1": any_of("vaccineCode", "targetDisease"),
    "lst-1": not_both("emptyReason", "entry"),
    "lst-2": lambda node: said(node, "mode") == "changes" or not any(True for _ in each(node, "entry", "deleted")),
    "lst-3": lambda node: said(node, "mode") == "working" or not any(True for _ in each(node, "entry", "date")),
    "mad-1": any_of("dose", "rate[x]"),
    "mdd-1": lambda node: not_after(said(node, "whenPrepared"), said(node, "whenHandedOver")),
    "msq-3": lambda node: number(node, "coordinateSystem") in (0, 1, None),
    "msq-5": together("chromosome", "genomeBuild"),
    "msq-6": one_of("genomeBuild", "referenceSeqId", "referenceSeqPointer", "referenceSeqString"),
    "nor-1": any_of("oralDiet", "supplement", "enteralFormula"),
    "obs-3": any_of("low", "high", "text"),
    "obs-6": not_both("dataAbsentReason", "value[x]"),
    "obs-7": _obs_7,
    "pat-1": any_of("name", "telecom", "address", "organization"),
    "prr-1": needs("orderDetail", "code"),
    "ras-1": _percent,
    "ras-2": lambda node: (number(node, "probabilityDecimal") or 0) <= 100,
}
