"""Cycles of the neoadjuvant treatment: their days, their safety visits, the worst grade of each (clinical.md §6.7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from natars_fhir.domain.endpoints.conventions import Conventions, PlannedVisit
from natars_fhir.domain.endpoints.ctcae import Grade, grade
from natars_fhir.domain.endpoints.timeline import Timeline
from natars_fhir.domain.endpoints.trace import Trace
from natars_fhir.domain.interval import Interval, Number
from natars_fhir.domain.record import Fact

#: What a safety visit looks at: blood, heart. https://clinicaltrials.gov names "blood tests, echocardiography, ECG".
SAFETY = (
    "anc", "wbc", "platelets", "haemoglobin", "alt", "ast", "bilirubin", "creatinine", "troponin-i", "troponin-t",
    "nt-probnp", "qtc", "lvef",
)  # fmt: skip

Standing = Literal["done", "missed", "due", "planned"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One safety visit: when it is due, the days that count for it, the day on which it was made, what was measured.

    ``due``: its days have begun and nothing is on record; ``planned``: they have not. ``missed`` is not normal."""

    cycle: int
    name: str
    due: date
    opens: date
    closes: date
    standing: Standing
    done: date | None = None
    facts: tuple[Fact, ...] = ()

    @property
    def lacks(self) -> tuple[str, ...]:
        """What it looks at and was not measured; of the troponins one is enough."""
        there = {fact.concept for fact in self.facts}
        if there & {"troponin-i", "troponin-t", "nt-probnp"}:
            there |= {"troponin-i", "troponin-t", "nt-probnp"}
        return tuple(name for name in SAFETY if name not in there)


class Worst(NamedTuple):
    """The worst grade of a cycle, and the facts that have it; None where nothing was graded."""

    grade: Grade | None
    facts: tuple[Fact, ...] = ()
    #: adverse events on record without a grade
    ungraded: int = 0


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle: the day of its first dose; it lasts until ``until`` (not included), or is open."""

    number: int
    start: date
    until: date | None
    visits: tuple[Visit, ...]
    worst: Worst


def cycles(course: Timeline, how: Conventions, trace: Trace) -> tuple[Cycle, ...]:
    """The cycles of *course*, in order. An arm without treatment has none."""
    facts = sorted(course.dated("neoadjuvant-cycle"), key=lambda fact: fact.when or "")
    starts = [fact.day.low for fact in facts if fact.day and fact.day.low]
    if not starts:
        trace.say("6.7", "no-cycles")
        return ()
    trace.say("6.7", "cycles", tuple(facts), len(starts), facts=facts)
    if len(starts) > how.cycles:
        trace.say("6.7", "too-many-cycles", len(starts), how.cycles, facts=facts[how.cycles :])
    ends: list[date | None] = [*starts[1:], course.surgery.day if course.surgery else None]
    measured = _measured(course)
    before = _baselines(measured, starts[0])
    found = []
    for number, (start, until) in enumerate(zip(starts, ends, strict=True), 1):
        visits = tuple(_visit(plan, number, (start, until), measured, course.end) for plan in how.visits)
        within = [one for one in measured if one[0] >= start and (until is None or one[0] < until)]
        found.append(Cycle(number, start, until, visits, _worst(within, course, (start, until), before)))
    _tell(found, trace)
    return tuple(found)


#: A day on which something was measured, and the fact.
Measured = tuple[date, Fact]
#: A cycle's days: its first, and the day after its last where there is one.
Span = tuple[date, "date | None"]


def _measured(course: Timeline) -> list[Measured]:
    """What safety visits look at, by its day; a partly known day belongs to no visit."""
    found = []
    for concept in SAFETY:
        for fact in course.dated(concept):
            day = fact.day
            if day is not None and day.low is not None and day.low == day.high:
                found.append((day.low, fact))
    return sorted(found, key=lambda one: (one[0], one[1].concept, one[1].source.reference))


def _baselines(measured: Iterable[Measured], first: date) -> dict[str, Number]:
    """The last value of each analyte before the first dose, or on its day."""
    return {fact.concept: fact.value for day, fact in measured if day <= first and isinstance(fact.value, Interval)}


def _visit(plan: PlannedVisit, number: int, span: Span, measured: Sequence[Measured], today: date) -> Visit:
    """The day nearest to the one that is planned, of two the later; never in the next cycle, nor at the surgery."""
    start, until = span
    due, opens = start + timedelta(days=plan.day), start + timedelta(days=plan.low)
    closes = start + timedelta(days=plan.high)
    if until is not None:
        closes = min(closes, until - timedelta(days=1))
    within = [one for one in measured if opens <= one[0] <= closes]
    if not within:
        standing: Standing = "missed" if today > closes else "due" if today >= opens else "planned"
        return Visit(number, plan.name, due, opens, closes, standing)
    done = min({day for day, _ in within}, key=lambda day: (abs((day - due).days), -day.toordinal()))
    facts = tuple([fact for day, fact in within if day == done])
    return Visit(number, plan.name, due, opens, closes, "done", done, facts)


def _worst(within: Iterable[Measured], course: Timeline, span: Span, before: dict[str, Number]) -> Worst:
    graded: list[tuple[Grade, Fact]] = []
    for _, fact in within:
        if isinstance(fact.value, Interval) and (found := grade(fact.concept, fact.value, before.get(fact.concept))):
            graded.append((found, fact))
    ungraded = 0
    for fact in course.dated("adverse-event"):
        if not _in(fact, span):
            continue
        said = fact.said("grade")
        if isinstance(said, Interval) and said.low is not None and said.high is not None:
            graded.append((Grade(int(said.low), int(said.high)), fact))
        else:
            ungraded += 1
    if not graded:
        return Worst(None, (), ungraded)
    low, high = max(found.low for found, _ in graded), max(found.high for found, _ in graded)
    return Worst(Grade(low, high), tuple(fact for found, fact in graded if found.low == low), ungraded)


def _in(fact: Fact, span: Span) -> bool:
    """Did it begin in the cycle? A partly known day counts where it surely lies there."""
    day, (start, until) = fact.day, span
    if day is None or day.low is None or day.high is None:
        return False
    return day.low >= start and (until is None or day.high < until)


def _tell(found: Iterable[Cycle], trace: Trace) -> None:
    for cycle in found:
        for visit in cycle.visits:
            fills = (cycle.number, visit.name, visit.due, visit.done or visit.closes)
            trace.say("6.7", f"visit-{visit.standing}", *fills, facts=visit.facts)
        if cycle.worst.grade is not None:
            low, high = cycle.worst.grade
            key, bounds = ("worst", (low,)) if low == high else ("worst-between", (low, high))
            trace.say("6.7", key, cycle.number, *bounds, cycle.worst.facts, facts=cycle.worst.facts)
