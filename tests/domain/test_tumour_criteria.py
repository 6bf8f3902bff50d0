"""I-01 to I-03, I-09 to I-13, I-18 and E-01: what the patient and the tumour are (clinical.md §2.1)."""

from __future__ import annotations

from datetime import date

import pytest

from natars_fhir.domain.interval import Interval, number
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Study
from tests.domain.trial_patients import ALLOCATED, AS_OF, OPERATED, ask, biopsy, cm, fact, grade, short

MDM2, CDK4, FISH = "ihc-mdm2", "ihc-cdk4", "fish-mdm2"
DDLPS, LMS, UPS = biopsy("DDLPS"), biopsy("LMS"), biopsy("UPS")
CONSENT = fact("consent", "given", "2024-03")


def born(text: str) -> tuple[Fact, ...]:
    return (fact("birth-date", text),)


def _other_report(fact: Fact) -> Fact:
    return fact._replace(source=fact.source._replace(reference="DiagnosticReport/other"))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(born("2006-06-15"), "yes", id="18 today"),
        pytest.param(born("2006-06-16"), "no", id="18 tomorrow"),
        pytest.param(born("1948-06-16"), "yes", id="75 years and 364 days"),
        pytest.param(born("1948-06-15"), "no", id="76 today"),
        pytest.param(born("1961-05"), "yes", id="month of birth, well inside"),
        pytest.param(born("2006-06"), "unknown imprecise", id="month of birth straddles 18"),
        pytest.param(born("1948"), "unknown imprecise", id="year of birth straddles 76"),
        pytest.param(born("1940"), "no", id="year of birth, well outside"),
        pytest.param((), "unknown silent", id="no birth date"),
        pytest.param((*born("1990"), *born("1991")), "yes", id="two birth dates, both inside"),
        pytest.param((*born("1990"), *born("1930")), "unknown conflicting", id="two birth dates, one outside"),
        pytest.param((*born("1948-03-20"), CONSENT), "unknown imprecise", id="76 within the month of consent"),
        pytest.param((*born("1948-04-20"), CONSENT), "yes", id="75 at consent, 76 by now"),
        pytest.param(
            (*born("1948-04-20"), CONSENT._replace(value="withdrawn"), ALLOCATED),
            "yes",
            id="75 at a consent that was withdrawn in the trial, 76 by now",
        ),
        pytest.param(
            (*born("1948-04-20"), CONSENT._replace(value="withdrawn")),
            "no",
            id="withdrawn before the trial: as of today",
        ),
    ],
)
def test_age_is_counted_in_completed_years_on_the_reference_date(
    study: Study, facts: tuple[Fact, ...], expected: str
) -> None:
    assert short(ask(study, "I-01", *facts)) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        *(pytest.param((biopsy(kind),), "yes", id=kind) for kind in ("DDLPS", "LMS", "UPS", "SFT")),
        *(pytest.param((biopsy(kind),), "no", id=kind) for kind in ("WDLPS", "OTHER")),
        pytest.param((biopsy("SARCOMA-NOS"),), "unknown imprecise", id="sarcoma without a type"),
        pytest.param((DDLPS, biopsy("SARCOMA-NOS")), "yes", id="untyped beside typed"),
        pytest.param((DDLPS, biopsy("WDLPS")), "yes", id="both components are DDLPS"),
        pytest.param((DDLPS, biopsy("UPS", component="yes")), "yes", id="what a part of it looks like"),
        pytest.param(
            (biopsy("WDLPS"), biopsy("DDLPS")._replace(standing="hedged")),
            "unknown imprecise",
            id="well differentiated, and perhaps more",
        ),
        pytest.param(
            (biopsy("WDLPS"), _other_report(biopsy("DDLPS")._replace(standing="hedged"))),
            "no",
            id="another report thought of more",
        ),
        pytest.param((DDLPS, LMS), "unknown conflicting", id="two types"),
        pytest.param((fact("histology", "LMS", basis="diagnosis"),), "yes", id="coded diagnosis, undated"),
        pytest.param((fact("histology", "LMS", basis="imaging"),), "unknown imprecise", id="imaging alone"),
        pytest.param((fact("histology", "LMS", standing="hedged"),), "unknown imprecise", id="said with doubt"),
        pytest.param((fact("histology", "LMS", standing="pending"),), "unknown pending", id="preliminary"),
        pytest.param((DDLPS, fact("histology", "LMS", standing="hedged")), "yes", id="doubt beside a final report"),
        pytest.param((), "unknown silent", id="nothing"),
        pytest.param(
            (UPS, fact(MDM2, "positive"), fact(CDK4, "positive")), "unknown conflicting", id="UPS with MDM2, CDK4"
        ),
        pytest.param((UPS, fact(MDM2, "positive"), fact(CDK4, "negative")), "yes", id="UPS with MDM2 alone"),
        pytest.param((UPS, fact(FISH, "amplified")), "unknown conflicting", id="UPS with amplified MDM2"),
        pytest.param((UPS, fact("mdm2-cep12-ratio", number("2.0", "1"))), "unknown conflicting", id="UPS, ratio 2.0"),
        pytest.param((UPS, fact("mdm2-cep12-ratio", number("1.9", "1"))), "yes", id="UPS, ratio 1.9"),
        pytest.param((DDLPS, ALLOCATED, biopsy("WDLPS", "2024-06-10")), "yes", id="another type after allocation"),
        pytest.param(
            (DDLPS, OPERATED, biopsy("OTHER", "2024-06-10", specimen="resection")),
            "yes",
            id="specimen of the index surgery",
        ),
        pytest.param(
            (OPERATED, biopsy("LMS", None, specimen="resection")),
            "unknown silent",
            id="undated specimen, operated here",
        ),
        pytest.param((biopsy("LMS", "2020-01", specimen="resection"),), "yes", id="specimen of an earlier resection"),
        pytest.param((biopsy("LMS", "2024-07"),), "unknown silent", id="after the day asked for"),
    ],
)
def test_histology_needs_definite_tissue_of_one_type(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "I-02", *facts)) == expected


SITE = "primary-site"


@pytest.mark.parametrize(
    ("sites", "retroperitoneal", "elsewhere"),
    [
        (("retroperitoneum",), "yes", "no"),
        (("gi-tract",), "no", "yes"),
        (("uterus",), "no", "yes"),
        (("urinary-tract",), "no", "yes"),
        (("other",), "no", "no"),
        (("abdomen-pelvis-nos",), "unknown imprecise", "unknown imprecise"),
        (("retroperitoneum", "abdomen-pelvis-nos"), "yes", "no"),
        (("retroperitoneum", "uterus"), "unknown conflicting", "unknown conflicting"),
        (("gi-tract", "uterus"), "no", "yes"),
        ((), "unknown silent", "unknown silent"),
    ],
)
def test_origin_answers_both_its_criteria(
    study: Study, sites: tuple[str, ...], retroperitoneal: str, elsewhere: str
) -> None:
    facts = [fact(SITE, site) for site in sites]
    assert short(ask(study, "I-03", *facts)) == retroperitoneal
    assert short(ask(study, "E-01", *facts)) == elsewhere


def test_an_origin_in_doubt_leaves_the_place_that_the_same_words_tell_in_doubt(study: Study) -> None:
    """腹膜后肿块，考虑来源于十二指肠: where it lies is not where it began; a code, or what is stated, decides."""
    report = "DiagnosticReport/1"
    doubt = fact(SITE, "gi-tract", standing="hedged", reference=report, origin="stated")._replace(span=(8, 13))
    place = fact(SITE, "retroperitoneum", reference=report)
    worded = place._replace(span=(0, 3))
    assert short(ask(study, "I-03", worded, doubt)) == "unknown imprecise"
    assert short(ask(study, "E-01", worded, doubt)) == "unknown imprecise"
    assert short(ask(study, "I-03", place, doubt)) == "yes"
    stated = fact(SITE, "retroperitoneum", reference=report, origin="stated")._replace(span=(0, 3))
    assert short(ask(study, "I-03", stated, doubt)) == "yes"
    assert short(ask(study, "I-03", worded, doubt, fact(SITE, "retroperitoneum", reference="Condition/1"))) == "yes"


@pytest.mark.parametrize(("standing", "reason"), [("hedged", "imprecise"), ("pending", "pending")])
def test_a_suspected_origin_never_decides(study: Study, standing: str, reason: str) -> None:
    doubtful = fact(SITE, "gi-tract", standing=standing)  # type: ignore[arg-type]
    assert short(ask(study, "E-01", doubtful)) == f"unknown {reason}"
    assert short(ask(study, "E-01", doubtful, fact(SITE, "retroperitoneum"))) == "no"


def stains(mdm2: str, cdk4: str) -> tuple[Fact, ...]:
    return (DDLPS, fact(MDM2, mdm2, "2024-05-20"), fact(CDK4, cdk4, "2024-05-20"))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(stains("positive", "positive"), "yes", id="both positive"),
        pytest.param(stains("positive", "negative"), "no", id="CDK4 negative, no FISH"),
        pytest.param(
            (*stains("negative", "negative"), fact(FISH, "not-amplified")), "no", id="negative, not amplified"
        ),
        pytest.param((*stains("negative", "negative"), fact(FISH, "failed")), "no", id="negative, FISH failed"),
        pytest.param((*stains("negative", "negative"), fact(FISH, "not-done")), "no", id="negative, FISH not done"),
        pytest.param(
            (*stains("negative", "negative"), fact(FISH, "pending")), "unknown pending", id="negative, FISH awaited"
        ),
        pytest.param(
            (*stains("negative", "negative"), fact(FISH, "amplified")), "unknown conflicting", id="negative, amplified"
        ),
        pytest.param(
            (*stains("negative", "positive"), fact(FISH, "amplified"), fact("mdm2-cep12-ratio", number("1.1", "1"))),
            "unknown conflicting",
            id="negative, FISH contradicts its ratio",
        ),
        pytest.param((DDLPS, fact(MDM2, "positive")), "unknown silent", id="CDK4 not reported"),
        pytest.param(stains("positive", "not-done"), "unknown silent", id="CDK4 not done"),
        pytest.param(stains("equivocal", "positive"), "unknown imprecise", id="MDM2 equivocal"),
        pytest.param(stains("positive", "pending"), "unknown pending", id="CDK4 awaited"),
        pytest.param(stains("equivocal", "pending"), "unknown imprecise", id="the graver reason is named"),
        pytest.param(stains("equivocal", "negative"), "no", id="one negative decides"),
        pytest.param((*stains("positive", "negative"), fact(CDK4, "positive", "2024-05-28")), "yes", id="newest wins"),
        pytest.param(
            (*stains("positive", "negative"), fact(CDK4, "positive", "2024-05-20")),
            "unknown conflicting",
            id="same day",
        ),
        pytest.param(
            (*stains("positive", "negative"), fact(CDK4, "positive", "2024-05")), "unknown conflicting", id="either"
        ),
        pytest.param(
            (*stains("positive", "positive"), fact(CDK4, "not-done", "2024-06-01")), "yes", id="not done again"
        ),
        pytest.param(
            (*stains("positive", "positive"), ALLOCATED, fact(CDK4, "negative", "2024-06-02")), "yes", id="later"
        ),
        pytest.param((LMS, fact(MDM2, "negative")), "yes not-applicable", id="LMS"),
        pytest.param((biopsy("SARCOMA-NOS"),), "unknown imprecise", id="untyped"),
        pytest.param((), "unknown silent", id="no histology"),
    ],
)
def test_both_stains_must_be_positive_in_ddlps(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "I-09", *facts)) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((DDLPS, fact(FISH, "amplified")), "yes", id="amplified"),
        pytest.param((DDLPS, fact(FISH, "not-amplified")), "no", id="not amplified"),
        pytest.param((DDLPS, fact("mdm2-cep12-ratio", number("8.2", "1"))), "yes", id="by ratio"),
        pytest.param((DDLPS, fact(FISH, "failed")), "unknown imprecise", id="failed"),
        pytest.param((DDLPS, fact(FISH, "pending")), "unknown pending", id="awaited"),
        pytest.param((DDLPS,), "unknown silent", id="nothing"),
        pytest.param((UPS,), "yes not-applicable", id="UPS"),
        pytest.param(
            (DDLPS, fact(FISH, "amplified"), fact("mdm2-cep12-ratio", number("1.9", "1"))),
            "unknown conflicting",
            id="contradicts its ratio",
        ),
    ],
)
def test_fish_is_told_as_advice(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "I-09r", *facts)) == expected


GRADE = "fnclcc-grade"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((fact(GRADE, grade(1)),), "no", id="1"),
        pytest.param((fact(GRADE, grade(2)),), "yes", id="2"),
        pytest.param((fact(GRADE, grade(3)),), "yes", id="3"),
        pytest.param((fact(GRADE, grade(2, 3)),), "yes", id="2 to 3"),
        pytest.param((fact(GRADE, grade(1, 2)),), "unknown imprecise", id="1 to 2"),
        pytest.param((fact("histologic-grade", "high"),), "unknown imprecise", id="high grade, no scheme"),
        pytest.param((fact(GRADE, grade(2), standing="pending"),), "unknown pending", id="preliminary"),
        pytest.param((), "unknown silent", id="nothing"),
        pytest.param(
            (fact(GRADE, grade(1), "2024-05-01"), fact(GRADE, grade(3), "2024-05-02")), "yes", id="newest wins"
        ),
        pytest.param(
            (fact(GRADE, grade(1), "2024-05-01"), fact(GRADE, grade(3), "2024-05-01")),
            "unknown conflicting",
            id="same day",
        ),
        pytest.param(
            (fact(GRADE, grade(1), "2024-05-01"), fact(GRADE, grade(3))),
            "unknown conflicting",
            id="undated may be newest",
        ),
        pytest.param((ALLOCATED, fact(GRADE, grade(1), "2024-06-02")), "unknown silent", id="after treatment began"),
    ],
)
def test_grade_two_or_three_by_fnclcc(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "I-10", DDLPS, *facts)) == expected


def size(value: object, when: str = "2024-05-01", **said: str) -> Fact:
    return fact("tumour-size", value, when, **{"method": "imaging", **said})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((size(cm("10")),), "yes", id="10.0"),
        pytest.param((size(cm("9.9")),), "no", id="9.9"),
        pytest.param((size(cm("8", "10")),), "unknown imprecise", id="8 to 10"),
        pytest.param((size(Interval(None, number(10).low, high_open=True, unit="cm")),), "no", id="below 10"),
        pytest.param((size(Interval(number(10).low, None, low_open=True, unit="cm")),), "yes", id="above 10"),
        pytest.param(
            (size(Interval(number(8).low, None, low_open=True, unit="cm")),), "unknown imprecise", id="above 8"
        ),
        pytest.param((size(cm("10"), approximate="yes"),), "unknown imprecise", id="about 10"),
        pytest.param((size(cm("10.5"), approximate="yes"),), "unknown imprecise", id="about 10.5"),
        pytest.param((size(cm("9.5"), approximate="yes"),), "unknown imprecise", id="about 9.5"),
        pytest.param((size(cm("10.6"), approximate="yes"),), "yes", id="about 10.6"),
        pytest.param((size(cm("9.4"), approximate="yes"),), "no", id="about 9.4"),
        pytest.param((size(number(100)),), "unknown imprecise", id="no unit"),
        pytest.param((size(cm("8")), size(cm("12"))), "yes", id="the largest of several"),
        pytest.param((size(cm("8")), size(cm("12"), method="pathology")), "no", id="imaging before pathology"),
        pytest.param((size(cm("12"), method="pathology"),), "yes", id="pathology alone"),
        pytest.param((fact("tumour-size", cm("12"), standing="pending"),), "unknown pending", id="preliminary"),
        pytest.param((ALLOCATED, size(cm("8"), "2024-06-10"), size(cm("12"))), "yes", id="shrunk under treatment"),
        pytest.param((), "unknown silent", id="nothing"),
    ],
)
def test_size_of_a_leiomyosarcoma(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "I-11", LMS, *facts)) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [((UPS,), "yes"), ((LMS,), "yes not-applicable"), ((), "unknown silent"), ((UPS, LMS), "unknown conflicting")],
    ids=["UPS", "LMS", "nothing", "two types"],
)
def test_any_grade_of_ups(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "I-12", *facts)) == expected


def sft(
    birth: str, large: str, mitoses: str | None, necrosis: str | None, when: str | None = "2024-05-20"
) -> tuple[Fact, ...]:
    facts = [fact("birth-date", birth), biopsy("SFT", when), size(cm(large))]
    if mitoses is not None:
        facts.append(fact("mitoses-per-10hpf", number(mitoses, "{mitoses}/10.[HPF]")))
    if necrosis is not None:
        facts.append(fact("necrosis-percent", number(necrosis, "%")))
    return tuple(facts)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(sft("1960-01-01", "15", "4", "0"), "yes", id="1+3+2+0"),
        pytest.param(sft("1960-01-01", "14.9", "4", "0"), "no", id="1+2+2+0"),
        pytest.param(sft("1960-01-01", "14.9", "4", "10"), "yes", id="1+2+2+1"),
        pytest.param(sft("1990-01-01", "20", "9", "50"), "yes", id="young, all else maximal"),
        pytest.param(sft("1990-01-01", "20", "9", "9.9"), "no", id="young, no necrosis"),
        pytest.param(sft("1960-01-01", "15", "4", None), "yes", id="necrosis would not matter"),
        pytest.param(sft("1960-01-01", "15", "1", None), "unknown silent", id="necrosis would decide"),
        pytest.param(sft("1960-01-01", "9.9", None, None), "no", id="below 10 cm never qualifies"),
        pytest.param(sft("1969-05-20", "15", "4", "0"), "yes", id="55 on the day of the biopsy"),
        pytest.param(sft("1969-05-21", "15", "4", "0"), "no", id="54 at the biopsy, 55 now"),
        pytest.param(
            sft("1969-05-21", "15", "4", "0", "2024-05"), "unknown imprecise", id="month of biopsy straddles 55"
        ),
        pytest.param(sft("1960", "15", "4", "0", None), "unknown imprecise", id="undated biopsy"),
        pytest.param(sft("1990", "15", "4", "0", None), "no", id="undated biopsy, too young anyway"),
        pytest.param((biopsy("SFT"),), "unknown silent", id="the type alone"),
        pytest.param((DDLPS,), "yes not-applicable", id="DDLPS"),
    ],
)
def test_risk_of_a_solitary_fibrous_tumour(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "I-13", *facts)) == expected


def asa(value: int, when: str = "2024-05-01") -> Fact:
    return fact("asa-class", number(value), when)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((asa(1),), "yes", id="1"),
        pytest.param((asa(3),), "yes", id="3"),
        pytest.param((asa(4),), "no", id="4"),
        pytest.param((asa(4), asa(3, "2024-05-20")), "yes", id="the newest counts"),
        pytest.param((asa(3), asa(4)), "unknown conflicting", id="same day"),
        pytest.param((asa(2), asa(3)), "yes", id="same day, both within"),
        pytest.param((asa(2), ALLOCATED, asa(4, "2024-06-02")), "yes", id="after allocation does not count"),
        pytest.param((ALLOCATED, asa(3, "2024-06-01")), "yes", id="on the day of allocation"),
        pytest.param((asa(2), ALLOCATED, asa(4, "2024-06")), "unknown conflicting", id="perhaps before allocation"),
        pytest.param((fact("asa-class", grade(3, 4)),), "unknown imprecise", id="3 to 4"),
        pytest.param((fact("asa-class", number(2), standing="pending"),), "unknown pending", id="preliminary"),
        pytest.param((), "unknown silent", id="nothing"),
    ],
)
def test_asa_class_at_most_three(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "I-18", *facts)) == expected


def test_facts_after_the_day_asked_for_do_not_count(study: Study) -> None:
    assert short(ask(study, "I-18", asa(2), asa(4, "2024-06-16"), as_of=AS_OF)) == "yes"
    assert short(ask(study, "I-18", asa(2), asa(4, "2024-06-16"), as_of=date(2024, 6, 16))) == "no"
