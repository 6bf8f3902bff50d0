"""A record: what was known by a day, and facts by their concept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.domain.interval import days
from natars_fhir.domain.record import Fact, Record, by_concept, known_by
from tests.domain.trial_patients import PATIENT, fact

ZONES = ("Z", "+08:00", "-12:00", "+14:00", "+05:30")
DAYS = st.one_of(st.dates(date(2023, 12, 28), date(2024, 3, 2)), st.sampled_from([date.max, date(9999, 12, 30)]))


@st.composite
def texts(draw: st.DrawFn, about: date) -> str | None:
    """A day, a month, a year or a moment, near the day that is asked for."""
    near = about + timedelta(days=draw(st.integers(-3, min(3, (date.max - about).days))))
    form = draw(st.sampled_from(["none", "year", "month", "day", "moment"]))
    if form == "moment":
        moment = f"{near}T{draw(st.sampled_from(['00:10:00', '12:00:00', '23:50:00']))}{draw(st.sampled_from(ZONES))}"
        return moment if date(2, 1, 1) < near < date(9999, 12, 30) else str(near)
    return {"none": None, "year": str(near)[:4], "month": str(near)[:7], "day": str(near)}[form]


@st.composite
def asked(draw: st.DrawFn) -> tuple[list[Fact], date]:
    day = draw(DAYS)
    each = st.builds(lambda when, known: fact("hcg", "negative", when, known=known), texts(day), texts(day))
    return draw(st.lists(each, max_size=6)), day


def _is_later(text: str | None, day: date) -> bool:
    return text is not None and (days(text).low or date.min) > day


@settings(max_examples=100, deadline=None)
@given(asked())
def test_a_fact_is_late_that_is_dated_or_recorded_on_a_later_day_of_the_trial_s_time_zone(
    told: tuple[list[Fact], date],
) -> None:
    facts, day = told
    late = [one for one in facts if _is_later(one.when, day) or _is_later(one.known, day)]
    assert known_by(facts, day) == ([one for one in facts if one not in late], late)


@pytest.mark.parametrize(
    ("text", "late"),
    [
        pytest.param("2024-06-16T00:10:00+14:00", False, id="the day before in Shanghai"),
        pytest.param("2024-06-15T23:50:00-12:00", True, id="the day after in Shanghai"),
        pytest.param("2024-06-16T00:00:00+08:00", True, id="in Shanghai itself"),
        pytest.param("2024-06-15T23:59:60+08:00", False, id="in the leap second"),
        pytest.param("2024-07", True, id="a later month"),
        pytest.param("2024-06", False, id="the month"),
        pytest.param("2025", True, id="a later year"),
    ],
)
def test_a_text_is_later_only_beyond_doubt(text: str, late: bool) -> None:
    one = fact("hcg", "negative", text)
    assert known_by([one], date(2024, 6, 15)) == (([], [one]) if late else ([one], []))


def test_facts_that_stand_together_make_the_record_that_they_make_in_order() -> None:
    told = (fact("ecog", "1", "2024"), fact("sex", "male"), fact("sex", "female"))
    named = {concept: tuple(same) for concept, same in by_concept([*told[1:], told[0]]).items()}
    one, other = Record(PATIENT, told), Record.of(PATIENT, named)
    assert one == other
    for record in (one, other):
        assert record.about("sex", "ecog", "hcg") == (*told[1:], told[0])
