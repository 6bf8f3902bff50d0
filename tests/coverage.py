"""Which concept is found where, as the fixtures prove it: concept → place → the cases in which it was read there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tests import ward

#: Concepts of which no record tells: what they become.
CARRIERS = {
    "comorbidity": "the conditions that it names",
    "gene-variant": "`fish-mdm2`, `mdm2-copy-number`",
    "laparotomy": "`laparotomy-biopsy-only`, or a suspected `prior-resection`",
    "resection": "`prior-resection` or `index-surgery`, by its day",
}
_INDEX = re.compile(r"\[\d+\]")

Places = Mapping[str, Mapping[str, tuple[str, ...]]]


@cache
def places() -> Places:
    """Concept → place, without its indexes → ``site/case`` of every fixture that has it there, sorted."""
    found: dict[str, dict[str, set[str]]] = {}
    for case in ward.cases():
        name = f"{case.parent.name}/{case.name}"
        for fact in _facts(json.loads((case / "expected.json").read_text(encoding="utf-8"))):
            found.setdefault(fact["concept"], {}).setdefault(_place(fact["evidence"]), set()).add(name)
    return {concept: {at: tuple(sorted(cases)) for at, cases in told.items()} for concept, told in found.items()}


def _facts(patients: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (fact for patient in patients for fact in patient["facts"])


def _place(evidence: Mapping[str, Any]) -> str:
    """``Observation.component.valueString, in words``: a span says that words were read."""
    return _INDEX.sub("", evidence["path"]) + (", in words" if evidence["span"] else "")


def rows() -> Iterator[tuple[str, str, str, str]]:
    """(concept, place, number of cases, one of them), in the order of concepts.toml."""
    for concept in ward.mappings().concepts.concepts:
        if concept in CARRIERS:
            yield f"`{concept}`", f"read as {CARRIERS[concept]}", "", ""
        for place, cases in sorted(places().get(concept, {}).items()):
            yield f"`{concept}`", place, str(len(cases)), f"[{cases[0]}](../fixtures/{cases[0]})"
