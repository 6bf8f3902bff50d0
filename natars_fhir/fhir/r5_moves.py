"""Moves that R5's own elements need on their way to R4; the plain ones are in ``moves.py``.

See https://hl7.org/fhir/R5/diff.html
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from natars_fhir.fhir.build import Node, absent
from natars_fhir.fhir.moves import (
    Move,
    Moved,
    as_reference,
    coded,
    concept_words,
    first,
    inexact,
    kind_of,
    split,
    untold,
)

_INTEGER_MAX = 2_147_483_647
#: https://hl7.org/fhir/R4/valueset-adverse-event-outcome.html
_OUTCOMES = frozenset({"resolved", "recovering", "ongoing", "resolvedWithSequelae", "fatal", "unknown"})


def timing(moment: str, span: str) -> Move:
    """R4 has no Timing here: one event is a moment, bounds are a period; anything else is told."""

    def apply(value: Node, place: str) -> Moved:
        events, repeat = value.get("event"), value.get("repeat")
        bounds = repeat.get("boundsPeriod") if isinstance(repeat, dict) else None
        told = [inexact(place, "R4 has no timing here: only its one date or its bounds are carried over.", "warning")]
        if isinstance(events, list) and len(events) == 1:
            return {moment: events[0]}, told if len(value) > 1 else []
        return ({span: bounds if isinstance(bounds, dict) else absent("unsupported")} if span else {}), told

    return Move(apply, "one")


def within(parent: str, name: str) -> Move:
    """An element that R4 holds inside another."""
    return Move(lambda value, _: ({parent: {name: value}}, []), "many")


def alone(to: str) -> Move:
    """One where R4 has a list."""
    return Move(lambda value, _: ({to: [value]}, []), "one")


def patient(to: str) -> Move:
    """Of R5's kinds of subject R4 keeps the patient here."""

    def apply(value: Node, place: str) -> Moved:
        if kind_of(value) in ("", "Patient"):
            return {to: value}, []
        return {}, [inexact(place, "R4 allows only a patient here.", "warning")]

    return Move(apply, "one")


def of_kinds(to: str, but_not: Collection[str]) -> Move:
    """References of which R4 has not all kinds."""

    def apply(value: list[Node], place: str) -> Moved:
        kept = [item for item in value if kind_of(item) not in but_not]
        told = [untold(f"{place}[{index}]") for index, item in enumerate(value) if kind_of(item) in but_not]
        return ({to: kept} if kept else {}), told

    return Move(apply, "many")


def _integer64(value: Any, place: str) -> Moved:
    """JSON writes integer64 as a string; R4 holds 31 bits, as a number (https://hl7.org/fhir/R5/json.html)."""
    if not (isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdigit())):
        return {"size": value}, []
    if len(str(value)) <= len(str(_INTEGER_MAX)) and int(value) <= _INTEGER_MAX:
        return {"size": int(value)}, []
    return {}, [untold(place, "R4 cannot hold a number of this size.")]


def _evidence(value: list[Node], _: str) -> Moved:
    """Each CodeableReference becomes an evidence of its own."""
    names = {"concept": "code", "reference": "detail"}
    return {"evidence": [{names.get(n, n): [v] if n in names else v for n, v in item.items()} for item in value]}, []


def _diagnosis(value: list[Node], place: str) -> Moved:
    """R5 puts many conditions into one diagnosis; R4 has one condition in each."""
    out: list[Node] = []
    issues = []
    for index, item in enumerate(value):
        rest = {name: given for name, given in item.items() if name != "condition"}
        for at, condition in enumerate(_objects(item.get("condition"))):
            ref, told = as_reference(condition, f"{place}[{index}].condition[{at}]")
            issues += told
            out.append({"condition": ref} | rest)
        if not _objects(item.get("condition")):
            out.append({"condition": absent()} | rest)
    return {"diagnosis": out}, issues


def _reasons(value: list[Node], place: str) -> Moved:
    """Encounter.reason says what it was for; R4 has no word for its use."""
    issues = [
        untold(f"{place}[{index}].{name}") for index, item in enumerate(value) for name in item if name != "value"
    ]
    found = [one for item in value for one in _objects(item.get("value"))]
    elements, told = split("reasonCode", "reasonReference").apply(found, f"{place}.value")
    return elements, issues + told


def _total(value: Node, _: str) -> Moved:
    """R5 gives the amount in the package as a Quantity, R4 as a Ratio: so much in one."""
    return {"amount": {"numerator": value, "denominator": {"value": 1}}}, []


def _policies(value: Node, place: str) -> Moved:
    told = [untold(f"{place}.{name}") for name in value if name != "url"]
    return ({"policy": [{"uri": value["url"]}]} if "url" in value else {}), told


def _last_day(value: Any, place: str) -> Moved:
    if not isinstance(value, list) or not value:
        return {"verificationDate": value}, []
    told = [untold(f"{place}[{index}]", "R4 holds one of these: the last.") for index in range(len(value) - 1)]
    return {"verificationDate": value[-1]}, told


def _start(value: Node, place: str) -> Moved:
    """R4 has one date for the event: the day it began."""
    told = [untold(f"{place}.{name}") for name in value if name != "start"]
    return ({"date": value["start"]} if "start" in value else {}), told


def _words_of_instance(value: Node, place: str) -> Moved:
    text = concept_words(value)
    told = [untold(place, "R4 keeps only the words of this concept.")]
    return {"instance": {"display": text} if text else absent()}, told


def _outcome(value: list[Node], place: str) -> Moved:
    """R5 leaves the codes open, R4 does not: of a code that is not R4's only the words are kept."""
    elements, told = first("outcome").apply(value, place)
    codes = {str(coding.get("code")) for coding in _objects(value[0].get("coding"))}
    if not codes or not codes.isdisjoint(_OUTCOMES):
        return elements, told
    text = concept_words(value[0])
    lost = inexact(f"{place}[0]", "R4 has no such code: only its words are carried over.")
    return {"outcome": {"text": text}} if text else {}, [lost, *told]


def _site_coding(value: Node, place: str) -> Moved:
    told = [untold(f"{place}.{name}") for name in value if name != "concept"]
    if not isinstance(value.get("concept"), dict):
        return {}, told
    elements, more = coded("bodySite").apply(value["concept"], f"{place}.concept")
    return elements, told + more


def _objects(value: Any) -> list[Node]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


INTEGER64 = Move(_integer64, "text", "size")
EVIDENCE = Move(_evidence, "many")
DIAGNOSIS = Move(_diagnosis, "many")
REASONS = Move(_reasons, "many")
TOTAL = Move(_total, "one")
POLICIES = Move(_policies, "one")
LAST_DAY = Move(_last_day, "any")
START = Move(_start, "one")
WORDS_OF_INSTANCE = Move(_words_of_instance, "one")
OUTCOME = Move(_outcome, "many")
SITE_CODING = Move(_site_coding, "one")
