"""Enrolled: allocations by month and site, and how many there are so far of those planned (peers.md row 54)."""

from __future__ import annotations

from collections.abc import Sequence

from natars_fhir.domain.sentence import Language
from natars_fhir.export.figures.beside import Table
from natars_fhir.export.figures.stacked import Series, Stacked
from natars_fhir.export.figures.words import say
from natars_fhir.export.rows import EnrolmentRow


def months(rows: Sequence[EnrolmentRow]) -> tuple[str, ...]:
    """Every month from the first to the last, those without anybody too."""
    if not rows:
        return ()
    first, last = (_number(min(one.month for one in rows)), _number(max(one.month for one in rows)))
    return tuple(f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(first, last + 1))


def _number(month: str) -> int:
    year, _, of_year = month.partition("-")
    return int(year) * 12 + int(of_year) - 1


def stacked(rows: Sequence[EnrolmentRow], planned: int, language: Language) -> Stacked:
    """The figure's numbers: each month's allocations by site, and all so far."""
    every = months(rows)
    sites = sorted({one.site for one in rows})
    kept = {(one.month, one.site): one.allocated for one in rows}
    series = tuple(Series(site, tuple(kept.get((month, site), 0) for month in every)) for site in sites)
    so_far, line = 0, []
    for values in zip(*(one.values for one in series), strict=True):
        so_far += sum(values)
        line.append(so_far)
    goal = (say("planned", language), planned)
    whole = Series(say("so-far", language), tuple(line)) if line else None
    return Stacked(say("enrolled", language), say("subjects", language), every, series, whole, goal)


def table(rows: Sequence[EnrolmentRow]) -> Table:
    """A row a site and month in which somebody was allocated."""
    head = ("site", "month", "allocated", "so_far", "all_sites", "planned")
    return Table(head, [(one.site, one.month, one.allocated, one.so_far, one.all_sites, one.planned) for one in rows])
