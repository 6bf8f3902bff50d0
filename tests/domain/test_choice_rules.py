"""Which of several facts speaks is declared with the concept, and every question follows the declaration."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from natars_fhir.domain.choice import chosen, greatest, oldest
from natars_fhir.domain.dates import ask as put_question
from natars_fhir.domain.interval import Interval, number
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Choose, Study
from tests import ward
from tests.domain.trial_patients import AS_OF, ask, biopsy, cm, fact, grade, record, short

DDLPS, LMS, SFT = biopsy("DDLPS"), biopsy("LMS"), biopsy("SFT")


def twice(concept: str, first: object, second: object) -> tuple[Fact, Fact]:
    """An older and a newer fact of one concept."""
    older = fact(concept, first, "2024-05-01", reference="Observation/older")  # type: ignore[arg-type]
    return older, fact(concept, second, "2024-06-01", reference="Observation/newer")  # type: ignore[arg-type]


GRADES = twice("fnclcc-grade", grade(1), grade(2))
SIZES = twice("tumour-size", cm("12"), cm("9"))
ASA = twice("asa-class", number(4), number(2))
STAINS = (*twice("ihc-mdm2", "negative", "positive"), fact("ihc-cdk4", "positive", "2024-05-01"))
CONSENTS = twice("consent", "refused", "given")
TEAM = twice("mdt-resectability", "no", "yes")
BIRTHS = twice("birth-date", "1940-01-01", "1970-01-01")
ORIGINS = twice("primary-site", "gi-tract", "retroperitoneum")
RADIATION = twice("radiotherapy", "present", "absent")
KINDS = (biopsy("WDLPS", "2024-04-01", reference="Observation/older"), LMS)


@pytest.mark.parametrize(
    ("criterion", "facts", "rule", "expected"),
    [
        pytest.param("I-10", (DDLPS, *GRADES), "latest", "yes", id="the latest grade"),
        pytest.param("I-10", (DDLPS, *GRADES), "earliest", "no", id="the earliest grade"),
        pytest.param("I-10", (DDLPS, *GRADES), "worst", "yes", id="the worst grade"),
        pytest.param("I-10", (DDLPS, *GRADES), "agree", "unknown conflicting", id="grades that must agree"),
        pytest.param("I-11", (LMS, *SIZES), "largest", "yes", id="the largest size"),
        pytest.param("I-11", (LMS, *SIZES), "latest", "no", id="the latest size"),
        pytest.param("I-11", (LMS, *SIZES), "agree", "unknown conflicting", id="sizes that must agree"),
        pytest.param("I-18", ASA, "latest", "yes", id="the latest ASA class"),
        pytest.param("I-18", ASA, "worst", "no", id="the worst ASA class"),
        pytest.param("I-09", (DDLPS, *STAINS), "latest", "yes", id="the latest stain"),
        pytest.param("I-09", (DDLPS, *STAINS), "earliest", "no", id="the earliest stain"),
        pytest.param("I-09", (DDLPS, *STAINS), "agree", "unknown conflicting", id="stains that must agree"),
        pytest.param("I-19", CONSENTS, "latest", "yes", id="the latest consent"),
        pytest.param("I-19", CONSENTS, "agree", "unknown conflicting", id="consents that must agree"),
        pytest.param("I-15", TEAM, "latest", "yes", id="the latest word of the team"),
        pytest.param("I-15", TEAM, "earliest", "no", id="the earliest word of the team"),
        pytest.param("I-01", BIRTHS, "agree", "unknown conflicting", id="birth dates that must agree"),
        pytest.param("I-01", BIRTHS, "latest", "yes", id="the latest birth date"),
        pytest.param("I-03", ORIGINS, "agree", "unknown conflicting", id="origins that must agree"),
        pytest.param("I-03", ORIGINS, "latest", "yes", id="the latest origin"),
        pytest.param("I-06", RADIATION, "all", "unknown conflicting", id="all that is said of radiotherapy"),
        pytest.param("I-06", RADIATION, "latest", "yes", id="the latest that is said of radiotherapy"),
        pytest.param("I-02", KINDS, "agree", "unknown conflicting", id="types that must agree"),
        pytest.param("I-02", KINDS, "latest", "yes", id="the latest type"),
    ],
)
def test_a_question_follows_the_rule_of_its_concept(
    study: Study, criterion: str, facts: tuple[Fact, ...], rule: Choose, expected: str
) -> None:
    declared = replace(study, choices={one.concept: rule for one in facts if one.source.reference.endswith("er")})
    assert short(ask(declared, criterion, *facts)) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param("worst", "no", id="the worst of each: 4 and 10 % are 3 points"),
        pytest.param("latest", "no", id="the latest of each"),
    ],
)
def test_the_score_follows_the_rules_of_its_variables(study: Study, rule: Choose, expected: str) -> None:
    told = (SFT, fact("birth-date", "1950-01-01"), fact("tumour-size", cm("9")))
    counts = (*twice("mitoses-per-10hpf", number(4), number(0)), *twice("necrosis-percent", number(20), number(0)))
    declared = replace(study, choices={"mitoses-per-10hpf": rule, "necrosis-percent": rule})
    found = ask(declared, "I-13", *told, *counts)
    shown = {one.when for one in found.facts if one.concept == "mitoses-per-10hpf"}
    assert (short(found), shown) == (expected, {"2024-05-01"} if rule == "worst" else {"2024-06-01"})


def test_without_a_declaration_each_question_keeps_its_own_rule(study: Study) -> None:
    assert short(ask(study, "I-11", LMS, *SIZES)) == "yes"
    assert short(ask(study, "I-18", *ASA)) == "yes"


def test_the_trial_follows_what_concepts_toml_declares() -> None:
    found = ward.mappings()
    assert found.study.choices == {name: one.choose for name, one in found.concepts.concepts.items()}
    assert {one.choose for one in found.concepts.concepts.values()} == set(get_args(Choose))


def test_the_greatest_are_all_that_may_be() -> None:
    known = [fact("tumour-size", cm(size), reference=f"Observation/{size}") for size in ("3", "12", "9")]
    above = fact("tumour-size", Interval(cm("8").low, None, unit="cm"), reference="Observation/above")
    in_doubt = fact("tumour-size", cm("4"), standing="hedged", reference="Observation/doubt")
    assert {one.source.reference for one in greatest([*known, above, in_doubt])} == {
        "Observation/12",
        "Observation/above",
        "Observation/doubt",
    }


def test_the_oldest_are_all_that_may_be() -> None:
    told = [
        fact("ecog", number(n), when, reference=str(n)) for n, when in enumerate(("2024-03-02", "2024-03", "2024-05"))
    ]
    assert [one.source.reference for one in oldest(told)] == ["0", "1"]


def test_all_are_chosen_where_the_question_weighs_them() -> None:
    asked = put_question(record(*RADIATION), AS_OF, {"radiotherapy": "all"})
    assert chosen(asked, "radiotherapy", RADIATION) == RADIATION
