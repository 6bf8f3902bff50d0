"""Rules for objects and arrays: names, cardinality, choices and siblings. https://hl7.org/fhir/R4/json.html"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from natars_fhir.fhir.checking.fault import FINE, Fault, Rule, either, error, within, wrong_type
from natars_fhir.fhir.checking.invariants import Invariant
from natars_fhir.fhir.checking.parsing import TWICE, Repeated
from natars_fhir.fhir.checking.siblings import judge_sibling, placeholders, says_something
from natars_fhir.fhir.checking.spelling import LONGEST, nearest, resembling

_EMPTY_ARRAY = error("structure", "An array has at least one entry; leave the element out where there is none.")
#: Problems of one array beyond which it is not looked at: a memory must not fill with what is wrong.
_MOST = 50_000
_MORE = error("too-costly", f"More than {_MOST} problems: what follows here was not looked at.")
_EMPTY_OBJECT = error("structure", "An object has at least one element; leave it out where there is none.")
_ID_ALONE = error("structure", "An object has an element besides its id; leave it out where there is none.")


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What a JSON object of one kind may hold; the compiler fills it, as types contain each other."""

    name: str
    #: By JSON name: the rule, and the choice that it belongs to (``value[x]``), if any.
    rows: dict[str, tuple[Rule, str | None]] = field(default_factory=dict)
    #: The primitive elements, which may have a ``_sibling``; True for repeated ones.
    primitives: dict[str, bool] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    #: Required choices, each with its JSON names.
    must_choose: dict[str, list[str]] = field(default_factory=dict)
    invariants: list[Invariant] = field(default_factory=list)


def array(rule: Rule) -> Rule:
    """A repeated element."""

    def check(values: Any) -> Sequence[Fault]:
        if type(values) is not list:
            return wrong_type("An array", values)
        faults: list[Fault] = []
        for index, value in enumerate(values):
            found = rule(value)
            if found:
                faults += within(f"[{index}]", found)
                if len(faults) > _MOST:
                    return [*faults, *_MORE]
        return faults if values else _EMPTY_ARRAY

    return check


def obey(rule: Rule, invariants: Sequence[Invariant]) -> Rule:
    """The *rule*, and the invariants that its element adds where it stands."""

    def check(value: Any) -> Sequence[Fault]:
        broken = [invariant.fault for invariant in invariants if isinstance(value, dict) and not invariant.holds(value)]
        return [*rule(value), *broken] if broken else rule(value)

    return check


def an_object(shape: Shape, known: Callable[[str], bool], element: Rule, *, may_be_empty: bool) -> Rule:
    """A JSON object of *shape*. ``known`` says of which names R4 has an element somewhere."""
    # filled in place by the compiler, later than this
    rows, required, must_choose, invariants = shape.rows, shape.required, shape.must_choose, shape.invariants

    def check(node: Any) -> Sequence[Fault]:
        if not isinstance(node, dict):
            return wrong_type("An object", node)
        faults: list[Fault] = []
        odd: list[str] = []
        chosen: list[str] = []
        for name, value in node.items():
            row = rows.get(name)
            if row is None:
                odd.append(name)
                continue
            rule, choice = row
            found = rule(value)
            if found:
                faults += _placed(node, name, found)
            if choice:
                chosen.append(choice)
        if odd:
            faults += _oddities(shape, node, odd, chosen, known, element)
        if required or chosen or invariants or must_choose or type(node) is not dict:
            faults += _as_a_whole(shape, node, chosen)
        return faults if may_be_empty or len(node) > 1 else [*_emptiness(shape, node), *faults]

    return check


def _emptiness(shape: Shape, node: dict[str, Any]) -> Sequence[Fault]:
    """ele-1: an element has a value or children, and an id is neither.

    A resource may have an id alone; so may the sibling of a primitive, which judge_sibling weighs.
    """
    if not node:
        return _EMPTY_OBJECT
    return _ID_ALONE if "id" in node and "resourceType" not in shape.rows and shape.name != "Element" else FINE


def _as_a_whole(shape: Shape, node: dict[str, Any], chosen: list[str]) -> Sequence[Fault]:
    """What the elements of an object say together."""
    faults: list[Fault] = []
    for name in shape.required:
        if name not in node:
            faults += _missing(node, name)
    if chosen or shape.must_choose:
        faults += _choices(shape, chosen)
    faults += [invariant.fault for invariant in shape.invariants if not invariant.holds(node)]
    return faults if type(node) is dict else [*faults, *_repeated(shape, node)]


def _placed(node: dict[str, Any], name: str, found: Sequence[Fault]) -> list[Fault]:
    """A null that holds the place of a sibling in an array is no fault."""
    excused = placeholders(node[name], node.get(f"_{name}"))
    return within(f".{name}", (fault for fault in found if fault.place not in excused))


def _missing(node: dict[str, Any], name: str) -> Sequence[Fault]:
    """A required primitive may be replaced by a sibling with an extension that says why it is absent."""
    return FINE if says_something(node.get(f"_{name}")) else error("required", f"'{name}' is required.", f".{name}")


def _choices(shape: Shape, chosen: list[str]) -> list[Fault]:
    faults: list[Fault] = []
    if len(chosen) > 1:
        for choice in sorted({choice for choice in chosen if chosen.count(choice) > 1}):
            faults += error("structure", f"Only one of the choices of {choice} may be given.", f".{choice[:-3]}")
    for choice, names in shape.must_choose.items():
        if choice not in chosen:
            faults += error("required", f"{either(names)} is required.", f".{choice[:-3]}")
    return faults


def _oddities(
    shape: Shape, node: dict[str, Any], odd: list[str], chosen: list[str], known: Callable[[str], bool], element: Rule
) -> list[Fault]:
    """Siblings of primitives, and names that the type does not have."""
    faults: list[Fault] = []
    nameless = 0
    for name in odd:
        primitive = name[1:]
        if name[0:1] == "_" and primitive in shape.primitives:
            found = judge_sibling(node[name], node.get(primitive), element, many=shape.primitives[primitive])
            faults += within(f".{primitive}", found)
            choice = shape.rows[primitive][1]
            if choice and primitive not in node:
                chosen.append(choice)
            continue
        unknown = _unknown(shape, name, known) if len(name) <= LONGEST else FINE
        nameless += not unknown
        faults += unknown
    if nameless:
        text = f"{nameless} elements are" if nameless > 1 else "An element is"
        faults += error("structure", f"{text} not among those of {shape.name} in R4.")
    return faults


@lru_cache(maxsize=4096)
def _unknown(shape: Shape, name: str, known: Callable[[str], bool]) -> Sequence[Fault]:
    """The name is repeated only when it is nearly, or elsewhere, a name of R4; it could be anything."""
    right = nearest(name, shape.rows)
    if right is None and not known(name):
        return FINE
    hint = f"; did you mean '{right}'?" if right else _hint(shape, name)
    return error("structure", f"'{name}' is not an element of {shape.name} in R4{hint}", f".{name}")


def _hint(shape: Shape, name: str) -> str:
    """For an element of another type or version of R4: what may have been meant here."""
    for choice in sorted({choice for _, choice in shape.rows.values() if choice}):
        if re.fullmatch(f"{choice[:-3]}([A-Z].*)?", name):
            return f"; {choice} is {either(key for key, row in shape.rows.items() if row[1] == choice)} here."
    right = resembling(name, shape.rows)
    return f"; did you mean '{right}'?" if right else "."


def _repeated(shape: Shape, node: dict[str, Any]) -> list[Fault]:
    names = [name.removeprefix("_") for name in node.names] if isinstance(node, Repeated) else []
    places = dict.fromkeys(f".{name}" if name in shape.rows else "" for name in names)
    return [fault for place in places for fault in error("structure", TWICE, place)]
