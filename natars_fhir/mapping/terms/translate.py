"""Translate: what one code means to a site, as `$translate` answers it.

https://hl7.org/fhir/R4/conceptmap-operation-translate.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, get_args

from natars_fhir.fhir.build import Node, coding, said
from natars_fhir.mapping.codes import Systems, Table
from natars_fhir.mapping.files import Mappings
from natars_fhir.mapping.schema import Code
from natars_fhir.mapping.terms.concept_map import Publisher, concept_maps, equivalence, products
from natars_fhir.mapping.terms.crosswalk import UNIT_SPELLINGS, Part, Row, Target, local_rows, standard_rows
from natars_fhir.mapping.terms.site_file import remarks

#: The owner of the rows that hold for every site.
STANDARD = "standard"

#: Of these parts a reader takes the first meaning alone, the site's own before the standard one.
_FIRST = ("asked", "report", "unit")


class Held(NamedTuple):
    """A target, and the canonical address of the map that holds it."""

    target: Target
    map: str


@dataclass(frozen=True, slots=True)
class Terminology:
    """What is published for one site, and what its codes mean."""

    maps: tuple[Node, ...]
    publisher: Publisher
    tables: Mapping[Part, Table[Held]]

    def meanings(self, system: str, code: str) -> list[Held]:
        """What a code means as the site's documents are read: its own rows stand before the standard ones."""
        name = UNIT_SPELLINGS if system == self.publisher.source(UNIT_SPELLINGS) else system
        found: dict[Target, Held] = {}
        for part, table in self.tables.items():
            held = table[name, code]
            for one in held[:1] if part in _FIRST else held:
                found.setdefault(one.target, one)
        return list(found.values())

    def parameters(self, codings: Iterable[tuple[str, str]], url: str = "", target: str = "") -> Node:
        """The answer to `$translate`: *url* limits it to one map, *target* to one system of targets."""
        told = [held for system, code in codings for held in self.meanings(system, code)]
        matches = [
            held
            for held in dict.fromkeys(told)
            if url in ("", held.map) and target in ("", self.publisher.target(held.target.part))
        ]
        parameter: list[Node] = [{"name": "result", "valueBoolean": bool(matches)}]
        if not matches:
            parameter.append({"name": "message", "valueString": "No map of this site holds the code."})
        return {
            "resourceType": "Parameters",
            "parameter": [*parameter, *(_match(one, self.publisher) for one in matches)],
        }


def terminology(mappings: Mappings, site: str, base: str, source: str | None = None) -> Terminology:
    """Everything that is published for *site*; *source* is the text of its file. Raises KeyError where it has none."""
    own, shared = publisher_of(mappings, site, base), Publisher(base, STANDARD, Systems(mappings.concepts.systems))
    local = list(local_rows(mappings.sites[site], remarks(source or source_of(mappings, site))))
    standard = list(standard_rows(mappings))
    maps = (*concept_maps(local, own), *concept_maps(standard, shared))
    return Terminology(maps, own, _tables(own.systems, ((local, own), (standard, shared))))


def own_maps(mappings: Mappings, site: str, base: str) -> list[Node]:
    """The maps of the site's own rows; those of the standard rows for the site that is none."""
    every, prefix = terminology(mappings, site, base).maps, f"{base}/ConceptMap/{STANDARD}-"
    standard = not mappings.sites[site].codes and not mappings.sites[site].units
    return [one for one in every if one["url"].startswith(prefix) == standard]


def publisher_of(mappings: Mappings, site: str, base: str) -> Publisher:
    """In whose name the codes of *site* are published."""
    return Publisher(base, site, Systems({**mappings.concepts.systems, **mappings.sites[site].systems}))


def source_of(mappings: Mappings, site: str) -> str:
    """The text of the site's file, and of the lines that stand over it."""
    text = (mappings.folder / "sites" / f"{site}.toml").read_text(encoding="utf-8")
    return f"{text}\n{mappings.over[site]}" if site in mappings.over else text


def _tables(systems: Systems, owned: Sequence[tuple[Sequence[Row], Publisher]]) -> dict[Part, Table[Held]]:
    def rows(part: Part) -> Iterator[tuple[Code, Held]]:
        for found, owner in owned:
            for row in found:
                if row.target.part == part:
                    yield row.code, Held(row.target, owner.url(row.code.system))

    return {part: Table(systems, rows(part), key=lambda held: held.target.code) for part in get_args(Part)}


def _match(held: Held, publisher: Publisher) -> Node:
    target = held.target
    concept = coding(publisher.target(target.part), target.code)
    told = [
        {"name": "equivalence", "valueCode": equivalence(target)},
        {"name": "concept", "valueCoding": concept},
        *(_product(one) for one in products(target, publisher)),
        {"name": "source", "valueUri": held.map},
    ]
    return {"name": "match", "part": told}


def _product(product: Node) -> Node:
    concept = said({"system": product.get("system", ""), "code": product["value"]})
    return {
        "name": "product",
        "part": [{"name": "element", "valueUri": product["property"]}, {"name": "concept", "valueCoding": concept}],
    }
