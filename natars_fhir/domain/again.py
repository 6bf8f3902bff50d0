"""When it is worth asking again: the first day on which time alone changes an answer, and whether a bar can change.

Nothing is foretold: the same record is asked the same question for each day that may matter (ticks.py), and the first
day with another answer is told. New data may change an answer on any day.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from natars_fhir.domain.dates import ask
from natars_fhir.domain.finding import Finding
from natars_fhir.domain.screening import Screening, bars
from natars_fhir.domain.study import Asked, Criterion
from natars_fhir.domain.ticks import partly_known

#: ``dated``: it ends on a known day if nothing else comes. ``lasting``: only a correction of the data lifts it.
#: ``open``: a new result or statement may lift it.
Bar = Literal["dated", "lasting", "open"]


def again(screening: Screening) -> dict[str, date]:
    """Criterion → the first day on which time alone changes its answer or its reason; only where there is one."""
    asked = screening.asked
    if asked is None:
        return {}
    ends = partly_known(asked)
    later: dict[date, Asked] = {}
    found = {}
    for criterion, finding in screening.findings:
        days = {day for day in (*criterion.ticks(asked), *ends) if day > asked.as_of}
        day = _first(criterion, finding, asked, days, later) if days else None
        if day is not None:
            found[criterion.id] = day
    return found


def _first(
    criterion: Criterion, finding: Finding, asked: Asked, days: set[date], later: dict[date, Asked]
) -> date | None:
    for day in sorted(days):
        if day not in later:
            later[day] = ask(asked.record, day, asked.choices)
        then = criterion.rule(later[day])
        if (then.answer, then.reason) != (finding.answer, finding.reason):
            return day
    return None


def bar(criterion: Criterion, finding: Finding, day: date | None) -> Bar | None:
    """Of which kind a bar is; None where the answer bars nothing. *day*: when it is worth asking again."""
    if not bars(criterion, finding):
        return None
    if day is not None:
        return "dated"
    return "lasting" if criterion.lasting else "open"
