"""What is said to people: the right words, in both languages, and never more than the facts."""

from __future__ import annotations

import re
import string

import pytest

from natars_fhir.domain.finding import Sentence
from natars_fhir.domain.interval import Interval, number
from natars_fhir.domain.phrases import PHRASES
from natars_fhir.domain.record import Fact
from natars_fhir.domain.screening import screen
from natars_fhir.domain.sentence import render
from natars_fhir.domain.study import Study
from natars_fhir.domain.words import WORDS
from tests.domain.trial_patients import ALLOCATED, AS_OF, ask, biopsy, cm, drug, fact, grade, record


def fields(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


def test_both_tables_have_the_same_keys_and_the_same_fills() -> None:
    assert PHRASES["en"].keys() == PHRASES["zh"].keys()
    for key, phrase in PHRASES["en"].items():
        assert fields(phrase) == fields(PHRASES["zh"][key]), key
        assert fields(phrase) == {str(n) for n in range(len(fields(phrase)))}, key
    assert WORDS["en"].keys() == WORDS["zh"].keys()


def test_every_concept_that_the_trial_asks_for_has_its_words(study: Study) -> None:
    for _, found in screen(record(), study, AS_OF).findings:
        for fill in found.sentence.fills:
            if isinstance(fill, str):
                assert fill in WORDS["zh"], fill


DDLPS = biopsy("DDLPS")


@pytest.mark.parametrize(
    ("criterion", "facts", "en", "zh"),
    [
        pytest.param(
            "I-09",
            (DDLPS, fact("ihc-mdm2", "positive", "2024-06-01")),
            "MDM2 positive (2024-06-01); CDK4 not reported: CDK4 immunohistochemistry would decide",
            "MDM2阳性（2024-06-01）；CDK4未报告；需CDK4免疫组化结果方可判定",
            id="what is missing",
        ),
        pytest.param(
            "I-10",
            (DDLPS, fact("fnclcc-grade", grade(2), "2024-06-02")),
            "FNCLCC grade 2 (2024-06-02)",
            "FNCLCC分级：2级（2024-06-02）",
            id="a grade",
        ),
        pytest.param(
            "I-11",
            (biopsy("LMS"), fact("tumour-size", cm("9.5"), "2024-05", method="imaging", approximate="yes")),
            "Tumour size about 9.5 cm (imaging, 2024-05) does not decide on 10 cm: an exact measure would",
            "肿瘤大小约9.5 cm（影像，2024-05），不足以判定是否达10 cm，需准确测量值",
            id="about",
        ),
        pytest.param(
            "I-12",
            (DDLPS,),
            "Applies to UPS only; the histology is DDLPS",
            "仅适用于未分化多形性肉瘤；本例病理类型为去分化脂肪肉瘤",
            id="not applicable",
        ),
        pytest.param(
            "I-06",
            (fact("radiotherapy", "present", known="2023-02-01"),),
            "Radiotherapy on file (recorded 2023-02-01)",
            "有放射治疗记录（记录于2023-02-01）",
            id="recorded, onset not told",
        ),
        pytest.param(
            "I-05",
            (drug("doxorubicin", "chemotherapy", given="requested", when=None),),
            "Chemotherapy: doxorubicin (undated) on file, not surely given before this trial; "
            "the administration record would decide",
            "化疗：有多柔比星（日期不详）记录，但不能确认在本研究前已用药，需核实给药记录",
            id="undated",
        ),
        pytest.param(
            "I-19",
            (fact("consent", "given", "2024-06-02"), ALLOCATED),
            "Consent to this trial given (2024-06-02), after the trial's part began on 2024-06-01",
            "本研究知情同意已签署（2024-06-02），晚于研究入组或治疗开始日期（2024-06-01）",
            id="a date",
        ),
        pytest.param(
            "E-06b",
            (fact("myocardial-infarction", "present", "2024-02-29T20:00:00Z"),),
            "Myocardial infarction within the last 6 months: 2024-03-01",
            "近6个月内有心肌梗死记录：2024-03-01",
            id="a moment is told as the trial's day",
        ),
        pytest.param(
            "I-17",
            (fact("ecog", number(1), "2024-05-01"),),
            "Chemotherapy and surgery tolerable: on file ECOG performance status 1 (2024-05-01); "
            "the investigator or the MDT must say",
            "可耐受化疗与手术：现有记录为ECOG评分1（2024-05-01），需研究者或MDT判定",
            id="what supports an attestation",
        ),
        pytest.param(
            "E-07b",
            (fact("surgery", "present", "2024-06-01"),),
            "Operation with a high risk of bleeding: no statement on file, but operation (2024-06-01); "
            "the investigator must weigh it",
            "高出血风险手术：无明确记录，但有手术（2024-06-01），需研究者判定",
            id="what a person must weigh",
        ),
        pytest.param(
            "I-09",
            (DDLPS, fact("ihc-mdm2", "positive", "2024-06-01"), fact("ihc-cdk4", "not-done", "2024-06-01")),
            "MDM2 positive (2024-06-01); CDK4 not done (2024-06-01): CDK4 immunohistochemistry would decide",
            "MDM2阳性（2024-06-01）；CDK4未检测（2024-06-01）；需CDK4免疫组化结果方可判定",
            id="not done",
        ),
        pytest.param(
            "E-04",
            (fact("distant-metastasis-category", "cM0", "2024-05-01"),),
            "Metastasis: cM0 (2024-05-01)",
            "转移：cM0（2024-05-01）",
            id="a stage",
        ),
        pytest.param(
            "E-09a",
            (fact("sex", "female"), fact("hcg", "negative", "2024-06-12")),
            "hCG negative (2024-06-12)",
            "hCG阴性（2024-06-12）",
            id="a test",
        ),
        pytest.param("E-09a", (fact("sex", "male"),), "Does not apply to a man", "男性，不适用", id="a man"),
    ],
)
def test_sentences(study: Study, criterion: str, facts: tuple[Fact, ...], en: str, zh: str) -> None:
    sentence = ask(study, criterion, *facts).sentence
    assert (render(sentence, "en"), render(sentence, "zh")) == (en, zh)


def test_the_score_says_which_variable_would_decide(study: Study) -> None:
    facts = (
        fact("birth-date", "1960-01-01"),
        biopsy("SFT"),
        fact("tumour-size", cm("15"), "2024-05-01"),
        fact("mitoses-per-10hpf", number(1), "2024-05-20"),
    )
    assert render(ask(study, "I-13", *facts).sentence, "en") == (
        "SFT risk score 5–6 of 7 (age at diagnosis 1; size 3; mitoses 1; necrosis 0 to 1): necrosis would decide"
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (cm("12"), "12 cm"),
        (cm("8", "10"), "8–10 cm"),
        (Interval(number(8).low, None, low_open=True, unit="cm"), ">8 cm"),
        (Interval(number(8).low, None, unit="cm"), "≥8 cm"),
        (Interval(None, number(5).low, high_open=True, unit="%"), "<5%"),
        (Interval(None, number(5).low, unit="%"), "≤5%"),
        (number("100", "1"), "100"),
        (number("4", "{mitoses}/10.[HPF]"), "4 /10 HPF"),
    ],
)
def test_numbers_are_written_as_people_write_them(value: object, expected: str) -> None:
    assert render(Sentence("grade.any", (value,)), "en") == f"Any grade is accepted; {expected}"


def test_the_order_of_facts_does_not_show() -> None:
    one, other = fact("radiotherapy", "present", "2021"), fact("radiotherapy", "present", "2020")
    pair = [render(Sentence("presence.yes", ("radiotherapy", each)), "en") for each in ((one, other), (other, one))]
    assert pair == ["Radiotherapy on file (2020, 2021)"] * 2


#: How a phrase of an unknown names what is missing and what would decide it.
DECIDES = {
    "en": re.compile(r"would( decide)?$|must (say|weigh it|settle it)$|decides later$|is recommended$"),
    "zh": re.compile(r"需|待|判定|建议"),
}
#: Phrases of unknowns, by the ends of their keys; ``parts`` names the lines that are open, each with its own sentence.
OPEN = re.compile(
    r"\.(silent|imprecise|conflicting|pending|needs-attestation|not-yet|unknown|shown|laparotomy|hedged|imaging|untyped"
    r"|without-scheme|ups-like-ddlps|against-fish|fish-pending|fish-conflicting|grade-open|grade-after-treatment)$"
)
UNKNOWNS = [key for key in PHRASES["en"] if OPEN.search(key) and key not in ("parts.unknown", "applies.unknown")]


@pytest.mark.parametrize("key", UNKNOWNS)
def test_a_sentence_of_an_unknown_says_what_would_decide_it(key: str) -> None:
    assert DECIDES["en"].search(PHRASES["en"][key]), PHRASES["en"][key]
    assert DECIDES["zh"].search(PHRASES["zh"][key]), PHRASES["zh"][key]


def test_what_is_on_file_what_is_missing_and_what_would_decide_stand_in_one_sentence(study: Study) -> None:
    found = ask(study, "I-09", biopsy("DDLPS"), fact("ihc-mdm2", "positive", "2024-05-20"))
    assert render(found.sentence, "en") == (
        "MDM2 positive (2024-05-20); CDK4 not reported: CDK4 immunohistochemistry would decide"
    )
