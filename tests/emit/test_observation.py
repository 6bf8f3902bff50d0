"""The result of a criterion is a value, or why there is none; it names its sources, and never the day of asking."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, get_args

import pytest

from natars_fhir.domain.answer import Answer, Reason
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.record import Fact, Source
from natars_fhir.domain.study import Criterion
from natars_fhir.emit import EMITTERS, Emission, emit
from natars_fhir.emit.identity import identity
from natars_fhir.emit.observation import meaning, observation
from tests import ward
from tests.emit.judged import faults, in_r5
from tests.emit.test_questionnaire_response import FULL, OPEN, TEXT, found
from tests.emit.trial import BASE, KEY, MRN, PATIENT

CRITERION = Criterion("I-18", "inclusion", "data", {"en": "ASA", "zh": "ASA分级"}, rule=lambda asked: FINDING)
ASA = Fact("asa-class", "2", "2024-06-01", Source("hospital-a", "Observation/1", "3", "hash"), "Observation.value")
FINDING = Finding(Answer.YES, None, Sentence("parts.yes", (("E-06a",),)), (ASA,))
WHO = identity(PATIENT, "natars", KEY, BASE, MRN, "Observation/I-18")


def result(finding: Finding = FINDING, **said: Any) -> dict[str, Any]:
    return observation(CRITERION, finding, PATIENT, "natars", WHO, **said)


def codes(concept: Any) -> list[str]:
    return [coding["code"] for coding in concept["coding"]]


def emission(case: str) -> Emission:
    site = case.partition("/")[0]
    return Emission(found(case).screening, ward.mappings().study, site, site, BASE, KEY)


@pytest.mark.parametrize("case", [FULL, TEXT, OPEN])
def test_every_criterion_has_one_result_valid_in_r4_and_r5(case: str) -> None:
    made = EMITTERS["Observation"](emission(case)).resources
    assert [codes(one["code"]) for one in made] == [[c.id] for c, _ in found(case).screening.findings]
    assert [fault for one in made for fault in faults(one)] == []
    assert len({one["id"] for one in made}) == len({one["identifier"][0]["value"] for one in made}) == len(made)


@pytest.mark.parametrize(("answer", "code"), [(Answer.YES, "yes"), (Answer.NO, "no")])
def test_a_known_answer_is_a_value(answer: Answer, code: str) -> None:
    made = result(FINDING._replace(answer=answer))
    assert codes(made["valueCodeableConcept"])[0] == code
    assert "dataAbsentReason" not in made


@pytest.mark.parametrize("reason", get_args(Reason))
def test_an_unknown_is_absent_with_the_standards_reason_and_ours(reason: Any) -> None:
    made = result(Finding(Answer.UNKNOWN, reason, FINDING.sentence))
    standard, own = codes(made["dataAbsentReason"])
    assert own == reason
    assert standard in ("unknown", "temp-unknown", "not-asked")
    assert "valueCodeableConcept" not in made
    assert faults(made) == []


def test_what_does_not_apply_is_a_value_that_says_so() -> None:
    made = result(Finding(Answer.YES, "not-applicable", FINDING.sentence))
    assert codes(made["valueCodeableConcept"]) == ["yes", "373066001", "not-applicable"]


def test_it_is_preliminary_until_somebody_signs() -> None:
    assert (result()["status"], result(signed=True)["status"]) == ("preliminary", "final")


def test_it_is_derived_from_observations_and_the_provenance_names_every_source() -> None:
    condition = ASA._replace(source=Source("hospital-a", "Condition/1", besides=("Specimen/2",)))
    made = result(FINDING._replace(facts=(ASA, condition)))
    assert made["derivedFrom"] == [{"reference": "Observation/1"}]
    (source,) = made["contained"]
    named = [entity["what"].get("reference") for entity in source["entity"]]
    assert named == ["Condition/1", "Observation/1/_history/3", "Specimen/2", None]
    assert source["target"] == [{"reference": "#"}]
    assert faults(made) == []


@pytest.mark.parametrize(
    ("days", "latest"),
    [
        (["2024-03"], "2024-03"),
        (["2024-03", "2024-03-02"], "2024-03"),
        ([None, "2023", "2024-01-05"], "2024-01-05"),
        ([None], None),
    ],
)
def test_it_holds_at_the_latest_day_of_what_it_rests_on(days: list[str | None], latest: str | None) -> None:
    facts = tuple(ASA._replace(when=day) for day in days)
    assert result(FINDING._replace(facts=facts)).get("effectiveDateTime") == latest


def test_another_day_of_asking_changes_no_byte() -> None:
    sent = [emission(FULL), emission(FULL)]
    sent[1] = replace(sent[1], screening=replace(sent[1].screening, as_of=ward.AS_OF.replace(day=16)))
    one, other = (json.dumps(EMITTERS["Observation"](each).resources) for each in sent)
    assert one == other


@pytest.mark.parametrize(
    ("finding", "same"),
    [
        pytest.param(FINDING._replace(sentence=Sentence("parts.yes", (("E-06b",),))), True, id="another sentence"),
        pytest.param(
            FINDING._replace(facts=(ASA._replace(source=ASA.source._replace(mapping="x")),)), True, id="mapping"
        ),
        pytest.param(
            FINDING._replace(facts=(ASA._replace(source=ASA.source._replace(version="4")),)), False, id="version"
        ),
        pytest.param(FINDING._replace(answer=Answer.NO), False, id="another answer"),
        pytest.param(FINDING._replace(facts=()), False, id="no source"),
    ],
)
def test_what_it_means_is_its_answer_and_its_sources(finding: Finding, same: bool) -> None:
    assert (meaning(result(finding)) == meaning(result())) is same


def test_it_is_made_for_who_asks_and_of_patients_in_scope_alone() -> None:
    kinds = [{one["resourceType"] for one in emit(emission(FULL), also).resources} for also in ((), ("Observation",))]
    assert kinds[1] - kinds[0] == {"Observation"}
    out = replace(emission(FULL), screening=replace(found(FULL).screening, in_scope=False))
    assert EMITTERS["Observation"](out).resources == ()


def test_the_identifier_bears_the_subjects_pseudonym_and_no_number_of_the_hospital() -> None:
    assert result()["identifier"][0]["value"] == f"{WHO.pseudonym}-I-18"
    assert "0040017" not in json.dumps(result())


def test_in_r5_nothing_changes() -> None:
    assert in_r5(result()) == result()
