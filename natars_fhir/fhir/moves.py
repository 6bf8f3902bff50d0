"""Moves: what may become of one element between two FHIR versions; the rows of ``r5_elements.py`` are made of them.

See https://hl7.org/fhir/R5/diff.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from natars_fhir.domain.issue import Issue, Severity
from natars_fhir.fhir.build import Node, absent

#: What an element became, and what could not be said.
Moved = tuple[Node, list[Issue]]
Shape = Literal["many", "one", "text", "any"]

_LITERAL = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/|$)")


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of one element. ``to`` is where a primitive's own extensions (``_name``) go."""

    apply: Callable[[Any, str], Moved]
    takes: Shape = "any"
    to: str = ""


def merge(out: Node, elements: Node) -> None:
    """Put *elements* beside what is there: lists and objects are joined."""
    for name, value in elements.items():
        there = out.get(name)
        if isinstance(there, list) and isinstance(value, list):
            out[name] = there + value
        elif isinstance(there, dict) and isinstance(value, dict):
            out[name] = there | value
        else:
            out[name] = value


def untold(place: str, text: str = "R4 has no such element: it is not carried over.") -> Issue:
    """What one version says and the other cannot."""
    return Issue("information", "not-supported", place, text)


def inexact(place: str, text: str, severity: Severity = "information") -> Issue:
    """What the other version says in a coarser way."""
    return Issue(severity, "informational", place, text)


# What a row of a table may say


def renamed(to: str, takes: Shape = "any") -> Move:
    """The same content under another name."""
    return Move(lambda value, _: ({to: value}, []), takes, to)


def kept(name: str, takes: Shape) -> Move:
    """Left for the whole to read; here only its shape is checked."""
    return Move(lambda value, _: ({name: value}, []), takes, name)


def lost(text: str = "R4 has no such element: it is not carried over.") -> Move:
    """Nothing in the other version says this."""
    return Move(lambda _, place: ({}, [untold(place, text)]))


def first(to: str) -> Move:
    """One where there may be many: the first is kept, the others are told."""
    return Move(lambda value, place: ({to: value[0]}, _others(value, place)), "many", to)


def words(name: str, meaning: Mapping[str, str], exact: frozenset[str] = frozenset()) -> Move:
    """Another word for the same code; told where the word is not an exact one."""

    def apply(value: Any, place: str) -> Moved:
        word = meaning.get(value, value)
        told = word != value and value not in exact
        return {name: word}, [inexact(place, "R4 has a coarser code for this.")] if told else []

    return Move(apply, "text", name)


def split(code: str, ref: str) -> Move:
    """Each CodeableReference gives its concept to one list and its reference to another."""

    def apply(value: list[Node], place: str) -> Moved:
        concepts = [item["concept"] for item in value if "concept" in item]
        references = [item["reference"] for item in value if "reference" in item]
        issues = [issue for index, item in enumerate(value) for issue in _rest(item, f"{place}[{index}]")]
        return {code: concepts} | {ref: references}, issues

    return _without_empty(Move(apply, "many"))


def either(code: str, ref: str) -> Move:
    """A CodeableReference becomes a choice: its concept, else its reference."""

    def apply(value: Node, place: str) -> Moved:
        issues = _rest(value, place)
        if "concept" in value:
            return {code: value["concept"]}, issues + ([untold(f"{place}.reference")] if "reference" in value else [])
        return {ref: value.get("reference")}, issues

    return _without_empty(Move(apply, "one"))


def concept_only(to: str) -> Move:
    """A CodeableReference of which the other version keeps the concept."""

    def apply(value: Node, place: str) -> Moved:
        told = [untold(f"{place}.reference")] if "reference" in value else []
        return {to: value.get("concept")}, told + _rest(value, place)

    return _without_empty(Move(apply, "one"))


def reference_only(to: str) -> Move:
    """A CodeableReference of which the other version keeps the reference; a bare concept lends its words."""

    def apply(value: Node, place: str) -> Moved:
        ref, told = as_reference(value, place)
        return {to: ref}, told + _rest(value, place)

    return Move(apply, "one")


def each(move: Move) -> Move:
    """The same for every item; what they give is joined into lists."""

    def apply(value: list[Node], place: str) -> Moved:
        out: Node = {}
        issues: list[Issue] = []
        for index, item in enumerate(value):
            elements, told = move.apply(item, f"{place}[{index}]")
            issues += told
            merge(out, {name: [given] for name, given in elements.items()})
        return out, issues

    return Move(apply, "many")


def first_of(move: Move) -> Move:
    """The first item as the row says; the others are told."""

    def apply(value: list[Node], place: str) -> Moved:
        elements, issues = move.apply(value[0], f"{place}[0]")
        return elements, issues + _others(value, place)

    return Move(apply, "many")


def coded(to: str) -> Move:
    """A CodeableConcept becomes its first Coding; words alone become its display."""

    def apply(value: Node, place: str) -> Moved:
        codings = value.get("coding")
        rest = [untold(f"{place}.text")] if codings and "text" in value else []
        if isinstance(codings, list) and codings:
            return {to: codings[0]}, rest + _others(codings, f"{place}.coding") + _rest(
                value, place, ("coding", "text")
            )
        return {to: {"display": value["text"]}} if "text" in value else {}, _rest(value, place, ("coding", "text"))

    return Move(apply, "one")


def as_reference(value: Node, place: str) -> tuple[Node, list[Issue]]:
    """The Reference that a CodeableReference holds, or a Reference with the words of its concept."""
    concept = value.get("concept")
    if isinstance(value.get("reference"), dict):
        return value["reference"], [untold(f"{place}.concept")] if concept else []
    told = [untold(f"{place}.concept", "R4 keeps only the words of this concept.")] if concept else []
    text = concept_words(concept)
    return {"display": text} if text else absent(), told


def concept_words(concept: Any) -> str:
    """What a CodeableConcept says to people: its text, else a display."""
    if not isinstance(concept, dict):
        return ""
    codings = concept.get("coding")
    shown = [c.get("display") for c in codings if isinstance(c, dict)] if isinstance(codings, list) else []
    return next((word for word in [concept.get("text"), *shown] if isinstance(word, str) and word), "")


def _rest(value: Node, place: str, known: tuple[str, ...] = ("concept", "reference")) -> list[Issue]:
    return [untold(f"{place}.{name}") for name in value if name not in known]


def _others(value: list[Any], place: str) -> list[Issue]:
    return [untold(f"{place}[{index}]", "R4 holds one of these: the first.") for index in range(1, len(value))]


def _without_empty(move: Move) -> Move:
    def apply(value: Any, place: str) -> Moved:
        elements, issues = move.apply(value, place)
        return {name: given for name, given in elements.items() if given not in (None, [])}, issues

    return Move(apply, move.takes, move.to)


def kind_of(ref: Node) -> str:
    """The resource type that a Reference points to; empty where it does not say."""
    if isinstance(ref.get("type"), str):
        return str(ref["type"])
    found = _LITERAL.search(str(ref.get("reference", "")))
    return found[1] if found else ""
