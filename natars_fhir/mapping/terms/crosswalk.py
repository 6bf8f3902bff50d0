"""Crosswalk: every row that the folder holds, code by code, with what it stands for and where that is said.

The same rows as `mapping.site` compiles for reading, kept apart so that they can be published (`concept_map`), asked
(`translate`) and compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from natars_fhir.domain.record import Detail, Standing, detail
from natars_fhir.mapping.files import Mappings
from natars_fhir.mapping.schema import Code, Concepts, Drugs, LocalCode, Says, Site

#: `asked`: the code asks for a concept. `says`: it says a concept's value by itself. `value`: it is an answer.
#: `report`: it is a kind of report. `unit`: it is a spelling of a unit.
Part = Literal["asked", "says", "value", "report", "unit"]

#: (table of the site's file, code) → the remark behind it: what the hospital calls the code
Remarks = Mapping[tuple[str, str], str]

#: Under this name a site's spellings of units stand among its code systems; no hospital's system is called so.
UNIT_SPELLINGS = "unit-spelling"


class Target(NamedTuple):
    """What a code stands for: a concept (with a value), a word, a kind of report, or a UCUM unit."""

    part: Part
    code: str
    value: str = ""
    detail: Detail = ()
    standing: Standing = "final"


class Row(NamedTuple):
    """One code and what it stands for. ``code.system`` is the name that the files use."""

    code: Code
    target: Target
    remark: str = ""


def local_rows(site: Site, remarks: Remarks | None = None) -> Iterator[Row]:
    """The site's own rows, in the order of its file."""
    said = remarks or {}
    for system, codes in site.codes.items():
        for code, local in codes.items():
            row = LocalCode(concept=local) if isinstance(local, str) else local
            yield Row(Code(system=system, code=code, source=site.site), target_of(row), said.get((system, code), ""))
    for spelling, unit in site.units.items():
        own = Code(system=UNIT_SPELLINGS, code=spelling, source=site.site)
        yield Row(own, Target("unit", unit), said.get((UNIT_SPELLINGS, spelling), ""))


def target_of(row: LocalCode) -> Target:
    """What a row of a site's file stands for."""
    if row.report:
        return Target("report", row.report)
    if row.concept:
        return Target("says", row.concept, row.value) if row.value else Target("asked", row.concept)
    return Target("value", row.value)


def local_of(target: Target) -> str | LocalCode:
    """The row that a site's file would hold for *target*: `target_of` turned round."""
    if target.part == "asked":
        return target.code
    if target.part == "says":
        return LocalCode(concept=target.code, value=target.value)
    return LocalCode(report=target.code) if target.part == "report" else LocalCode(value=target.code)


def standard_rows(mappings: Mappings) -> Iterator[Row]:
    """The rows of concepts.toml and drugs.toml, which hold for every site."""
    yield from _concepts(mappings.concepts)
    yield from _drugs(mappings.drugs)


def _concepts(concepts: Concepts) -> Iterator[Row]:
    for name, concept in concepts.concepts.items():
        yield from (Row(code, Target("asked", name)) for code in concept.asked)
        yield from (Row(code, _said(name, says)) for says in concept.says for code in says.codes)
    words = ((code, says.value) for groups in concepts.values.values() for says in groups for code in says.codes)
    yield from {(code.system, code.code, word): Row(code, Target("value", word)) for code, word in words}.values()
    spelt = concepts.units.items()
    yield from (Row(Code(system=UNIT_SPELLINGS, code=text), Target("unit", unit)) for text, unit in spelt)
    yield from (Row(code, Target("report", kind)) for kind, codes in concepts.reports.items() for code in codes)


def _said(name: str, says: Says) -> Target:
    return Target("says", name, says.value, detail(**says.detail), says.standing)


def _drugs(drugs: Drugs) -> Iterator[Row]:
    named = [(drug.name, drug.classes, drug.codes) for drug in drugs.drug]
    named += [(group.name, group.classes, group.codes) for group in drugs.group]
    for name, classes, codes in named:
        target = Target("says", "antineoplastic-drug", name, (("class", classes),))
        yield from (Row(code, target) for code in codes)
