"""Lacking: which criteria are unknown for want of data or of a person's word, of how many patients of which site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from natars_fhir.domain.screening_log import Missing
from natars_fhir.domain.sentence import Language
from natars_fhir.export.figures.beside import Table
from natars_fhir.export.figures.stacked import Row, Stacked, stacks
from natars_fhir.export.figures.words import say


class Lack(NamedTuple):
    """What one criterion lacks at one site, for one reason, and of how many."""

    site: str
    criterion: str
    wants: Mapping[str, str]
    reason: str
    decided_by: str
    patients: int


def lacking(site: str, rows: Iterable[Missing]) -> tuple[Lack, ...]:
    """The counts of a site's list, without whom it is about."""
    return tuple(
        Lack(site, row.criterion.id, row.criterion.wants, row.reason, row.criterion.decided_by, row.count)
        for row in rows
    )


def of_data(told: Iterable[Lack]) -> tuple[Lack, ...]:
    """What data alone decides, or data and people: what only people can weigh is asked of them, and is no gap."""
    return tuple(one for one in told if one.decided_by != "attestation")


def stacked(told: Sequence[Lack], language: Language) -> Stacked:
    """The figure's numbers, the most frequent first."""
    total: dict[str, int] = {}
    for one in told:
        total[one.criterion] = total.get(one.criterion, 0) + one.patients
    ordered = sorted(told, key=lambda one: (-total[one.criterion], one.criterion, one.site))
    rows = [Row((named(one, language), one.site), one.patients) for one in ordered]
    categories, series = stacks(rows, 0, 1)
    by_site = tuple(sorted(series))
    return Stacked(say("lacking", language), say("patients", language), categories, by_site, lying=True)


def named(one: Lack, language: Language) -> str:
    """What is missing, with the criterion that asks for it."""
    wants = one.wants.get(language, "")
    return f"{one.criterion} {wants}".rstrip()


def table(told: Sequence[Lack]) -> Table:
    """A row a site, criterion and reason."""
    head = ("site", "criterion", "reason", "wants", "wants_zh", "decided_by", "patients")
    rows = [
        (o.site, o.criterion, o.reason, o.wants.get("en", ""), o.wants.get("zh", ""), o.decided_by, o.patients)
        for o in told
    ]
    return Table(head, rows)
