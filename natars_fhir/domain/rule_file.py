"""A rule as the trial file names it: its name and parameters are checked, then it is made."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from natars_fhir.domain.nearest import unknown
from natars_fhir.domain.rules import RULES
from natars_fhir.domain.study import Rule, Ticks, never_ticks
from natars_fhir.domain.ticks import TICKS

Table = Mapping[str, Any]


class Asking(NamedTuple):
    """A rule, and the days on which time alone may change what it answers."""

    rule: Rule
    ticks: Ticks


def asking(named: Table, concepts: Collection[str], faults: list[str]) -> Asking | None:
    """The one rule of *named* (``{ at_most = { concept = "asa-class", limit = 3 } }``); None where it has a fault."""
    if len(named) != 1:
        faults.append("one rule must be named")
        return None
    ((name, given),) = named.items()
    factory = RULES.get(name)
    if factory is None:
        faults.append(unknown(name, RULES, "rule"))
        return None
    before = len(faults)
    _check(name, factory, given, concepts, faults)
    if len(faults) > before:
        return None
    try:
        return Asking(factory(**given), TICKS[name](**given) if name in TICKS else never_ticks)
    except (ValueError, ArithmeticError) as fault:
        faults.append(f"rule {name}: {fault or type(fault).__name__}")
        return None


def _check(name: str, factory: Callable[..., Rule], given: Table, concepts: Collection[str], faults: list[str]) -> None:
    parameters = inspect.signature(factory).parameters
    required = [key for key, parameter in parameters.items() if parameter.default is parameter.empty]
    faults += [f"rule {name}: parameter {key} is missing" for key in required if key not in given]
    faults += [f"rule {name}: {unknown(key, parameters, 'parameter')}" for key in given if key not in parameters]
    hints = _hints(factory)
    for key in given.keys() & parameters.keys():
        if not _fits(given[key], hints[key]):
            faults.append(f"rule {name}: parameter {key} has a wrong type")
        elif concepts and _names_concepts(hints[key]):
            asked = [given[key]] if isinstance(given[key], str) else given[key]
            faults += [f"rule {name}: {unknown(one, concepts, 'concept')}" for one in asked if one not in concepts]


@lru_cache(maxsize=128)
def _hints(factory: Callable[..., Rule]) -> dict[str, Any]:
    return get_type_hints(factory, include_extras=True)


def _names_concepts(hint: Any) -> bool:
    return "concept" in getattr(hint, "__metadata__", ()) or any(_names_concepts(part) for part in get_args(hint))


def _fits(value: object, hint: Any) -> bool:
    """Does a TOML value suit an annotation (str, int, bool, their union, a sequence of str)?"""
    if hasattr(hint, "__metadata__"):
        return _fits(value, get_args(hint)[0])
    if get_origin(hint) is Sequence:
        return isinstance(value, list) and all(_fits(one, get_args(hint)[0]) for one in value)
    kinds = get_args(hint) or (hint,)
    return type(value) in kinds
