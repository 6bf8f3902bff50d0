"""Invariants of the data types, by the standard's keys. https://hl7.org/fhir/R4/datatypes.html"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from natars_fhir.fhir.checking.predicates import (
    Holds,
    any_of,
    each,
    given,
    needs,
    not_after,
    not_both,
    number,
    one_of,
    said,
    together,
)

UCUM = "http://unitsofmeasure.org"


def _ext_1(node: dict[str, Any]) -> bool:
    """Either a value or extensions: the commonest invariant, so without a general word."""
    values = sum(name[:5] == "value" or name[:6] == "_value" for name in node if f"_{name}" not in node)
    return (values > 0) != ("extension" in node)


def _ucum_or_silent(node: dict[str, Any]) -> bool:
    return not given(node, "system") or node.get("system") == UCUM


def _coded_ucum(node: dict[str, Any]) -> bool:
    return (given(node, "code") or not given(node, "value")) and _ucum_or_silent(node)


def _age(node: dict[str, Any]) -> bool:
    value = number(node, "value")
    return _coded_ucum(node) and (value is None or value > 0)


def _count(node: dict[str, Any]) -> bool:
    value = number(node, "value")
    whole = value is None or isinstance(value, int) or "." not in str(value)
    return _coded_ucum(node) and whole and node.get("code") in (None, "1")


def _duration(node: dict[str, Any]) -> bool:
    return not given(node, "code") or (node.get("system") == UCUM and given(node, "value"))


def _range(node: dict[str, Any]) -> bool:
    """Only ends in one unit compare."""
    low, high = node.get("low"), node.get("high")
    if not isinstance(low, dict) or not isinstance(high, dict):
        return True
    first, second = number(low, "value"), number(high, "value")
    if first is None or second is None or any(low.get(key) != high.get(key) for key in ("system", "code", "unit")):
        return True
    return Decimal(first) <= Decimal(second)


def _not_negative(name: str) -> Holds:
    return lambda node: not (value := number(node, name)) or value >= 0


def _offset(node: dict[str, Any]) -> bool:
    return not given(node, "offset") or (
        given(node, "when") and not {"C", "CM", "CD", "CV"} & {word for word in each(node, "when") if type(word) is str}
    )


def _ratio(node: dict[str, Any]) -> bool:
    return together("numerator", "denominator")(node) and any_of("numerator", "extension")(node)


DATA_TYPES: Mapping[str, Holds] = {
    "age-1": _age,
    "att-1": needs("data", "contentType"),
    "cnt-3": _count,
    "cpt-2": needs("value", "system"),
    "dis-1": _coded_ucum,
    "drq-1": one_of("path", "searchParam"),
    "drq-2": one_of("path", "searchParam"),
    "drt-1": _duration,
    "exp-1": any_of("expression", "reference"),
    "ext-1": _ext_1,
    "per-1": lambda node: not_after(said(node, "start"), said(node, "end")),
    "qty-3": needs("code", "system"),
    "rat-1": _ratio,
    "rng-2": _range,
    "tim-1": needs("duration", "durationUnit"),
    "tim-2": needs("period", "periodUnit"),
    "tim-4": _not_negative("duration"),
    "tim-5": _not_negative("period"),
    "tim-6": needs("periodMax", "period"),
    "tim-7": needs("durationMax", "duration"),
    "tim-8": needs("countMax", "count"),
    "tim-9": _offset,
    "tim-10": not_both("timeOfDay", "when"),
    "trd-1": not_both("data", "timing[x]"),
    "trd-2": needs("condition", "data"),
}
