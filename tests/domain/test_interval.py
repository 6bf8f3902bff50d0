"""What a date may mean, in the trial's time zone."""

from __future__ import annotations

from datetime import date

import pytest

from natars_fhir.domain.interval import Interval, days


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("2024-02-29T23:59:59+08:00", "2024-02-29", "2024-02-29"),
        ("2024-02-29T23:59:60+08:00", "2024-02-29", "2024-02-29"),
        ("2024-02-29T16:00:00Z", "2024-03-01", "2024-03-01"),
        ("2024-02-29T15:59:59.999Z", "2024-02-29", "2024-02-29"),
        ("2024-03-01T00:10:00+14:00", "2024-02-29", "2024-02-29"),
        ("2024-02-29T13:00:00-12:00", "2024-03-01", "2024-03-01"),
        ("2024-02-29T20:00:00", "2024-02-29", "2024-02-29"),
    ],
)
def test_a_text_means_days_of_the_trial_s_time_zone(text: str, low: str, high: str) -> None:
    assert days(text) == Interval(date.fromisoformat(low), date.fromisoformat(high))


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2024-02-30", "2024-13", "2024-W01-1", "2024-02-29T25:00:00+08:00", "2024-02-30T10:00:00+08:00"],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (Python's own words)
        days(text)
