"""A subject's life: what moves it, what does not, and what no order of causes can bring about."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.domain.life import NO_COURSE, Course, Event, Life, follow, kept_until, left_on, may_be_used, refusal
from natars_fhir.domain.life_file import course as read_course
from natars_fhir.domain.study import Study

START = datetime(2024, 6, 1, 4, tzinfo=UTC)

#: A subject's whole way, each cause a day after the other.
WAY = (
    ("undetermined", "potential-candidate"),
    ("candidate", "candidate"),
    ("consented", "screening"),
    ("signed", "eligible"),
    ("submitted", "pending-on-study"),
    ("allocated", "on-study"),
    ("first-dose", "on-study-intervention"),
    ("operated", "follow-up"),
    ("completed", "off-study"),
)


@pytest.fixture(scope="module")
def course(study: Study) -> Course:
    return study.life


def on(day: int, cause: str, *, said: bool = False, **more: Any) -> Event:
    """A cause on a day of June; one that is *said* has its moment too."""
    at = START + timedelta(days=day - 1) if said else None
    return Event(cause, f"2024-06-{day:02}", at, "甲" if said else "", "investigator" if said else "", **more)


def states(life: Life) -> list[str]:
    return [step.state for step in life.steps]


def test_the_whole_way_from_may_fit_to_off_study(course: Course) -> None:
    events = [on(day, cause) for day, (cause, _) in enumerate(WAY, 1)]
    life = follow(course, events)
    assert states(life) == [state for _, state in WAY]
    assert [step.since for step in life.steps] == [event.day for event in events]
    assert life.ended
    assert life.idle == ((events[0], "potential-candidate"),)


def test_a_beginning_that_nobody_saw_is_left_out(course: Course) -> None:
    assert states(follow(course, [on(1, "consented")])) == ["screening"]
    assert states(follow(course, [])) == ["potential-candidate"]
    assert states(follow(NO_COURSE, [on(1, "consented")])) == ["potential-candidate"]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_order_in_which_records_arrive_does_not_matter(course: Course, order: tuple[int, ...]) -> None:
    facts = [on(3, "allocated"), on(5, "first-dose"), on(9, "operated"), on(20, "died")]
    arrived = [facts[place] for place in order]
    assert states(follow(course, arrived)) == ["on-study", "on-study-intervention", "follow-up", "off-study"]


def test_a_surgery_that_is_known_before_the_allocation_counts_once_it_is_allocated(course: Course) -> None:
    life = follow(course, [on(2, "operated"), on(4, "allocated")])
    assert (life.state, life.steps[-1].since) == ("follow-up", "2024-06-04")


@pytest.mark.parametrize(
    ("death", "state"),
    [("2024-06-20", "off-study"), ("2024", "off-study"), ("", "off-study"), ("2024-06-01", "not-registered")],
)
def test_a_death_counts_on_the_latest_day_that_it_may_have_been(course: Course, death: str, state: str) -> None:
    assert follow(course, [Event("died", death), on(3, "allocated")]).state == state


def test_an_allocation_of_an_unknown_day_is_before_what_has_one(course: Course) -> None:
    assert follow(course, [on(3, "died"), Event("allocated", early=True)]).state == "off-study"


def test_a_bar_is_a_screening_failure_that_can_be_lifted_and_after_the_allocation_none(course: Course) -> None:
    opened = [on(1, "candidate"), on(2, "opened", said=True), on(3, "ineligible")]
    assert follow(course, opened).state == "ineligible"
    assert follow(course, [*opened, on(4, "candidate")]).state == "screening"
    assert follow(course, [on(1, "allocated"), on(3, "ineligible")]).state == "on-study"
    assert follow(course, [on(1, "allocated"), on(2, "operated"), on(3, "excluded-by-surgery")]).state == "off-study"


def test_a_signature_that_lapses_leads_back_and_one_that_holds_again_forth(course: Course) -> None:
    told = [on(1, "candidate"), on(2, "consented"), on(3, "signed", said=True), on(4, "submitted", said=True)]
    lapsed = [*told, on(5, "signature-lapsed", said=True)]
    assert follow(course, lapsed).state == "screening"
    again = follow(course, [*lapsed, on(6, "signed", said=True)])
    assert states(again)[-2:] == ["screening", "eligible"]
    assert len(again.steps) == len(follow(course, lapsed).steps) + 1
    assert "submitted" not in again.held


def test_a_signature_after_one_that_lapsed_unseen_stands(course: Course) -> None:
    assert states(follow(course, [on(1, "signature-lapsed"), on(2, "signed")])) == ["potential-candidate", "eligible"]


@pytest.mark.parametrize(
    ("cause", "before", "after", "kept", "used"),
    [
        ("withdrew-treatment", "withdrawn", "off-study", date(2024, 6, 9), True),
        ("withdrew-follow-up", "withdrawn", "off-study", date(2024, 6, 9), True),
        ("consent-withdrawn", "withdrawn", "off-study", date(2024, 6, 9), True),
        ("withdrew-use", "withdrawn", "off-study", None, False),
        ("lost-to-follow-up", "potential-candidate", "off-study", None, True),
        ("found-ineligible", "potential-candidate", "off-study", None, True),
    ],
)
def test_withdrawals_are_told_apart(
    course: Course, cause: str, before: str, after: str, kept: date | None, used: bool
) -> None:
    said = on(9, cause, said=True)
    assert follow(course, [said]).state == before
    life = follow(course, [on(1, "allocated"), said])
    assert (life.state, kept_until(life), may_be_used(life)) == (after, kept, used)


def test_of_a_partly_known_day_the_data_is_kept_to_its_first(course: Course) -> None:
    life = follow(course, [on(1, "allocated"), Event("consent-withdrawn", "2024-07")])
    assert kept_until(life) == date(2024, 7, 1)


def test_of_an_end_without_a_day_only_what_was_known_when_consent_surely_stood_is_kept(course: Course) -> None:
    gone = Event("consent-withdrawn")
    assert kept_until(follow(course, [on(1, "consented"), on(3, "allocated"), gone])) == date(2024, 6, 3)
    assert kept_until(follow(course, [on(1, "consented"), gone])) == date(2024, 6, 1)
    assert kept_until(follow(course, [gone])) == date.min


def test_where_people_told_the_day_it_stands_for_an_end_without_one(course: Course) -> None:
    said = [on(3, "allocated"), on(9, "withdrew-follow-up", said=True), Event("consent-withdrawn")]
    life = follow(course, said)
    assert (kept_until(life), left_on(life)) == (date(2024, 6, 9), date(2024, 6, 9))


def test_the_use_can_be_withdrawn_when_everything_is_over(course: Course) -> None:
    life = follow(course, [on(1, "allocated"), on(2, "died"), on(9, "withdrew-use", said=True)])
    assert (states(life), may_be_used(life)) == (["on-study", "off-study"], False)


def test_a_correction_strikes_out_what_a_person_said_and_nothing_else(course: Course) -> None:
    told = [on(1, "allocated"), on(2, "operated"), on(4, "withdrew-use", said=True)]
    life = follow(course, [*told, on(6, "corrected", said=True, strikes="withdrew-use")])
    assert states(life) == ["on-study", "follow-up", "off-study", "follow-up"]
    assert may_be_used(life)
    dead = [*told[:2], on(4, "died"), on(6, "corrected", said=True, strikes="died")]
    assert follow(course, dead).state == "off-study"
    again = [*told, on(6, "corrected", said=True, strikes="withdrew-use"), on(7, "withdrew-use", said=True)]
    assert not may_be_used(follow(course, again))


SIGNED = (on(1, "candidate"), on(2, "consented"), on(3, "signed", said=True))


@pytest.mark.parametrize(
    ("told", "event", "code", "text"),
    [
        ((), on(9, "died", said=True), "not-supported", "No person can say this"),
        ((), on(9, "nonsense", said=True), "not-supported", "No person can say this"),
        ((), Event("opened", "2024-06-09", START, "甲", "trial-office"), "forbidden", "coordinator, investigator"),
        (SIGNED[:2], on(9, "allocated", said=True), "business-rule", "needs first: an investigator's signature"),
        ((SIGNED[0], SIGNED[2]), on(9, "allocated", said=True), "business-rule", "the consent to this trial"),
        (SIGNED, on(9, "completed", said=True), "business-rule", "eligible cannot be moved"),
        ((*SIGNED, on(4, "allocated", said=True)), on(9, "allocated", said=True), "duplicate", "stands already"),
        (SIGNED, on(9, "corrected", said=True, strikes="consented"), "business-rule", "have the record corrected"),
        (SIGNED, on(9, "corrected", said=True, strikes="allocated"), "not-found", "nothing to strike out"),
        ((on(1, "died"),), on(9, "opened", said=True), "business-rule", "not-registered cannot be moved"),
    ],
)
def test_an_illegal_move_is_refused_with_its_reason(
    course: Course, told: tuple[Event, ...], event: Event, code: str, text: str
) -> None:
    issue = refusal(course, follow(course, told), event, "subject")
    assert issue is not None
    assert (issue.severity, issue.code, issue.expression) == ("error", code, "subject")
    assert text in issue.text


@pytest.mark.parametrize(
    ("told", "event"),
    [
        ((), on(9, "opened", said=True)),
        (SIGNED, on(9, "allocated", said=True)),
        (SIGNED, on(9, "submitted", said=True)),
        (SIGNED, on(9, "withdrew-use", said=True)),
        ((on(1, "died"),), on(9, "withdrew-use", said=True)),
        ((on(1, "opened", said=True),), on(9, "corrected", said=True, strikes="opened")),
    ],
)
def test_a_legal_move_is_not_refused(course: Course, told: tuple[Event, ...], event: Event) -> None:
    assert refusal(course, follow(course, told), event) is None


# Laws

CAUSES = [
    "undetermined",
    "candidate",
    "ineligible",
    "opened",
    "consented",
    "attested",
    "signed",
    "signature-lapsed",
    "submitted",
    "allocated",
    "first-dose",
    "operated",
    "treatment-stopped",
    "excluded-by-surgery",
    "found-ineligible",
    "withdrew-treatment",
    "withdrew-follow-up",
    "withdrew-use",
    "consent-withdrawn",
    "lost-to-follow-up",
    "completed",
    "not-taken-up",
    "died",
]

events = st.builds(
    on,
    st.integers(1, 12),
    st.sampled_from(CAUSES),
    said=st.booleans(),
)
corrections = st.builds(
    lambda day, what: on(day, "corrected", said=True, strikes=what),
    st.integers(1, 12),
    st.sampled_from(["allocated", "withdrew-use", "completed", "opened"]),
)


@settings(max_examples=400, deadline=None)
@given(told=st.lists(events | corrections, max_size=14))
def test_nobody_is_eligible_without_a_standing_signature(course: Course, told: list[Event]) -> None:
    life = follow(course, told)
    if life.state in ("eligible", "pending-on-study"):
        assert "signed" in life.held
    for at, step in enumerate(life.steps):
        if step.state == "eligible":
            known = [one for one in told if one.high <= (life.steps[at].event or told[0]).high]
            assert any(one.cause == "signed" for one in known)


@settings(max_examples=400, deadline=None)
@given(told=st.lists(events | corrections, max_size=14))
def test_nothing_leads_out_of_an_end_but_a_correction(course: Course, told: list[Event]) -> None:
    life = follow(course, told)
    for before, after in zip(life.steps, life.steps[1:], strict=False):
        if course.states[before.state].ends:
            assert after.event is not None
            assert after.event.cause == "corrected"


@settings(max_examples=300, deadline=None)
@given(told=st.lists(events, max_size=10), data=st.data())
def test_the_way_is_the_same_in_whatever_order_its_causes_come(
    course: Course, told: list[Event], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(told))
    one, other = follow(course, told), follow(course, shuffled)
    assert states(one) == states(other)
    assert (kept_until(one), may_be_used(one)) == (kept_until(other), may_be_used(other))


@settings(max_examples=300, deadline=None)
@given(told=st.lists(events | corrections, max_size=14))
def test_every_step_is_a_move_of_the_trial_file_and_days_never_go_back(course: Course, told: list[Event]) -> None:
    life = follow(course, told)
    for before, after in zip(life.steps, life.steps[1:], strict=False):
        assert after.state != before.state
        assert after.since >= before.since
        if after.move is not None:
            assert course.moves[before.state, after.move.cause] is after.move
    assert len(life.steps) <= 3 * (len(told) + 1)


# The trial file


def test_the_words_are_those_of_r4_and_each_move_has_its_reason_and_source(course: Course) -> None:
    assert [state.id for state in course.states.values()] == [state.r5 for state in course.states.values()]
    assert {name for name, state in course.states.items() if state.ends} == {"off-study", "withdrawn", "not-registered"}
    for move in course.moves.values():
        assert move.reason["en"]
        assert move.reason["zh"]
        assert move.source


def _changed(table: dict[str, Any], kind: str, place: int, **news: Any) -> dict[str, Any]:
    broken = copy.deepcopy(table)
    row = broken[kind][place]
    broken[kind][place] = {key: value for key, value in {**row, **news}.items() if value is not None}
    return broken


def _place(table: dict[str, Any], kind: str, ident: str) -> int:
    key = "cause" if kind == "move" else "id"
    return [row[key] for row in table[kind]].index(ident)


@pytest.mark.parametrize(
    ("kind", "which", "news", "fault"),
    [
        (
            "state",
            "eligible",
            {"needs": None},
            'state eligible: needs must be ["signed"]: only an investigator says so',
        ),
        ("state", "eligible", {"r5": "eligibel"}, "state {n}: status eligibel is not known; did you mean eligible?"),
        ("state", "screening", {"ends": True}, "state screening ends, and ineligible leads out of it"),
        ("state", "screening", {"need": ["x"]}, "state {n}: key need is not known; did you mean needs?"),
        ("state", "screening", {"text": {"en": "x"}}, "state {n}: its zh is missing"),
        ("state", "withdrawn", {"id": "off-study"}, "state {n}: this id is used twice"),
        ("cause", "died", {"source": None}, "cause {n}: source is missing"),
        ("cause", "died", {"told_by": ["recrd"]}, "cause {n}: teller recrd is not known; did you mean record?"),
        ("cause", "completed", {"roles": ["nurse"]}, "cause {n}: role nurse is not known"),
        ("cause", "completed", {"roles": None}, "cause {n}: what people tell has its roles, and nothing else has"),
        ("cause", "completed", {"data": "some"}, "cause {n}: keeping of data some is not known"),
        (
            "cause",
            "completed",
            {"told_by": ["record", "people"]},
            "cause {n}: cause that the record or the screening tells",
        ),
        (
            "cause",
            "signature-lapsed",
            {"undoes": ["sined"]},
            "cause {n}: cause sined is not known; did you mean signed?",
        ),
        ("move", "signed", {"cause": "opened"}, "move {n}: another move is of the same state and cause"),
        (
            "move",
            "signature-lapsed",
            {"before": ["pending-on-study"]},
            "state eligible: signature-lapsed undoes what it",
        ),
        ("move", "allocated", {"after": "on-studdy"}, "move {n}: state on-studdy is not known; did you mean on-study?"),
        ("move", "opened", {"after": "eligible"}, "state eligible needs signed, and opened leads to it without"),
        ("move", "first-dose", {"after": "follow-up"}, "state on-study-intervention is reached by no move"),
        ("move", "opened", {"reason": {"en": "x"}}, "move {n}: its zh is missing"),
    ],
)
def test_a_fault_of_the_file_is_told_with_its_place(
    trial_table: dict[str, Any], kind: str, which: str, news: dict[str, Any], fault: str
) -> None:
    faults: list[str] = []
    place = _place(trial_table, kind, which)
    read_course(_changed(trial_table, kind, place, **news), faults)
    assert any(one.startswith(fault.replace("{n}", str(place + 1))) for one in faults), faults


def test_a_file_without_a_life_is_told_so_and_has_no_moves() -> None:
    faults: list[str] = []
    assert read_course({}, faults) is NO_COURSE
    assert [fault.partition(":")[0] for fault in faults] == ["state is missing", "cause is missing", "move is missing"]


def test_the_file_as_it_ships_has_no_fault(trial_table: dict[str, Any]) -> None:
    faults: list[str] = []
    assert read_course(trial_table, faults).moves
    assert faults == []
