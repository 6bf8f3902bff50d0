"""Stories are believable: what hangs together in patients hangs together here (clinical.md §3, §6)."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from itertools import pairwise

import pytest

from natars_fhir.domain.person_number import plain
from natars_fhir.simulate import course, crowd, people, trial, tumour
from natars_fhir.simulate.chance import Chance
from natars_fhir.simulate.rates import rates
from natars_fhir.simulate.story import Event, Story, Tumour
from natars_fhir.simulate.truth import answers, eligible, verdict
from tests.simulate.hospitals import DAY

SUMS = {1: (2, 3), 2: (4, 5), 3: (6, 8)}


@cache
def tumours() -> tuple[Tumour, ...]:
    return tuple(tumour.draw(Chance("tumour", number)) for number in range(400))


@cache
def stories() -> tuple[Story, ...]:
    return tuple(_live(number) for number in range(150))


def _live(number: int) -> Story:
    chance = Chance("story", number)
    return course.live(chance, people.draw(chance, number, 1, DAY), tumour.draw(chance), DAY)


def test_the_grade_is_the_sum_of_its_scores_and_the_scores_are_those_of_the_counts() -> None:
    for one in tumours():
        low, high = SUMS[one.grade]
        assert low <= sum(one.scores) <= high
        assert one.scores[1] == 1 + (one.mitoses >= 10) + (one.mitoses >= 20)
        assert one.scores[2] == (one.necrosis > 0) + (one.necrosis >= 50)


def test_a_dedifferentiated_liposarcoma_is_amplified_stains_and_is_of_high_grade() -> None:
    ones = [one for one in tumours() if one.histology == "DDLPS"]
    assert sum(one.amplified for one in ones) > 0.9 * len(ones)
    assert sum(one.stains["MDM2"] == one.stains["CDK4"] == "positive" for one in ones) > 0.75 * len(ones)
    assert sum(one.grade >= 2 for one in ones) > 0.9 * len(ones)
    assert all((one.ratio >= 2) == one.amplified for one in tumours())


def test_every_type_of_the_rates_is_drawn_and_sizes_are_those_of_the_retroperitoneum() -> None:
    assert {one.histology for one in tumours()} == {*rates("tumour")["histology"]}
    sizes = sorted(one.size for one in tumours())
    assert 11 < sizes[len(sizes) // 2] < 20
    assert all(one.size == one.dimensions[0] >= min(one.dimensions) for one in tumours())


def test_only_who_fits_and_consented_is_allocated() -> None:
    allocated = [one for one in stories() if one.last("allocation")]
    assert 5 < len(allocated) < 60
    for one in allocated:
        said = one.last("allocation")
        assert said is not None
        before = one.until(said.day - timedelta(days=1))
        assert eligible(before)
        consent = one.last("consent")
        assert consent is not None
        assert consent.value["answer"] == "given"
        assert consent.day < said.day


def test_events_are_in_order_and_begin_with_the_person() -> None:
    for one in stories():
        days = [event.day for event in one.events]
        assert days == sorted(days)
        assert days[0] == DAY


def test_cycles_are_three_weeks_apart_and_come_before_the_surgery() -> None:
    treated = [one for one in stories() if one.last("dose")]
    assert treated
    for one in treated:
        starts = [event.day for event in one.all("dose") if event.value["drug"] == "doxorubicin"]
        assert 1 <= len(starts) <= 3
        assert all(timedelta(21) <= b - a <= timedelta(26) for a, b in pairwise(starts))
        assert {event.value["drug"] for event in one.all("dose")} == {"doxorubicin", "ifosfamide", "anlotinib"}
        cut = one.first("surgery")
        assert cut is None or cut.day > starts[-1] + timedelta(days=13)


def test_the_blood_falls_and_what_it_falls_to_is_graded() -> None:
    lowest = [event for one in stories() for event in one.all("labs") if event.value["nadir"] == 1.0]
    grades = [event for one in stories() for event in one.all("toxicity") if event.value["what"] == "neutrophils"]
    assert len(grades) == sum(event.value["anc"] < 1.5 for event in lowest)
    assert all(2 <= event.value["grade"] <= 4 for event in grades)


def test_complications_progression_and_death_follow_a_surgery() -> None:
    for one in stories():
        cut = one.first("surgery")
        for what in ("complication", "follow-up", "final", "death"):
            assert all(cut is not None and event.day >= cut.day for event in one.all(what)), what
        words = [event.value["assessment"] for event in one.all("follow-up")]
        assert words == sorted(words, reverse=True)  # stable, then progressive
        death = one.last("death")
        assert death is None or one.events[-1].day == death.day


def test_some_are_operated_outside_the_trial_and_none_of_those_who_consented() -> None:
    outside = [one for one in stories() if one.last("surgery") and not one.last("allocation")]
    assert outside
    said = [one.last("consent") for one in outside]
    assert all(consent is None or consent.value["answer"] == "refused" for consent in said)


def test_most_are_barred_and_some_fit() -> None:
    found = [verdict(answers(one, one.events[-1].day)) for one in stories()]
    assert {*found} == {"candidate", "undetermined", "ineligible"}
    assert found.count("ineligible") > found.count("candidate") > 10


@pytest.mark.parametrize("number", range(40))
def test_a_resident_number_is_nobodys(number: int) -> None:
    drawn = people.draw(Chance("people", number), number, 1, DAY)
    assert drawn.resident == "" or len(drawn.resident) == 18
    assert plain("resident-number", drawn.resident) == ""


def test_the_crowd_is_of_all_ages_and_only_those_who_come_close_have_a_tumour_here() -> None:
    drawn = [crowd.draw(Chance("crowd", number), number, 1, DAY) for number in range(300)]
    assert {one.group for one in drawn} == {*rates("groups")}
    assert all((one.tumour is not None) == (one.group == "near") for one in drawn)
    ages = {one.group: people.years(one.person.born, DAY) for one in drawn}
    assert ages["child"] < 16 <= ages["cancer"]
    women = [one for one in drawn if any(event.value.get("code") == "D25.9" for event in one.events)]
    assert all(one.person.female for one in women)


def test_who_withdraws_is_followed_no_further() -> None:
    consented = Event(DAY, "consent", {"answer": "given"})
    whole = Story(people.draw(Chance(1), 1, 1, DAY), "sarcoma", tumours()[0], (consented,))
    lives = [trial.live(Chance("trial", number), whole) for number in range(200)]
    gone = [events for events in lives if events[-1].what == "withdrawal"]
    assert gone
    assert all([event.what for event in events] == ["allocation", "withdrawal"] for events in gone)
