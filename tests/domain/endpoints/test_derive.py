"""The whole of a subject: who has endpoints, the sets, the never-operated, and what is wrong with the data."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from natars_fhir.domain.endpoints.derive import derive
from natars_fhir.domain.interval import number
from natars_fhir.domain.record import Fact, detail
from natars_fhir.domain.sentence import render
from tests.domain.endpoints.course import (
    ALLOCATED,
    BORN,
    CONSENT,
    CUT,
    NEO,
    OPERATED,
    SURGERY,
    SURGERY_ONLY,
    T0,
    WAITING,
    complication,
    cycle,
    day,
    died,
    endpoints,
    grew,
    problems,
    scan,
    seen,
)
from tests.domain.trial_patients import fact, record


def test_a_patient_who_was_never_enrolled_has_no_endpoints() -> None:
    assert derive(record(BORN, CONSENT, grew(10)), CUT) is None


def test_an_allocation_without_a_day_still_makes_a_subject() -> None:
    undated = fact("allocation", NEO)
    found = endpoints(BORN, CONSENT, undated)
    assert (found.arm, found.allocated, found.sets) == (NEO, None, ("ENROLLED",))
    assert "An allocation without a day that can be used." in [issue.text for issue in found.issues]


@pytest.mark.parametrize(
    ("facts", "planned", "expected"),
    [
        pytest.param(OPERATED, 0, ("ENROLLED", "OPERATED", "PER-PROTOCOL"), id="surgery only"),
        pytest.param(WAITING, 3, ("ENROLLED",), id="waiting"),
        pytest.param((*WAITING, cycle(1, "2024-01-10")), 3, ("ENROLLED", "TREATED-NEO"), id="in treatment"),
        pytest.param(
            (*WAITING, cycle(1, "2024-01-10"), SURGERY), 3, ("ENROLLED", "TREATED-NEO", "OPERATED"), id="one cycle of 3"
        ),
        pytest.param((BORN, CONSENT, SURGERY), 0, ("OPERATED",), id="no allocation on record"),
    ],
)
def test_the_sets_of_a_subject(facts: tuple[Fact, ...], planned: int, expected: tuple[str, ...]) -> None:
    assert endpoints(*facts, planned=planned).sets == expected


def test_who_is_barred_by_the_final_pathology_is_in_that_set() -> None:
    found = derive(record(*OPERATED), CUT, excluded=True)
    assert found is not None
    assert found.sets == ("ENROLLED", "OPERATED", "EXCLUDED-FINAL-PATH")


NEVER = [
    pytest.param((died("2024-04-01"),), "death", id="death"),
    pytest.param((grew("2024-02-20"),), "progression", id="progression"),
    pytest.param((grew("2024-02-20"), died("2024-04-01")), "death", id="death goes first"),
    pytest.param((grew("2023-12-20"),), "pending", id="progression before enrolment tells nothing"),
    pytest.param((fact("laparotomy-biopsy-only", "present", "2024-03-10"),), "unresectable", id="open and close"),
    pytest.param((fact("laparotomy-biopsy-only", "present", "2023-10-10"),), "pending", id="an older laparotomy"),
    pytest.param((fact("mdt-resectability", "no", "2024-03-01"),), "unresectable", id="so the team says"),
    pytest.param((fact("consent", "withdrawn", "2024-02-01", reference="Consent/2"),), "refusal", id="withdrawn"),
    pytest.param((fact("treatment-tolerance", "no", "2024-02-01"),), "toxicity", id="not tolerated"),
    pytest.param((fact("adverse-event", "other", "2024-02-01", grade=number(4)),), "toxicity", id="grade 4"),
    pytest.param(
        (fact("adverse-event", "other", "2024-02-01", grade=number(3)),), "pending", id="grade 3 tells nothing"
    ),
    pytest.param((), "pending", id="nothing"),
]


@pytest.mark.parametrize(("facts", "reason"), NEVER)
def test_why_a_subject_was_never_operated(facts: tuple[Fact, ...], reason: str) -> None:
    found = endpoints(*WAITING, *facts)
    assert found.never_operated is not None
    assert (found.arm, found.never_operated.reason) == (NEO, reason)


#: A signature that does not stand any more, and does not say since when; and all that followed it.
SIGNED = CONSENT._replace(value="withdrawn")
GONE = (BORN, SIGNED, ALLOCATED, SURGERY, grew(100), died(200))


def test_a_withdrawal_without_a_day_ends_nothing_on_the_day_of_the_signature() -> None:
    """It made a subject of whom nothing after the signature was known: not operated, and not even enrolled."""
    found = endpoints(*GONE)
    assert {(one.status, one.reason) for one in found.times} == {("not-evaluable", "withdrawal-undated")}
    assert (found.sets, found.never_operated, found.surgery) == (("ENROLLED",), None, None)
    assert found.until == found.allocated  # nothing is used of what came after the day on which consent surely stood
    assert {one.name for one in found.issues} == {"withdrawal-undated"}


def test_the_day_on_which_people_said_that_the_subject_left_stands_for_it() -> None:
    left = T0 + timedelta(days=150)
    found = derive(record(*GONE), left, left=left)
    assert found is not None
    assert [one for one in found.times if one.parameter in ("PFS", "OS")] == [found.time("PFS"), found.time("OS")]
    free, alive = found.time("PFS"), found.time("OS")
    assert free is not None
    assert alive is not None
    assert (free.status, free.reason, free.days) == ("event", "progression", 100)
    assert (alive.status, alive.reason) == ("censored", "consent-withdrawn")


def test_a_withdrawal_told_after_the_allocation_has_its_own_day() -> None:
    told = CONSENT._replace(value="withdrawn", when=day(150))
    found = endpoints(BORN, told, ALLOCATED, SURGERY, grew(100), died(200))
    assert [one.reason for one in found.times if one.parameter in ("PFS", "OS")] == ["progression", "consent-withdrawn"]


def test_who_withdrew_had_consented_once() -> None:
    """A consent that was withdrawn later was told as acts of the trial without any consent."""
    found = endpoints(BORN, CONSENT._replace(value="withdrawn", detail=detail(ended=day(50))), ALLOCATED, SURGERY)
    assert "act-without-consent" not in {one.name for one in found.issues}


def test_one_who_was_operated_is_not_among_them() -> None:
    assert endpoints(*OPERATED).never_operated is None


def test_growth_during_treatment_is_kept_though_no_event() -> None:
    grown = grew(-20)
    allocated = fact("allocation", NEO, "2024-01-02")
    assert endpoints(BORN, CONSENT, allocated, SURGERY, grown).progressed_before_surgery == (grown,)


ISSUES = [
    pytest.param((fact("birth-date", "2024-04"),), "The index surgery is dated before the patient's birth.", id="born"),
    pytest.param((grew(-20),), "A progression before the index surgery: it is no event from surgery.", id="before"),
    pytest.param(
        (grew(0),), "A progression on the day of the index surgery: it is no event from surgery.", id="on the day"
    ),
    pytest.param(
        (grew("2024-03"),),
        "A progression of which the date does not tell whether it came before the surgery.",
        id="straddling",
    ),
    pytest.param((grew(None),), "A progression without a date.", id="undated progression"),
    pytest.param((died(50), died(60, "Patient/2")), "Dates of death on record disagree: none of them is used.", id="2"),
    pytest.param((died(None),), "The patient is dead, and no day of death can be used.", id="undated death"),
    pytest.param((died(-5),), "The index surgery is dated after the patient's death.", id="dead before surgery"),
    pytest.param((died(50), seen(60)), "The patient was seen alive after the day of death.", id="seen after death"),
    pytest.param(
        (died(50), fact("death", "absent")), "The patient is said to be dead, and elsewhere to be alive.", id="both"
    ),
    pytest.param((fact("allocation", NEO, day(5)),), "Two arms are on record for one subject.", id="two arms"),
    pytest.param(
        (fact("adverse-event", "other", day(5)),), "An adverse event without a grade.", id="event without a grade"
    ),
    pytest.param(
        (died("2024-08"),), "Of death only the month is known: a day stands in for it, flagged.", id="imputed"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "text"), ISSUES)
def test_what_is_wrong_with_the_data_is_told(facts: tuple[Fact, ...], text: str) -> None:
    assert text not in problems(*OPERATED)
    assert text in problems(*OPERATED, *facts)


@pytest.mark.parametrize(
    ("consented", "expected"), [("2024-03-10", 1), ("2024-03-11", 2), ("2024-03", 0), ("2024-04", 2)]
)
def test_acts_of_the_trial_before_consent_are_told(consented: str, expected: int) -> None:
    """Allocation on 1 March, surgery on 10 March."""
    found = problems(BORN, fact("consent", "given", consented), ALLOCATED, SURGERY)
    assert len([text for text in found if text.endswith("is dated before consent to it.")]) == expected


def test_acts_of_the_trial_without_consent_are_told() -> None:
    assert "An act of the trial (index-surgery) without consent to it on record." in problems(BORN, ALLOCATED, SURGERY)


def test_a_surgery_without_allocation_or_without_a_day_is_told() -> None:
    assert "Operated in the trial without an allocation on record." in problems(BORN, CONSENT, SURGERY)
    text = "The index surgery has no day that can be used: no endpoint from surgery is defined."
    assert text in problems(BORN, CONSENT, ALLOCATED, fact("index-surgery", "present", "2024"))


def test_an_issue_holds_no_value_of_the_patient() -> None:
    facts = (*OPERATED, grew(-20), died(50), died(60, "Observation/2"), seen(80), complication(5, "III"))
    for issue in endpoints(*facts).issues:
        assert not any(one.when and one.when in issue.text for one in facts)


def test_an_arm_that_two_allocations_of_one_day_dispute_is_not_told() -> None:
    assert endpoints(*OPERATED, fact("allocation", NEO, "2024-03-01")).arm == ""
    assert endpoints(*OPERATED, fact("allocation", NEO, "2024-03-02")).arm == SURGERY_ONLY


def test_what_was_not_known_by_the_day_asked_for_does_not_count() -> None:
    late = scan(90)._replace(known="2024-09-01")
    found = endpoints(*OPERATED, late, as_of=date(2024, 8, 1)).time("PFS")
    assert found is not None
    assert found.days == 0


def test_preliminary_and_doubtful_facts_decide_nothing() -> None:
    doubtful = (grew(50)._replace(standing="hedged"), died(60)._replace(standing="pending"))
    found = endpoints(*OPERATED, *doubtful, scan(90)).time("PFS")
    assert found is not None
    assert (found.status, found.days) == ("censored", 90)


def test_the_trace_is_told_in_chinese_too() -> None:
    steps = endpoints(*OPERATED, complication(5, "IIIb"), seen(100)).trace
    assert render(steps[0].sentence, "zh") == "入组后首次完成的肿瘤切除手术（2024-03-10）为研究手术，记为第0天"
