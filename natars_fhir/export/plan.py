"""Plan: where each concept goes in FHIR, by which codes, and which words may go out at all.

It is made of concepts.toml, drugs.toml and export/*.toml when the mappings load; this layer knows none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from natars_fhir.export.allowed import Constants, Tables
from natars_fhir.fhir.build import Node

Target = Literal[
    "Observation", "Condition", "Procedure", "MedicationAdministration", "AdverseEvent", "tumour", "within"
]
NUMBERS = "number"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one concept goes: ``within`` stands in another resource, ``tumour`` in the index tumour's Condition too."""

    concept: str
    kind: str
    target: Target
    code: Node
    #: value → its CodeableConcept; a value that is not among them does not go out
    values: Mapping[str, Node]
    category: Node | None = None
    unit: str = ""
    #: last part of the mCODE profile that it is where it meets it
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that an export is made by."""

    base: str
    #: site → what its documents are read with
    mappings: Mapping[str, str]
    #: the hash of the rules of the export
    rules: str
    places: Mapping[str, Place]
    #: concept → why it does not go out
    out: Mapping[str, str]
    #: detail of a fact → the words that it may be, or `NUMBERS`
    details: Mapping[str, frozenset[str] | str]
    #: what the index tumour is called as a diagnosis, and the types of which that is true
    tumour: Node
    malignant: frozenset[str]
    #: (name, word) → the extension that says it of a fact or an endpoint
    qualities: Mapping[tuple[str, str], Node] = field(repr=False)
    #: (answer, reason) → what the screening form is answered with
    answers: Mapping[tuple[str, str], Node] = field(repr=False)
    #: (last part of an mCODE profile, or nothing; has it text?) → the labels of such a resource
    metas: Mapping[tuple[str, bool], Node] = field(repr=False)
    tables: Tables = field(repr=False)
    #: every text that may go out as a word
    words: frozenset[str] = field(repr=False)


def constants(plan: Plan) -> Constants:
    """The plan's nodes that stand in many resources."""
    places = plan.places.values()
    concepts = [one for place in places for one in (place.code, place.category, *place.values.values()) if one]
    return {
        "Meta": plan.metas.values(),
        "CodeableConcept": [*concepts, plan.tumour],
        "Extension": plan.qualities.values(),
        "Answer": plan.answers.values(),
    }


def every_text(*nodes: Any) -> set[str]:
    """All texts in these nodes, names of elements aside."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, str):
            found.add(node)
        elif isinstance(node, Mapping):
            found |= every_text(*node.values())
        elif isinstance(node, list | tuple):
            found |= every_text(*node)
    return found
