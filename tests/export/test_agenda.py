"""The agenda: what stands how on a day, and of whom nothing is expected any more."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from natars_fhir.domain.endpoints.derive import derive
from natars_fhir.domain.record import Fact
from natars_fhir.export.agenda import SiteCount, agenda, by_site
from natars_fhir.export.subject import Subject
from tests.domain.endpoints.course import BORN, CONSENT, OPERATED, T0, WAITING, cycle, day, died, lab, seen
from tests.domain.trial_patients import fact, record


def subject(on: date, *facts: Fact) -> Subject:
    found = derive(record(*facts), on)
    assert found is not None
    return Subject("aaaa", "hospital-a", record(*facts), found)


def stands(on: date, *facts: Fact) -> dict[str, str]:
    return {one.visit: one.standing for one in agenda([subject(on, *facts)], on)}


#: The first dose on 10 January: the visits count on 11 to 12, and on 15 to 19 January.
TREATED = (*WAITING, cycle(1, "2024-01-10"))


@pytest.mark.parametrize(
    ("on", "first", "second"),
    [
        ("2024-01-10", "planned", "planned"),
        ("2024-01-11", "due", "planned"),
        ("2024-01-12", "overdue", "planned"),
        ("2024-01-13", "missed", "planned"),
        ("2024-01-15", "missed", "due"),
        ("2024-01-17", "missed", "due"),
        ("2024-01-18", "missed", "overdue"),
        ("2024-01-20", "missed", "missed"),
    ],
)
def test_a_safety_visit_is_due_then_overdue_then_missed(on: str, first: str, second: str) -> None:
    assert stands(date.fromisoformat(on), *TREATED) == {"1-d": first, "7-d": second}


def test_what_was_made_is_done_and_tells_what_was_not_measured() -> None:
    on = date(2024, 1, 20)
    one = next(one for one in agenda([subject(on, *TREATED, lab("anc", "2", "2024-01-11"))], on) if one.visit == "1-d")
    assert (one.standing, one.done, "anc" in one.lacks, "lvef" in one.lacks) == ("done", date(2024, 1, 11), False, True)


@pytest.mark.parametrize(
    ("after", "facts", "expected"),
    [
        (29, (), ("planned", "planned", "planned")),
        (30, (), ("due", "planned", "planned")),
        (31, (), ("overdue", "planned", "planned")),
        (100, (seen(95),), ("done", "done", "planned")),
        (400, (seen(95),), ("done", "done", "overdue")),
        (400, (seen(380),), ("done", "done", "done")),
    ],
)
def test_follow_up_after_surgery_is_due_on_the_last_day_of_each_window(
    after: int, facts: tuple[Fact, ...], expected: tuple[str, ...]
) -> None:
    found = stands(T0 + timedelta(days=after), *OPERATED, *facts)
    assert tuple(found[name] for name in ("30-d", "90-d", "365-d")) == expected


def test_of_the_dead_no_follow_up_is_expected() -> None:
    assert stands(date(2026, 1, 1), *OPERATED, seen(40), died(50)) == {"30-d": "done"}


def test_of_who_withdrew_none_is_expected_after_that_day() -> None:
    withdrawn = fact("consent", "withdrawn", day(60), reference="Consent/2")
    assert stands(date(2026, 1, 1), *OPERATED, seen(40), withdrawn) == {"30-d": "done"}


def test_who_was_not_operated_has_no_follow_up() -> None:
    assert stands(date(2026, 1, 1), BORN, CONSENT, *WAITING[2:]) == {}


def test_the_first_to_close_comes_first_and_sites_are_counted() -> None:
    on = date(2024, 1, 12)
    found = agenda([subject(on, *TREATED)], on)
    assert [one.visit for one in found] == ["1-d", "7-d"]
    assert by_site(found) == [SiteCount("hospital-a", 1, 0, 0, 0, 1)]
    assert by_site([]) == []
