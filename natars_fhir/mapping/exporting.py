"""Exporting: the folder mappings/export/, read and checked: what goes out of the trial's record, where, by which codes.

Everything wrong in it is told at once, as of every other file. A rule that cannot be honoured keeps the program from
starting: what is not surely safe does not go out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from natars_fhir.fhir.r4 import structs
from natars_fhir.fhir.r4.primitives import Part
from natars_fhir.mapping.faults import Fault, line_at, line_of, nearest
from natars_fhir.mapping.schema import Code, Concept, Concepts, Kind, Shape

#: The rules of the allow-list, as `export.allowed` knows them.
HOWS = ("word", "name", "number", "day", "keyed", "reference", "as-of", "digest", "text", "trial", "out")
_Said = Annotated[str, Field(min_length=1)]
_DATES = ("Date", "DateTime", "Instant")


class Allowed(Shape):
    """allowed.toml: table → element → how it goes out, and why."""

    allow: dict[str, dict[str, tuple[_Said, _Said]]]


class Place(Shape):
    """Where a concept, or every concept of a kind, goes."""

    target: Literal[
        "Observation", "Condition", "Procedure", "MedicationAdministration", "AdverseEvent", "tumour", "within", ""
    ] = Field(default="", alias="as")
    category: Literal["", "laboratory", "imaging", "survey", "exam", "procedure", "therapy", "surgical"] = ""
    codes: tuple[str, ...] = ()
    values: dict[str, tuple[str, ...]] = Field(default={})
    profile: str = ""
    out: str = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Place:
        if bool(self.target) == bool(self.out):
            raise ValueError("one of as and out")
        return self


class Detail(Shape):
    """What a detail of a fact may be."""

    words: tuple[str, ...] = ()
    number: bool = False
    out: str = ""

    @model_validator(mode="after")
    def _one_of_three(self) -> Detail:
        if [bool(self.words), self.number, bool(self.out)].count(True) != 1:
            raise ValueError("one of words, number and out")
        return self


class Tumour(Shape):
    """What the index tumour is called as a diagnosis: codes, and the types of which they are true."""

    codes: tuple[str, ...]
    types: tuple[str, ...]


class Placed(Shape):
    """record.toml."""

    tumour: Tumour
    kinds: dict[Kind, Place]
    concepts: dict[str, Place]
    details: dict[str, Detail]


@dataclass(frozen=True, slots=True)
class Exporting:
    """The folder, read."""

    allowed: Allowed
    placed: Placed
    #: changes with every byte of both
    hash: str

    def place(self, name: str, concept: Concept) -> Place:
        """Where a concept goes. Its own table goes before its kind's, whose values it shares."""
        kind = self.placed.kinds.get(concept.kind)
        own = self.placed.concepts.get(name, kind)
        assert own is not None  # noqa: S101 (checked when the folder was read)
        return own if own.values or kind is None else own.model_copy(update={"values": kind.values})


def allowed_faults(path: Path, allowed: Allowed) -> list[Fault]:
    """Rules and tables that exist; elements that R4 has; dates that are moved; the trial's words of the trial alone."""
    source = path.read_text(encoding="utf-8")
    return [
        Fault(str(path), line_at(source, table, element), f"{table}.{element}: {text}")
        for table, rows in allowed.allow.items()
        for element, (how, _) in rows.items()
        for text in _row(table, element, how, allowed.allow)
    ]


def _row(table: str, element: str, how: str, tables: Mapping[str, Any]) -> Iterator[str]:
    if how not in HOWS and how not in tables:
        yield f"«{how}» is no rule and no table{nearest(how, (*HOWS, *tables))}"
    struct = getattr(structs, table, None)
    known = struct.__struct_fields__ if isinstance(struct, type) and issubclass(struct, Part) else ()
    name = element.removeprefix("_")
    if known and name not in known:
        yield f"R4 has no such element{nearest(name, known)}"
    if how == "trial" and table != "ResearchStudy":
        yield "only a ResearchStudy goes out as the trial file has it"
    written = str(getattr(struct, "__annotations__", {}).get(element, ""))
    if any(f"[{date}]" in written for date in _DATES) and how not in ("day", "as-of", "out", "trial"):
        yield "a date goes out moved, or not at all"


def placed_faults(path: Path, placed: Placed, concepts: Concepts) -> list[Fault]:
    """A place for every concept, and only codes that concepts.toml has verified for the same."""
    source = path.read_text(encoding="utf-8")
    faults = [
        ("concepts", name, f"unknown concept «{name}»{nearest(name, concepts.concepts)}")
        for name in placed.concepts
        if name not in concepts.concepts
    ]
    for name, concept in concepts.concepts.items():
        own = placed.concepts.get(name)
        if own is None and concept.kind not in placed.kinds:
            faults.append(("concepts", name, f"«{name}» has no place, and a {concept.kind} has none either"))
        elif own is not None:
            faults += [("concepts", name, text) for text in _codes(name, own, concept, concepts)]
    for kind, place in placed.kinds.items():
        values = concepts.values.get(kind, ())
        told = [(value, code) for value, codes in place.values.items() for code in codes]
        known = {(says.value, one) for says in values for one in _written(says.codes)}
        faults += [
            ("kinds", kind, f"«{code}» is not a verified code of «{value}»")
            for value, code in told
            if (value, code) not in known
        ]
    faults += [("tumour", "", text) for text in _tumour(placed.tumour, concepts)]
    return [Fault(str(path), line_of(source, f"[{table}.{name}".rstrip(".")), text) for table, name, text in faults]


#: What says that a tumour is the trial's.
_TUMOUR = ("primary-site", "histology")


def _tumour(tumour: Tumour, concepts: Concepts) -> Iterator[str]:
    """Codes that say where it is, and types that there are."""
    if lacking := [f"no concept «{one}» for [tumour]" for one in _TUMOUR if one not in concepts.concepts]:
        yield from lacking
        return
    known = {code for says in concepts.concepts["primary-site"].says for code in _written(says.codes)}
    yield from (
        f"«{code}» does not say where the tumour is, or is not verified" for code in tumour.codes if code not in known
    )
    values = concepts.concepts["histology"].values
    yield from (f"«histology» cannot be «{one}»{nearest(one, values)}" for one in tumour.types if one not in values)


def _codes(name: str, place: Place, concept: Concept, concepts: Concepts) -> Iterator[str]:
    for code in place.codes:
        if code not in _written(concept.asked):
            yield f"«{name}» is not asked for by «{code}», or that is not verified"
    says = [*concept.says, *concepts.values.get(concept.kind, ()), *concepts.values.get(name, ())]
    known = {(one.value, code) for one in says if one.standing == "final" for code in _written(one.codes)}
    for value, codes in place.values.items():
        yield from (
            f"«{name}» is not «{value}» by «{code}», or that is not verified"
            for code in codes
            if (value, code) not in known
        )


def _written(codes: tuple[Code, ...]) -> set[str]:
    """Exact and verified codes, as ``system|code``."""
    return {f"{one.system}|{one.code}" for one in codes if one.verified and one.code}
