"""People's part: it fills what is open, corrects, waives nothing, and is flagged when the data changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.domain.answer import Answer
from natars_fhir.domain.people import Statement, WithPeople, basis, stands_until, with_people
from natars_fhir.domain.record import Fact
from natars_fhir.domain.screening import Screening, screen
from natars_fhir.domain.study import Study
from tests.domain.test_laws import facts
from tests.domain.trial_patients import (
    ALLOCATED,
    AS_OF,
    CANDIDATE,
    biopsy,
    cm,
    drug,
    fact,
    prove_sayable,
    record,
    short,
)

NOON = datetime(2024, 6, 14, 4, 0, tzinfo=UTC)
YES, NO = Answer.YES, Answer.NO
CROSSES = fact("diaphragm-crossing", "present", "2024-06-01")
CLEAR = fact("diaphragm-crossing", "absent", "2024-06-01")
FAINT = fact("diaphragm-crossing", "suspected", "2024-06-01")
WOMAN = fact("sex", "female")


def screened(study: Study, *told: Fact, as_of: date = AS_OF) -> Screening:
    return screen(record(*told), study, as_of)


def stated(
    study: Study, criterion: str, answer: Answer, *told: Fact, at: datetime = NOON, by: str = "甲", why: str = "seen"
) -> Statement:
    """What a person says who sees the data of *told*."""
    found = {one.id: finding for one, finding in screened(study, *told).findings}[criterion]
    return Statement(criterion, answer, by, "investigator", at, why, found.answer.word, basis(found))


def said(people: WithPeople, criterion: str) -> str:
    return next(short(found) for one, found in people.findings if one.id == criterion)


@pytest.mark.parametrize(
    ("criterion", "answer", "before", "after", "expected"),
    [
        pytest.param("I-15", YES, (), (), ("yes", False, None), id="an attestation counts"),
        pytest.param("I-14", YES, (), (), ("yes", False, None), id="and of what data could have told"),
        pytest.param("I-14", YES, (CROSSES,), (CROSSES,), ("yes", False, None), id="an override counts"),
        pytest.param("I-14", NO, (CLEAR,), (CLEAR,), ("no", False, None), id="and one that bars"),
        pytest.param("I-14", YES, (), (CLEAR,), ("yes", True, None), id="new data agrees: flagged"),
        pytest.param(
            "I-14", YES, (), (CROSSES,), ("unknown conflicting", True, "contradicted"), id="new data contradicts"
        ),
        pytest.param("I-14", YES, (), (FAINT,), ("unknown imprecise", True, "undecided"), id="new data raises a doubt"),
        pytest.param("I-14", YES, (CROSSES,), (), ("yes", True, None), id="the misread data is gone: flagged"),
        pytest.param(
            "E-10",
            NO,
            (),
            (fact("psychological-condition", "suspected", "2024-06-01"),),
            ("no", True, None),
            id="evidence that only people weigh: flagged",
        ),
        pytest.param(
            "I-11",
            YES,
            (biopsy("LMS"), fact("tumour-size", cm("9"), "2024-05-01")),
            (biopsy("DDLPS"),),
            ("yes not-applicable", True, "not-applicable"),
            id="the criterion does not apply any more",
        ),
    ],
)
def test_a_statement_beside_the_data(
    study: Study,
    criterion: str,
    answer: Answer,
    before: tuple[Fact, ...],
    after: tuple[Fact, ...],
    expected: tuple[str, bool, str | None],
) -> None:
    statement = stated(study, criterion, answer, *before)
    people = with_people(screened(study, *after), [statement])
    standing = people.said[criterion]
    assert (said(people, criterion), standing.review, standing.idle) == expected
    assert people.review == ((criterion,) if expected[1] else ())
    for _, finding in people.findings:
        prove_sayable(finding.sentence)


@pytest.mark.parametrize(("told", "kind"), [((), "attestation"), ((CROSSES,), "override")])
def test_it_is_an_override_where_the_data_said_the_other_thing(study: Study, told: tuple[Fact, ...], kind: str) -> None:
    assert stated(study, "I-14", YES, *told).kind == kind


def test_the_datas_own_answer_stays_beside_the_statement(study: Study) -> None:
    screening = screened(study, CROSSES)
    people = with_people(screening, [stated(study, "I-14", YES, CROSSES)])
    assert {one.id: short(found) for one, found in screening.findings}["I-14"] == "no"
    assert (screening.verdict, said(people, "I-14")) == ("ineligible", "yes")
    sentence = next(found.sentence for one, found in people.findings if one.id == "I-14")
    assert "crossing of the diaphragm" in repr(sentence) or "presence.yes" in repr(sentence)


def test_the_newest_statement_counts_and_a_dispute_of_one_moment_leaves_it_open(study: Study) -> None:
    older, newer = stated(study, "I-15", YES), stated(study, "I-15", NO, at=NOON + timedelta(hours=1))
    for order in ([older, newer], [newer, older]):
        assert said(with_people(screened(study), order), "I-15") == "no"
    same = stated(study, "I-15", NO, by="乙")
    people = with_people(screened(study), [older, same])
    assert (said(people, "I-15"), people.said["I-15"].idle) == ("unknown conflicting", "contradicted")


def test_what_is_said_after_the_day_asked_for_does_not_count(study: Study) -> None:
    late = stated(study, "I-15", YES, at=datetime(2024, 6, 15, 16, 0, tzinfo=UTC))  # 16 June in Shanghai
    assert with_people(screened(study), [late]).said == {}
    assert said(with_people(screened(study, as_of=date(2024, 6, 16)), [late]), "I-15") == "yes"


@pytest.mark.parametrize(
    ("criterion", "days"), [("E-07a", 30), ("E-06b", 180), ("E-09b", 180), ("E-09a", 7), ("I-15", None)]
)
def test_a_statement_on_what_is_current_grows_too_old(study: Study, criterion: str, days: int | None) -> None:
    answer = YES if criterion == "I-15" else NO
    told = (*CANDIDATE[2:], WOMAN)
    statement = stated(study, criterion, answer, *told)
    asked = next(one for one in study.criteria if one.id == criterion)
    last = stands_until(asked, statement)
    assert last == (None if days is None else statement.day + timedelta(days=days))
    if last is None:
        return
    assert said(with_people(screened(study, *told, as_of=last), [statement]), criterion) == "no"
    people = with_people(screened(study, *told, as_of=last + timedelta(days=1)), [statement])
    assert (said(people, criterion), people.said[criterion].idle) == ("unknown silent", "aged")


def test_it_does_not_grow_older_than_the_allocation(study: Study) -> None:
    statement = stated(study, "E-07a", NO, at=datetime(2024, 5, 20, tzinfo=UTC))
    later = date(2024, 12, 1)
    assert said(with_people(screened(study, ALLOCATED, as_of=later), [statement]), "E-07a") == "no"


def test_a_composite_is_the_or_of_its_parts_with_people(study: Study) -> None:
    parts = ["E-07a", "E-07b"]
    people = with_people(screened(study), [stated(study, part, NO) for part in parts])
    assert said(people, "E-07") == "no"
    barred = with_people(screened(study), [stated(study, "E-07a", NO), stated(study, "E-07b", YES)])
    assert (said(barred, "E-07"), barred.verdict) == ("yes", "ineligible")


def test_an_override_changes_the_verdict_with_people_and_never_the_datas(study: Study) -> None:
    dosed = (*CANDIDATE, drug("doxorubicin", "chemotherapy", "anthracycline"))
    screening = screened(study, *dosed)
    corrections = [stated(study, "I-05", YES, *dosed), stated(study, "E-05", NO, *dosed)]
    people = with_people(screening, corrections)
    assert (screening.verdict, people.verdict) == ("ineligible", "candidate")


@settings(max_examples=100, deadline=None)
@given(told=facts, data=st.data())
def test_the_order_in_which_statements_came_says_nothing(
    study: Study, told: tuple[Fact, ...], data: st.DataObject
) -> None:
    names = [one.id for one in study.criteria if not one.parts]
    chosen = data.draw(st.lists(st.tuples(st.sampled_from(names), st.booleans(), st.integers(0, 3)), max_size=6))
    spoken = [stated(study, name, Answer.of(yes), *told, at=NOON + timedelta(hours=hour)) for name, yes, hour in chosen]
    screening = screened(study, *told)
    one, other = (with_people(screening, each) for each in (spoken, data.draw(st.permutations(spoken))))
    assert [(c.id, short(f)) for c, f in one.findings] == [(c.id, short(f)) for c, f in other.findings]
    assert {name: s.idle for name, s in one.said.items()} == {name: s.idle for name, s in other.said.items()}


@settings(max_examples=100, deadline=None)
@given(told=facts)
def test_nothing_that_people_say_makes_a_criterion_not_apply(study: Study, told: tuple[Fact, ...]) -> None:
    screening = screened(study, *told)
    spoken = [stated(study, one.id, Answer.YES, *told) for one in study.criteria if not one.parts]
    people = with_people(screening, spoken)
    for (_, data), (one, found) in zip(screening.findings, people.findings, strict=True):
        if not one.parts:
            assert (found.reason == "not-applicable") is (data.reason == "not-applicable"), one.id


def test_nobody_speaking_changes_nothing(study: Study) -> None:
    screening = screened(study, *CANDIDATE)
    assert with_people(screening, []).findings == screening.findings
