"""Agenda: the visits of every subject with their days, for the people of a site: safety visits, and the follow-up on
the last day of each window of morbidity (clinical.md §6.7, §6.8).

The protocol gives a follow-up no window: it is due on its day, and overdue until the subject is seen on that day or
later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Literal, NamedTuple

from natars_fhir.domain.answer import YES
from natars_fhir.domain.endpoints.cycles import Visit
from natars_fhir.export.subject import Subject

#: ``due``: its days have begun; ``overdue``: its day has passed, and it still counts when it is made; ``missed``: it
#: counts no more.
Standing = Literal["overdue", "due", "done", "missed", "planned"]
STANDINGS: tuple[Standing, ...] = ("overdue", "due", "done", "missed", "planned")


class Appointment(NamedTuple):
    """One visit of one subject. ``cycle`` is empty of a follow-up, ``closes`` of what has no last day."""

    subject: str
    site: str
    kind: Literal["safety", "follow-up"]
    cycle: int | None
    visit: str
    due: date
    opens: date
    closes: date | None
    standing: Standing
    done: date | None
    lacks: tuple[str, ...]


class SiteCount(NamedTuple):
    """How many visits of a site stand how."""

    site: str
    overdue: int
    due: int
    done: int
    missed: int
    planned: int


def agenda(subjects: Iterable[Subject], on: date) -> list[Appointment]:
    """Every visit, as it stands on a day, the first to close first; what has no last day by the day that it is due."""
    found = [each for one in subjects for each in (*_safety(one, on), *_follow_up(one, on))]
    return sorted(found, key=lambda one: (one.closes or one.due, one.subject, one.visit))


def by_site(found: Iterable[Appointment]) -> list[SiteCount]:
    """The counts, site by site."""
    counted = Counter((one.site, one.standing) for one in found)
    sites = sorted({site for site, _ in counted})
    return [SiteCount(site, *(counted[site, standing] for standing in STANDINGS)) for site in sites]


def _safety(one: Subject, on: date) -> Iterator[Appointment]:
    for visit in (visit for cycle in one.endpoints.cycles for visit in cycle.visits):
        lacks = visit.lacks if visit.standing == "done" else ()
        yield Appointment(
            one.pseudonym, one.site, "safety", visit.cycle, visit.name, visit.due, visit.opens, visit.closes,
            _stands(visit, on), visit.done, lacks,
        )  # fmt: skip


def _stands(visit: Visit, on: date) -> Standing:
    return "overdue" if visit.standing == "due" and on > visit.due else visit.standing


def _follow_up(one: Subject, on: date) -> Iterator[Appointment]:
    """Of the dead, and of who left the trial before, none is expected."""
    found = one.endpoints
    for window in found.morbidity if found.surgery else ():
        day = (found.surgery or on) + timedelta(days=window.window)
        if window.died is YES or found.until < min(day, on):
            continue
        passed: Standing = "overdue" if on > day else "due" if on == day else "planned"
        standing: Standing = "done" if window.followed == "whole" else passed
        name = f"{window.window}-d"
        yield Appointment(one.pseudonym, one.site, "follow-up", None, name, day, day, None, standing, None, ())
