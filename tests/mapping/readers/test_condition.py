"""Conditions say no more than their verification and clinical status allow."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ward import ICD_10, ICD_10_CM, ICD_O, SNOMED, bundle, concept, line, lines, outcome, read, resource, told

VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
MORPHOLOGY = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior"


def condition(code: Any, verified: str = "confirmed", ident: str = "c1", **elements: Any) -> dict[str, Any]:
    status = concept(VERIFICATION, verified) if verified else None
    return resource("Condition", ident, code=code, verificationStatus=status, **elements)


INFARCTION = concept(ICD_10, "I21.9")
BREAST, RETRO, LMS = concept(ICD_10, "C50.9"), concept(ICD_10, "C48.0"), concept(ICD_O, "8890/3")


@pytest.mark.parametrize(
    ("code", "status", "facts"),
    [
        pytest.param(BREAST, "confirmed", ["second-malignancy present"], id="confirmed"),
        pytest.param(BREAST, "", ["second-malignancy present"], id="no status given"),
        pytest.param(BREAST, "refuted", [], id="one cancer refuted denies no other"),
        pytest.param(INFARCTION, "refuted", ["myocardial-infarction absent"], id="refuted is absent, said"),
        pytest.param(BREAST, "provisional", ["second-malignancy suspected"], id="provisional"),
        pytest.param(BREAST, "differential", ["second-malignancy suspected"], id="differential"),
        pytest.param(BREAST, "unconfirmed", ["second-malignancy suspected"], id="unconfirmed"),
        pytest.param(BREAST, "entered-in-error", [], id="entered in error"),
        pytest.param(BREAST, "rule-out", ["second-malignancy suspected"], id="a word that is not the standard's"),
        pytest.param(RETRO, "provisional", ["primary-site retroperitoneum hedged"], id="a provisional site"),
        pytest.param(RETRO, "refuted", [], id="a refuted site says nothing of another"),
        pytest.param(LMS, "differential", ["histology LMS hedged"], id="a differential type"),
        pytest.param(LMS, "refuted", [], id="a refuted type says nothing of another"),
    ],
)
def test_a_diagnosis_is_as_sure_as_its_verification(code: Any, status: str, facts: list[str]) -> None:
    assert told(condition(code, status)) == facts


def test_a_verification_status_that_is_not_the_standards_is_doubt_and_told() -> None:
    """What it means, nobody here can say: not sure, not in error, and not silence."""
    found = read(condition(BREAST, "rule-out"))
    assert [(fact.value, fact.standing) for fact in found.facts] == [("suspected", "final")]
    assert ("warning", "Condition.verificationStatus") in [(issue.severity, issue.expression) for issue in found.issues]


@pytest.mark.parametrize("word", ["疑似", "排除", "确诊"])
def test_a_verification_in_words_without_a_code_decides_nothing_and_is_told(word: str) -> None:
    found = read({**condition(LMS, ""), "verificationStatus": {"text": word}})
    assert [line(fact) for fact in found.facts] == ["histology LMS hedged"]
    assert [(issue.severity, issue.expression) for issue in found.issues] == [
        ("warning", "Condition.verificationStatus")
    ]


@pytest.mark.parametrize(
    ("own", "code", "facts"),
    [
        pytest.param("QZ", "confirmed", ["histology LMS"], id="confirmed"),
        pytest.param("QZ", "provisional", ["histology LMS hedged"], id="provisional"),
        pytest.param("confirmed", "refuted", [], id="a word that is the standard's is not, elsewhere"),
    ],
)
def test_a_hospitals_own_status_may_stand_before_the_standards(own: str, code: str, facts: list[str]) -> None:
    codings = [{"system": "urn:oid:2.999.1", "code": own}, {"system": VERIFICATION, "code": code}]
    assert told({**condition(LMS, ""), "verificationStatus": {"coding": codings}}) == facts


def test_a_recurrence_counts_behind_a_hospitals_own_word() -> None:
    course = {"coding": [{"system": "urn:oid:2.999.2", "code": "FF"}, {"system": CLINICAL, "code": "recurrence"}]}
    assert "prior-resection present" in told(condition(RETRO, clinicalStatus=course))


@pytest.mark.parametrize(
    ("elements", "facts"),
    [
        pytest.param({"code": RETRO}, {"primary-site retroperitoneum"}, id="by code"),
        pytest.param(
            {"code": {"text": "腹膜后平滑肌肉瘤"}},
            {"histology LMS hedged", "primary-site retroperitoneum"},
            id="by text",
        ),
        pytest.param(
            {"code": LMS, "bodySite": [concept(SNOMED, "82849001")]},
            {"histology LMS", "primary-site retroperitoneum"},
            id="site apart",
        ),
        pytest.param(
            {"code": RETRO, "extension": [{"url": MORPHOLOGY, "valueCodeableConcept": concept(ICD_O, "8858/3")}]},
            {"histology DDLPS", "primary-site retroperitoneum"},
            id="morphology in an extension",
        ),
        pytest.param(
            {"code": RETRO, "extension": [{"url": "urn:x", "valueCodeableConcept": concept(ICD_O, "8858/3")}]},
            {"primary-site retroperitoneum"},
            id="an extension nobody knows",
        ),
        pytest.param(
            {"code": {**RETRO, "text": "腹膜后肿瘤"}}, {"primary-site retroperitoneum"}, id="said twice counts once"
        ),
        pytest.param({"code": concept(ICD_10, "K80.2", text="胆囊结石")}, set(), id="another illness"),
        pytest.param({"code": {"coding": [{"code": "C48.0"}]}}, set(), id="a code without its system"),
        pytest.param({"code": concept(ICD_10, "K80.2", coding=[{"display": "腹膜后肉瘤"}])}, set(), id="a display"),
        pytest.param({"code": None}, set(), id="no code"),
    ],
)
def test_a_diagnosis_is_read_by_code_site_morphology_and_text(elements: dict[str, Any], facts: set[str]) -> None:
    assert set(told(resource("Condition", **elements))) == facts


CAME_BACK = {"prior-resection present", "progression present"}


@pytest.mark.parametrize(
    ("course", "code", "facts"),
    [
        pytest.param("recurrence", RETRO, {"primary-site retroperitoneum", *CAME_BACK}, id="recurrence"),
        pytest.param("relapse", LMS, {"histology LMS", *CAME_BACK}, id="relapse"),
        pytest.param("active", RETRO, {"primary-site retroperitoneum"}, id="active"),
        pytest.param("recurrence", concept(ICD_10, "I26.9"), {"pulmonary-embolism present"}, id="another illness"),
    ],
)
def test_a_tumour_that_came_back_was_resected_before_and_has_progressed(
    course: str, code: Any, facts: set[str]
) -> None:
    assert set(told(condition(code, clinicalStatus=concept(CLINICAL, course)))) == facts


def test_a_provisional_recurrence_does_not_decide() -> None:
    said = told(condition(RETRO, "provisional", clinicalStatus=concept(CLINICAL, "recurrence")))
    assert "prior-resection present" not in said


def test_a_refuted_recurrence_says_nothing() -> None:
    assert told(condition(RETRO, "refuted", clinicalStatus=concept(CLINICAL, "recurrence"))) == []


@pytest.mark.parametrize(
    ("elements", "when", "known"),
    [
        pytest.param({"onsetDateTime": "2023"}, "2023", None, id="onset"),
        pytest.param({"onsetPeriod": {"start": "2023-01"}}, "2023-01", None, id="onset of a period"),
        pytest.param({"recordedDate": "2024-01-02"}, None, "2024-01-02", id="the day of recording is no onset"),
    ],
)
def test_an_illness_is_dated_by_its_onset_alone(elements: dict[str, Any], when: str | None, known: str | None) -> None:
    (fact,) = read(condition(BREAST, **elements)).facts
    assert (fact.when, fact.known) == (when, known)


def test_histology_of_a_diagnosis_says_what_it_rests_on() -> None:
    (fact,) = read(condition(LMS)).facts
    assert fact.said("basis") == "diagnosis"


def test_what_is_not_told_by_any_code_is_counted() -> None:
    assert read(condition(concept("urn:local", "7"))).not_understood == (("code", "Condition", "urn:local", "7"),)


@pytest.mark.parametrize(
    ("sent", "facts"),
    [
        pytest.param(
            [condition(concept(ICD_10, "C64"), ident="kidney"), condition(RETRO, ident="tumour")],
            {"primary-site retroperitoneum", "second-malignancy present"},
            id="beside a retroperitoneal one: another tumour",
        ),
        pytest.param(
            [condition(concept(ICD_10, "C54.2"), ident="uterus")],
            {"primary-site uterus", "second-malignancy suspected"},
            id="alone: which tumour is it?",
        ),
        pytest.param(
            [condition({**concept(ICD_10, "C54.2"), "text": "子宫平滑肌肉瘤"}, ident="uterus")],
            {"primary-site uterus", "primary-site uterus hedged", "histology LMS hedged"},
            id="with a type of sarcoma: this tumour",
        ),
        pytest.param(
            [condition(concept(ICD_10_CM, "C49.A3"), ident="gist")],
            {"primary-site gi-tract"},
            id="GIST of the CM edition",
        ),
        pytest.param(
            [condition(concept(ICD_10, "C49.2"), ident="leg")],
            {"primary-site other", "histology SARCOMA-NOS hedged"},
            id="a sarcoma of a leg: this tumour",
        ),
        pytest.param(
            [condition(concept(ICD_10, "C49.2"), ident="leg"), condition(RETRO, ident="tumour")],
            {
                "primary-site retroperitoneum",
                "primary-site other",
                "histology SARCOMA-NOS hedged",
                "second-malignancy suspected",
            },
            id="a sarcoma of a leg beside a retroperitoneal one: perhaps another",
        ),
        pytest.param(
            [condition(concept(ICD_10, "C18.9"), ident="colon"), condition(concept(ICD_10, "C49.4"), ident="tumour")],
            {"primary-site abdomen-pelvis-nos", "histology SARCOMA-NOS hedged", "second-malignancy present"},
            id="beside a sarcoma of the abdomen, told no nearer: another tumour",
        ),
        pytest.param(
            [
                condition(concept(ICD_10, "C18.9"), ident="colon"),
                condition(concept(ICD_10, "C49.4"), "provisional", ident="tumour"),
            ],
            {
                "primary-site gi-tract hedged",
                "primary-site abdomen-pelvis-nos hedged",
                "histology SARCOMA-NOS hedged",
                "second-malignancy suspected",
            },
            id="beside one that is not confirmed: which tumour is it?",
        ),
        pytest.param(
            [condition({**concept(ICD_10, "C78.0")}, ident="lung", bodySite=[concept(ICD_O, "C34.9")])],
            {"metastasis present"},
            id="the place of a metastasis is no origin",
        ),
    ],
)
def test_a_site_elsewhere_is_this_tumours_or_anothers(sent: list[dict[str, Any]], facts: set[str]) -> None:
    assert set(lines(outcome(bundle(*sent)))) == facts


def test_the_site_of_another_tumour_is_set_aside_and_told() -> None:
    found = outcome(bundle(condition(concept(ICD_10, "C64"), ident="kidney"), condition(RETRO, ident="tumour")))
    assert [issue.code for issue in found.issues] == ["informational"]


def test_two_other_tumours_of_one_resource_are_both_told() -> None:
    """An epithelial tumour and a sarcoma in one diagnosis: neither hides the other."""
    both = {"coding": [{"system": ICD_O, "code": "8140/3"}, {"system": ICD_O, "code": "9041/3"}]}
    assert {fact.said("family") for fact in read(condition(both)).facts} == {"other", "sarcoma"}


@pytest.mark.parametrize(
    ("text", "elements", "standing"),
    [
        pytest.param("平滑肌肉瘤", {}, "final", id="the same"),
        pytest.param("腹膜后恶性肿瘤", {}, "final", id="no type"),
        pytest.param("去分化脂肪肉瘤", {}, "hedged", id="another type"),
        pytest.param("平滑肌肉瘤", {"note": [{"text": "去分化脂肪肉瘤"}]}, "final", id="another type in a note"),
    ],
)
def test_codes_and_words_that_name_two_types_decide_neither(text: str, elements: Any, standing: str) -> None:
    coded = {"url": MORPHOLOGY, "valueCodeableConcept": concept(ICD_O, "8890/3")}
    reading = read(resource("Condition", code=concept(ICD_10, "C48.0", text=text), extension=[coded], **elements))
    by_code = [fact for fact in reading.facts if fact.path.startswith("Condition.extension")]
    assert [fact.standing for fact in by_code] == [standing]
    assert ["Condition.code"] * (standing == "hedged") == [issue.expression for issue in reading.issues]
    places = [fact.standing for fact in reading.facts if fact.concept == "primary-site"]
    assert "final" in places
