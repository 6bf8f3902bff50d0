"""A pull is made at its times, once, whatever the clock does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.service.pull.times import due, struck
from tests.service.pull.ward import plan


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2024, 6, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("times", "began", "now", "expected"),
    [
        ({}, None, at(15, 9), False),
        ({"every": 60}, None, at(15, 9), True),
        ({"every": 60}, at(15, 8), at(15, 8, 59), False),
        ({"every": 60}, at(15, 8), at(15, 9), True),
        ({"every": 60}, at(15, 12), at(15, 9), True),
        ({"at": ["02:00", "14:00"]}, None, at(15, 1), True),
        ({"at": ["02:00", "14:00"]}, at(14, 14), at(15, 1, 59), False),
        ({"at": ["02:00", "14:00"]}, at(14, 14), at(15, 2), True),
        ({"at": ["02:00", "14:00"]}, at(15, 2), at(15, 13), False),
        ({"at": ["02:00", "14:00"]}, at(12, 2), at(15, 13), True),
    ],
)
def test_when_it_is_time(times: dict[str, Any], began: datetime | None, now: datetime, expected: bool) -> None:
    assert due(plan(**times), began, now) is expected


def test_the_last_hour_that_struck_is_never_in_the_future() -> None:
    for hour in range(48):
        now = at(15, 0, 30) + timedelta(hours=hour)
        found = struck(("02:00", "14:00"), now)
        assert timedelta(0) <= now - found < timedelta(hours=12, minutes=31)
