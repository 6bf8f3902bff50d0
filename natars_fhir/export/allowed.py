"""Allowed: what goes out passes through here, element by element; what has no rule stays, and is told.

The rules are those of mappings/export/allowed.toml, which the mapping layer reads and checks; whatever made a resource,
and whatever stands in it, this is the last thing before it is written. The words are those of Microsoft's and HL7's
de-identification rules where there are such (https://github.com/HL7/fhir-darts).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from types import MappingProxyType
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
#: Of a free text no more goes out, in characters.
_LONGEST = 500
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
    #: reference → what it is told as
    ids: dict[str, str] = field(default_factory=dict)
    _days: dict[str, str | None] = field(default_factory=dict)

    def key(self, kind: str, handle: str) -> str:
        """The id that stands for *handle*."""
        return self.named(f"{kind}/{handle}")[len(kind) + 1 :]

    def named(self, reference: str) -> str:
        """A reference (``Type/handle``) with the id that stands for the handle."""
        found = self.ids.get(reference)
        if found is None:
            kind, _, handle = reference.partition("/")
            found = self.ids[reference] = f"{kind}/{keyed_id(self.keys, self.subject, kind, handle)}"
        return found

    def day(self, written: str) -> str | None:
        """The day as it goes out: many things are of one day."""
        if written not in self._days:
            self._days[written] = shifted(written, self.back)
        return self._days[written]

    def leave(self, place: str, why: str) -> Any:
        """Leaves something out, and remembers where."""
        self.left[place, why] += 1
        return None


#: What one rule makes of one value; None where it does not go out.
Rule = Callable[[Any, Mask], Any]
Made = Callable[[str], Rule]


def _is_word(value: Any, mask: Mask) -> Any:
    """A text of ours; whatever else stands there (a number, an object) is none."""
    return value if value.__class__ is str and value in mask.words else mask.leave("Element", "word")


_WORD = _is_word


def _word(_: str) -> Rule:
    return _WORD


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
        return mask.day(value) or _GONE

    return rule


def _keyed(place: str) -> Rule:
    kind = place.partition(".")[0]
    return lambda value, mask: mask.key(kind, value)


def _reference(place: str) -> Rule:
    """``Type/handle`` of a resource that goes out; a study's id is told as it is."""

    def rule(value: Any, mask: Mask) -> Any:
        if (same := mask.ids.get(value)) is not None:
            return same
        kind = value.partition("/")[0]
        if kind == "ResearchStudy":
            return value if value in mask.words else mask.leave(place, "word")
        return mask.named(value) if kind in mask.words else mask.leave(place, "word")

    return rule


def _as_of(_: str) -> Rule:
    return lambda _, mask: mask.as_of


def _digest(place: str) -> Rule:
    """A digest of a folder of ours."""

    def rule(value: Any, mask: Mask) -> Any:
        return value if _HEXADECIMAL.fullmatch(value) else mask.leave(place, "word")

    return rule


def _text(_: str) -> Rule:
    """Free text: never, unless it was asked for, and then scrubbed; cut only afterwards, for half a number is none."""
    return lambda value, mask: mask.scrub(value)[:_LONGEST] if mask.scrub is not None else None


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
                rules["resourceType"] = _WORD
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
            if own is _WORD and value.__class__ is str and value in words:
                kept[element] = value
            elif own is not None and (same := known.get(id(value))) is not None:
                kept[element] = same[1]
            elif own is None or own is _WORD or value.__class__ is list:
                _put(name, element, own, value, kept, mask, known)
            elif (one := own(value, mask)) is _GONE:
                kept[f"_{element}"] = _MASKED
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
        return [] if one is None or one is _GONE else [one]
    return [one for each in values if (one := own(each, mask)) is not None and one is not _GONE]


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
