"""The invariants of R4 that the checker keeps, by the standard's own keys.

The rules_* modules hold those of data types, of what a hospital tells and of a study's own resources, bundles.py those
of Bundle; contained.py (dom-2 to dom-5, ref-1) and narrative.py (txt-1, txt-2) have their own. What is left is named
here: conformance resources that nobody here reads or writes, and dom-6 (a narrative in every resource), which is too
noisy to tell. https://hl7.org/fhir/R4/conformance-rules.html#constraints
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from natars_fhir.fhir.checking.bundles import BUNDLE
from natars_fhir.fhir.checking.fault import Fault
from natars_fhir.fhir.checking.predicates import Holds
from natars_fhir.fhir.checking.rules_clinical import CLINICAL
from natars_fhir.fhir.checking.rules_datatypes import DATA_TYPES
from natars_fhir.fhir.checking.rules_study import STUDY, machine_name

#: ``Type|key`` where two resources use one key.
INVARIANTS: Mapping[str, Holds] = {**DATA_TYPES, **CLINICAL, **STUDY, **BUNDLE}
#: Those whose breach could change a fact; the readable level keeps these alone.
FACT_CHANGING = frozenset(("obs-6", "obs-7"))
#: Kept by rules that need more than the object itself.
ELSEWHERE = frozenset(("dom-2", "dom-3", "dom-4", "dom-5", "ref-1", "txt-1", "txt-2"))
_LEFT = """
    TestReport|inv-1 TestReport|inv-2 ces-1 cpb-3 cpb-7 ctm-1 eld-1 eld-2 eld-3 eld-4 eld-5 eld-6 eld-7 eld-8 eld-11
    eld-12 eld-13 eld-14 eld-15 eld-16 eld-17 eld-18 eld-19 eld-20 eld-21 eld-22 ig-1 ig-2 md-1 mea-1 mrp-1 mrp-2 nsd-1
    nsd-2 opd-1 opd-2 opd-3 sdf-1 sdf-2 sdf-3 sdf-4 sdf-5 sdf-6 sdf-8 sdf-8a sdf-8b sdf-9 sdf-10 sdf-11 sdf-14 sdf-15
    sdf-15a sdf-16 sdf-17 sdf-18 sdf-19 sdf-20 sdf-21 sdf-22 sdf-23 smp-1 smp-2 spd-1 spd-2 tcp-1 tcp-2 tcp-3 tcp-4
    tcp-5 trd-3 tst-1 tst-2 tst-3 tst-4 tst-5 tst-6 tst-7 tst-8 tst-9 tst-10 tst-11 tst-12 tst-13
"""
NOT_CHECKED = frozenset(_LEFT.split())


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule of the standard: what it says, and the function that sees whether an object keeps it."""

    key: str
    holds: Holds
    fault: Fault


def invariant(kind: str, key: str, severity: str, human: str) -> Invariant | None:
    """The invariant *key* of the type *kind*; None for one that is checked elsewhere, or not at all."""
    holds = machine_name if key.endswith("-0") else INVARIANTS.get(f"{kind}|{key}", INVARIANTS.get(key))
    if holds is None:
        return None
    text = f"{key}: {' '.join(human.split()).rstrip('.')}."
    return Invariant(key, holds, Fault("warning" if severity == "warning" else "error", "invariant", "", text))
