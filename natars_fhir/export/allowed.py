"""Allowed: what goes out passes through here, element by element; what has no rule stays, and is told.

The rules are those of mappings/export/allowed.toml, which the mapping layer reads and checks; whatever made a resource,
and whatever stands in it, this is the last thing before it is written. The words are those of Microsoft's and HL7's
de-identification rules where there are such (https://github.com/HL7/fhir-darts).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from natars_fhir.domain.issue import Issue
from natars_fhir.export.mask import GONE, MASKED, RULES, Mask, Rule, word
from natars_fhir.export.pseudonym import ExportKeys
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.r4 import structs
from natars_fhir.fhir.r4.primitives import Part

#: Element → how it goes out: the name of a rule below, or of another table.
Rows = Mapping[str, str]
#: Type (or part of one) → its rows.
Tables = Mapping[str, Rows]


@dataclass(frozen=True, slots=True)
class Filter:
    """The rules, compiled: resource type → what goes out of it. What goes out is not to be changed by who gets it."""

    resources: Mapping[str, Rule]

    def __call__(self, resource: Node, mask: Mask) -> Node | None:
        """What may go out of *resource*; None where that is nothing."""
        kind = resource["resourceType"]
        rule = self.resources.get(kind)
        if rule is None:
            mask.leave(str(kind) if kind in mask.words else "Resource", "rule")
            return None
        kept: Node | None = rule(resource, mask)
        return kept


#: Of a node by what it is in memory: the node, and what goes out of it.
_Known = Mapping[int, tuple[Node, Node]]
#: Nodes that stand in many resources, each by its type: what goes out of them is found once.
Constants = Mapping[str, Iterable[Node]]


def compiled(
    tables: Tables,
    kinds: Iterable[str],
    words: frozenset[str] = frozenset(),
    constants: Constants = MappingProxyType({}),
) -> Filter:
    """The tables as functions. Raises KeyError for a name that is neither a rule nor a table.

    *constants* are objects that live as long as the filter does, made of *words* alone: they are known by what they are
    in memory, so that no other can be taken for one.
    """
    made: dict[str, Rule] = {}
    known: dict[int, tuple[Node, Node]] = {}

    def table(name: str) -> Rule:
        if name not in made:
            rules: dict[str, Rule] = {}
            made[name] = _table(name, rules, known)  # before its rows: a table may hold itself
            for element, how in tables[name].items():
                rules[element] = RULES[how](f"{name}.{element}") if how in RULES else table(how)
            if name in types:
                rules["resourceType"] = word
        return made[name]

    types = [kind for kind in kinds if kind in tables]
    found = Filter({kind: table(kind) for kind in types})
    for name, nodes in constants.items():
        for node in nodes:
            mask = Mask(ExportKeys(b"", b""), words)
            kept = table(name)(node, mask)
            if kept is not None and not mask.left:
                known[id(node)] = node, kept
    return found


def _table(name: str, rules: Mapping[str, Rule], known: _Known) -> Rule:
    """What goes out of an object; in the place of a date that cannot go out, that it is masked. Most of what stands in
    one are words: these are looked up here."""

    def rule(node: Any, mask: Mask) -> Any:
        if (same := known.get(id(node))) is not None:
            return same[1]
        if node.__class__ is not dict:
            return mask.leave(name, "rule")
        kept: Node = {}
        words = mask.words
        for element, value in node.items():
            own = rules.get(element)
            if own is word and value.__class__ is str and value in words:
                kept[element] = value
            elif own is not None and (same := known.get(id(value))) is not None:
                kept[element] = same[1]
            elif own is None or own is word or value.__class__ is list:
                _put(name, element, own, value, kept, mask, known)
            elif (one := own(value, mask)) is GONE:
                kept[f"_{element}"] = MASKED
                mask.leave(f"{name}.{element}", "day")
            elif one is not None:
                kept[element] = one
        return kept or None

    return rule


def _put(name: str, element: str, own: Rule | None, value: Any, kept: Node, mask: Mask, known: _Known) -> None:
    """Puts in what goes out of what has no rule, of several, or of what is no word of ours."""
    if own is None:
        _unruled(name, element, value, kept, mask)
    elif value.__class__ is not list:
        mask.leave(f"{name}.{element}", "word")
    elif several := _several(value, own, mask, known):
        kept[element] = several


def _unruled(name: str, element: str, value: Any, kept: Node, mask: Mask) -> None:
    """An element without a rule stays; of another name than R4's, which could be anything, only the table is told."""
    if element == "resourceType" and value in mask.words:
        kept[element] = value
    else:
        mask.leave(f"{name}.{element}" if element in _elements() else name, "rule")


def _several(values: list[Any], own: Rule, mask: Mask, known: _Known) -> list[Any]:
    if len(values) == 1:
        same = known.get(id(values[0]))
        one = own(values[0], mask) if same is None else same[1]
        return [] if one is None or one is GONE else [one]
    return [one for each in values if (one := own(each, mask)) is not None and one is not GONE]


@cache
def _elements() -> frozenset[str]:
    """The names that R4 knows: another could be anything, and is not told."""
    kinds = (one for one in vars(structs).values() if isinstance(one, type) and issubclass(one, Part))
    return frozenset(name for kind in kinds for name in kind.__struct_fields__)


_SAID: Mapping[str, str] = {
    "rule": "An element has no rule in the allow-list: it does not go out.",
    "word": "A word that the trial does not know: it does not go out.",
    "number": "What stands in the place of a number is none: it does not go out.",
    "day": "A partly known date cannot be moved and stay true: it does not go out.",
    "value": "A value that its concept cannot have: the fact does not go out.",
    "place": "A concept has no place in the export: the fact does not go out.",
    "detail": "A detail that is not on the allow-list: it does not go out.",
    "check": "What was made is no valid FHIR R4: it does not go out.",
}


def told(left: Counter[tuple[str, str]]) -> list[Issue]:
    """What was left out, each place once with how often: no value, and nobody's name."""
    return [
        Issue(
            "information" if why == "day" else "error" if why == "check" else "warning",
            "invariant" if why == "check" else "suppressed",
            place,
            _SAID[why] if count == 1 else f"{_SAID[why]} {count} times.",
        )
        for (place, why), count in sorted(left.items())
    ]
