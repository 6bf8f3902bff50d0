"""``_name`` beside ``name``: ids and extensions of primitives, and the nulls that keep arrays aligned.

https://hl7.org/fhir/R4/json.html#primitive
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from natars_fhir.fhir.checking.fault import FINE, Fault, Rule, error, within, wrong_type

_NO_ENTRY = error("structure", "null on both sides says nothing: leave the entry out.")
_NOT_ALIGNED = error("structure", "The values and their extensions are arrays of one length, padded with null.")
_SILENT = error("structure", "Without a value there has to be an extension.")


def placeholders(values: Any, siblings: Any) -> frozenset[str]:
    """The places of the nulls that stand for a value which only its sibling tells of."""
    if not isinstance(values, list) or not isinstance(siblings, list):
        return frozenset()
    return frozenset(f"[{index}]" for index, value in enumerate(values) if value is None)


def says_something(sibling: Any) -> bool:
    """Does a sibling stand for its value: has it an extension?"""
    if isinstance(sibling, list):
        return any(says_something(entry) for entry in sibling)
    return isinstance(sibling, dict) and bool(sibling.get("extension"))


def judge_sibling(sibling: Any, value: Any, element: Rule, *, many: bool) -> Sequence[Fault]:
    """What is wrong with ``_name``, given what ``name`` holds (None where it is absent)."""
    if not many:
        return _judge(sibling, value, element)
    if not isinstance(sibling, list):
        return wrong_type("An array", sibling)
    if not sibling:
        return error("structure", "An array has at least one entry; leave the element out where there is none.")
    values = value if isinstance(value, list) else [None] * len(sibling)
    faults: list[Fault] = [] if len(values) == len(sibling) else [*_NOT_ALIGNED]
    for index, entry in enumerate(sibling):
        beside = values[index] if index < len(values) else None
        faults += within(f"[{index}]", _entry(entry, beside, element))
    return faults


def _entry(entry: Any, beside: Any, element: Rule) -> Sequence[Fault]:
    if entry is None:
        return _NO_ENTRY if beside is None else FINE
    return _judge(entry, beside, element)


def _judge(sibling: Any, value: Any, element: Rule) -> Sequence[Fault]:
    faults = element(sibling)
    if value is None and isinstance(sibling, dict) and not faults and not says_something(sibling):
        return _SILENT
    return faults
