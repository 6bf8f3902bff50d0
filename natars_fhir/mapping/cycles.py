"""Cycles of neoadjuvant treatment, from the doses on record (clinical.md §6.7).

A dose of an anthracycline or of ifosfamide on or after allocation and before the index surgery opens a cycle when 14
days or more have passed since the cycle before began; anlotinib alone opens none. The fact is dated by its first dose,
whose resource is its evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from operator import itemgetter

from natars_fhir.domain.interval import number
from natars_fhir.domain.record import Fact

_OPENS = frozenset({"anthracycline", "ifosfamide"})
_APART = timedelta(days=14)


def cycles(facts: Iterable[Fact], start: date, surgery: date | None) -> list[Fact]:
    """One fact a cycle, in order; a dose of which the day is not known opens none."""
    told = list(facts)
    found: list[Fact] = []
    last: date | None = None
    for day, dose in sorted(((day, dose) for dose in told if (day := _day(dose))), key=itemgetter(0)):
        if day < start or (surgery is not None and day >= surgery):
            continue
        if last is None or day - last >= _APART:
            last = day
            value = number(len(found) + 1)
            found.append(dose._replace(concept="neoadjuvant-cycle", value=value, when=day.isoformat(), detail=()))
    return found


def _day(dose: Fact) -> date | None:
    """The day of a dose that opens a cycle; None for any other fact."""
    classes = dose.said("class")
    opens = isinstance(classes, tuple) and not _OPENS.isdisjoint(classes)
    if not opens or dose.standing != "final" or dose.said("given") != "given" or dose.day is None:
        return None
    return dose.day.low if dose.day.exact else None
