"""Time to event: progression-free and overall survival of one subject, event or censored, and why.

clinical.md §6.2 to §6.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from natars_fhir.domain.endpoints.conventions import Conventions
from natars_fhir.domain.endpoints.moments import Moment, last_until
from natars_fhir.domain.endpoints.progression import Progression, progression
from natars_fhir.domain.endpoints.timeline import Timeline, tell_imputed
from natars_fhir.domain.endpoints.trace import Step, Trace
from natars_fhir.domain.record import Fact

#: ``PFS-TX`` ignores new treatment, ``PFS-MISS`` censors a death after missed scans, ``…-ITT`` counts from allocation.
Parameter = Literal["PFS", "OS", "PFS-TX", "PFS-MISS", "PFS-ITT", "OS-ITT"]
Status = Literal["event", "censored", "not-evaluable"]

_DAYS_IN_MONTH, _DAYS_IN_YEAR = 30.4375, 365.25


@dataclass(frozen=True, slots=True)
class TimeToEvent:
    """One parameter of one subject. An event of which no day is known has no ``days``: it is reported, and left out of
    every calculation of time. ``imputed``: a day stands in for a partly known one at the origin or at the end."""

    parameter: Parameter
    status: Status
    reason: str
    origin: date | None = None
    end: date | None = None
    imputed: bool = False
    facts: tuple[Fact, ...] = ()
    trace: tuple[Step, ...] = ()

    @property
    def days(self) -> int | None:
        """Days from the origin, which is day 0."""
        return (self.end - self.origin).days if self.origin and self.end else None

    @property
    def months(self) -> float | None:
        """Days divided by 30.4375."""
        return None if self.days is None else self.days / _DAYS_IN_MONTH

    @property
    def years(self) -> float | None:
        """Days divided by 365.25."""
        return None if self.days is None else self.days / _DAYS_IN_YEAR


class _End(NamedTuple):
    """What a follow-up came to: the event or the censoring, and its day where one is known."""

    status: Status
    reason: str
    moment: Moment | None = None
    day: date | None = None
    facts: tuple[Fact, ...] = ()


def pfs(course: Timeline, how: Conventions, parameter: Parameter = "PFS") -> TimeToEvent:
    """Progression-free survival from the surgery; ``PFS-ITT`` from allocation."""
    trace = Trace()
    origin = _origin(course, parameter, trace)
    if origin is None:
        return TimeToEvent(parameter, "not-evaluable", _no_origin(course, parameter), trace=tuple(trace))
    grown = progression(course, how, origin.day, trace)
    found = _first_event(course, grown, trace)
    if parameter != "PFS-TX" and how.new_therapy == "CENSORS":
        found = _before_therapy(course, origin, found, trace) or found
    if parameter == "PFS-MISS" and found is not None:
        found = _after_missed(course, how, origin, found, trace)
    return _result(parameter, origin, found or _censored(course, origin, trace), trace)


def overall(course: Timeline, parameter: Parameter = "OS") -> TimeToEvent:
    """Overall survival from the surgery; ``OS-ITT`` from allocation."""
    trace = Trace()
    origin = _origin(course, parameter, trace)
    if origin is None:
        return TimeToEvent(parameter, "not-evaluable", _no_origin(course, parameter), trace=tuple(trace))
    if course.death.facts:
        return _result(parameter, origin, _death(course, trace), trace)
    last = course.alive if course.alive and course.alive.day >= origin.day else origin
    trace.say("6.4", "last-alive", (last.fact,), facts=(last.fact,))
    tell_imputed(last, trace)
    return _result(parameter, origin, _End("censored", _why_censored(course), last, last.day, (last.fact,)), trace)


def _origin(course: Timeline, parameter: Parameter, trace: Trace) -> Moment | None:
    if course.withdrawal_undated:
        trace.say("6.3", "withdrawal-undated", course.end)
        return None
    if not parameter.endswith("ITT"):
        origin, key = course.surgery, "from-surgery"
    else:
        origin, key = course.entered, "from-allocation" if course.allocated else "from-consent"
    if origin is None:
        trace.say("6.5", "not-evaluable")
        return None
    trace.say("6.5" if parameter.endswith("ITT") else "6.1", key, origin.day, facts=(origin.fact,))
    tell_imputed(origin, trace)
    return origin


def _no_origin(course: Timeline, parameter: Parameter) -> str:
    if course.withdrawal_undated:
        return "withdrawal-undated"
    if parameter.endswith("ITT"):
        return "no-entry-date"
    return "surgery-undated" if course.surgery_undated else "never-operated"


def _first_event(course: Timeline, grown: Progression, trace: Trace) -> _End | None:
    """The earlier of progression and death; on one day both."""
    death, moment = course.death, grown.moment
    if moment is not None and not grown.undated:
        dead = death.moment
        if dead is not None and dead.day < moment.day:
            return _death(course, trace)
        same = dead is not None and dead.day == moment.day
        if same:
            trace.say("6.2", "same-day", moment.day, facts=death.facts)
        reason = "progression-and-death" if same else "progression"
        return _End("event", reason, moment, moment.day, (moment.fact, *grown.confirmed_by))
    if grown.undated:
        return _End("event", "progression-undated", facts=grown.undated)
    return _death(course, trace) if death.facts else None


def _death(course: Timeline, trace: Trace) -> _End:
    death = course.death
    if death.moment is None:
        trace.say("6.3", f"death-{death.doubt}", death.facts, facts=death.facts)
        return _End("event", f"death-{death.doubt}", facts=death.facts)
    trace.say("6.4", "death", death.moment.day, facts=death.facts)
    tell_imputed(death.moment, trace)
    return _End("event", "death", death.moment, death.moment.day, death.facts)


def _before_therapy(course: Timeline, origin: Moment, found: _End | None, trace: Trace) -> _End | None:
    """Another treatment before the event censors at the last assessment before it began."""
    started = next((one for one in course.therapies if one.day > origin.day), None)
    if started is None or (found is not None and found.day is not None and started.day >= found.day):
        return None
    trace.say("6.3", "new-therapy", (started.fact,), started.day, facts=(started.fact,))
    return _censored(course, origin, trace, started.day, "new-therapy")


def _after_missed(course: Timeline, how: Conventions, origin: Moment, found: _End, trace: Trace) -> _End:
    """A death after two planned scans or more in a row that were not made censors at the last assessment."""
    if found.reason != "death" or found.day is None:
        return found
    last = last_until(course.assessments, found.day)
    seen = (last.day - origin.day).days if last else 0
    missed = [day for day in how.scans if seen < day < (found.day - origin.day).days]
    if len(missed) < 2:
        return found
    trace.say("6.3", "missed-scans", len(missed), facts=found.facts)
    return _censored(course, origin, trace, found.day, "missed-assessments")


def _censored(course: Timeline, origin: Moment, trace: Trace, limit: date = date.max, reason: str = "") -> _End:
    """Censored at the last adequate assessment up to *limit*; where there is none, on the day of origin."""
    last = last_until(course.assessments, min(limit, course.end))
    why = reason or _why_censored(course)
    if last is None or last.day < origin.day:
        trace.say("6.3", "no-assessment", origin.day)
        return _End("censored", reason or "no-assessment", origin, origin.day, (origin.fact,))
    trace.say("6.3", f"censored-{why}", (last.fact,), facts=(last.fact,))
    tell_imputed(last, trace)
    return _End("censored", why, last, last.day, (last.fact,))


def _why_censored(course: Timeline) -> str:
    if course.withdrawn is not None:
        return "consent-withdrawn"
    lost = course.lost
    found_again = lost is not None and course.alive is not None and course.alive.day > lost.day
    return "lost-to-follow-up" if lost is not None and not found_again else "alive"


def _result(parameter: Parameter, origin: Moment, found: _End, trace: Trace) -> TimeToEvent:
    imputed = origin.imputed or (found.moment is not None and found.moment.imputed)
    return TimeToEvent(parameter, found.status, found.reason, origin.day, found.day, imputed, found.facts, tuple(trace))
