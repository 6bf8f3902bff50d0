"""The truth is the protocol's: stories made by hand, and what each line of it demands of them (clinical.md §2)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from natars_fhir.simulate.story import Event
from natars_fhir.simulate.truth import COMPOSITES, CRITERIA, answers, barred, eligible, in_scope, verdict
from tests import ward
from tests.simulate.hospitals import AS_OF, DAY, condition, form, sarcoma, story

CONSENT = Event(date(2024, 4, 1), "consent", {"answer": "given"})
ALLOCATED = Event(date(2024, 4, 3), "allocation", {"arm": "The Surgery only Group"})
RECENT = date(2024, 6, 1)


def mdt(**said: bool) -> Event:
    return Event(DAY + timedelta(days=15), "mdt", {item.replace("_", "-"): word for item, word in said.items()})


def staged(category: str) -> Event:
    return Event(DAY, "staging", {"category": category})


def fish(*, failed: bool = False) -> Event:
    return Event(DAY, "fish", {"failed": failed})


def surgery(day: date = date(2024, 5, 1)) -> Event:
    return Event(day, "surgery", {"margin": "R0", "organs": (), "treated": False})


def final(histology: str, *, viable: bool = True) -> Event:
    return Event(date(2024, 5, 8), "final", {"histology": histology, "viable": viable})


STAINS = {"MDM2": "positive", "CDK4": "positive"}
SFT = {"dimensions": (15.0, 9.0, 8.0), "mitoses": 4, "necrosis": 0}


def test_the_truth_answers_every_line_of_the_trial_and_no_other() -> None:
    assert {*CRITERIA, *COMPOSITES} == {criterion.id for criterion in ward.mappings().study.criteria}


def test_who_decides_a_line_is_what_the_trial_file_says() -> None:
    words = {"D": "data", "DA": "data-or-attestation", "A": "attestation", "advice": "data"}
    for criterion in ward.mappings().study.criteria:
        if criterion.id in CRITERIA:
            assert words[CRITERIA[criterion.id].decided_by] == criterion.decided_by, criterion.id


@pytest.mark.parametrize(
    ("criterion", "told", "demanded"),
    [
        pytest.param("I-01", story(sarcoma(), born=date(1949, 6, 15)), "yes", id="75 years to the day"),
        pytest.param("I-01", story(sarcoma(), born=date(1948, 6, 15)), "no", id="76 years to the day"),
        pytest.param("I-01", story(sarcoma(), CONSENT, born=date(1948, 5, 1)), "yes", id="75 at consent, 76 today"),
        pytest.param("I-01", story(sarcoma(), born=date(1948, 9, 1), birth_told="year"), "unknown", id="a year alone"),
        pytest.param("I-01", story(sarcoma(), birth_told="none"), "unknown", id="no birth date"),
        pytest.param("I-02", story(sarcoma("LMS")), "yes", id="leiomyosarcoma"),
        pytest.param("I-02", story(sarcoma("WDLPS")), "no", id="well differentiated"),
        pytest.param("I-02", story(sarcoma("SARCOMA-NOS")), "unknown", id="no type"),
        pytest.param("I-02", story(sarcoma(hedged=True)), "unknown", id="said with doubt"),
        pytest.param("I-02", story(sarcoma(), left_out=("pathology",)), "unknown", id="the report was not sent"),
        pytest.param("I-02", story(sarcoma("UPS", stains=STAINS)), "unknown", id="stains of a liposarcoma"),
        pytest.param("I-03", story(sarcoma(site="limb")), "no", id="of a limb"),
        pytest.param("I-03", story(sarcoma(site="abdomen-pelvis-nos")), "unknown", id="no nearer than the abdomen"),
        pytest.param("I-03", story(sarcoma(), left_out=("diagnosis",)), "unknown", id="provisional alone"),
        pytest.param("I-03", story(sarcoma(), left_out=("diagnosis",), words=("scan",)), "yes", id="the scan says it"),
        pytest.param("I-09", story(sarcoma()), "yes", id="both positive"),
        pytest.param("I-09", story(sarcoma(), left_out=("CDK4",)), "unknown", id="one not told"),
        pytest.param("I-09", story(sarcoma(stains={**STAINS, "CDK4": "negative"})), "no", id="one negative"),
        pytest.param("I-09", story(sarcoma(stains={**STAINS, "CDK4": "equivocal"})), "unknown", id="one equivocal"),
        pytest.param(
            "I-09", story(sarcoma(stains={**STAINS, "MDM2": "negative"}), fish()), "unknown", id="against the gene"
        ),
        pytest.param("I-09", story(sarcoma("LMS")), "yes", id="another type"),
        pytest.param("I-09", story(sarcoma("SARCOMA-NOS")), "unknown", id="of an open type"),
        pytest.param("I-09r", story(sarcoma(), fish()), "yes", id="amplified"),
        pytest.param("I-09r", story(sarcoma(), fish(failed=True)), "unknown", id="the test failed"),
        pytest.param("I-10", story(sarcoma(grade=1)), "no", id="grade 1"),
        pytest.param("I-10", story(sarcoma(), left_out=("grade",)), "unknown", id="no grade"),
        pytest.param("I-11", story(sarcoma("LMS", dimensions=(10.0, 5.0, 5.0))), "yes", id="10 cm"),
        pytest.param("I-11", story(sarcoma("LMS", dimensions=(9.9, 5.0, 5.0))), "no", id="9.9 cm"),
        pytest.param(
            "I-11", story(sarcoma("LMS", dimensions=(9.5, 5.0, 5.0)), words=("scan",)), "unknown", id="about 9.5 cm"
        ),
        pytest.param("I-11", story(sarcoma("LMS"), left_out=("size",)), "unknown", id="no size"),
        pytest.param("I-13", story(sarcoma("SFT", **SFT), born=date(1960, 1, 1)), "yes", id="a score of 6"),
        pytest.param("I-13", story(sarcoma("SFT", **SFT), born=date(1980, 1, 1)), "no", id="a score of 5"),
        pytest.param(
            "I-13", story(sarcoma("SFT", **SFT), born=date(1980, 1, 1), left_out=("necrosis",)), "unknown", id="5 or 6"
        ),
        pytest.param("I-14", story(sarcoma(), words=("scan",)), "yes", id="the scan says below"),
        pytest.param(
            "I-14", story(sarcoma(crossing=True), mdt(diaphragm_crossing=True)), "no", id="the team says across"
        ),
        pytest.param("I-14", story(sarcoma()), "unknown", id="nobody says"),
        pytest.param("E-01", story(sarcoma(site="uterus")), "yes", id="of the uterus"),
        pytest.param("E-04", story(sarcoma(), staged("cM1")), "yes", id="M1"),
        pytest.param("E-04", story(sarcoma(), mdt(metastasis=False)), "no", id="the team says none"),
        pytest.param("E-04", story(sarcoma(spread="suspected"), words=("scan",)), "unknown", id="suspected"),
        pytest.param("E-02", story(sarcoma(), ALLOCATED), "unknown", id="not operated"),
        pytest.param("E-02", story(sarcoma(), ALLOCATED, surgery(), final("WDLPS")), "yes", id="another type at last"),
        pytest.param("E-02", story(sarcoma(), ALLOCATED, surgery(), final("DDLPS")), "no", id="the same type"),
        pytest.param(
            "E-02", story(sarcoma(), ALLOCATED, surgery(), final("DDLPS", viable=False)), "unknown", id="none left"
        ),
    ],
)
def test_of_the_tumour(criterion: str, told: Any, demanded: str) -> None:
    assert answers(told, AS_OF)[criterion].answer == demanded


@pytest.mark.parametrize(
    ("criterion", "events", "demanded"),
    [
        pytest.param("I-04", [Event(DAY, "operation", {"what": "resection"})], "no", id="resected before"),
        pytest.param("I-04", [Event(DAY, "operation", {"what": "laparotomy"})], "yes", id="biopsy only"),
        pytest.param("I-04", [form(RECENT, prior_resection=False)], "yes", id="denied"),
        pytest.param("I-04", [surgery()], "no", id="operated outside the trial"),
        pytest.param("I-04", [ALLOCATED, surgery()], "unknown", id="the trial's own surgery"),
        pytest.param("I-05", [Event(DAY, "earlier-drug", {"drug": "epirubicin"})], "no", id="an anthracycline"),
        pytest.param("I-07", [Event(DAY, "earlier-drug", {"drug": "imatinib"})], "no", id="a kinase inhibitor"),
        pytest.param("I-05", [form(RECENT, antineoplastic_drug=True)], "unknown", id="some drug"),
        pytest.param("E-05", [Event(DAY, "earlier-drug", {"drug": "imatinib"})], "yes", id="a targeted agent"),
        pytest.param("I-06", [Event(DAY, "operation", {"what": "radiotherapy"})], "no", id="irradiated"),
        pytest.param("I-08", [condition("second", "2015-01-01")], "no", id="another cancer"),
        pytest.param(
            "I-08", [condition("in-situ", "2015-01-01"), form(RECENT, second_malignancy=False)], "unknown", id="in situ"
        ),
        pytest.param("I-15", [mdt(mdt_resectability=False)], "no", id="not resectable"),
        pytest.param("I-15", [], "unknown", id="no team"),
        pytest.param("I-16", [mdt(organ_dysfunction=True)], "no", id="organs fail"),
        pytest.param("E-08", [mdt(organ_dysfunction=True)], "yes", id="organs fail for good"),
        pytest.param("I-18", [Event(DAY, "asa", {"class": 3})], "yes", id="ASA 3"),
        pytest.param("I-18", [Event(DAY, "asa", {"class": 4})], "no", id="ASA 4"),
        pytest.param("I-19", [CONSENT], "yes", id="signed"),
        pytest.param("I-19", [Event(DAY, "consent", {"answer": "refused"})], "no", id="refused"),
        pytest.param("I-19", [CONSENT, ALLOCATED, Event(RECENT, "withdrawal")], "yes", id="withdrawn later"),
        pytest.param("E-06b", [condition("infarction", "2023-12-15")], "yes", id="six months ago to the day"),
        pytest.param("E-06b", [condition("infarction", "2023-12-14")], "no", id="a day earlier"),
        pytest.param("E-06b", [condition("infarction", "2023")], "unknown", id="a year across the edge"),
        pytest.param("E-06b", [condition("infarction", "2023-10-03"), ALLOCATED], "yes", id="counted from allocation"),
        pytest.param("E-06b", [form(RECENT, myocardial_infarction=False)], "no", id="denied of late"),
        pytest.param(
            "E-06b",
            [condition("infarction", "2023-12-14"), form(RECENT, myocardial_infarction=True)],
            "unknown",
            id="told of late, dated before",
        ),
        pytest.param("E-06b", [form(date(2023, 12, 1), myocardial_infarction=False)], "unknown", id="denied long ago"),
        pytest.param("E-06b", [form(date(2023, 12, 1), myocardial_infarction=True)], "no", id="told long ago"),
        pytest.param("E-06e", [condition("arrhythmia", "2024-05-01")], "unknown", id="nobody says if controlled"),
        pytest.param("E-06a", [form(RECENT, myelosuppression=False)], "no", id="no suppression"),
        pytest.param("E-07a", [condition("sepsis", "2024-05-10", ended="2024-05-20")], "yes", id="sepsis of the month"),
        pytest.param("E-07a", [condition("sepsis", "2024-04-10", ended="2024-04-20")], "no", id="sepsis that is over"),
        pytest.param("E-07a", [condition("pneumonia", "2024-06-01", ended="2024-06-10")], "unknown", id="pneumonia"),
        pytest.param("E-07b", [form(RECENT, high_bleeding_surgery=True)], "yes", id="bleeding surgery"),
        pytest.param(
            "E-07b",
            [form(RECENT, high_bleeding_surgery=False), surgery(date(2024, 6, 5))],
            "unknown",
            id="then operated",
        ),
        pytest.param("E-09a", [Event(RECENT, "hcg", {"positive": False})], "unknown", id="tested a fortnight ago"),
        pytest.param("E-09a", [Event(date(2024, 6, 8), "hcg", {"positive": False})], "no", id="tested a week ago"),
        pytest.param("E-09a", [condition("pregnant", "2024-03-01")], "yes", id="pregnant"),
        pytest.param("E-09a", [form(date(2024, 6, 10), pregnancy=True)], "yes", id="says so this week"),
        pytest.param("E-09a", [form(RECENT, pregnancy=True)], "unknown", id="said so a fortnight ago"),
        pytest.param(
            "E-09a",
            [condition("pregnant", "2023-03-01"), form(date(2024, 6, 10), pregnancy=True)],
            "unknown",
            id="says so, and one of long ago is on file",
        ),
        pytest.param("E-09b", [form(RECENT, breastfeeding=True)], "yes", id="nurses"),
        pytest.param("E-09c", [form(RECENT, contraception="unwilling")], "yes", id="would not prevent it"),
        pytest.param("E-10", [condition("psychological", "2020-01-01")], "unknown", id="a code alone"),
        pytest.param("E-10", [form(RECENT, psychological_condition=True)], "yes", id="said so"),
        pytest.param("E-06", [condition("stroke", "2024-05-01")], "yes", id="any part of the line"),
    ],
)
def test_of_the_past_and_the_present(criterion: str, events: list[Event], demanded: str) -> None:
    assert answers(story(sarcoma(), *events), AS_OF)[criterion].answer == demanded


def test_women_are_not_asked_of_men() -> None:
    found = answers(story(sarcoma(), female=False), AS_OF)
    assert (found["E-09a"].answer, found["E-09b"].answer) == ("no", "no")


def test_what_was_told_after_the_day_does_not_count() -> None:
    told = story(sarcoma(), CONSENT)
    assert answers(told, CONSENT.day - timedelta(days=1))["I-19"].answer == "unknown"
    assert answers(told, CONSENT.day)["I-19"].answer == "yes"


def test_what_was_entered_in_error_does_not_count() -> None:
    wrong = Event(DAY, "condition", {"what": "infarction", "onset": "2024-05-01"}, "error")
    assert answers(story(sarcoma(), wrong), AS_OF)["E-06b"].answer == "unknown"


def test_verdicts_are_folded_as_the_protocol_reads_missing_data() -> None:
    plain = [staged("cM0"), Event(DAY, "asa", {"class": 2}), CONSENT]
    assert verdict(answers(story(sarcoma(), *plain), AS_OF)) == "candidate"
    assert verdict(answers(story(sarcoma(), *plain, left_out=("asa",)), AS_OF)) == "undetermined"
    assert verdict(answers(story(sarcoma("WDLPS"), *plain), AS_OF)) == "ineligible"
    assert barred(story(sarcoma("WDLPS"), *plain))
    assert not eligible(story(sarcoma(), *plain))  # a candidate whom people have not answered for


@pytest.mark.parametrize(
    ("told", "scope"),
    [
        pytest.param(story(sarcoma(), left_out=("pathology",)), True, id="a retroperitoneal mass"),
        pytest.param(story(sarcoma("GIST", site="gi-tract")), True, id="a stromal tumour"),
        pytest.param(
            story(sarcoma("GIST", site="gi-tract"), left_out=("pathology",)), False, id="a tumour of the stomach alone"
        ),
    ],
)
def test_who_is_in_scope(told: Any, scope: bool) -> None:
    assert in_scope(told, AS_OF) is scope


def test_a_withdrawal_whose_day_is_not_told_leaves_open_what_stood_at_the_allocation() -> None:
    told = story(sarcoma(), CONSENT, ALLOCATED, Event(RECENT, "withdrawal"), left_out=("withdrawal-day",))
    assert answers(told, AS_OF)["I-19"] == ("unknown", "imprecise")
