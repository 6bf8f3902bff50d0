"""Screening: the verdict, the dates, the scope (architecture.md §5, clinical.md §2.0, contract: "In scope")."""

from __future__ import annotations

from datetime import date

import pytest

from natars_fhir.domain.dates import ask
from natars_fhir.domain.record import Fact
from natars_fhir.domain.screening import screen
from natars_fhir.domain.study import Study
from tests.domain.trial_patients import ALLOCATED, AS_OF, CANDIDATE, OPERATED, biopsy, fact, grade, record


def without(concept: str) -> tuple[Fact, ...]:
    return tuple(fact for fact in CANDIDATE if fact.concept != concept)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(CANDIDATE, "candidate", id="all that data can say is said"),
        pytest.param(without("asa-class"), "undetermined", id="a data criterion is silent"),
        pytest.param((*CANDIDATE, fact("prior-resection", "present", "2020")), "ineligible", id="barred"),
        pytest.param(
            (*CANDIDATE, fact("prior-resection", "suspected", "2020")), "undetermined", id="evidence undecided"
        ),
        pytest.param(
            (*CANDIDATE, fact("psychological-condition", "suspected", "2020")), "candidate", id="left to attestation"
        ),
        pytest.param(
            (*CANDIDATE, fact("fish-mdm2", "not-amplified", "2024-05-20")), "candidate", id="advice never bars"
        ),
        pytest.param((), "undetermined", id="nothing known"),
        pytest.param((fact("birth-date", "1930"),), "ineligible", id="a bar needs nothing else"),
        pytest.param(
            (*CANDIDATE, OPERATED, biopsy("WDLPS", "2024-06-12", specimen="resection")),
            "ineligible",
            id="final pathology",
        ),
        pytest.param((*CANDIDATE, OPERATED), "undetermined", id="final pathology owed"),
    ],
)
def test_verdict(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert screen(record(*facts), study, AS_OF).verdict == expected


def test_every_criterion_is_answered_in_the_order_of_the_trial_file(study: Study) -> None:
    findings = screen(record(), study, AS_OF).findings
    assert [criterion.id for criterion, _ in findings] == [criterion.id for criterion in study.criteria]


def test_a_composite_asked_alone_says_what_its_parts_say(study: Study) -> None:
    facts = record(fact("myocardial-infarction", "present", "2024-03-01"))
    composite = next(criterion for criterion in study.criteria if criterion.id == "E-06")
    found = {one.id: finding for one, finding in screen(facts, study, AS_OF).findings}
    assert composite.rule(ask(facts, AS_OF)) == found["E-06"]


@pytest.mark.parametrize(
    ("facts", "reference", "window_end", "treatment_start"),
    [
        pytest.param((), AS_OF, AS_OF, AS_OF, id="nothing on file"),
        pytest.param((fact("consent", "given", "2024-05-01"),), date(2024, 5, 1), AS_OF, AS_OF, id="consented"),
        pytest.param(
            (fact("consent", "given", "2024-05-01"), fact("consent", "given", "2024-06-01")),
            date(2024, 5, 1),
            AS_OF,
            AS_OF,
            id="consented again",
        ),
        pytest.param((fact("consent", "proposed", "2024-05-01"),), AS_OF, AS_OF, AS_OF, id="proposed only"),
        pytest.param((ALLOCATED,), AS_OF, date(2024, 6, 1), date(2024, 6, 1), id="allocated"),
        pytest.param((ALLOCATED, OPERATED), AS_OF, date(2024, 6, 1), date(2024, 6, 1), id="allocated and operated"),
        pytest.param((OPERATED,), AS_OF, AS_OF, date(2024, 6, 10), id="operated, allocation not told"),
        pytest.param(
            (fact("neoadjuvant-cycle", grade(1), "2024-06-03"),), AS_OF, AS_OF, date(2024, 6, 3), id="first cycle"
        ),
        pytest.param((fact("allocation", "surgery-only"),), AS_OF, AS_OF, AS_OF, id="allocation undated"),
    ],
)
def test_dates(facts: tuple[Fact, ...], reference: date, window_end: date, treatment_start: date) -> None:
    asked = ask(record(*facts), AS_OF)
    assert (asked.reference, asked.window_end, asked.treatment_start) == (reference, window_end, treatment_start)


def test_a_partly_known_date_keeps_both_its_ends_and_ends_by_the_day_asked_for() -> None:
    asked = ask(record(fact("consent", "given", "2024-05"), fact("allocation", "neoadjuvant", "2024-06")), AS_OF)
    assert (asked.reference, asked.reference_by) == (date(2024, 5, 1), date(2024, 5, 31))
    assert (asked.window_end, asked.window_end_by) == (date(2024, 6, 1), AS_OF)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (fact("histology", "SARCOMA-NOS", standing="hedged"), True),
        (fact("histology", "SFT", basis="imaging"), True),
        (fact("histology", "OTHER", family="sarcoma"), True),
        (fact("histology", "OTHER", family="other"), False),
        (fact("primary-site", "retroperitoneum", standing="hedged"), True),
        (fact("primary-site", "uterus"), False),
        (fact("radiotherapy", "present"), False),
    ],
)
def test_scope_is_whoever_may_have_a_sarcoma_or_a_retroperitoneal_tumour(
    study: Study, one: Fact, expected: bool
) -> None:
    assert screen(record(one), study, AS_OF).in_scope is expected
