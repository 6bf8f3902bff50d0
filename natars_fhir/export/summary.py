"""Summary: survival by arm, who was never operated and why, and what is wrong with the data, over all subjects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from natars_fhir.domain.endpoints.time_to_event import Parameter
from natars_fhir.export.subject import Subject
from natars_fhir.export.survival import Curve, LogRank, Observed, curve, log_rank, timed

#: What is shown of survival: the registered endpoints, and their sensitivity by intention to treat.
SHOWN: tuple[Parameter, ...] = ("PFS", "OS", "PFS-ITT", "OS-ITT")


@dataclass(frozen=True, slots=True)
class ArmCurve:
    """One parameter in one arm. ``undated``: events without a day, which the curve cannot hold."""

    parameter: str
    arm: str
    curve: Curve
    undated: int


class NeverRow(NamedTuple):
    """How many of an arm were never operated for a reason."""

    arm: str
    reason: str
    subjects: int


def arms_of(subjects: Iterable[Subject]) -> list[str]:
    """The arms that somebody is in; those without an arm come as an empty name."""
    return sorted({one.endpoints.arm for one in subjects})


def survival(subjects: Sequence[Subject], landmarks: Iterable[int]) -> list[ArmCurve]:
    """Every shown parameter in every arm. Raises StatisticsError."""
    months = tuple(landmarks)
    found = []
    for parameter in SHOWN:
        for arm in arms_of(subjects):
            observed, undated = observed_of(subjects, parameter, arm)
            found.append(ArmCurve(parameter, arm, curve(observed, months), undated))
    return found


def differences(subjects: Sequence[Subject]) -> dict[str, LogRank]:
    """Parameter → the log-rank test between the arms, where there is one. Raises StatisticsError."""
    found: dict[str, LogRank] = {}
    for parameter in SHOWN:
        groups = {arm: observed_of(subjects, parameter, arm)[0] for arm in arms_of(subjects) if arm}
        tested = log_rank(groups)
        if tested is not None:
            found[parameter] = tested
    return found


def observed_of(
    subjects: Iterable[Subject], parameter: Parameter, arm: str | None = None
) -> tuple[list[Observed], int]:
    """The times of an arm, or of all subjects; and how many events have no day."""
    times = [one.endpoints.time(parameter) for one in subjects if arm in (None, one.endpoints.arm)]
    return timed(one for one in times if one is not None)


def never_operated(subjects: Iterable[Subject]) -> list[NeverRow]:
    """Those without a surgery, by arm and reason: always told beside the endpoints, which they have none of."""
    counted = Counter(
        (one.endpoints.arm, one.endpoints.never_operated.reason) for one in subjects if one.endpoints.never_operated
    )
    return [NeverRow(arm, reason, count) for (arm, reason), count in sorted(counted.items())]


def as_object(found: Sequence[ArmCurve], tested: dict[str, LogRank]) -> list[dict[str, Any]]:
    """Survival by arm, for a machine to read."""
    return [
        {
            "parameter": one.parameter,
            "arm": one.arm,
            "subjects": one.curve.subjects,
            "events": one.curve.events,
            "eventsWithoutADay": one.undated,
            "medianDays": one.curve.median,
            "followUpDays": one.curve.follow_up,
            "landmarks": [landmark._asdict() for landmark in one.curve.landmarks],
            "logRank": tested[one.parameter]._asdict() if one.parameter in tested else None,
        }
        for one in found
    ]
