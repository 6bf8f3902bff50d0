"""Choices: what somebody may map a code, a unit or a name to, as lists to choose from. It becomes a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from natars_fhir.mapping.files import Mappings
from natars_fhir.mapping.heard.gaps import Gap, is_answer, is_name
from natars_fhir.mapping.schema import Code
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.mapping.site_checks import allowed, answers_of
from natars_fhir.mapping.terms.crosswalk import UNIT_SPELLINGS, Part, Row, Target
from natars_fhir.mapping.texts import TEST_NAMES, answers_to

#: What is wrong with what was chosen: nothing, no part, no concept, no value, or one that the concept cannot have.
Fault = Literal["", "part", "concept", "value", "report", "unit"]

#: The parts of a code's meaning, in the order in which people look for them.
PARTS: tuple[Part, ...] = ("asked", "says", "value", "report")
_LONGEST_REMARK = 80


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody chose for a gap."""

    part: str = ""
    concept: str = ""
    value: str = ""
    remark: str = ""


def mappable(gap: Gap) -> bool:
    """Can a line say what it stands for?"""
    return bool(gap.item) and (gap.what in ("code", "unit") or is_name(gap) or is_answer(gap))


def parts(gap: Gap) -> tuple[Part, ...]:
    """What a gap can be mapped as: a unit as a unit, a name as a question, an answer first as an answer."""
    if gap.what == "unit":
        return ("unit",)
    if is_name(gap):
        return ("asked",)
    if is_answer(gap):
        return ("value",)
    return ("value", *(one for one in PARTS if one != "value")) if gap.concept else PARTS


def concepts(mappings: Mappings, mapping: SiteMapping, part: str) -> Sequence[str]:
    """The concepts that can be chosen: those that ask, or those of which a code can say a value."""
    every = mapping.lore.concepts
    if part == "says":
        return [name for name in every if allowed(every[name], mappings.concepts, mappings.drugs)]
    return [*every] if part == "asked" else []


def values(mappings: Mappings, mapping: SiteMapping, gap: Gap, part: str, concept: str) -> Sequence[str]:
    """The values that can be chosen: of a concept, of any answer, of reports, or units that the concept accepts."""
    if part == "unit":
        units = mapping.lore.units.get(gap.about)
        return [unit for unit in units.accepts if unit] if units else []
    if part == "report":
        return [*mappings.concepts.reports]
    if part == "value" and is_answer(gap):
        asked = mapping.lore.concepts.get(gap.about)
        return answers_of(asked, mappings.concepts, mappings.drugs) if asked else []
    if part == "value":
        own = mapping.lore.concepts.get(gap.concept)
        groups = mappings.concepts.values
        kinds = [own.kind] if own and own.kind in groups else [*groups]
        return list(dict.fromkeys(says.value for kind in kinds for says in groups[kind]))
    found = mapping.lore.concepts.get(concept)
    return allowed(found, mappings.concepts, mappings.drugs) if found and part == "says" else []


def chosen(target: Target | None, display: str) -> Chosen:
    """A hint as it stands in the form."""
    if target is None:
        return Chosen(remark=display)
    if target.part in ("asked", "says"):
        return Chosen(target.part, target.code, target.value, display)
    return Chosen(target.part, "", target.code, display)


def fault(mappings: Mappings, mapping: SiteMapping, gap: Gap, told: Chosen) -> Fault:
    """What is still to be chosen, or cannot be."""
    if told.part not in parts(gap):
        return "part"
    if told.part in ("asked", "says") and told.concept not in concepts(mappings, mapping, told.part):
        return "concept"
    if told.part == "asked" or told.value in values(mappings, mapping, gap, told.part, told.concept):
        return ""
    return told.part if told.part in ("report", "unit") else "value"


def row(mapping: SiteMapping, gap: Gap, told: Chosen) -> Row:
    """The line that it becomes."""
    remark = " ".join("".join(sign if sign.isprintable() else " " for sign in told.remark).split())[:_LONGEST_REMARK]
    if is_name(gap):
        return Row(Code(system=TEST_NAMES, code=gap.item), Target("asked", told.concept), remark)
    if is_answer(gap):
        return Row(Code(system=answers_to(gap.about), code=gap.item), Target("value", told.value), remark)
    if told.part == "unit":
        return Row(Code(system=UNIT_SPELLINGS, code=gap.item), Target("unit", told.value), remark)
    code = Code(system=mapping.lore.systems.name(gap.about), code=gap.item)
    if told.part in ("asked", "says"):
        part: Part = "asked" if told.part == "asked" else "says"
        return Row(code, Target(part, told.concept, told.value if part == "says" else ""), remark)
    return Row(code, Target("report" if told.part == "report" else "value", told.value), remark)
