"""Bad input, each by its name: it is told, and never mended in silence."""

from __future__ import annotations

from datetime import date

import pytest

from natars_fhir.domain.record import Fact
from tests.domain.endpoints.course import (
    ALLOCATED,
    BORN,
    CONSENT,
    NEO,
    OPERATED,
    SURGERY,
    WAITING,
    cycle,
    day,
    died,
    endpoints,
    grew,
    lab,
    scan,
    short,
)
from tests.domain.trial_patients import fact


def names(*facts: Fact) -> list[str]:
    return [issue.name for issue in endpoints(*facts).issues]


def born(when: str) -> Fact:
    return fact("birth-date", when)


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("2024-03-11", True),
        ("2024-04", True),
        ("2025", True),
        ("2024-03-10", False),
        ("2024-03", False),
        ("2024", False),
    ],
)
def test_surgery_before_birth(when: str, told: bool) -> None:
    """The surgery was on 10 March 2024; a birth of that month may have been before it."""
    found = endpoints(born(when), CONSENT, ALLOCATED, SURGERY)
    assert ("surgery-before-birth" in [issue.name for issue in found.issues]) is told
    assert found.surgery == date(2024, 3, 10)  # as it is on record: no other day is put in its place


def test_progression_before_surgery() -> None:
    found = endpoints(*OPERATED, grew(-20), scan(90))
    assert "progression-before-surgery" in [issue.name for issue in found.issues]
    free = found.time("PFS")
    assert free is not None
    assert short(free) == ("censored", "alive", 90)
    assert [one.when for one in found.progressed_before_surgery] == []  # before allocation too
    assert "progression-on-surgery-day" in names(*OPERATED, grew(0))
    assert "progression-around-surgery" in names(*OPERATED, grew("2024-03"))


def test_death_twice_with_different_dates() -> None:
    found = endpoints(*OPERATED, scan(30), died(50), died(60, "Observation/2"))
    assert [issue.name for issue in found.issues].count("deaths-disagree") == 1  # one place, told once
    free, alive = found.time("PFS"), found.time("OS")
    assert free is not None
    assert alive is not None
    assert short(alive) == ("event", "death-conflicting", None)  # neither of the two days is used
    assert short(free) == ("event", "death-conflicting", None)
    assert "deaths-disagree" not in names(*OPERATED, died(50), died("2024-04", "Observation/2"))  # can be one day


def test_visits_before_consent() -> None:
    late = fact("consent", "given", "2024-01-20")
    treated = (BORN, late, *WAITING[2:], cycle(1, "2024-01-10"), lab("anc", "1.5", "2024-01-11"))
    found = [issue for issue in endpoints(*treated).issues if issue.name == "visit-before-consent"]
    assert [issue.text for issue in found] == ["A visit of the trial (1/1-d) is dated before consent to it."]
    assert [issue.zh for issue in found] == ["研究访视（1/1-d）日期早于知情同意。"]
    early = (BORN, CONSENT, ALLOCATED, cycle(1, "2024-03-02"), lab("anc", "1.5", "2024-03-03"))
    assert "visit-before-consent" not in names(*early)


MORE = [
    pytest.param((born("1966"),), "births-disagree", id="two births"),
    pytest.param((born("2024-02-26"),), "act-before-birth", id="consent before birth"),
    pytest.param((died("1960-01-01"),), "death-before-birth", id="death before birth"),
    pytest.param((died(50), grew(60)), "progression-after-death", id="progression after death"),
    pytest.param((fact("allocation", NEO, day(5)),), "two-arms", id="two arms"),
    pytest.param((died(-5),), "surgery-after-death", id="surgery after death"),
]


@pytest.mark.parametrize(("facts", "name"), MORE)
def test_what_else_cannot_be_so(facts: tuple[Fact, ...], name: str) -> None:
    assert name not in names(*OPERATED)
    assert name in names(*OPERATED, *facts)


@pytest.mark.parametrize("other", ["1965", "1965-03", "1965-03-02"])
def test_births_that_can_be_one_do_not_disagree(other: str) -> None:
    assert "births-disagree" not in names(*OPERATED, born(other))
