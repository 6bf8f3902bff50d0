"""Progression-free and overall survival: event or censored, on which day, and why (clinical.md §6.2 to §6.5, §6.9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given as all_of
from hypothesis import strategies as st

from natars_fhir.domain.endpoints.conventions import USUAL, Conventions
from natars_fhir.domain.endpoints.time_to_event import TimeToEvent
from natars_fhir.domain.record import Fact
from tests.domain.endpoints.course import (
    ALLOCATED,
    BORN,
    CONSENT,
    CUT,
    NEO,
    OPERATED,
    T0,
    WAITING,
    day,
    died,
    given,
    grew,
    image,
    said,
    scan,
    seen,
    short,
    time,
)
from tests.domain.trial_patients import fact

MARGIN = fact("resection-margin", "R2", day(7))
WITHDRAWN = fact("consent", "withdrawn", day(200), reference="Consent/2")
LOST = fact("lost-to-follow-up", "present", day(400))
SECOND = fact("second-malignancy", "present", day(300))
SPREAD = fact("metastasis", "present", day(150), method="imaging")
CODED = fact("metastasis", "present", day(170), method="diagnosis", reference="Condition/1")
IN_SPECIMEN = fact("metastasis", "present", day(5), method="pathology", reference="DiagnosticReport/specimen")
PROVEN = fact("metastasis", "present", day(120), method="pathology", reference="DiagnosticReport/biopsy")
BIOPSY = fact("biopsy", "present", day(120), method="pathology", reference="DiagnosticReport/biopsy")


def came_back(onset: int) -> Fact:
    """A diagnosis whose clinical status says that the tumour came back."""
    return grew(onset, origin="recurrence", clinicalStatus="recurrence", method="diagnosis")


def spread(onset: int) -> Fact:
    """A confirmed diagnosis of a metastasis."""
    return fact("metastasis", "present", day(onset), reference="Condition/m", method="diagnosis")


PFS = [
    pytest.param((), ("censored", "no-assessment", 0), id="no assessment after surgery is censored on day 0"),
    pytest.param((scan(90), scan(180)), ("censored", "alive", 180), id="alive at the last assessment"),
    pytest.param((scan(90), image(200)), ("censored", "alive", 200), id="abdominal images are an assessment"),
    pytest.param((scan(90), seen(300)), ("censored", "alive", 90), id="last contact does not censor PFS"),
    pytest.param((scan(90), scan(180, "NE")), ("censored", "alive", 90), id="a scan that cannot be evaluated"),
    pytest.param((scan(90), scan(180, "PD"), grew(180)), ("event", "progression", 180), id="progression"),
    pytest.param((SPREAD,), ("event", "progression", 150), id="a new distant lesion on images"),
    pytest.param((SPREAD, CODED), ("event", "progression", 150), id="the scan dates it, and not the coding"),
    pytest.param((CODED, scan(200)), ("censored", "alive", 200), id="a diagnosis that a scan contradicts"),
    pytest.param((IN_SPECIMEN, scan(90)), ("censored", "alive", 90), id="what the specimen shows was there before"),
    pytest.param((PROVEN, BIOPSY), ("event", "progression", 120), id="a lesion proven by biopsy"),
    pytest.param((scan(90), died(200)), ("event", "death", 200), id="death of any cause"),
    pytest.param((grew(200), died(200)), ("event", "progression-and-death", 200), id="both on the same day"),
    pytest.param((grew(100), died(200)), ("event", "progression", 100), id="progression, then death"),
    pytest.param((died(0),), ("event", "death", 0), id="death on the day of surgery"),
    pytest.param((grew(-20), scan(90)), ("censored", "alive", 90), id="progression before surgery is none"),
    pytest.param((grew(0), scan(90)), ("censored", "alive", 90), id="nor is one found at the surgery"),
    pytest.param((SECOND, scan(310)), ("censored", "alive", 310), id="a second primary is no event"),
    pytest.param((scan(90), grew(90, "suspected")), ("censored", "alive", 90), id="suspected alone is no event"),
    pytest.param(
        (scan(90), grew(90, "suspected"), scan(150, "PD"), grew(150)),
        ("event", "progression", 90),
        id="suspicious, then confirmed: dated back",
    ),
    pytest.param(
        (grew(90, "suspected"), scan(120, "stable"), scan(200, "PD"), grew(200)),
        ("event", "progression", 200),
        id="a suspicion that was cleared dates nothing",
    ),
    pytest.param((MARGIN, scan(60), scan(120, "PD"), grew(120)), ("event", "progression", 120), id="R2, then PD"),
    pytest.param(
        (MARGIN, scan(60, "worsened"), grew(60, "suspected"), scan(120, "PD"), grew(120)),
        ("event", "progression", 120),
        id="after R2 the first scan is the baseline",
    ),
    pytest.param((scan(90), scan(250), WITHDRAWN), ("censored", "consent-withdrawn", 90), id="withdrawn"),
    pytest.param((scan(90), grew(250), WITHDRAWN), ("censored", "consent-withdrawn", 90), id="grew after withdrawal"),
    pytest.param(
        (scan(90), scan(250), fact("consent", "withdrawn", day(-1), ended=day(200))),
        ("censored", "consent-withdrawn", 90),
        id="withdrawn long after it was signed",
    ),
    pytest.param(
        (scan(90), fact("consent", "withdrawn", day(200), ended="2099-01-01", reference="Consent/2")),
        ("censored", "alive", 90),
        id="withdrawn on a day that is still to come",
    ),
    pytest.param((scan(90), LOST), ("censored", "lost-to-follow-up", 90), id="lost"),
    pytest.param((scan(90), LOST, scan(500)), ("censored", "alive", 500), id="lost and found again"),
    pytest.param(
        (scan(90), given("pazopanib", 100), scan(180), grew(200)),
        ("censored", "new-therapy", 90),
        id="new therapy before progression",
    ),
    pytest.param(
        (scan(90), given("doxorubicin", 100), died(200)),
        ("censored", "new-therapy", 90),
        id="after surgery the trial's own drugs are new therapy too",
    ),
    pytest.param((grew(100), given("pazopanib", 120)), ("event", "progression", 100), id="therapy after progression"),
    pytest.param((grew(100), given("pazopanib", 100)), ("event", "progression", 100), id="therapy on that day"),
    pytest.param((grew(-20), given("ifosfamide", -40), scan(90)), ("censored", "alive", 90), id="neoadjuvant drugs"),
    pytest.param((died(None),), ("event", "death-undated", None), id="dead, date unknown"),
    pytest.param((died("2025"),), ("event", "death-undated", None), id="dead, year alone"),
    pytest.param((died(None), grew(100)), ("event", "progression", 100), id="progression before an unknown death"),
    pytest.param(
        (died(100), died(130, "Observation/d")), ("event", "death-conflicting", None), id="two dates of death"
    ),
    pytest.param((died("2024-08"), died(150, "Observation/d")), ("event", "death", 150), id="the more exact of two"),
    pytest.param((grew(None), scan(90)), ("event", "progression-undated", None), id="progression without a date"),
    pytest.param((grew(None), grew(90)), ("event", "progression", 90), id="the dated one tells of the same event"),
    pytest.param((grew("2024"), grew(400)), ("event", "progression-undated", None), id="an earlier one by year alone"),
    pytest.param((grew("2024-03"), scan(90)), ("event", "progression-undated", None), id="in the month of the surgery"),
    pytest.param(
        (spread(120), scan(90)), ("event", "progression-undated", None), id="a metastasis that is coded alone"
    ),
    pytest.param((spread(120), scan(90), grew(100)), ("event", "progression", 100), id="coded, and seen before"),
    pytest.param(
        (spread(120), scan(90), scan(150)), ("censored", "alive", 150), id="coded, and the next scan is stable"
    ),
    pytest.param((spread(-20), scan(90)), ("censored", "alive", 90), id="coded of before the surgery"),
    pytest.param((came_back(-60), scan(90)), ("event", "progression-undated", None), id="a diagnosis that came back"),
    pytest.param((came_back(-60), scan(90), grew(120)), ("event", "progression", 120), id="it came back, and was seen"),
    pytest.param((came_back(150), scan(90)), ("event", "progression", 150), id="a new diagnosis, of the recurrence"),
]


@pytest.mark.parametrize(("facts", "expected"), PFS)
def test_progression_free_survival(facts: tuple[Fact, ...], expected: tuple[str, str, int | None]) -> None:
    assert short(time("PFS", *OPERATED, *facts)) == expected


OS = [
    pytest.param((), ("censored", "alive", 0), id="the surgery shows life"),
    pytest.param((scan(90), seen(300)), ("censored", "alive", 300), id="last contact"),
    pytest.param((seen(100), fact("anc", "2", day(310))), ("censored", "alive", 310), id="a blood test"),
    pytest.param((given("pazopanib", 400),), ("censored", "alive", 400), id="a dose that was given"),
    pytest.param((died(12),), ("event", "death", 12), id="death in hospital counts"),
    pytest.param((died(0),), ("event", "death", 0), id="death on the day of surgery"),
    pytest.param((seen("2025-03"),), ("censored", "alive", 370), id="contact in a month, the 15th"),
    pytest.param((seen("2024-03"),), ("censored", "alive", 5), id="contact in the month of the surgery"),
    pytest.param((seen(290), WITHDRAWN), ("censored", "consent-withdrawn", 0), id="withdrawn"),
    pytest.param((seen(100), LOST), ("censored", "lost-to-follow-up", 100), id="lost"),
    pytest.param((given("pazopanib", 100), seen(500)), ("censored", "alive", 500), id="new therapy does not censor OS"),
]


@pytest.mark.parametrize(("facts", "expected"), OS)
def test_overall_survival(facts: tuple[Fact, ...], expected: tuple[str, str, int | None]) -> None:
    assert short(time("OS", *OPERATED, *facts)) == expected


@pytest.mark.parametrize(
    ("when", "others", "days", "imputed"),
    [
        ("2024-08", (), 158, True),
        ("2024-03", (), 5, True),
        ("2024-08", (seen("2024-08-20"),), 163, True),
        ("2024-08-15", (), 158, False),
    ],
    ids=["middle of the month", "never before the surgery", "never before last seen alive", "an exact day"],
)
def test_a_day_that_stands_in_is_flagged(when: str, others: tuple[Fact, ...], days: int, imputed: bool) -> None:
    found = time("OS", *OPERATED, died(when), *others)
    assert (found.days, found.imputed) == (days, imputed)
    assert any("stands in for it, flagged" in line for line in said(found)) is imputed


def test_a_progression_in_a_month_does_not_pass_the_death_in_it() -> None:
    found = time("PFS", *OPERATED, grew("2024-08"), died("2024-08-04"))
    assert short(found) == ("event", "progression-and-death", 147)


def test_where_no_day_may_stand_in_such_a_date_is_not_used() -> None:
    how = Conventions(partial_dates="NOT_USED")
    assert short(time("OS", *OPERATED, died("2024-08"), how=how)) == ("event", "death-undated", None)
    assert short(time("PFS", *OPERATED, grew("2024-08"), how=how)) == ("event", "progression-undated", None)


def test_the_analysis_that_ignores_new_therapy_stands_beside_the_primary_one() -> None:
    facts = (*OPERATED, scan(90), given("pazopanib", 100), scan(180), grew(200))
    assert short(time("PFS-TX", *facts)) == ("event", "progression", 200)
    assert short(time("PFS", *facts, how=replace(USUAL, new_therapy="IGNORED"))) == ("event", "progression", 200)


@pytest.mark.parametrize(
    ("last", "expected"), [(90, ("censored", "missed-assessments", 90)), (180, ("event", "death", 300))]
)
def test_a_death_after_two_missed_scans_is_censored_in_the_sensitivity_analysis(
    last: int, expected: tuple[str, str, int]
) -> None:
    how = replace(USUAL, scans=(90, 180, 270))
    facts = (*OPERATED, scan(last), died(300))
    assert short(time("PFS-MISS", *facts, how=how)) == expected
    assert short(time("PFS", *facts, how=how)) == ("event", "death", 300)


def test_without_a_planned_schedule_no_scan_is_missed() -> None:
    with pytest.raises(AssertionError):
        time("PFS-MISS", *OPERATED)


def test_the_data_cut_off_hides_what_comes_later() -> None:
    facts = (*OPERATED, scan(90), grew(200), died(300))
    assert short(time("PFS", *facts, as_of=date(2024, 8, 1))) == ("censored", "alive", 90)


@pytest.mark.parametrize(
    ("surgery", "event", "days", "years"),
    [
        ("2024-02-28", "2024-03-01", 2, 2 / 365.25),
        ("2023-02-28", "2023-03-01", 1, 1 / 365.25),
        ("2024-02-29", "2025-02-28", 365, 365 / 365.25),
    ],
)
def test_a_leap_day_is_a_day(surgery: str, event: str, days: int, years: float) -> None:
    facts = (BORN, CONSENT, ALLOCATED, fact("index-surgery", "present", surgery), died(event))
    allocated = fact("allocation", NEO, "2023-01-05", reference="ResearchSubject/1")
    found = time("OS", BORN, CONSENT, allocated, *facts[3:])
    assert (found.days, found.years) == (days, pytest.approx(years))


def test_months_and_years_are_those_of_the_protocol() -> None:
    found = time("OS", *OPERATED, died(731))
    assert (found.months, found.years) == (pytest.approx(731 / 30.4375), pytest.approx(731 / 365.25))


# ── never operated, and intention to treat ──


@pytest.mark.parametrize("parameter", ["PFS", "OS"])
def test_without_surgery_no_other_day_takes_its_place(parameter: str) -> None:
    found = time(parameter, *WAITING, died("2024-04-01"))
    assert short(found) == ("not-evaluable", "never-operated", None)
    assert (found.origin, found.months, found.years) == (None, None, None)


def test_an_arm_a_patient_who_dies_before_surgery_counts_by_intention_to_treat() -> None:
    facts = (*WAITING, died("2024-04-01"))
    assert short(time("OS-ITT", *facts)) == ("event", "death", 90)
    assert short(time("PFS-ITT", *facts)) == ("event", "death", 90)


def test_growth_before_surgery_is_an_event_by_intention_to_treat_alone() -> None:
    facts = (*OPERATED, grew(-5), scan(90))
    assert short(time("PFS-ITT", *facts)) == ("event", "progression", 4)
    assert short(time("PFS", *facts)) == ("censored", "alive", 90)


def test_the_regimen_before_surgery_is_no_new_therapy_and_another_drug_is() -> None:
    waiting = (*WAITING, scan("2024-02-01"), scan("2024-03-20"))
    assert short(time("PFS-ITT", *waiting, given("ifosfamide", -40))) == ("censored", "alive", 78)
    assert short(time("PFS-ITT", *waiting, given("pazopanib", -20))) == ("censored", "new-therapy", 30)


@pytest.mark.parametrize(
    ("dose", "expected"),
    [
        pytest.param(given("mesna", -40, "supportive"), ("censored", "alive", 90), id="mesna, before"),
        pytest.param(given("chemotherapy", -40, "chemotherapy"), ("censored", "alive", 90), id="a procedure, before"),
        pytest.param(given("gemcitabine", -40, "chemotherapy"), ("censored", "new-therapy", 0), id="another drug"),
        pytest.param(given("dexrazoxane", 40, "supportive"), ("censored", "alive", 90), id="dexrazoxane, after"),
        pytest.param(
            given("chemotherapy", 40, "chemotherapy"), ("censored", "new-therapy", 0), id="a procedure, after"
        ),
    ],
)
def test_what_goes_with_the_trials_own_drugs_is_no_other_treatment(dose: Fact, expected: tuple[str, str, int]) -> None:
    """Mesna with ifosfamide censored whoever got it, from allocation on."""
    allocated = fact("allocation", NEO, day(-60))
    found = time("PFS-ITT", BORN, CONSENT._replace(when=day(-61)), allocated, OPERATED[3], scan(90), dose)
    status, reason, days = expected
    assert short(found) == (status, reason, days + 60 if days else 0)


def test_a_treatment_that_says_only_when_it_was_told_began_by_then() -> None:
    dose = given("pazopanib", 100)._replace(when=None, known=day(100))
    assert short(time("PFS", *OPERATED, scan(90), dose, grew(200))) == ("censored", "new-therapy", 90)


def test_without_allocation_intention_to_treat_counts_from_consent() -> None:
    found = time("OS-ITT", BORN, CONSENT, OPERATED[3], died(10))
    assert (found.origin, found.days) == (date(2024, 2, 25), 24)


def test_an_open_and_close_laparotomy_is_no_day_0() -> None:
    opened = fact("laparotomy-biopsy-only", "present", "2024-04-10", reference="Procedure/open-close")
    assert short(time("PFS", *WAITING, opened)) == ("not-evaluable", "never-operated", None)


def test_a_surgery_of_a_year_alone_defines_no_endpoint() -> None:
    facts = (BORN, CONSENT, fact("allocation", NEO, "2023-12-20"), fact("index-surgery", "present", "2024"))
    assert short(time("PFS", *facts)) == ("not-evaluable", "surgery-undated", None)


def test_a_surgery_of_a_known_month_is_flagged() -> None:
    facts = (BORN, CONSENT, ALLOCATED, fact("index-surgery", "present", "2024-03"), died("2024-04-01"))
    found = time("OS", *facts)
    assert (found.origin, found.imputed) == (date(2024, 3, 15), True)


# ── the trace ──


def test_the_trace_tells_each_decision_in_order() -> None:
    found = time("PFS", *OPERATED, scan(90), grew(90, "suspected"), scan(150, "PD"), grew(150))
    assert said(found) == [
        "Counted from the index surgery, 2024-03-10",
        "The first progression after that day: progression suspected (2024-06-08), so the event is on 2024-06-08",
        "First suspected on 2024-06-08, confirmed on 2024-08-07: the event is dated to the suspicious scan",
    ]
    assert [step.rule for step in found.trace] == ["clinical.md §6.1", "clinical.md §6.2", "clinical.md §6.2"]
    assert [one.source.reference for one in found.facts] == [
        "Observation/grew-2024-06-08",
        "Observation/grew-2024-08-07",
    ]


# ── laws ──

DAYS = st.integers(-60, 700)
COURSE = st.lists(
    st.one_of(
        DAYS.map(scan),
        DAYS.map(seen),
        DAYS.map(grew),
        DAYS.map(lambda n: grew(n, "suspected")),
        DAYS.map(died),
        DAYS.map(lambda n: given("pazopanib", n)),
        st.sampled_from(["2024", "2024-03", "2024-09", None]).map(grew),
        st.sampled_from(["2024", "2024-04", None]).map(died),
    ),
    max_size=8,
)


@all_of(COURSE)
def test_no_time_is_negative_and_none_ends_after_the_cut(facts: list[Fact]) -> None:
    for parameter in ("PFS", "OS", "PFS-TX", "PFS-ITT", "OS-ITT"):
        found = time(parameter, *OPERATED, *[one for one in facts if not _dead_before(one)])
        assert found.days is None or found.days >= 0
        assert found.end is None or found.end <= CUT
        assert (found.status == "event") or found.days is not None


@all_of(COURSE)
def test_pfs_events_come_no_later_than_os_events(facts: list[Fact]) -> None:
    facts = [one for one in facts if not _dead_before(one)]
    free, alive = time("PFS-TX", *OPERATED, *facts), time("OS", *OPERATED, *facts)
    if alive.status == "event" and alive.days is not None and free.days is not None:
        assert free.status == "event"
        assert free.days <= alive.days


@all_of(st.permutations([scan(90), grew(200), seen(300), given("pazopanib", 150), died(400)]))
def test_the_order_of_facts_does_not_matter(facts: list[Fact]) -> None:
    def bare(one: TimeToEvent) -> TimeToEvent:
        return replace(one, trace=())

    ordered = sorted(facts, key=lambda one: one.when or "")
    assert bare(time("PFS", *OPERATED, *facts)) == bare(time("PFS", *OPERATED, *ordered))


def _dead_before(one: Fact) -> bool:
    """A death before the surgery: told as an issue, and no course."""
    return one.concept == "death" and one.when is not None and one.when < T0.isoformat() and len(one.when) > 7
