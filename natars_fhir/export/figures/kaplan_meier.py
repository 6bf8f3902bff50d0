"""Kaplan-Meier by arm: the numbers of the figure, with those at risk. clinical.md §6.6."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from natars_fhir.domain.endpoints.time_to_event import Parameter
from natars_fhir.export.figures.beside import Table
from natars_fhir.export.subject import Subject
from natars_fhir.export.summary import arms_of, observed_of
from natars_fhir.export.survival import Curve, Observed, at_risk, curve

DAYS_IN_MONTH = 30.4375
#: The months between ticks, the closest first that leaves no more ticks than there is room for.
_BETWEEN, _TICKS = (3, 6, 12, 24, 60), 8
_HEAD = (
    "part", "parameter", "arm", "days", "months", "at_risk", "events", "survival", "low", "high",
)  # fmt: skip


class ArmLine(NamedTuple):
    """One arm: its curve, the days of those censored with the curve there, and how many are at risk at each tick."""

    arm: str
    curve: Curve
    censored: tuple[tuple[int, float], ...]
    at_risk: tuple[int, ...]
    undated: int


class KaplanMeier(NamedTuple):
    """One parameter in every arm; ``ticks`` are months."""

    parameter: Parameter
    ticks: tuple[int, ...]
    arms: tuple[ArmLine, ...]


def kaplan_meier(subjects: Sequence[Subject], parameter: Parameter) -> KaplanMeier:
    """The numbers. Raises StatisticsError."""
    told = [(arm, *observed_of(subjects, parameter, arm)) for arm in arms_of(subjects)]
    ticks = _ticks(max((one.days for _, observed, _ in told for one in observed), default=0))
    return KaplanMeier(parameter, ticks, tuple(_line(*one, ticks) for one in told if one[1] or one[2]))


def _ticks(longest: int) -> tuple[int, ...]:
    months = longest / DAYS_IN_MONTH
    step = next((one for one in _BETWEEN if months / one < _TICKS), _BETWEEN[-1])
    return tuple(range(0, int(months // step + 1) * step + 1, step))


def _line(arm: str, observed: Sequence[Observed], undated: int, ticks: Iterable[int]) -> ArmLine:
    found = curve(observed)
    left = sorted({one.days for one in observed if not one.event})
    return ArmLine(
        arm,
        found,
        tuple((day, survival_at(found, day)) for day in left),
        tuple(at_risk(observed, month * DAYS_IN_MONTH) for month in ticks),
        undated,
    )


def survival_at(found: Curve, day: float) -> float:
    """The curve on a day."""
    return next((step.survival for step in reversed(found.steps) if step.days <= day), 1.0)


def table(found: KaplanMeier) -> Table:
    """``curve``: a row an event day; ``at-risk``: a row a tick; ``arm``: how many, their events, and events undated."""
    rows: list[tuple[str | int | float | None, ...]] = []
    for one in found.arms:
        same = (found.parameter, one.arm)
        rows.append(("arm", *same, None, None, one.curve.subjects, one.curve.events, None, None, None))
        rows.append(("without-a-day", *same, None, None, None, one.undated, None, None, None))
        rows += [
            ("at-risk", *same, None, month, n, None, None, None, None)
            for month, n in zip(found.ticks, one.at_risk, strict=True)
        ]
        rows += [
            ("curve", *same, step.days, round(step.days / DAYS_IN_MONTH, 4), *step[1:3], *map(_round, step[3:]))
            for step in one.curve.steps
        ]
    return Table(_HEAD, rows)


def _round(share: float | None) -> float | None:
    return None if share is None else round(share, 6)
