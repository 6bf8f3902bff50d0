"""The walker: every problem of a resource or Bundle in one pass, from the R4 definitions, and with the final say.

Two levels. *readable*: names, JSON types, cardinality, formats, calendar, required codes, choices, and what could
change a fact (names that stand twice, obs-6, obs-7); an error here makes a resource unreadable. *conformant*: those,
and everything else that R4 says of one resource or Bundle: reference types, contained resources, narrative, empty
objects, lengths and the invariants that checking/invariants.py lists. Profiles and open code systems are not checked.
No sentence holds a value of the input. https://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

from typing import Any

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.checking.compiler import Level, compiler
from natars_fhir.fhir.checking.fault import kind_of
from natars_fhir.fhir.checking.parsing import MOST_LEVELS, parse

__all__ = ["Level", "check", "check_bytes"]


def check(resource: dict[str, Any], level: Level = "conformant") -> list[Issue]:
    """Every problem of *resource*, decimals being Decimal; names that stood twice show only through check_bytes."""
    rules = compiler(level)
    try:
        faults = rules.resource(resource)
    except RecursionError:
        return [Issue("fatal", "too-long", "", f"Elements are nested more than {MOST_LEVELS} levels deep.")]
    kind = resource.get("resourceType")
    start = kind if isinstance(kind, str) and kind in rules.definitions.resources else "Resource"
    return [Issue(fault.severity, fault.code, start + fault.place, fault.text) for fault in faults]


def check_bytes(raw: bytes, level: Level = "conformant") -> tuple[dict[str, Any] | None, list[Issue]]:
    """The resource that *raw* holds, as far as it can be parsed, and every problem of it."""
    value, refused = parse(raw)
    if refused:
        return None, [refused]
    if not isinstance(value, dict):
        return None, [Issue("fatal", "structure", "", f"A resource is a JSON object, not {kind_of(value)}.")]
    return value, check(value, level)
