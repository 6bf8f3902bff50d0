"""Plan: which concept stands in which of CDISC's datasets, and what fills each variable, as mappings/export/cdisc.toml
tells it. An unknown key is a fault.

https://www.cdisc.org/standards/foundational/sdtm
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

Rows = Literal["subject", "fact", "time"]
Type = Literal["string", "integer", "double"]


class Told(NamedTuple):
    """What concepts.toml says of a concept, as far as it is asked here."""

    en: str
    zh: str
    unit: str = ""
    values: tuple[str, ...] = ()


class Shape(BaseModel):
    """A table of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Variable(Shape):
    """One variable; ``--`` in its name stands for the dataset's two letters."""

    name: str = Field(pattern=r"^(--)?[A-Z][A-Z0-9]{0,7}$")
    type: Type
    en: str = Field(min_length=1, max_length=40)
    zh: str = Field(min_length=1)
    source: str = Field(default="", alias="from")
    constant: str = ""
    terms: str = ""

    def named(self, dataset: str) -> str:
        """Its name in a dataset."""
        return self.name.replace("--", dataset)


class Dataset(Shape):
    """One dataset: what its rows are, and its variables in their order."""

    name: str = Field(pattern=r"^[A-Z]{2,8}$")
    en: str = Field(min_length=1, max_length=40)
    zh: str = Field(min_length=1)
    rows: Rows
    variables: tuple[str, ...]


class Term(Shape):
    """One term of a code list, and the words of ours that are it."""

    term: str
    en: str
    zh: str
    of: tuple[str, ...] = ()


class Placed(Shape):
    """Where a concept stands, and what it is called there."""

    name: str
    dataset: str
    of_trial: str = ""
    code: str = Field(default="", pattern=r"^([A-Z][A-Z0-9]{0,7})?$")
    term: str = Field(default="", max_length=60)
    category: str = ""
    values: dict[str, str] = {}
    #: its value is a part of the body
    place: bool = False
    verified: bool = True
    own: bool = False


class LeftOut(Shape):
    """A concept that has no place, and why."""

    concept: str
    reason: str


class Plan(Shape):
    """The file."""

    variable: tuple[Variable, ...]
    dataset: tuple[Dataset, ...]
    units: dict[str, str]
    terms: dict[str, tuple[Term, ...]]
    concept: tuple[Placed, ...]
    left_out: tuple[LeftOut, ...]

    def variables(self, dataset: Dataset) -> list[Variable]:
        """The variables of a dataset, in their order."""
        known = {one.name: one for one in self.variable}
        return [known[name] for name in dataset.variables]

    def places(self, concepts: Mapping[str, Told]) -> dict[str, Placed]:
        """Concept → its place; those of a family come with their own code and term."""
        found: dict[str, Placed] = {}
        for one in self.concept:
            for name, told in concepts.items():
                if name == one.name:
                    found[name] = one
                elif one.name.endswith("*") and name.startswith(one.name[:-1]):
                    found.setdefault(name, _member(one, name, told))
        return found

    def without_place(self, concepts: Mapping[str, Told]) -> list[str]:
        """The concepts that nothing is said of: they are left out, and counted."""
        return sorted({*concepts} - {*self.places(concepts)} - {one.concept for one in self.left_out})


def _member(family: Placed, name: str, told: Told) -> Placed:
    """One concept of a family: its code is what stands for the star, ``ihc-h-caldesmon`` → ``HCALDESM``."""
    code = re.sub(r"[^A-Z0-9]", "", name[len(family.name) - 1 :].upper())[:8]
    return family.model_copy(update={"name": name, "code": code, "term": told.en[:40]})
