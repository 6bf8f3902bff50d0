"""Where a subject stands by its record: in whatever order it came, and never further than people let it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.domain.life import Event
from natars_fhir.domain.people import with_people
from natars_fhir.domain.record import Fact, in_order
from natars_fhir.domain.screening import screen
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Study
from natars_fhir.domain.subject import allocations, life
from tests.domain.test_laws import facts
from tests.domain.trial_patients import ALLOCATED, AS_OF, CANDIDATE, OPERATED, fact, record

TRIAL = st.sampled_from(
    [
        ALLOCATED,
        OPERATED,
        fact("consent", "given", "2024-06-01"),
        fact("consent", "withdrawn", "2024-06-14"),
        fact("death", "present", "2024-06-14"),
        fact("death", "present", "2024"),
        fact("neoadjuvant-cycle", "1", "2024-06-02"),
        fact("allocation", "surgery-only", None),
    ]
)


def way(study: Study, told: tuple[Fact, ...]) -> list[tuple[str, str]]:
    known = record(*told).known_by(AS_OF)
    screening = screen(known, study, AS_OF)
    found = life(study, known, screening, PeoplesPart(with_people(screening, [])))
    return [(step.state, step.since) for step in found.steps]


@settings(max_examples=120, deadline=None)
@given(told=facts, trial=st.lists(TRIAL, max_size=5), data=st.data())
def test_the_order_in_which_the_facts_arrived_does_not_matter(
    study: Study, told: tuple[Fact, ...], trial: list[Fact], data: st.DataObject
) -> None:
    every = [*told, *trial]
    shuffled = data.draw(st.permutations(every))
    assert way(study, in_order(every)) == way(study, in_order(shuffled))
    assert {state for state, _ in way(study, tuple(shuffled))} == {state for state, _ in way(study, tuple(every))}


@settings(max_examples=120, deadline=None)
@given(told=facts, trial=st.lists(TRIAL, max_size=5))
def test_a_record_alone_makes_nobody_eligible(study: Study, told: tuple[Fact, ...], trial: list[Fact]) -> None:
    assert not {"eligible", "pending-on-study"} & {state for state, _ in way(study, (*told, *trial))}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((), []),
        ((Event("allocated", at=None),), []),
    ],
)
def test_without_a_persons_word_there_is_no_allocation(told: tuple[Event, ...], expected: list[Event]) -> None:
    assert allocations(told) == expected


def test_the_way_of_a_patient_who_is_operated_has_every_step_with_its_day(study: Study) -> None:
    assert [state for state, _ in way(study, (*CANDIDATE, ALLOCATED, OPERATED))] == [
        "screening",
        "on-study",
        "follow-up",
    ]


def test_a_consent_that_was_withdrawn_is_signed_on_one_day_and_withdrawn_on_another(study: Study) -> None:
    told = [fact for fact in CANDIDATE if fact.concept != "consent"]
    signed = fact("consent", "withdrawn", "2024-05-25", ended="2024-06-14")
    stood = way(study, (*told, fact("consent", "given", "2024-05-25"), ALLOCATED))
    assert way(study, (*told, signed, ALLOCATED)) == [*stood, ("off-study", "2024-06-14")]


def test_a_consent_that_says_no_day_of_its_withdrawal_was_not_withdrawn_on_the_day_of_its_signature(
    study: Study,
) -> None:
    told = [fact for fact in CANDIDATE if fact.concept != "consent"]
    stood = way(study, (*told, fact("consent", "given", "2024-05-25"), ALLOCATED))
    assert way(study, (*told, fact("consent", "withdrawn", "2024-05-25"), ALLOCATED)) == [*stood, ("off-study", "")]
