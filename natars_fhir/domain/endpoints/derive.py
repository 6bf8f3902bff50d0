"""Derive: all endpoints of one subject, from the record alone (clinical.md §6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from natars_fhir.domain.endpoints.conventions import USUAL, Conventions
from natars_fhir.domain.endpoints.cycles import Cycle, cycles
from natars_fhir.domain.endpoints.flaws import Flaw
from natars_fhir.domain.endpoints.morbidity import Morbidity, morbidity
from natars_fhir.domain.endpoints.never_operated import NeverOperated, never_operated
from natars_fhir.domain.endpoints.progression import events
from natars_fhir.domain.endpoints.quality import quality
from natars_fhir.domain.endpoints.time_to_event import TimeToEvent, overall, pfs
from natars_fhir.domain.endpoints.timeline import Timeline, timeline
from natars_fhir.domain.endpoints.trace import Step, Trace
from natars_fhir.domain.record import Fact, Record


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What one subject came to by ``as_of``. ``until``: what is dated later does not count, since consent ended then.
    ``sets`` are those of clinical.md §6.1."""

    arm: str
    as_of: date
    until: date
    allocated: date | None
    surgery: date | None
    sets: tuple[str, ...]
    times: tuple[TimeToEvent, ...]
    never_operated: NeverOperated | None
    progressed_before_surgery: tuple[Fact, ...]
    cycles: tuple[Cycle, ...]
    morbidity: tuple[Morbidity, ...]
    issues: tuple[Flaw, ...]
    trace: tuple[Step, ...]

    def time(self, parameter: str) -> TimeToEvent | None:
        """One of the times to event; None where it is not derived."""
        return next((one for one in self.times if one.parameter == parameter), None)


def derive(
    record: Record,
    as_of: date,
    how: Conventions = USUAL,
    *,
    planned_cycles: int = 0,
    excluded: bool = False,
    left: date | None = None,
) -> Endpoints | None:
    """The endpoints that *record* tells, as known at the end of *as_of*; None for a patient who was never enrolled.

    *planned_cycles*: how many cycles the subject's arm is to have. *excluded*: the final pathology bars (E-02).
    *left*: the day on which people said that the subject left.
    """
    trace = Trace()
    course = timeline(record.known_by(as_of), as_of, how, trace, left)
    if not (course.dated("allocation") or course.surgery or course.surgery_undated):
        return None
    given = cycles(course, how, trace)
    never = None if _past_surgery(course) else never_operated(course, trace)
    return Endpoints(
        course.arm, as_of, course.end,
        course.allocated.day if course.allocated else None, course.surgery.day if course.surgery else None,
        _sets(course, len(given), planned_cycles, excluded), _times(course, how), never, _before_surgery(course),
        given, morbidity(course, how, trace), quality(course, how, given), tuple(trace),
    )  # fmt: skip


def _past_surgery(course: Timeline) -> bool:
    """Operated; or gone on a day that nothing tells, and then nobody knows."""
    return bool(course.surgery or course.surgery_undated or course.withdrawal_undated)


def _times(course: Timeline, how: Conventions) -> tuple[TimeToEvent, ...]:
    primary = pfs(course, how)
    # without another treatment there is nothing to ignore
    ignoring = pfs(course, how, "PFS-TX") if course.therapies else replace(primary, parameter="PFS-TX")
    found = [primary, overall(course), ignoring]
    if how.scans:
        found.append(pfs(course, how, "PFS-MISS"))
    return (*found, pfs(course, how, "PFS-ITT"), overall(course, "OS-ITT"))


def _sets(course: Timeline, given: int, planned: int, excluded: bool) -> tuple[str, ...]:
    operated = course.surgery is not None or course.surgery_undated
    members = {
        "ENROLLED": bool(course.dated("allocation")),
        "TREATED-NEO": given > 0,
        "OPERATED": operated,
        "PER-PROTOCOL": operated and bool(course.arm) and given == planned and not excluded,
        "EXCLUDED-FINAL-PATH": excluded,
    }
    return tuple(name for name, member in members.items() if member)


def _before_surgery(course: Timeline) -> tuple[Fact, ...]:
    """Progression during the neoadjuvant treatment: kept, and no event from surgery."""
    start = course.entered
    if course.surgery is None or start is None:
        return ()
    told = [fact for fact in events(course, "present") if fact.day and fact.day.low and fact.day.high]
    return tuple(f for f in told if f.day and start.day <= (f.day.low or start.day) and _until(f, course.surgery.day))


def _until(fact: Fact, day: date) -> bool:
    return fact.day is not None and fact.day.high is not None and fact.day.high <= day
