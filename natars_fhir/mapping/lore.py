"""Lore: everything that the mapping files say, compiled for one site. Values only; readers close over it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from natars_fhir.mapping.codes import Meaning, Systems, Table
from natars_fhir.mapping.narrative.words import Words
from natars_fhir.mapping.schema import Concept
from natars_fhir.mapping.units import Units


@dataclass(frozen=True, slots=True)
class DrugNames:
    """Names of drugs, longest first, as one pattern; and what each name stands for."""

    pattern: re.Pattern[str]
    drugs: Mapping[str, Meaning]


@dataclass(frozen=True, slots=True)
class Lore:
    """One site's compiled mapping.

    ``asked``: coding → concept that an Observation asks for. ``says``: coding → concepts' values. ``values``: kind →
    coding → word. ``reports``: coding → kind of text. ``hash`` names the mapping that a fact was read with.
    """

    site: str
    hash: str
    concepts: Mapping[str, Concept]
    #: the concepts that tell what a tumour is
    of_tumours: frozenset[str]
    systems: Systems
    asked: Table[str]
    says: Table[Meaning]
    values: Mapping[str, Table[str]]
    reports: Table[str]
    units: Mapping[str, Units]
    drugs: DrugNames
    #: what a test is called in words alone, in normal form → the concept that it asks for
    texts: Mapping[str, str]
    #: concept → answers in words, in normal form → the value that they stand for
    answers: Mapping[str, Mapping[str, str]]
    words: Words
    consent_names: tuple[str, ...]
    #: how an arm may be called (its name, or its slug, as R5 links to it), in small letters → its registered name
    arms: Mapping[str, str]

    def kind(self, concept: str) -> str:
        """The kind of a concept, which names the reader of its values."""
        return self.concepts[concept].kind
