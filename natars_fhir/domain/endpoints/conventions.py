"""Conventions: what the protocol leaves open about its endpoints, and how it is settled (clinical.md §6, §7).

They stand in the trial file's ``[endpoints]`` and ``[[visit]]``; without a table what is said here holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, NamedTuple

from natars_fhir.domain.nearest import unknown

_CHOICES = {"new_therapy": ("CENSORS", "IGNORED"), "partial_dates": ("MID_MONTH", "NOT_USED")}
_VISIT = ("name", "day", "low", "high")


class PlannedVisit(NamedTuple):
    """A safety visit of every cycle: its day, counted from the cycle's first dose, and the days that count for it."""

    name: str
    day: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Conventions:
    """How open points are settled.

    ``new_therapy``: another treatment before progression censors in the primary analysis, or is ignored.
    ``partial_dates``: of a known month the 15th stands in, flagged; or such a date is not used. ``scans``: days after
    surgery on which an assessment is planned; the protocol names none. ``regimen``: the trial's own drugs. ``windows``:
    days after surgery of the postoperative outcomes. ``landmarks``: months after surgery.
    """

    new_therapy: str = "CENSORS"
    partial_dates: str = "MID_MONTH"
    scans: tuple[int, ...] = ()
    cycles: int = 3
    regimen: tuple[str, ...] = ("doxorubicin", "ifosfamide", "anlotinib")
    windows: tuple[int, ...] = (30, 90, 365)
    landmarks: tuple[int, ...] = (12, 36, 60)
    visits: tuple[PlannedVisit, ...] = (PlannedVisit("1-d", 1, 1, 2), PlannedVisit("7-d", 7, 5, 9))

    @property
    def imputes(self) -> bool:
        """Does the middle of a known month stand in for the day?"""
        return self.partial_dates == "MID_MONTH"


USUAL = Conventions()
_KEYS = tuple(field.name for field in fields(Conventions) if field.name != "visits")
_NUMBERS = ("scans", "windows", "landmarks")


def conventions_of(table: Mapping[str, Any], faults: list[str]) -> Conventions:
    """The conventions that a trial file tells; what is wrong is added to *faults*, and the usual stands in for it."""
    given = table.get("endpoints", {})
    found = [f"endpoints: {unknown(key, _KEYS, 'key')}" for key in given if key not in _KEYS]
    for key, settings in _CHOICES.items():
        if given.get(key, settings[0]) not in settings:
            found.append(f"endpoints: {key} must be one of {', '.join(settings)}")
    wrong = [key for key in _NUMBERS if not _rising(given.get(key, ()))]
    found += [f"endpoints: {key} must be whole numbers that rise" for key in wrong]
    if type(given.get("cycles", 1)) is not int or given.get("cycles", 1) < 1:
        found.append("endpoints: cycles must be a number of cycles")
    visits = _visits(table, found)
    faults += found
    if found:
        return USUAL
    kept: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    return Conventions(**kept, visits=visits)


def _rising(values: Any) -> bool:
    whole = isinstance(values, list | tuple) and all(type(value) is int and value > 0 for value in values)
    return whole and all(first < second for first, second in pairwise(values))


def _visits(table: Mapping[str, Any], faults: list[str]) -> tuple[PlannedVisit, ...]:
    rows = table.get("visit")
    if rows is None:
        return USUAL.visits
    for number, row in enumerate(rows, 1):
        faults += [f"visit {number}: {unknown(key, _VISIT, 'key')}" for key in row if key not in _VISIT]
        missing = [f"visit {number}: {key} is missing" for key in _VISIT if key not in row]
        faults += missing
        if not missing and not row["low"] <= row["day"] <= row["high"]:
            faults.append(f"visit {number}: day does not lie between low and high")
    return () if faults else tuple(PlannedVisit(**row) for row in rows)
