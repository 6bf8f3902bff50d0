"""Survival figures of a group: Kaplan-Meier with log-log limits, median follow-up, numbers at risk, log-rank.

By lifelines (https://lifelines.readthedocs.io), the extra `statistics`, which takes seconds to import: it is imported
where a figure is asked for. clinical.md §6.6: a landmark beyond the longest follow-up is not estimable.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple

from natars_fhir.domain.endpoints.time_to_event import TimeToEvent
from natars_fhir.export.extra import ExtraError

_DAYS_IN_MONTH = 30.4375


class StatisticsError(ExtraError):
    """The library of the extra `statistics` is not installed."""

    def __init__(self) -> None:
        super().__init__("survival figures need the extra `statistics` (lifelines), which is not installed")


class Observed(NamedTuple):
    """One subject: days from the origin, and whether they end with the event."""

    days: int
    event: bool


class Step(NamedTuple):
    """The curve from a day with an event on; ``at_risk`` is just before it. Limits are None where there are none."""

    days: int
    at_risk: int
    events: int
    survival: float
    low: float | None
    high: float | None


class Landmark(NamedTuple):
    """Survival at a month with its 95 % limits; None where it is not estimable."""

    months: int
    at_risk: int
    survival: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """A group's survival. ``median`` and ``follow_up`` (by reverse Kaplan-Meier) are days; None where not reached."""

    subjects: int
    events: int
    median: int | None
    follow_up: int | None
    steps: tuple[Step, ...]
    landmarks: tuple[Landmark, ...]


class LogRank(NamedTuple):
    """The log-rank test of two groups or more. The arms are not randomised: alone it proves nothing."""

    statistic: float
    freedom: int
    p: float


def timed(times: Iterable[TimeToEvent]) -> tuple[list[Observed], int]:
    """Those of whom the time is known; and how many have an event without a day, which no curve can hold."""
    told = [one for one in times if one.status != "not-evaluable"]
    known = [Observed(one.days, one.status == "event") for one in told if one.days is not None]
    return known, len(told) - len(known)


def curve(observed: Sequence[Observed], landmarks: Iterable[int] = ()) -> Curve:
    """The survival of a group, with its figures at *landmarks* (months). Raises StatisticsError."""
    if not observed:
        return Curve(0, 0, None, None, (), tuple(Landmark(month, 0, None, None, None) for month in landmarks))
    fitted = _fitted(observed, [one.event for one in observed])
    steps = _steps(fitted)
    longest = max(one.days for one in observed)
    return Curve(
        len(observed),
        sum(one.event for one in observed),
        _whole(fitted.median_survival_time_),
        _whole(_fitted(observed, [not one.event for one in observed]).median_survival_time_),
        steps,
        tuple(_landmark(month, steps, observed, longest) for month in landmarks),
    )


def at_risk(observed: Iterable[Observed], days: float) -> int:
    """How many were still observed, without the event, just before that day."""
    return sum(one.days >= days for one in observed)


def log_rank(groups: Mapping[str, Sequence[Observed]]) -> LogRank | None:
    """Do the groups differ? None where fewer than two hold anybody, or nothing happened. Raises StatisticsError."""
    filled = {name: group for name, group in groups.items() if group}
    everybody = [(one, name) for name, group in filled.items() for one in group]
    if len(filled) < 2 or not any(one.event for one, _ in everybody):
        return None
    found = _library("lifelines.statistics").multivariate_logrank_test(
        [one.days for one, _ in everybody], [name for _, name in everybody], [one.event for one, _ in everybody]
    )
    return LogRank(float(found.test_statistic), len(filled) - 1, float(found.p_value))


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as absent:
        raise StatisticsError from absent


def _fitted(observed: Iterable[Observed], events: Iterable[bool]) -> Any:
    """The estimate; lifelines' limits are Greenwood's on the log-log scale (its "exponential Greenwood")."""
    fitter = _library("lifelines").KaplanMeierFitter(alpha=0.05)
    return fitter.fit([one.days for one in observed], list(events))


def _steps(fitted: Any) -> tuple[Step, ...]:
    table, limits = fitted.event_table, fitted.confidence_interval_survival_function_
    rows = zip(
        table.index,
        table["at_risk"],
        table["observed"],
        fitted.survival_function_.iloc[:, 0],
        limits.values,
        strict=True,
    )
    return tuple(
        Step(int(day), int(risk), int(events), float(survival), *_limits(float(survival), bounds))
        for day, risk, events, survival, bounds in rows
        if events
    )


def _limits(survival: float, bounds: Sequence[float]) -> tuple[float | None, float | None]:
    """Where everybody lives, or nobody, the log-log scale has no limits."""
    if survival in (0.0, 1.0):
        return None, None
    low, high = (None if math.isnan(one) else float(one) for one in bounds)
    return low, high


def _landmark(month: int, steps: Sequence[Step], observed: Sequence[Observed], longest: int) -> Landmark:
    days = month * _DAYS_IN_MONTH
    risk = at_risk(observed, days)
    if days > longest:
        return Landmark(month, risk, None, None, None)
    reached = [step for step in steps if step.days <= days]
    if not reached:
        return Landmark(month, risk, 1.0, None, None)
    last = reached[-1]
    return Landmark(month, risk, last.survival, last.low, last.high)


def _whole(days: float) -> int | None:
    return None if math.isinf(days) or math.isnan(days) else int(days)
