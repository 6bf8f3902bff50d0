"""Made subjects and what comes of them: each maker by itself, and every line with what was left out."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import Any

from natars_fhir.domain.life import Life, Step
from natars_fhir.domain.record import Fact
from natars_fhir.domain.screening import screen
from natars_fhir.export.lines import Writer
from natars_fhir.export.plan import Plan
from natars_fhir.export.pseudonym import days_back, export_keys
from natars_fhir.export.research.whole import Making, Whole, handles_of
from natars_fhir.export.subject import Subject
from natars_fhir.service.export.exporting import plan_of
from tests.domain.endpoints.course import CUT, endpoints
from tests.domain.trial_patients import record
from tests.ward import mappings

BASE = "https://natars.example/fhir"
KEYS = export_keys(b"0123456789abcdef", "natars")
NAME = "f" * 32
BACK = days_back(KEYS, NAME)
FORM = f"{BASE}/Questionnaire/natars-screening|1"
Node = dict[str, Any]


@cache
def plan() -> Plan:
    return plan_of(mappings(), BASE)


@cache
def writer() -> Writer:
    return Writer(plan(), KEYS, CUT, frozenset({"ResearchStudy/natars-a", FORM}))


def whole(*facts: Fact, way: Life | None = None, **more: Any) -> Whole:
    study, told = mappings().study, record(*facts)
    found = screen(told, study, CUT).findings
    one = Subject(NAME, "hospital-a", told, endpoints(*facts))
    return Whole(one, "natars", "natars-a", FORM, study.arms, found, way or Life((Step("on-study"),)), **more)


def making(*facts: Fact, left: Counter[tuple[str, str]] | None = None, **more: Any) -> Making:
    counted: Counter[tuple[str, str]] = Counter() if left is None else left

    def leave(place: str, why: str) -> None:
        counted[place, why] += 1

    told = whole(*facts, **more)
    handles = handles_of(told.subject.record.facts)
    return Making(plan(), told, leave, handles, frozenset(handles.values()))


def lines(*facts: Fact, **more: Any) -> tuple[list[Node], Counter[tuple[str, str]]]:
    """What goes out, and what was left out."""
    mask = writer().mask(NAME, more.pop("scrub", None))
    return [json.loads(line.raw) for line in writer().lines(whole(*facts, **more), mask)], mask.left


def about(found: list[Node], code: str) -> list[Node]:
    """The resources whose code (event, medication) is this one."""
    return [
        one
        for one in found
        if code in codes(one.get("code") or one.get("event") or one.get("medicationCodeableConcept"))
    ]


def codes(concept: Node | None) -> list[str]:
    return [one["code"] for one in (concept or {}).get("coding", ())]


def of(found: list[Node], kind: str) -> list[Node]:
    return [one for one in found if one["resourceType"] == kind]
