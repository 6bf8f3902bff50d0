"""First bars: how many each criterion was the first to keep out, in protocol order, and how many were left after it."""

from __future__ import annotations

from typing import NamedTuple

from natars_fhir.domain.sentence import Language
from natars_fhir.export.figures.beside import Table
from natars_fhir.export.figures.consort import Flow
from natars_fhir.export.figures.stacked import Series, Stacked
from natars_fhir.export.figures.words import say


class Kept(NamedTuple):
    """A criterion, how many it was the first to keep out, and how many it left."""

    criterion: str
    out: int
    left: int


def first_bars(found: Flow) -> tuple[Kept, ...]:
    """The funnel: it begins with everybody in scope."""
    left, told = found.in_scope - found.left, []
    for criterion, out in found.excluded_by:
        left -= out
        told.append(Kept(criterion, out, left))
    return tuple(told)


def stacked(told: tuple[Kept, ...], language: Language) -> Stacked:
    """The figure's numbers."""
    out = Series(say("kept-out", language), tuple(one.out for one in told))
    left = Series(say("left-after", language), tuple(one.left for one in told))
    names = tuple(say(one.criterion, language) for one in told)
    return Stacked(say("first-bars", language), say("patients", language), names, (left, out), lying=True)


def table(told: tuple[Kept, ...]) -> Table:
    """A row a criterion."""
    return Table(("criterion", "kept_out", "left"), [*told])
