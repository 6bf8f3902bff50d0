"""Superseded: reports of one order under several ids, of which the later word counts.

A final report takes the place of the preliminary one, a corrected one that of the final; a supplement adds. They are
one report by a business identifier (the accession) or by what they are based on (the order), and by their code. One
that was certainly issued after the one of higher standing is another report, and stays.

https://hl7.org/fhir/R4/diagnosticreport.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from natars_fhir.domain.interval import days
from natars_fhir.domain.issue import Issue
from natars_fhir.mapping.reading import Reading, ReportStage

#: DiagnosticReport.status → its standing. `appended` is a supplement: it replaces a preliminary one and nothing more.
_RANK = {"registered": 0, "partial": 0, "preliminary": 0, "final": 1, "appended": 1, "amended": 2, "corrected": 2}

_SET_ASIDE = Issue(
    "information",
    "informational",
    "DiagnosticReport.status",
    "A later report of the same order stands in its place: what this one says does not count.",
)

#: (reference, target type) → the key of the resource that is named.
KeyOf = Callable[[Any, str], "str | None"]


def stage(resource: Any, key_of: KeyOf) -> ReportStage | None:
    """What a DiagnosticReport says of its place among reports of one order; None where it names no order."""
    codings = resource.code.coding
    code = f"#{codings[0].system}|{codings[0].code}" if codings else f"#{resource.code.text or ''}"
    orders = [f"{one.system}|{one.value}{code}" for one in resource.identifier or () if one.system and one.value]
    if resource.basedOn is not None:
        orders += [f"{key}{code}" for one in resource.basedOn if (key := key_of(one, "ServiceRequest"))]
    rank = _RANK.get(resource.status)
    return ReportStage(tuple(orders), rank, resource.issued or "") if orders and rank is not None else None


def current(readings: Sequence[Reading]) -> tuple[list[Reading], list[Issue]]:
    """The readings that count, and what is told of those that do not. The order of *readings* does not matter."""
    staged = [reading.report for reading in readings if reading.report is not None]
    if len({one.rank for one in staged}) < 2:  # most are final: none is of higher standing
        return list(readings), []
    best: dict[str, list[ReportStage]] = {}
    for one in staged:
        for order in one.orders:
            best.setdefault(order, []).append(one)
    kept = [reading for reading in readings if reading.report is None or not _replaced(reading.report, best)]
    return kept, [_SET_ASIDE] if len(kept) < len(readings) else []


def _replaced(report: ReportStage, best: dict[str, list[ReportStage]]) -> bool:
    """Is there one of the same order and of higher standing, unless this one was certainly issued after it?"""
    return any(
        other.rank > report.rank and not _after(report.issued, other.issued)
        for order in report.orders
        for other in best[order]
    )


def _after(issued: str, other: str) -> bool:
    if not issued or not other:
        return False
    low, high = days(issued).low, days(other).high
    return low is not None and high is not None and low > high
