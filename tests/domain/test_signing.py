"""Signing: refused while something is unknown or bars, and how long a signature holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.domain.answer import Answer
from natars_fhir.domain.people import Statement, with_people
from natars_fhir.domain.record import Fact, Record
from natars_fhir.domain.screening import screen
from natars_fhir.domain.signing import Signature, Signed, hindrances, signed_basis, standing
from natars_fhir.domain.study import Study
from natars_fhir.domain.subject import state
from tests.domain.test_laws import facts
from tests.domain.test_people import NOON, YES, stated
from tests.domain.trial_patients import (
    ALLOCATED,
    AS_OF,
    CANDIDATE,
    OPERATED,
    biopsy,
    fact,
    number,
    record,
)

DAY = AS_OF
SIGNED = datetime(2024, 6, 15, 4, 0, tzinfo=UTC)
SUSPICION = fact("metastasis", "suspected", "2024-06-14", method="imaging")


def spoken(study: Study, *told: Fact) -> list[Statement]:
    """Everything that the data leaves open, said in the patient's favour."""
    screening = screen(record(*told), study, DAY)
    open_ones = [c for c, f in screening.findings if f.answer is Answer.UNKNOWN and not c.parts and not c.advisory]
    return [
        stated(study, one.id, YES if one.kind == "inclusion" else ~YES, *told) for one in open_ones if one.id != "E-02"
    ]


def signature(study: Study, said: list[Statement], *told: Fact) -> Signature:
    people = with_people(screen(record(*told), study, DAY), said)
    assert hindrances(people) == []
    return Signature("甲", "investigator", SIGNED, signed_basis(people))


def stands(
    study: Study, said: list[Statement], signed: Signature, *told: Fact, as_of: date = DAY
) -> tuple[Signed | None, str | None]:
    known: Record = record(*told).known_by(as_of)
    screening = screen(known, study, as_of)
    people = with_people(screening, said)
    found = standing([signed], known, study, (screening, people), said)
    return found, state(study, known, screening, people, found)


@pytest.fixture
def said(study: Study) -> list[Statement]:
    return spoken(study, *CANDIDATE)


def test_what_hinders_a_signature_is_named(study: Study, said: list[Statement]) -> None:
    def open_with(*told: Fact, people: list[Statement]) -> list[str]:
        return [one.id for one, _ in hindrances(with_people(screen(record(*told), study, DAY), people))]

    assert open_with(*CANDIDATE, people=said) == []
    assert open_with(*CANDIDATE, people=[one for one in said if one.criterion != "I-15"]) == ["I-15"]
    without_asa = [one for one in CANDIDATE if one.concept != "asa-class"]
    assert open_with(*without_asa, people=said) == ["I-18"]
    assert "I-02" in open_with(*CANDIDATE, biopsy("OTHER"), people=said)
    # new evidence on what was attested awaits review
    shown = fact("psychological-condition", "suspected", "2024-06-01")
    assert open_with(*CANDIDATE, shown, people=said) == ["E-10"]


def test_a_signature_makes_the_subject_eligible_and_nothing_else_does(study: Study, said: list[Statement]) -> None:
    signed = signature(study, said, *CANDIDATE)
    assert stands(study, said, signed, *CANDIDATE) == (Signed(signed, holds=True, review=False), "eligible")
    screening = screen(record(*CANDIDATE), study, DAY)
    people = with_people(screening, said)
    assert people.verdict == "candidate"
    assert state(study, record(*CANDIDATE), screening, people, None) == "screening"


@pytest.mark.parametrize(
    ("news", "holds", "status"),
    [
        pytest.param((), True, "eligible", id="nothing new"),
        pytest.param((fact("asa-class", number(3), "2024-06-10"),), True, "eligible", id="another ASA class, flagged"),
        pytest.param((fact("asa-class", number(4), "2024-06-10"),), False, "ineligible", id="a bar"),
        pytest.param((biopsy("LMS"),), False, "screening", id="a contradiction"),
        pytest.param(
            (fact("metastasis", "suspected", "2024-06-14", method="imaging"),), False, "screening", id="doubt"
        ),
    ],
)
def test_new_data_after_the_signature(
    study: Study, said: list[Statement], news: tuple[Fact, ...], holds: bool, status: str
) -> None:
    found, told = stands(study, said, signature(study, said, *CANDIDATE), *CANDIDATE, *news)
    assert found is not None
    assert (found.holds, found.review, told) == (holds, bool(news), status)


def test_what_only_grew_too_old_since_the_signing_does_not_undo_it(study: Study, said: list[Statement]) -> None:
    later = DAY + timedelta(days=40)
    found, told = stands(study, said, signature(study, said, *CANDIDATE), *CANDIDATE, as_of=later)
    assert found == Signed(found.signature, holds=True, review=True) if found else False
    assert told == "eligible"
    wanted = screen(record(*CANDIDATE), study, later)
    assert "E-07a" in [one.id for one, _ in hindrances(with_people(wanted, said))]


def test_a_correction_of_what_was_signed_undoes_it(study: Study, said: list[Statement]) -> None:
    told = tuple(one for one in CANDIDATE if one.concept != "asa-class")
    corrected = fact("asa-class", number(2), "2024-06-03", standing="pending")
    found, status = stands(study, said, signature(study, said, *CANDIDATE), *told, corrected)
    assert found is not None
    assert (found.holds, status) == (False, "screening")


def test_a_signature_of_later_than_the_day_asked_for_is_not_known(study: Study, said: list[Statement]) -> None:
    assert stands(study, said, signature(study, said, *CANDIDATE), *CANDIDATE, as_of=date(2024, 6, 14))[0] is None


DEAD = fact("death", "present", "2024-06-14")
CYCLE = fact("neoadjuvant-cycle", "1", "2024-06-02")
FINAL = fact("histology", "WDLPS", "2024-06-12", basis="tissue", specimen="resection")
WITHDRAWN = fact("consent", "withdrawn", "2024-06-14")
CROSSED = fact("diaphragm-crossing", "present", "2024-06-10")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param((biopsy("LMS"),), "potential-candidate", id="the verdict alone says it"),
        pytest.param((fact("consent", "given", "2024-06-01"),), "screening", id="consented"),
        pytest.param((WITHDRAWN,), "withdrawn", id="withdrawn before registration"),
        pytest.param((ALLOCATED, WITHDRAWN), "off-study", id="withdrawn after registration"),
        pytest.param((DEAD,), "not-registered", id="dead before registration"),
        pytest.param((ALLOCATED, DEAD), "off-study", id="dead after registration"),
        pytest.param((*CANDIDATE, ALLOCATED), "on-study", id="allocated"),
        pytest.param((*CANDIDATE, ALLOCATED, CYCLE), "on-study-intervention", id="first dose"),
        pytest.param((*CANDIDATE, ALLOCATED, OPERATED), "follow-up", id="operated"),
        pytest.param((*CANDIDATE, ALLOCATED, OPERATED, FINAL), "off-study", id="final pathology ineligible"),
        pytest.param((*CANDIDATE, ALLOCATED, OPERATED, CROSSED), "off-study", id="the chest cavity at surgery"),
        pytest.param((*CANDIDATE, ALLOCATED, fact("radiotherapy", "present", "2020")), "on-study", id="an old bar"),
    ],
)
def test_where_a_subject_stands(study: Study, told: tuple[Fact, ...], expected: str | None) -> None:
    screening = screen(record(*told), study, DAY)
    assert state(study, record(*told), screening, with_people(screening, []), None) == expected


def test_a_persons_bar_makes_the_subject_ineligible(study: Study) -> None:
    screening = screen(record(*CANDIDATE), study, DAY)
    people = with_people(screening, [stated(study, "E-08", YES, *CANDIDATE, at=NOON)])
    assert (screening.verdict, people.verdict) == ("candidate", "ineligible")
    assert state(study, record(*CANDIDATE), screening, people, None) == "ineligible"


@settings(max_examples=150, deadline=None)
@given(told=facts, spoken_of=st.sets(st.sampled_from(["I-14", "I-15", "E-10", "I-05"])))
def test_nobody_is_eligible_who_did_not_sign_or_whom_something_bars(
    study: Study, told: tuple[Fact, ...], spoken_of: set[str]
) -> None:
    known = record(*told).known_by(DAY)
    screening = screen(known, study, DAY)
    said = [stated(study, name, YES, *known.facts) for name in sorted(spoken_of)]
    people = with_people(screening, said)
    signed = Signature("甲", "investigator", SIGNED, signed_basis(people))
    found = standing([signed], known, study, (screening, people), said)
    assert state(study, known, screening, people, None) != "eligible"
    if state(study, known, screening, people, found) == "eligible":
        assert hindrances(people) == []
