"""Consent counts only where it names this trial; allocation only as a subject of this study."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.mapping.readers.consent import folded, naming, pattern_of
from tests.ward import read, resource, told


def consent(status: str = "active", **elements: Any) -> dict[str, Any]:
    said = {"scope": {"text": "research"}, "category": [{"text": "consent"}], "dateTime": "2024-01-10", **elements}
    return resource("Consent", status=status, **said)


NAMED = {"category": [{"text": "NATARS"}]}


@pytest.mark.parametrize(
    "elements",
    [
        pytest.param({"identifier": [{"system": "urn:x", "value": "NATARS-017"}]}, id="identifier"),
        pytest.param({"policy": [{"uri": "https://clinicaltrials.gov/study/NCT05844813"}]}, id="policy"),
        pytest.param({"policyRule": {"text": "natars, version 2"}}, id="policy rule in lower case"),
        pytest.param(NAMED, id="category"),
        pytest.param({"category": [{"coding": [{"system": "urn:x", "code": "nct05844813"}]}]}, id="a code"),
        pytest.param({"category": [{"coding": [{"display": "Consent to NATARS"}]}]}, id="a display"),
        pytest.param({"sourceReference": {"reference": "DocumentReference/1", "display": "NATARS"}}, id="source"),
        pytest.param({"sourceAttachment": {"title": "NATARS consent form"}}, id="title of the form"),
        pytest.param(
            {"provision": {"data": [{"meaning": "instance", "reference": {"reference": "ResearchStudy/NCT05844813"}}]}},
            id="the study",
        ),
    ],
)
def test_consent_that_names_the_trial_counts(elements: dict[str, Any]) -> None:
    assert told(consent(**elements)) == ["consent given"]


def test_consent_that_names_no_trial_or_another_does_not_count() -> None:
    reading = read(consent(category=[{"text": "consent to the XYZ study"}]))
    assert reading.facts == ()
    assert [(i.severity, i.code) for i in reading.issues] == [("information", "informational")]


def test_the_name_that_a_site_gives_the_trial_counts_at_that_site_alone() -> None:
    sent = consent(identifier=[{"system": "urn:x", "value": "RPS-2023-017"}])
    assert told(sent, "hospital-b") == ["consent given"]
    assert told(sent, "hospital-a") == []


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        pytest.param("natarS", True, id="in any case"),
        pytest.param("(NATARS)", True, id="in brackets"),
        pytest.param("腹膜后NATARS研究", True, id="among Chinese words"),
        pytest.param("NATAR\u017f", True, id="with a long s"),
        pytest.param("NATARS-2", False, id="another study's number after it"),
        pytest.param("NATARS-0023", True, id="a subject's number after it"),
        pytest.param("SENATARS", False, id="within another word"),
    ],
)
def test_a_name_counts_as_a_word_of_its_own(name: str, counts: bool) -> None:
    assert told(consent(category=[{"text": name}])) == (["consent given"] if counts else [])


@given(st.lists(st.text("aiIs\u0130\u0131\u017f\u212a-研", min_size=1, max_size=3), min_size=1, max_size=2), st.data())
@settings(max_examples=60)
def test_what_no_name_can_stand_in_is_told_as_the_pattern_tells_it(names: list[str], data: st.DataObject) -> None:
    text = data.draw(st.text("aAiIsSkK- 1", max_size=6) | st.sampled_from(names).map(str.lower))
    assert naming(names)(text) == (pattern_of(names).search(text) is not None)


def test_letters_that_a_pattern_takes_for_plain_ones_are_folded_to_them() -> None:
    others = "".join(map(chr, range(128, 0x10000)))
    alike = re.findall("[a-z0-9]", others, re.IGNORECASE)
    assert [one for one in alike if not folded(one).isascii()] == []
    assert len(alike) == 4


@pytest.mark.parametrize(
    ("status", "elements", "facts"),
    [
        pytest.param("active", {}, ["consent given"], id="active"),
        pytest.param("active", {"provision": {"type": "permit"}}, ["consent given"], id="permitted"),
        pytest.param("active", {"provision": {"type": "deny"}}, ["consent refused"], id="an active refusal"),
        pytest.param("rejected", {}, ["consent refused"], id="rejected"),
        pytest.param("inactive", {}, ["consent withdrawn"], id="inactive"),
        pytest.param("draft", {}, ["consent proposed"], id="draft"),
        pytest.param("proposed", {}, ["consent proposed"], id="proposed"),
        pytest.param("entered-in-error", {}, [], id="in error"),
    ],
)
def test_a_status_says_what_became_of_the_consent(status: str, elements: dict[str, Any], facts: list[str]) -> None:
    assert told(consent(status, **NAMED, **elements)) == facts


def test_consent_is_dated_by_its_signature() -> None:
    (fact,) = read(consent(**NAMED)).facts
    assert (fact.when, fact.path) == ("2024-01-10", "Consent.status")


@pytest.mark.parametrize(
    ("status", "period", "ended"),
    [
        pytest.param("inactive", {"start": "2024-01-10", "end": "2024-03-05"}, "2024-03-05", id="its day"),
        pytest.param("inactive", {"start": "2024-01-10"}, None, id="no day"),
        pytest.param("active", {"end": "2030-01-01"}, "2030-01-01", id="until when one that stands is to stand"),
        pytest.param("rejected", {"end": "2030-01-01"}, None, id="a refusal"),
    ],
)
def test_a_consent_keeps_the_day_of_the_signature_and_tells_that_of_its_end(
    status: str, period: dict[str, str], ended: str | None
) -> None:
    (fact,) = read(consent(status, **NAMED, provision={"type": "permit", "period": period})).facts
    assert (fact.when, fact.said("ended")) == ("2024-01-10", ended)


def test_consent_is_about_its_patient() -> None:
    assert read(consent(**NAMED)).subject == "Patient/p1"


def subject(**elements: Any) -> dict[str, Any]:
    said = {"status": "on-study", "study": {"reference": "ResearchStudy/NCT05844813"}, "assignedArm": "surgery-only"}
    return resource("ResearchSubject", **{**said, "period": {"start": "2024-01-15"}, **elements})


@pytest.mark.parametrize(
    ("elements", "facts"),
    [
        pytest.param({}, ["allocation The Surgery only Group"], id="on study"),
        pytest.param({"status": "off-study"}, ["allocation The Surgery only Group"], id="off study was on it"),
        pytest.param({"status": "candidate"}, [], id="a candidate"),
        pytest.param({"status": "screening"}, [], id="in screening"),
        pytest.param({"assignedArm": None}, [], id="without an arm"),
        pytest.param({"study": {"reference": "ResearchStudy/other"}}, [], id="of another study"),
        pytest.param({"study": {"display": "NATARS"}}, ["allocation The Surgery only Group"], id="by the study's name"),
        pytest.param(
            {"study": {"identifier": {"system": "urn:x", "value": "NCT05844813"}}},
            ["allocation The Surgery only Group"],
            id="by the study's identifier",
        ),
    ],
)
def test_a_subject_of_this_study_with_an_arm_is_allocated(elements: dict[str, Any], facts: list[str]) -> None:
    assert told(subject(**elements)) == facts


def test_an_allocation_is_dated_and_is_about_the_individual() -> None:
    reading = read(subject())
    assert (reading.subject, reading.facts[0].when) == ("Patient/p1", "2024-01-15")


@pytest.mark.parametrize(
    ("elements", "facts"),
    [
        pytest.param({"birthDate": "1960-05"}, ["birth-date 1960-05"], id="a partial birth date stays partial"),
        pytest.param({"gender": "female"}, ["sex female"], id="sex"),
        pytest.param({"deceasedBoolean": True}, ["death present"], id="died, nobody says when"),
        pytest.param({"deceasedBoolean": False}, ["death absent"], id="alive"),
        pytest.param({"deceasedDateTime": "2024-06-01"}, ["death present"], id="died on a day"),
        pytest.param({"name": [{"text": "某"}], "telecom": [{"value": "1"}]}, [], id="names are never read"),
    ],
)
def test_of_a_patient_only_what_criteria_ask_is_read(elements: dict[str, Any], facts: list[str]) -> None:
    assert told(resource("Patient", "p1", **elements)) == facts


def test_a_death_is_dated_and_a_birth_date_is_not() -> None:
    reading = read(resource("Patient", "p1", birthDate="1960-05-01", deceasedDateTime="2024-06-01"))
    assert {fact.concept: fact.when for fact in reading.facts} == {"birth-date": None, "death": "2024-06-01"}


def test_our_own_subject_that_is_sent_back_tells_no_allocation() -> None:
    sent = resource(
        "ResearchSubject",
        status="on-study",
        study={"reference": "ResearchStudy/natars-hospital-a"},
        assignedArm="The Surgery only Group",
        period={"start": "2024-05-01"},
    )
    sent = {**{k: v for k, v in sent.items() if k != "subject"}, "individual": {"reference": "Patient/1"}}
    assert told(sent) == ["allocation The Surgery only Group"]
    ours = {"system": "https://natars.example/fhir/NamingSystem/subject", "value": "0" * 32}
    assert told({**sent, "identifier": [ours]}) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NATARS 知情同意书", "given"),
        ("NATARS：参加者可随时撤回同意", "given"),
        ("NATARS: participants may withdraw at any time", "given"),
        ("NATARS 受试者有权退出", "given"),
        ("NATARS 患者撤回同意", "refused"),
        ("NATARS 患者已退出", "refused"),
        ("NATARS 不参加", "refused"),
        ("NATARS 研究告知，患者考虑中", "proposed"),
        ("NATARS 同意书（空白样本）", "proposed"),
        ("NATARS 同意书（样本）", "proposed"),
        ("NATARS 同意书（含生物样本采集）", "given"),
        ("NATARS 同意书，同意留取血液样本", "given"),
        ("NATARS consent form, not yet signed", "proposed"),
    ],
)
def test_words_beside_the_trials_name_say_what_became_of_it(text: str, value: str) -> None:
    assert told(consent(category=[{"text": text}])) == [f"consent {value}"]
