"""Allowed: what goes out passes through here, element by element; what has no rule stays, and is told.

The rules are those of mappings/export/allowed.toml, which the mapping layer reads and checks; whatever made a resource,
and whatever stands in it, this is the last thing before it is written. The words are those of Microsoft's and HL7's
de-identification rules where there are such (https://github.com/HL7/fhir-darts).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from natars_fhir.domain.issue import Issue
from natars_fhir.export.pseudonym import ExportKeys, keyed_id
from natars_fhir.export.shift import shifted
from natars_fhir.fhir.build import Node, absent
from natars_fhir.fhir.r4 import structs
from natars_fhir.fhir.r4.primitives import Part

#: Element → how it goes out: the name of a rule below, or of another table.
Rows = Mapping[str, str]
#: Type (or part of one) → its rows.
Tables = Mapping[str, Rows]

#: A date that stays: said by an extension in its place.
_MASKED = absent("masked")
_GONE = object()
_HEXADECIMAL = re.compile("[0-9a-f]{6,64}")


@dataclass(slots=True)
class Mask:
    """One subject's export: by how many days, under which name, with which words; and what was left out."""

    keys: ExportKeys
    words: frozenset[str]
    subject: str = ""
    back: int = 0
    as_of: str = ""
    scrub: Callable[[str], str] | None = None
    #: (place, why) → how often
    left: Counter[tuple[str, str]] = field(default_factory=Counter)
    _ids: dict[str, str] = field(default_factory=dict)

    def key(self, kind: str, handle: str) -> str:
        """The id that stands for *handle*."""
        known = f"{kind}/{handle}"
        found = self._ids.get(known)
        if found is None:
            found = self._ids[known] = keyed_id(self.keys, self.subject, kind, handle)
        return found

    def leave(self, place: str, why: str) -> Any:
        """Leaves something out, and remembers where."""
        self.left[place, why] += 1
        return None


#: What one rule makes of one value; None where it does not go out.
Rule = Callable[[Any, Mask], Any]
Made = Callable[[str], Rule]


def _word(place: str) -> Rule:
    def rule(value: Any, mask: Mask) -> Any:
        return value if value in mask.words else mask.leave(place, "word")

    return rule


def _name(place: str) -> Rule:
    def rule(value: Any, mask: Mask) -> Any:
        return value if value == mask.subject or value in mask.words else mask.leave(place, "word")

    return rule


def _number(place: str) -> Rule:
    def rule(value: Any, mask: Mask) -> Any:
        return value if isinstance(value, int | Decimal) else mask.leave(place, "number")

    return rule


def _day(_: str) -> Rule:
    def rule(value: Any, mask: Mask) -> Any:
        return shifted(value, mask.back) or _GONE

    return rule


def _keyed(place: str) -> Rule:
    kind = place.partition(".")[0]
    return lambda value, mask: mask.key(kind, value)


def _reference(place: str) -> Rule:
    """``Type/handle`` of a resource that goes out; a study's id is told as it is."""

    def rule(value: Any, mask: Mask) -> Any:
        kind, _, handle = value.partition("/")
        if kind == "ResearchStudy":
            return value if value in mask.words else mask.leave(place, "word")
        return f"{kind}/{mask.key(kind, handle)}" if kind in mask.words else mask.leave(place, "word")

    return rule


def _as_of(_: str) -> Rule:
    return lambda _, mask: mask.as_of


def _digest(place: str) -> Rule:
    """A digest of a folder of ours."""

    def rule(value: Any, mask: Mask) -> Any:
        return value if _HEXADECIMAL.fullmatch(value) else mask.leave(place, "word")

    return rule


def _text(_: str) -> Rule:
    """Free text: never, unless it was asked for, and then scrubbed."""
    return lambda value, mask: mask.scrub(value) if mask.scrub is not None else None


def _trial(_: str) -> Rule:
    return lambda value, _: value


def _out(_: str) -> Rule:
    return lambda _, __: None


#: How an element may go out.
RULES: Mapping[str, Made] = {
    "word": _word,
    "name": _name,
    "number": _number,
    "day": _day,
    "keyed": _keyed,
    "reference": _reference,
    "as-of": _as_of,
    "digest": _digest,
    "text": _text,
    "trial": _trial,
    "out": _out,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """The rules, compiled: resource type → what goes out of it."""

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


def compiled(tables: Tables, kinds: tuple[str, ...]) -> Filter:
    """The tables as functions. Raises KeyError for a name that is neither a rule nor a table."""
    made: dict[str, Rule] = {}

    def table(name: str) -> Rule:
        if name not in made:
            rules: dict[str, Rule] = {}
            made[name] = _table(name, rules)  # before its rows: a table may hold itself
            for element, how in tables[name].items():
                rules[element] = RULES[how](f"{name}.{element}") if how in RULES else table(how)
        return made[name]

    return Filter({kind: table(kind) for kind in kinds if kind in tables})


def _table(name: str, rules: Mapping[str, Rule]) -> Rule:
    def rule(node: Any, mask: Mask) -> Any:
        if node.__class__ is not dict:
            return mask.leave(name, "rule")
        kept: Node = {}
        for element, value in node.items():
            own = rules.get(element)
            if own is None:
                if element == "resourceType":
                    kept[element] = value
                else:
                    mask.leave(f"{name}.{element}" if element in _elements() else name, "rule")
            elif value.__class__ is list:
                if several := [one for each in value if (one := own(each, mask)) is not None and one is not _GONE]:
                    kept[element] = several
            elif (one := own(value, mask)) is _GONE:
                kept[f"_{element}"] = _MASKED
                mask.leave(f"{name}.{element}", "day")
            elif one is not None:
                kept[element] = one
        return kept or None

    return rule


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
