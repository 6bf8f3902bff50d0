"""Reads the condensed R4 definitions, once and when first asked. https://hl7.org/fhir/R4/elementdefinition.html"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from natars_fhir.fhir.definitions.condense import CONDENSED


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type: ``path`` is told from the type, ``component.value[x]``."""

    path: str
    least: int
    many: bool
    types: tuple[str, ...]
    targets: frozenset[str]
    codes: str | None
    like: str | None
    #: key, severity and sentence of each.
    invariants: tuple[tuple[str, str, str], ...]

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Definitions:
    """R4, as far as a checker needs it."""

    version: str
    types: dict[str, dict[str, Element]]
    resources: frozenset[str]
    primitives: frozenset[str]
    value_sets: dict[str, frozenset[str]]

    def children(self, kind: str, path: str) -> list[Element]:
        """The elements that stand directly under *path* of the type; under the type itself for the empty path."""
        return [element for name, element in self.types[kind].items() if name and name.rpartition(".")[0] == path]


@cache
def r4() -> Definitions:
    text: dict[str, Any] = json.loads(gzip.decompress(CONDENSED.read_bytes()))
    types: dict[str, Any] = text["types"]
    return Definitions(
        version=text["fhirVersion"],
        types={
            kind: {path: _element(path, row) for path, row in structure["elements"].items()}
            for kind, structure in types.items()
        },
        resources=frozenset(
            kind
            for kind, structure in types.items()
            if structure["kind"] == "resource" and not structure.get("abstract")
        ),
        primitives=frozenset(kind for kind, structure in types.items() if structure["kind"] == "primitive-type"),
        value_sets={url: frozenset(codes) for url, codes in text["valueSets"].items()},
    )


def _element(path: str, row: dict[str, Any]) -> Element:
    return Element(
        path=path,
        least=row.get("min", 0),
        many=row.get("many", False),
        types=tuple(row.get("types", ())),
        targets=frozenset(row.get("targets", ())),
        codes=row.get("codes"),
        like=row.get("like"),
        invariants=tuple((key, severity, human) for key, severity, human in row.get("invariants", ())),
    )
