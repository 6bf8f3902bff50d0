"""Never operated: why an enrolled subject has no day of surgery (clinical.md §6.5).

Their endpoints from surgery are not defined. They are listed by arm and reason, and no other day takes its place.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from natars_fhir.domain.endpoints.progression import events
from natars_fhir.domain.endpoints.timeline import Timeline
from natars_fhir.domain.endpoints.trace import Trace
from natars_fhir.domain.interval import Interval
from natars_fhir.domain.record import Fact

Why = Literal["death", "progression", "unresectable", "refusal", "toxicity", "pending"]


class NeverOperated(NamedTuple):
    """The reason, by the first of these that is on record after enrolment."""

    reason: Why
    facts: tuple[Fact, ...] = ()


def never_operated(course: Timeline, trace: Trace) -> NeverOperated:
    """Why *course* has no surgery; `pending` where nothing on record tells."""
    reasons: dict[Why, list[Fact]] = {
        "death": list(course.death.facts),
        "progression": _since(course, events(course, "present")),
        "unresectable": _since(
            course, [*course.dated("laparotomy-biopsy-only", "present"), *course.dated("mdt-resectability", "no")]
        ),
        "refusal": [fact for fact in course.dated("consent") if fact.value in ("refused", "withdrawn")],
        "toxicity": _since(course, [*course.dated("treatment-tolerance", "no"), *_grave(course)]),
    }
    for reason, facts in reasons.items():
        if facts:
            trace.say("6.5", f"never-{reason}", tuple(facts), facts=facts)
            return NeverOperated(reason, tuple(facts))
    trace.say("6.5", "never-pending")
    return NeverOperated("pending")


def _since(course: Timeline, facts: list[Fact]) -> list[Fact]:
    """What is dated on or after enrolment; what is undated may be older."""
    start = course.entered
    return [fact for fact in facts if start and (day := fact.day) and day.low is not None and day.low >= start.day]


def _grave(course: Timeline) -> list[Fact]:
    """Adverse events of grade 4 or 5: lesser ones by themselves do not tell that treatment ended with them."""
    told = []
    for fact in course.dated("adverse-event"):
        grade = fact.said("grade")
        if isinstance(grade, Interval) and grade.low is not None and grade.low >= 4:
            told.append(fact)
    return told
