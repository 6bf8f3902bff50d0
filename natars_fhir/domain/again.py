"""When it is worth asking again: the first day on which time alone changes an answer, and whether a bar can change.

Nothing is foretold: the same record is asked the same question for each day that may matter (ticks.py), and the first
day with another answer is told. New data may change an answer on any day.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from natars_fhir.domain.dates import ask
from natars_fhir.domain.finding import Finding
from natars_fhir.domain.screening import Screening, bars, either
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
    ends, later = partly_known(asked), _Later(screening, asked)
    found = {}
    for criterion, finding in screening.findings:
        days = sorted({day for day in (*criterion.ticks(asked), *ends) if day > asked.as_of})
        day = next((day for day in days if later.differs(criterion, finding, day)), None)
        if day is not None:
            found[criterion.id] = day
    return found


class _Later:
    """The same record, asked on later days; what was found there is kept, for a line of several parts asks again."""

    def __init__(self, screening: Screening, asked: Asked) -> None:
        self._asked = asked
        self._criteria = {criterion.id: criterion for criterion, _ in screening.findings}
        self._days: dict[date, Asked] = {}
        self._found: dict[tuple[str, date], Finding] = {}

    def differs(self, criterion: Criterion, finding: Finding, day: date) -> bool:
        """Is the answer, or why it is unknown, another on that day?"""
        then = self._on(criterion, day)
        return (then.answer, then.reason) != (finding.answer, finding.reason)

    def _on(self, criterion: Criterion, day: date) -> Finding:
        found = self._found.get((criterion.id, day))
        if found is None:
            found = self._found[criterion.id, day] = self._ask(criterion, day)
        return found

    def _ask(self, criterion: Criterion, day: date) -> Finding:
        if criterion.parts:
            return either({part: self._on(self._criteria[part], day) for part in criterion.parts})
        if day not in self._days:
            self._days[day] = ask(self._asked.record, day, self._asked.choices, self._asked.complete)
        return criterion.rule(self._days[day])


def bar(criterion: Criterion, finding: Finding, day: date | None) -> Bar | None:
    """Of which kind a bar is; None where the answer bars nothing. *day*: when it is worth asking again."""
    if not bars(criterion, finding):
        return None
    if day is not None:
        return "dated"
    return "lasting" if criterion.lasting else "open"
