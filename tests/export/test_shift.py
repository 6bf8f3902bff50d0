"""Dates move by whole days, keep every interval, and never become more exact or untrue."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.domain.interval import days
from natars_fhir.export.pseudonym import MOST_DAYS
from natars_fhir.export.shift import moved, shifted

DAYS = st.dates(date(1930, 1, 1), date(2035, 12, 31))
BACK = st.integers(1, MOST_DAYS)
ZONES = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))


@given(DAYS, DAYS, BACK)
@settings(max_examples=60)
def test_an_interval_between_two_days_is_kept_to_the_day(one: date, other: date, back: int) -> None:
    a, b = (shifted(day.isoformat(), back) for day in (one, other))
    assert a is not None
    assert b is not None
    assert date.fromisoformat(b) - date.fromisoformat(a) == other - one
    assert one - date.fromisoformat(a) == timedelta(back)


@given(st.datetimes(datetime(1930, 1, 2), datetime(2035, 1, 1)), ZONES, DAYS, BACK)  # noqa: DTZ001
@settings(max_examples=60)
def test_a_moment_goes_out_as_its_day_in_the_trials_time_zone(
    moment: datetime, zone: timezone, day: date, back: int
) -> None:
    written = moment.replace(microsecond=0, tzinfo=zone).isoformat()
    made = shifted(written, back)
    assert made is not None
    assert len(made) == len("2024-01-01")
    low = days(written).low
    assert low is not None
    assert (date.fromisoformat(made) - day) == (low - day) - timedelta(back)


@given(st.integers(1930, 2035), st.integers(1, 12) | st.none(), BACK)
@settings(max_examples=80)
def test_a_partial_date_stays_true_or_is_not_said(year: int, month: int | None, back: int) -> None:
    written = f"{year}" if month is None else f"{year}-{month:02}"
    made = shifted(written, back)
    known = days(written)
    assert known.low is not None
    assert known.high is not None
    if made is not None:
        told = days(made)
        assert told.covers(days(f"{(known.low - timedelta(back)).isoformat()}"))
        assert told.covers(days(f"{(known.high - timedelta(back)).isoformat()}"))
        assert len(made) <= len(written)  # never more exact


@given(st.integers(1930, 2035), BACK)
@settings(max_examples=30)
def test_a_partial_date_never_gives_away_by_how_much_it_was_moved(year: int, back: int) -> None:
    """A year is all that is ever told of a month, and nothing of a year: no day, no month."""
    assert shifted(f"{year}", back) is None or back % 365 == 0
    assert {len(made) for month in range(1, 13) if (made := shifted(f"{year}-{month:02}", back))} <= {4}


@pytest.mark.parametrize("written", ["", "no date", "2024-02-30", "2024-13", "0001-01-01", "2024-01-01T25:00:00Z"])
def test_what_is_no_date_or_leaves_the_calendar_is_not_said(written: str) -> None:
    assert shifted(written, 100) is None


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("2024-03-01", "2024-02-29"),
        ("2023-03-01", "2023-02-28"),
        ("2024-01-01", "2023-12-31"),
        ("2024-06-15T23:30:00Z", "2024-06-15"),  # the 16th in Shanghai
        ("2024-06-15T23:30:60+08:00", "2024-06-14"),
        ("2024-03", "2024"),
        ("2024-01", None),
    ],
)
def test_a_day_back(written: str, made: str | None) -> None:
    assert shifted(written, 1) == made


def test_days_of_our_own_move_alike() -> None:
    assert moved(date(2024, 3, 1), 1) == shifted("2024-03-01", 1)
    assert shifted(datetime.combine(date(2024, 3, 1), time(), UTC).isoformat(), 1) == "2024-02-29"
