"""Contained resources and references into them: dom-2 to dom-5, ref-1. https://hl7.org/fhir/R4/references.html#contained"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from natars_fhir.fhir.checking.fault import FINE, Fault, LocalTarget, Rule, error
from natars_fhir.fhir.checking.predicates import each, said

_DOM_2 = "dom-2: A contained resource SHALL NOT contain nested Resources."
_DOM_3 = "dom-3: A contained resource SHALL be referred to from elsewhere in the resource or SHALL refer to it."
_DOM_4 = "dom-4: A contained resource SHALL NOT have a meta.versionId or a meta.lastUpdated."
_DOM_5 = "dom-5: A contained resource SHALL NOT have a security label."
_REF_1 = "ref-1: SHALL have a contained resource if a local reference is provided."
_OTHER_TYPE = "The contained resource is of a type that may not stand here."
_INNER = re.compile(r"\.contained\[\d+\]")


def settle(rule: Rule) -> Rule:
    """The *rule* of a whole resource; answers what its references into itself have asked."""

    def check(node: Any) -> Sequence[Fault]:
        faults = rule(node)
        inner = node.get("contained") if isinstance(node, dict) else None
        if not faults and inner is None:
            return FINE
        parts = [(f".contained[{index}]", part) for index, part in enumerate(inner)] if isinstance(inner, list) else []
        sound = {place: part for place, part in parts if isinstance(part, dict)}
        by_id = {part["id"]: part for part in reversed(sound.values()) if isinstance(part.get("id"), str)}
        told = [fault for fault in faults if fault.local is None]
        asked = [(fault, fault.local) for fault in faults if fault.local is not None]
        for fault, target in asked:
            told += _answer(fault.place, target, by_id)
        used = {target.fragment for _, target in asked if target.fragment}
        back = {found[0] for fault, target in asked if not target.fragment and (found := _INNER.match(fault.place))}
        for place, part in sound.items():
            told += _judge(part, place, belongs=place in back or said(part, "id") in used)
        return told

    return check


def _answer(place: str, target: LocalTarget, by_id: dict[str, dict[str, Any]]) -> Sequence[Fault]:
    """Is there what a local reference points at, and is it of a type that may stand there?"""
    found = by_id.get(target.fragment)
    if found is None:
        sound = target.targets is None or (not target.fragment and _INNER.match(place))
        return FINE if sound else error("invariant", _REF_1, place.removesuffix(".reference"))
    if target.targets and found.get("resourceType") not in tuple(target.targets):
        return error("value", _OTHER_TYPE, place.removesuffix(".reference"))
    return FINE


def _judge(part: dict[str, Any], place: str, *, belongs: bool) -> list[Fault]:
    """dom-2 to dom-5 of one contained resource; it belongs where it is referred to, or refers to the one around it."""
    faults: list[Fault] = []
    if "contained" in part:
        faults += error("invariant", _DOM_2, place)
    if not belongs:
        faults += error("invariant", _DOM_3, place)
    if any(True for name in ("versionId", "lastUpdated") for _ in each(part, "meta", name)):
        faults += error("invariant", _DOM_4, place)
    if any(True for _ in each(part, "meta", "security")):
        faults += error("invariant", _DOM_5, place)
    return faults
