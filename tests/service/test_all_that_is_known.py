"""Screening comes from all that is known of a patient, whatever the order of pushes, and of nobody else."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from natars_fhir import pipeline
from natars_fhir.emit.prefilled import prefilled
from natars_fhir.fhir.found import files
from natars_fhir.fhir.ndjson import documents
from natars_fhir.mapping.gathered import Gathered
from natars_fhir.service.screening.screened import today
from natars_fhir.service.worklist.worklist import history_of, worklist
from natars_fhir.store.engine import Store, open_store
from tests.service.hospital import (
    FIXTURES,
    MRN,
    NOW,
    Hospital,
    Node,
    condition,
    dose,
    mappings,
    medication,
    patient,
    reader,
    transaction,
)

THREE = (
    transaction(patient(number="77", version=1)),
    transaction(condition(version=1), dose()),
    transaction(medication(), condition(text="腹膜后去分化脂肪肉瘤", version=2)),
)


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_three_bundles_in_any_order_give_the_same_screening(
    hospital: Hospital, tmp_path: Path, order: tuple[int, ...]
) -> None:
    for number in order:
        hospital.push(THREE[number])
    straight = open_store(f"sqlite:///{tmp_path}/straight.sqlite")
    other = Hospital(straight)
    for document in THREE:
        other.push(document)
    assert hospital.screening() == other.screening()
    straight.close()


def test_a_medication_that_comes_later_changes_the_answer(hospital: Hospital) -> None:
    hospital.push(transaction(patient(), condition(), dose()))
    before = hospital.answer("E-05")
    hospital.push(medication())
    assert (before, hospital.answer("E-05")) == ("unknown", "yes")
    hospital.push(medication(text="阿司匹林", version=2))
    assert hospital.answer("E-05") != "yes"


def test_a_medication_is_told_to_every_patient_who_was_given_it(hospital: Hospital) -> None:
    for ident in ("1", "2"):
        of = f"Patient/{ident}"
        hospital.push(transaction(patient(ident), condition(f"c{ident}", of=of), dose(f"d{ident}", of=of)))
    hospital.push(medication())
    assert [hospital.answer("E-05", key) for key in ("Patient/1", "Patient/2")] == ["yes", "yes"]


def test_two_patients_in_one_bundle_never_cross(hospital: Hospital, store: Store) -> None:
    lipo = condition("c2", "腹膜后去分化脂肪肉瘤", of="Patient/2")
    hospital.push(transaction(patient("1", "77"), condition(), patient("2", "78"), lipo))
    values = {key: dict(hospital.concepts(key))["histology"] for key in ("Patient/1", "Patient/2")}
    assert values == {"Patient/1": "LMS", "Patient/2": "DDLPS"}
    found = worklist(store, mappings().study, "generic", NOW)
    assert [one["patient"]["reference"] for one in found] == ["Patient/1", "Patient/2"]


def test_a_patient_told_of_under_two_ids_is_one_by_the_number(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient("1", "77"), condition()))
    hospital.push(transaction(patient("2", "77"), dose(of="Patient/2"), medication()))
    assert hospital.answer("E-05", "Patient/1") == "yes"
    assert hospital.screening("Patient/1") == hospital.screening("Patient/2")
    assert len(worklist(store, mappings().study, "generic", NOW)) == 1


def test_facts_that_name_the_patient_by_number_alone_are_joined_when_the_patient_comes(hospital: Hospital) -> None:
    by_number: Node = {"subject": {"identifier": {"system": MRN, "value": "77"}, "type": "Patient"}}
    hospital.push(transaction(condition(**by_number)))
    hospital.push(transaction(patient(number="77")))
    assert ("histology", "LMS") in hospital.concepts()


def test_patients_joined_by_mistake_part_when_the_number_is_corrected(hospital: Hospital) -> None:
    hospital.push(transaction(patient("1", "77", 1), condition()))
    hospital.push(transaction(patient("2", "77", 1)))
    assert ("histology", "LMS") in hospital.concepts("Patient/2")
    hospital.push(transaction(patient("2", "78", 2)))
    assert ("histology", "LMS") not in hospital.concepts("Patient/2")
    assert ("histology", "LMS") in hospital.concepts("Patient/1")


def test_patients_of_two_sites_are_two(store: Store) -> None:
    one, other = Hospital(store, "hospital-a"), Hospital(store, "hospital-b")
    for resource in (patient("1", "77"), condition()):
        one.push(resource)
    other.push(patient("1", "77"))
    assert ("histology", "LMS") in one.concepts()
    assert ("histology", "LMS") not in other.concepts()


def test_the_history_holds_one_row_a_change_and_none_for_who_is_out_of_scope(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient()))
    assert history_of(store, "generic", "Patient/1") == []
    hospital.push(transaction(condition(version=1)))
    hospital.push(transaction(condition(version=2)))
    hospital.push(medication())
    hospital.push(transaction(dose()))
    found = history_of(store, "generic", "Patient/1")
    assert [one.verdict for one in found] == ["undetermined", "ineligible"]
    assert [one.body["criteria"]["E-05"]["answer"] for one in found] == ["unknown", "yes"]


def test_who_leaves_the_scope_leaves_the_worklist_and_the_history_says_so(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient(), condition(version=1)))
    hospital.push(transaction(condition(text="胆囊结石", version=2, code={"text": "胆囊结石"})))
    assert worklist(store, mappings().study, "generic", NOW) == []
    assert [one.in_scope for one in history_of(store, "generic", "Patient/1")] == [True, False]


def test_nothing_is_known_of_a_patient_who_was_never_told_of(hospital: Hospital, store: Store) -> None:
    assert hospital.screening("Patient/unheard-of") is None
    assert history_of(store, "generic", "Patient/unheard-of") == []


def test_a_resource_of_another_id_but_the_same_number_is_the_same_resource(hospital: Hospital) -> None:
    number = {"identifier": [{"system": "urn:diagnosis", "value": "D1"}]}
    hospital.push(transaction(patient(), condition("c1", **number)))
    hospital.push(transaction(condition("c2", "腹膜后去分化脂肪肉瘤", **number)))
    assert [value for concept, value in hospital.concepts() if concept == "histology"] == ["DDLPS"]


def test_a_resource_that_gets_its_number_later_is_not_told_twice(hospital: Hospital) -> None:
    number = {"identifier": [{"system": "urn:diagnosis", "value": "D1"}]}
    hospital.push(transaction(patient(), condition("c1", **number)))
    hospital.push(transaction(condition("c2", "腹膜后去分化脂肪肉瘤")))
    hospital.push(transaction(condition("c2", "腹膜后未分化多形性肉瘤", **number)))
    assert [value for concept, value in hospital.concepts() if concept == "histology"] == ["UPS"]


def cases() -> list[Path]:
    return sorted(path for path in FIXTURES.glob("*/*") if path.is_dir())


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.parent.name}/{case.name}")
def test_pushed_or_read_from_files_the_screening_is_the_same(store: Store, case: Path) -> None:
    site = case.parent.name
    hospital, gathered = Hospital(store, site), Gathered(site)
    raws = [found.raw for path in files([case]) for found in documents(path) if found.raw]
    for raw in raws:
        hospital.push(raw)
        for read in pipeline.read(raw, reader(site)).readings:
            gathered.add(read)
    for found in pipeline.outcomes(gathered, mappings().study, today(NOW)):
        told = hospital.screening(found.record.patient.reference)
        expected = prefilled(found.screening, found.record.facts, found.issues)
        assert told == expected


def result(code: str, value: int, unit: str) -> Node:
    """A result without an id; the number is that of the whole panel."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "identifier": [{"system": "https://hospital.example/accession", "value": "A1"}],
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2024-06-01",
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
    }


@pytest.mark.parametrize("apart", [False, True], ids=["in one bundle", "in two"])
def test_results_of_one_panel_without_ids_are_all_kept_and_each_is_replaced_by_its_own(
    hospital: Hospital, apart: bool
) -> None:
    panel = [result("718-7", 120, "g/L"), result("777-3", 90, "10*9/L")]
    for group in [[one] for one in panel] if apart else [panel]:
        bundle = {"resourceType": "Bundle", "type": "collection"}
        hospital.push({**bundle, "entry": [{"resource": one} for one in (patient(), condition(), *group)]})
    hospital.push(
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": result("718-7", 125, "g/L")}]}
    )
    told = {concept: value["low"] for concept, value in hospital.concepts() if concept in ("haemoglobin", "platelets")}
    assert told == {"haemoglobin": 125, "platelets": 90}
