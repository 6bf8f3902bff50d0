"""What would harm: ordinary hospital data that must not become a wrong bar, a wrong yes, or somebody else's record."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from natars_fhir.domain.finding import Finding
from tests.ward import (
    ABSENT,
    ATC,
    ICD_9,
    ICD_10,
    ICD_O,
    INTERPRETATION,
    LOINC,
    ROOT,
    bundle,
    concept,
    lines,
    observation,
    outcome,
    outcomes,
    resource,
)  # fmt: skip

WOMAN = resource("Patient", "p1", gender="female", birthDate="1980-01-01")
MAN = resource("Patient", "p1", gender="male", birthDate="1970-01-01")
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


def condition(code: dict[str, Any], onset: str | None = "2024-05-01", ident: str = "c1", **more: Any) -> dict[str, Any]:
    return resource("Condition", ident, code=code, onsetDateTime=onset, **more)


def given(code: str, day: str = "2024-03-01") -> dict[str, Any]:
    said = {"status": "completed", "medicationCodeableConcept": concept(ATC, code), "effectiveDateTime": day}
    return resource("MedicationAdministration", "m1", **said)


def report(text: str, ident: str = "r1", day: str = "2024-05-20", **more: Any) -> dict[str, Any]:
    said = {"status": "final", "code": concept(LOINC, "22637-3"), "effectiveDateTime": day, "conclusion": text}
    return resource("DiagnosticReport", ident, **{**said, **more})


def found(criterion: str, *sent: dict[str, Any]) -> Finding:
    screening = outcome(bundle(*sent)).screening
    return next(finding for one, finding in screening.findings if one.id == criterion)


def short(finding: Finding) -> str:
    return finding.answer.word + (f" {finding.reason}" if finding.reason else "")


NOT_DONE = resource("Procedure", "x", status="not-done", code=concept(ICD_9, "99.25"), performedDateTime="2023-05-01")
OVER = {"clinicalStatus": concept(CLINICAL, "resolved")}


@pytest.mark.parametrize(
    ("criterion", "sent", "said"),
    [
        pytest.param("I-05", [MAN, NOT_DONE], "unknown silent", id="a chemotherapy that was not done bars nobody"),
        pytest.param(
            "E-09a", [WOMAN, condition(concept(ICD_10, "Z33"), **OVER)], "unknown silent", id="a pregnancy over"
        ),
        pytest.param(
            "E-09a",
            [WOMAN, condition(concept(ICD_10, "Z33"), abatementDateTime="2024-06-01")],
            "unknown silent",
            id="a pregnancy that ended",
        ),
        pytest.param("E-09a", [WOMAN, condition(concept(ICD_10, "O80"))], "unknown silent", id="a delivery"),
        pytest.param("E-09a", [WOMAN, condition(concept(ICD_10, "O03.9"))], "unknown silent", id="a miscarriage"),
        pytest.param("E-09a", [WOMAN, condition(concept(ICD_10, "Z33"))], "yes", id="a pregnancy"),
        pytest.param(
            "I-08",
            [MAN, condition({**concept(ICD_10, "C50.9"), "text": "乳腺癌待排"})],
            "unknown imprecise",
            id="a code whose own text doubts it",
        ),
        pytest.param(
            "I-08",
            [MAN, condition({**concept(ICD_10, "C16.9"), "text": "父亲胃癌"})],
            "unknown imprecise",
            id="a code whose own text is about a relative",
        ),
        pytest.param(
            "I-08",
            [MAN, condition(concept(ICD_10, "C50.9"), verificationStatus=concept(VERIFICATION, "refuted"))],
            "unknown silent",
            id="one cancer refuted is not none",
        ),
        pytest.param(
            "I-02",
            [
                MAN,
                observation(
                    concept(LOINC, "31206-6"),
                    valueCodeableConcept={**concept(ICD_O, "8858/3"), "text": "考虑去分化脂肪肉瘤"},
                ),
            ],
            "unknown imprecise",
            id="a type whose own text doubts it",
        ),
        pytest.param(
            "I-02",
            [
                MAN,
                observation(
                    concept(LOINC, "31206-6"),
                    valueCodeableConcept={"coding": [{"system": ICD_O, "code": c} for c in ("8858/3", "8890/3")]},
                ),
            ],
            "unknown conflicting",
            id="two types in one value",
        ),
        pytest.param(
            "I-02",
            [MAN, observation(concept(LOINC, "31206-6"), valueCodeableConcept=concept(ICD_O, "8000/3"))],
            "unknown silent",
            id="a neoplasm without a type",
        ),
        pytest.param(
            "I-02",
            [MAN, report("（腹膜后穿刺）去分化脂肪肉瘤"), report("（腹膜后穿刺）高分化脂肪肉瘤", "r2", "2024-05-28")],
            "unknown conflicting",
            id="a later report that finds it well differentiated",
        ),
        pytest.param(
            "I-02",
            [MAN, condition({"text": "腹膜后去分化脂肪肉瘤"})],
            "unknown imprecise",
            id="a diagnosis in words is no tissue",
        ),
        pytest.param(
            "E-09a",
            [
                WOMAN,
                observation(
                    concept(LOINC, "21198-7"),
                    effectiveDateTime="2024-06-14",
                    valueQuantity={"value": 2000, "unit": "m[IU]/mL"},
                    interpretation=[concept(INTERPRETATION, "H")],
                ),
            ],
            "yes",
            id="a number of hCG with its interpretation",
        ),
    ],
)  # fmt: skip
def test_ordinary_data_does_not_decide_wrongly(criterion: str, sent: list[dict[str, Any]], said: str) -> None:
    assert short(found(criterion, *sent)) == said


@pytest.mark.parametrize("number", ["-", "无", "0000", "N/A", "未知"])
def test_a_placeholder_joins_no_strangers(number: str) -> None:
    two = [
        resource("Patient", ident, birthDate=born, identifier=[{"system": "urn:oid:2.999.1", "value": number}])
        for ident, born in (("p1", "1960-01-01"), ("p2", "1990-01-01"))
    ]
    assert [one.record.patient.reference for one in outcomes(bundle(*two))] == ["Patient/p1", "Patient/p2"]


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("免疫组化 MDM2", ["ihc-mdm2 positive"]),
        ("MDM2 FISH", ["fish-mdm2 amplified"]),
        ("MDM2基因扩增检测(FISH)", ["fish-mdm2 amplified"]),
        ("MDM2/CEP12比值", []),
        ("MDM2 mRNA", []),
        ("血清MDM2抗体", []),
        ("MDM2阳性对照", []),
    ],
)
def test_a_markers_name_alone_makes_no_stain(name: str, facts: list[str]) -> None:
    said = lines(outcome(bundle(MAN, observation({"text": name}, valueString="阳性"))))
    assert [one for one in said if "mdm2" in one] == facts


@pytest.mark.parametrize("code", ["C48", "C49.4", "C49.9", "D20.0"])
def test_what_may_be_a_sarcoma_or_lies_behind_the_peritoneum_is_in_scope(code: str) -> None:
    assert outcome(bundle(MAN, condition(concept(ICD_10, code)))).screening.in_scope


@pytest.mark.parametrize("name", ["滑膜肉瘤", "胃肠间质瘤", "腹膜后多形性脂肪肉瘤", "synovial sarcoma", "MPNST"])
def test_a_sarcoma_of_another_type_is_in_scope_and_no_second_malignancy(name: str) -> None:
    """They were out of scope, and told as another tumour's: a silent drop."""
    ill = condition({"text": name})
    assert outcome(bundle(MAN, ill)).screening.in_scope
    assert short(found("I-08", MAN, ill)) == "unknown silent"


@pytest.mark.parametrize("name", ["平滑肌瘤", "甲状腺癌", "肉瘤样癌"])
def test_what_is_no_sarcoma_is_not_in_scope_by_its_name(name: str) -> None:
    assert not outcome(bundle(MAN, condition({"text": name}))).screening.in_scope


def consent(**more: Any) -> dict[str, Any]:
    said = {
        "status": "active",
        "scope": {"coding": [{"code": "research"}]},
        "category": [{"text": "NATARS"}],
        "dateTime": "2024-05-01",
    }
    return resource("Consent", "k1", **{**said, **more})


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        pytest.param(consent(), "yes", id="given"),
        pytest.param(consent(category=[{"text": "NATARS-2 registry"}]), "unknown silent", id="another study"),
        pytest.param(consent(policyRule={"text": "拒绝参加NATARS"}), "no", id="a refusal in words"),
        pytest.param(consent(scope={"coding": [{"code": "treatment"}]}), "unknown silent", id="consent to treatment"),
    ],
)
def test_only_consent_to_this_trial_counts(sent: dict[str, Any], said: str) -> None:
    assert short(found("I-19", MAN, sent)) == said


@pytest.mark.parametrize(
    ("criterion", "text", "said"),
    [
        pytest.param("I-02", "高分化脂肪肉瘤，局灶可见去分化成分", "yes", id="a dedifferentiated part"),
        pytest.param("I-02", "高分化脂肪肉瘤，未见去分化成分", "no", id="no dedifferentiated part"),
        pytest.param(
            "I-09", "去分化脂肪肉瘤。组织细胞MDM2(+)，CDK4(+)", "unknown silent", id="other cells named first"
        ),
        pytest.param("I-09", "去分化脂肪肉瘤。MDM2阳性对照(+)，CDK4(+)", "unknown silent", id="a control"),
        pytest.param("I-09", "去分化脂肪肉瘤。MDM2和CDK4阳性的细胞未见", "unknown silent", id="none were seen"),
    ],
)
def test_words_of_a_pathology_report_do_not_mislead(criterion: str, text: str, said: str) -> None:
    assert short(found(criterion, MAN, report(text))) == said


@pytest.mark.parametrize(
    ("criterion", "text", "said"),
    [
        ("I-05", "患者曾行多柔比星化疗4周期。", "no"),
        ("I-05", "未行化疗。", "yes"),
        ("I-05", "术前未行化疗。", "unknown imprecise"),
        ("I-05", "因骨髓抑制未行化疗。", "unknown imprecise"),
        ("I-05", "拟行化疗。", "unknown imprecise"),
        ("I-05", "其母曾行化疗。", "unknown silent"),
        ("I-06", "术前未行放疗。", "unknown imprecise"),
        ("I-06", "2019年术后放疗。", "unknown imprecise"),
        ("I-07", "既往伊马替尼治疗2年。", "no"),
        ("I-07", "未行化疗。", "unknown silent"),
        ("E-05", "曾行多柔比星化疗。", "yes"),
        ("E-04", "无法排除肝转移。", "unknown imprecise"),
        ("E-04", "双肺结节，M1?", "unknown imprecise"),
        ("E-04", "建议除外转移。", "unknown imprecise"),
        ("I-04", "腹膜后肿瘤穿刺活检术后。", "unknown silent"),
        ("I-04", "2015年胃平滑肌肉瘤术后。", "unknown silent"),
        ("I-09", "去分化脂肪肉瘤。免疫组化：MDM2 +/-，CDK4 +", "unknown imprecise"),
        ("I-09", "去分化脂肪肉瘤。通常MDM2、CDK4阳性。", "unknown silent"),
        ("I-10", "去分化脂肪肉瘤，至少FNCLCC 1级", "unknown imprecise"),
        ("I-10", "去分化脂肪肉瘤，FNCLCC 1级，不排除更高级别", "unknown imprecise"),
        ("I-11", "平滑肌肉瘤。左大腿肿物20cm×15cm", "unknown silent"),
        ("I-11", "平滑肌肉瘤。肿物近10cm", "unknown imprecise"),
        ("I-02", "2018年右大腿去分化脂肪肉瘤。", "unknown silent"),
        ("I-02", "形态类似去分化脂肪肉瘤。", "unknown imprecise"),
        ("I-03", "下腔静脉平滑肌肉瘤。", "yes"),
        ("E-01", "子宫平滑肌肉瘤。", "unknown imprecise"),
    ],
)
def test_a_sentence_says_no_more_than_it_says(criterion: str, text: str, said: str) -> None:
    assert short(found(criterion, MAN, report(text))) == said


def test_a_treatment_that_nothing_decides_is_put_before_a_person() -> None:
    told = outcome(bundle(MAN, report("建议术后化疗。"))).issues
    assert [issue.text for issue in told if "antineoplastic-drug" in issue.text] != []


@pytest.mark.parametrize("text", ["食管裂孔疝，部分胃疝入胸腔", "膈疝，胃突入胸腔", "肝脏经膈肌突入胸腔"])
def test_an_organ_in_the_chest_is_no_tumour_there(text: str) -> None:
    category = [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "CT"}]}]
    sent = report(text, code={"text": "腹部增强CT"}, category=category)
    assert short(found("E-03", MAN, sent)) == "unknown silent"


ALLOCATED = resource(
    "ResearchSubject",
    "rs1",
    status="on-study",
    study={"display": "NCT05844813"},
    assignedArm="The Surgery only Group",
    period={"start": "2024-05-10"},
)
TOLD_LATER = {"onset": None, "recordedDate": "2024-06-10"}
CAME_BACK = {"clinicalStatus": concept(CLINICAL, "recurrence")}


@pytest.mark.parametrize(
    ("criterion", "sent", "said"),
    [
        pytest.param("E-04", condition(concept(ICD_10, "C78.0"), **TOLD_LATER), "unknown imprecise", id="a metastasis"),
        pytest.param("I-08", condition(concept(ICD_10, "C50.9"), **TOLD_LATER), "unknown imprecise", id="a cancer"),
        pytest.param("I-08", condition(concept(ICD_10, "C50.9"), None), "unknown imprecise", id="nobody knows when"),
        pytest.param("I-06", condition(concept(ICD_10, "Z92.3"), **TOLD_LATER), "unknown imprecise", id="radiotherapy"),
        pytest.param(
            "I-08", condition(concept(ICD_10, "C50.9"), None, recordedDate="2024-05-02"), "no", id="recorded before it"
        ),
        pytest.param(
            "I-04",
            condition(concept(ICD_10, "C48.0"), "2024-03-01", **CAME_BACK),
            "unknown imprecise",
            id="it came back",
        ),
        pytest.param(
            "I-04", condition(concept(ICD_10, "C48.0"), "2024-06-01", **CAME_BACK), "unknown silent", id="in the trial"
        ),
    ],
)
def test_what_may_have_come_after_the_allocation_bars_nobody(criterion: str, sent: dict[str, Any], said: str) -> None:
    assert short(found(criterion, MAN, ALLOCATED, sent)) == said


def test_a_drug_that_was_told_after_the_allocation_may_have_been_given_before() -> None:
    """The day of the statement was taken for that of the dose: the trial's own."""
    said = {"status": "completed", "medicationCodeableConcept": concept(ATC, "L01DB01"), "dateAsserted": "2024-06-01"}
    assert short(found("E-05", MAN, ALLOCATED, resource("MedicationStatement", "m1", **said))) == "unknown imprecise"


def test_a_tumour_that_had_come_back_before_any_trial_was_operated_on_before() -> None:
    assert short(found("I-04", MAN, condition(concept(ICD_10, "C48.0"), "2024-03-01", **CAME_BACK))) == "no"


@pytest.mark.parametrize("criterion", ["I-05", "I-07", "E-05"])
@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(observation("antineoplastic-drug", valueBoolean=True), id="a yes that names none"),
        pytest.param(given("L01"), id="no more than that it is antineoplastic"),
        pytest.param(given("L01XX05"), id="of the group of all others"),
    ],
)
def test_an_antineoplastic_drug_of_no_told_kind_leaves_it_open(criterion: str, sent: dict[str, Any]) -> None:
    """It was looked at by no question, and a "none" said earlier stood against it."""
    none = observation("antineoplastic-drug", "o0", effectiveDateTime="2024-01-01", valueBoolean=False)
    assert short(found(criterion, MAN, sent)) == "unknown imprecise"
    assert short(found(criterion, MAN, none, sent)) == "unknown imprecise"


@pytest.mark.parametrize(
    ("code", "said"),
    [("O00.1", "unknown imprecise"), ("O02.1", "unknown imprecise"), ("O20.0", "yes"), ("O80", "unknown silent")],
)
def test_a_pregnancy_that_may_still_be_there_is_put_before_a_person(code: str, said: str) -> None:
    assert short(found("E-09a", WOMAN, condition(concept(ICD_10, code), "2024-06-10"))) == said


@pytest.mark.parametrize(
    ("result", "said"),
    [
        pytest.param({"valueCodeableConcept": concept(INTERPRETATION, "IND")}, "unknown imprecise", id="in doubt"),
        pytest.param({"valueCodeableConcept": concept(ABSENT, "temp-unknown")}, "unknown pending", id="awaited"),
        pytest.param({"valueCodeableConcept": concept(ABSENT, "not-performed")}, "unknown silent", id="not done"),
        pytest.param(
            {"valueString": "阴性", "interpretation": [concept(INTERPRETATION, "POS")]},
            "unknown conflicting",
            id="a value and an interpretation that disagree",
        ),
    ],
)
def test_a_pregnancy_test_without_a_clear_result_does_not_say_not_pregnant(result: dict[str, Any], said: str) -> None:
    """Each of them was read as a negative test."""
    test = observation(concept(LOINC, "2118-8"), effectiveDateTime="2024-06-14", **result)
    assert short(found("E-09a", WOMAN, test)) == said


#: A subject who was operated a year ago.
SUBJECT = [
    MAN,
    consent(dateTime="2023-05-01"),
    {**ALLOCATED, "period": {"start": "2023-05-10"}},
    resource(
        "Procedure",
        "op",
        status="completed",
        code={**concept(ICD_9, "54.4"), "text": "腹膜后肿瘤切除术"},
        performedDateTime="2023-06-01",
    ),
]


def typed(code: str, day: str, ident: str = "h1") -> dict[str, Any]:
    said = {"valueCodeableConcept": concept(ICD_O, code), "effectiveDateTime": day}
    return observation(concept(LOINC, "31206-6"), ident, **said)


def graded(day: str) -> dict[str, Any]:
    return observation("fnclcc-grade", "g1", effectiveDateTime=day, valueInteger=1)


FINAL = typed("8858/3", "2023-06-05")
CROSSES = observation("diaphragm-crossing", "d1", effectiveDateTime="2024-05-01", valueBoolean=True)


@pytest.mark.parametrize(
    ("criterion", "sent", "said"),
    [
        pytest.param("E-02", [typed("8140/3", "2023-06-05")], "yes", id="another type in the specimen"),
        pytest.param("E-02", [typed("8140/3", "2023-08-30")], "yes", id="on the last day of its reports"),
        pytest.param("E-02", [typed("8140/3", "2023-08-31")], "unknown silent", id="on the day after"),
        pytest.param("E-02", [typed("8140/3", "2024-05-01")], "unknown silent", id="a cancer of the gut a year later"),
        pytest.param("E-02", [FINAL, typed("8140/3", "2024-05-01", "h2")], "no", id="beside the final report"),
        pytest.param("E-02", [FINAL, typed("8851/3", "2024-05-01", "h2")], "no", id="it came back well differentiated"),
        pytest.param("E-02", [FINAL, graded("2023-06-05")], "yes", id="grade 1 in the specimen"),
        pytest.param("E-02", [FINAL, graded("2024-05-01")], "no", id="grade 1 of what came back"),
        pytest.param("E-03", [{**CROSSES, "effectiveDateTime": "2023-06-02"}], "yes", id="so the surgeon saw"),
        pytest.param("E-03", [CROSSES], "unknown silent", id="what came back crosses it"),
        pytest.param(
            "E-01",
            [FINAL, condition(concept(ICD_10, "C16.9"), "2024-05-01")],
            "unknown imprecise",
            id="a cancer's organ",
        ),
        pytest.param(
            "I-03", [FINAL, condition(concept(ICD_10, "C16.9"), None)], "unknown imprecise", id="nobody knows when"
        ),
    ],
)
def test_what_comes_long_after_the_surgery_takes_no_subject_off_the_study(
    criterion: str, sent: list[dict[str, Any]], said: str
) -> None:
    """A second cancer, or a tumour that came back, was taken for the final pathology, whenever it came."""
    assert short(found(criterion, *SUBJECT, *sent)) == said


NAMED = {
    "pathology": concept(LOINC, "22637-3"),
    "imaging": {"text": "腹部CT平扫+增强"},
    "operation": {"text": "手术记录"},
    "note": {"text": "入院记录"},
}
HURRIED: dict[str, dict[str, str]] = tomllib.loads((ROOT / "tests" / "hurried.toml").read_text("utf-8"))


@pytest.mark.parametrize("kind", NAMED)
def test_no_sentence_is_read_as_a_hurried_reader_would(kind: str) -> None:
    she = resource("Patient", "p1", gender="female", birthDate="1960-01-01")
    wrong = []
    for text, answers in HURRIED[kind].items():
        findings = outcome(bundle(she, report(text, code=NAMED[kind]))).screening.findings
        said = {criterion.id: finding.answer.word for criterion, finding in findings}
        wrong += [
            f"{text}: {name} {said[name]}, not {word}"
            for name, _, word in (answer.partition(" ") for answer in answers.split(", "))
            if said[name] != word
        ]
    assert wrong == []
