"""Visiting: how many visits of each site stand how."""

from __future__ import annotations

from collections.abc import Sequence

from natars_fhir.domain.sentence import Language
from natars_fhir.export.agenda import STANDINGS, SiteCount
from natars_fhir.export.figures.beside import Table
from natars_fhir.export.figures.stacked import Series, Stacked
from natars_fhir.export.figures.words import say


def stacked(counts: Sequence[SiteCount], language: Language) -> Stacked:
    """The figure's numbers: a stack a site."""
    series = tuple(
        Series(say(f"visit-{standing}", language), tuple(int(one[place]) for one in counts))
        for place, standing in enumerate(STANDINGS, 1)
    )
    sites = tuple(one.site for one in counts)
    return Stacked(say("visits", language), say("visits-counted", language), sites, series, lying=True)


def table(counts: Sequence[SiteCount]) -> Table:
    """A row a site."""
    return Table(SiteCount._fields, [*counts])
