"""A simulated hospital: the same for the same seed, sound FHIR in every dialect, and no person is anybody."""

from __future__ import annotations

import gc
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from fhir.resources import get_fhir_model_class
from fhir.resources.R4B import get_fhir_model_class as r4b_model_class

from natars_fhir.fhir.validate import validate
from natars_fhir.fhir.versions import Name, detect
from natars_fhir.simulate.hospital import Patient, arrivals, blocks, bundle, lines, patients, truth
from natars_fhir.simulate.truth import COMPOSITES, CRITERIA
from tests.simulate.hospitals import DIALECTS, hospital, order, resources, sent

EVERY_DIALECT = pytest.mark.parametrize("dialect", DIALECTS)


def shapes(dialect: str) -> list[dict[str, Any]]:
    """One resource of every shape that is sent: a type with its elements and, of an Observation, what it tells."""
    found = {}
    for one in resources(dialect):
        found.setdefault((one["resourceType"], one.get("status"), *sorted(one)), one)
    return list(found.values())


def written(number: int, seed: int = 5, **asked: Any) -> list[bytes]:
    made = order(number=number, **asked)
    again = type(made)(made.patients, seed, made.dialect, made.candidates, made.start, made.months)
    return [line for block in blocks(patients(again)) for one in arrivals(block) for line in lines(one)]


def test_the_same_seed_makes_the_same_hospital_and_another_seed_another() -> None:
    assert written(6) == written(6)
    assert written(6) != written(6, seed=6)


def test_a_patient_does_not_depend_on_how_many_others_there_are() -> None:
    assert {*written(4)} <= {*written(7)}


@EVERY_DIALECT
def test_every_resource_that_is_sent_passes_the_conformant_checker(dialect: str) -> None:
    version: Name = "R5" if dialect == "r5" else "R4"
    faults = Counter(
        (one["resourceType"], issue.expression, issue.text)
        for one in shapes(dialect)
        for issue in validate(json.dumps(one).encode(), "conformant", version)
        if issue.severity != "information"
    )
    assert faults == {}


@EVERY_DIALECT
def test_every_resource_that_is_sent_is_one_for_the_library_too(dialect: str) -> None:
    find = get_fhir_model_class if dialect == "r5" else r4b_model_class
    for one in shapes(dialect):
        find(one["resourceType"]).model_validate(one)


def test_what_is_told_in_r5_shows_that_it_is() -> None:
    assert {detect(one) for one in resources("r5")} <= {"R5", None}
    assert {detect(one) for one in resources("coded")} <= {"R4", None}


@EVERY_DIALECT
def test_each_dialect_tells_the_whole_way_of_a_patient(dialect: str) -> None:
    kinds = {one["resourceType"] for one in resources(dialect)}
    assert kinds >= {"Patient", "Encounter", "Condition", "Observation", "Procedure", "Consent", "ResearchSubject"}
    assert kinds >= {"MedicationAdministration", "DiagnosticReport"}
    assert ("QuestionnaireResponse" in kinds) == (dialect in ("text", "mixed"))


def test_words_are_words_and_items_are_items() -> None:
    told = {dialect: Counter(_told(dialect)) for dialect in ("coded", "text", "mixed")}
    assert told["coded"]["words"] == 0
    assert told["text"]["items"] == 0
    assert min(told["mixed"].values()) > 0


def _told(dialect: str) -> Iterator[str]:
    for one in resources(dialect):
        if "FNCLCC" in one.get("conclusion", ""):
            yield "words"
        elif one["id"].endswith("pathology-grade"):
            yield "items"


@EVERY_DIALECT
def test_arrivals_are_in_order_of_the_days_within_a_block_though_versions_and_targets_may_come_late(
    dialect: str,
) -> None:
    days = [one.day for one in arrivals(hospital(dialect))]
    assert all(first <= second for first, second in pairwise(days))


def test_things_come_twice_corrected_late_and_struck_out() -> None:
    every = resources("coded")
    versions = Counter((one["resourceType"], one["id"]) for one in every)
    assert Counter(json.dumps(one) for one in every).most_common(1)[0][1] > 1
    assert {one["status"] for one in every if one["resourceType"] == "Observation"} >= {"final", "amended"}
    assert max(number for (kind, _), number in versions.items() if kind == "Condition") > 1


def test_no_name_and_no_number_can_be_anybodys() -> None:
    numbers = [
        one for patient in resources("coded") if patient["resourceType"] == "Patient" for one in _numbers(patient)
    ]
    assert all(text.startswith("SIM") for system, text in numbers if "patient-number" in system)
    residents = [text for system, text in numbers if "patient-number" not in system]
    assert residents
    assert all(text.startswith("000000") for text in residents)


def _numbers(patient: dict[str, Any]) -> list[tuple[str, str]]:
    assert patient["name"][0]["text"].startswith("模拟")
    return [(one["system"], one["value"]) for one in patient["identifier"]]


@EVERY_DIALECT
def test_nothing_happens_after_the_last_day(dialect: str) -> None:
    last = order(dialect).as_of
    told = [one.get("effectiveDateTime") or one.get("recordedDate") for one in resources(dialect)]
    assert max(date.fromisoformat(text[:10]) for text in told if text) <= last


def test_the_truth_of_a_patient_answers_every_criterion_and_says_why_something_is_missing() -> None:
    rows = [truth(one, order().as_of) for one in hospital("text")]
    inside = [row for row in rows if row["inScope"]]
    assert all({*row["criteria"]} == {*CRITERIA, *COMPOSITES} for row in inside)
    assert {"the hospital's form does not ask it"} <= {why for row in inside for why in row["leftOut"].values()}
    assert any("true" in line for row in inside for line in row["criteria"].values())
    assert all("criteria" not in row for row in rows if not row["inScope"])


def test_a_sarcoma_is_in_scope_and_a_healthy_child_is_not() -> None:
    groups = {(one.told.group, truth(one, order().as_of)["inScope"]) for one in hospital("coded")}
    assert ("sarcoma", True) in groups
    assert not groups & {("child", True), ("benign", True), ("cancer", True)}


def test_a_push_is_a_transaction_that_names_its_places() -> None:
    first = next(iter(arrivals(hospital("coded"))))
    told = json.loads(bundle(first, "https://his.hospital-a.example/fhir"))
    assert (told["resourceType"], told["type"]) == ("Bundle", "transaction")
    assert [entry["request"]["url"] for entry in told["entry"]] == [
        f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in told["entry"]
    ]
    assert [issue for issue in validate(json.dumps(told).encode()) if issue.severity == "error"] == []


def test_patients_are_let_go_when_their_block_is_sent() -> None:
    held = []
    for block in blocks(patients(order(number=200, candidates=0.0))):
        assert len(block) <= 64
        held.append(sum(isinstance(one, Patient) for one in gc.get_objects()))
    assert max(held) - min(held) <= 2 * 64


def test_what_was_made_is_what_is_sent() -> None:
    assert len(sent("coded")) == sum(len(one.resources) for patient in hospital("coded") for one in patient.sent)
