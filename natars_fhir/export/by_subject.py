"""A row a subject: the arm, the analysis sets, and what the subject came to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from natars_fhir.domain.endpoints.cycles import Cycle
from natars_fhir.domain.endpoints.time_to_event import TimeToEvent
from natars_fhir.domain.interval import completed_years, days
from natars_fhir.export.cells import word
from natars_fhir.export.rows import SubjectRow
from natars_fhir.export.subject import Subject

_OLDEST = 90


def by_subject(subjects: Iterable[Subject]) -> Iterator[SubjectRow]:
    """One row a subject."""
    for one in subjects:
        yield _subject(one)


def _subject(one: Subject) -> SubjectRow:
    found = one.endpoints
    visits = [visit for cycle in found.cycles for visit in cycle.visits if visit.standing != "planned"]
    waited = (found.surgery - found.allocated).days if found.surgery and found.allocated else None
    return SubjectRow(
        one.site, one.pseudonym, found.arm, age_of(one), sex_of(one), " ".join(found.sets),
        found.never_operated.reason if found.never_operated else "", waited,
        *_time(found.time("PFS")), *_time(found.time("OS")), len(found.cycles), len(visits),
        len([visit for visit in visits if visit.standing == "done"]), *_worst(found.cycles),
        *_morbidity(one), len(found.issues),
    )  # fmt: skip


def age_of(one: Subject) -> int | None:
    """Completed years on the day of allocation, where they are sure; of those over 89 years, 90."""
    born = {fact.value for fact in one.record.about("birth-date") if isinstance(fact.value, str)}
    if len(born) != 1 or one.endpoints.allocated is None:
        return None
    years = completed_years(days(born.pop()), one.endpoints.allocated)
    return min(int(years.low), _OLDEST) if years.low is not None and years.exact else None


def sex_of(one: Subject) -> str:
    said = {word(fact.value) for fact in one.record.about("sex")}
    return said.pop() if len(said) == 1 else ""


def _time(found: TimeToEvent | None) -> tuple[int | None, int | None]:
    if found is None or found.status == "not-evaluable":
        return None, None
    return found.days, int(found.status == "event")


def _worst(cycles: Iterable[Cycle]) -> tuple[int | None, int | None]:
    grades = [cycle.worst.grade for cycle in cycles if cycle.worst.grade is not None]
    if not grades:
        return None, None
    return max(grade.low for grade in grades), max(grade.high for grade in grades)


def _morbidity(one: Subject) -> tuple[str, str, str]:
    """The worst grade by 30, 90 and 365 days: ``none`` only where the subject was followed to the end."""
    told = {30: "", 90: "", 365: ""}
    for found in one.endpoints.morbidity:
        if found.window in told:
            kept = found.worst or ("none" if found.followed == "whole" else "unknown")
            told[found.window] = f">={kept}" if found.followed == "at-least" else kept
    return told[30], told[90], told[365]
