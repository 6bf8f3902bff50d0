"""The screening log and what is missing, out of the store: each patient once, in one place, with the first bar."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import Any

import pytest
from fhir.resources.list import List as R5List
from fhir.resources.R4B.list import List as R4BList

from natars_fhir.domain.screening_log import Consort
from natars_fhir.fhir.check import check
from natars_fhir.service.worklist.log import Log, log_list, log_of, missing_as_list, missing_of
from natars_fhir.store.engine import Store
from tests.service.hospital import ICD_10, NOW, Hospital, Node, intake, mappings, patient, transaction
from tests.service.spoken import INVESTIGATOR, HospitalA, answers, hear, item, push_case
from tests.service.test_corrections import observation, stain, whole

STUDY = mappings().study
LATER = NOW + timedelta(days=3)


def log(store: Store, site: str = "generic", **more: Any) -> Log:
    return log_of(store, STUDY, site, more.get("now", NOW))


def places(store: Store, **more: Any) -> dict[str, str]:
    return {one.patient.reference: one.place for one in log(store, **more).entries}


def coded(code: str, of: str) -> Node:
    about = {"subject": {"reference": f"Patient/{of}"}}
    said = {"coding": [{"system": ICD_10, "code": code}]}
    return {"resourceType": "Condition", "id": f"k{of}", **about, "code": said}


def allocated(of: str) -> Node:
    return {
        "resourceType": "ResearchSubject",
        "id": f"rs{of}",
        "status": "on-study",
        "study": {"identifier": {"value": "NCT05844813"}},
        "individual": {"reference": f"Patient/{of}"},
        "assignedArm": "The Surgery only Group",
        "period": {"start": "2024-06-10"},
    }


def without(of: str, concept: str) -> list[Node]:
    return [one for one in whole(of) if concept not in str(one.get("code"))]


def renamed(resources: list[Node], of: str) -> list[Node]:
    """The same for another patient, under ids of their own."""
    return [one if one["resourceType"] == "Patient" else {**one, "id": f"{one['id']}-{of}"} for one in resources]


@pytest.fixture
def hospital(store: Store) -> Hospital:
    """A candidate, one who lacks ASA, one whom two things bar, one allocated, and one out of scope."""
    found = Hospital(store)
    found.push(transaction(*renamed(whole("1"), "1")))
    found.push(transaction(*renamed(without("2", "asa-class"), "2")))
    negative = stain("n3", "mdm2", "negative", of="Patient/3", effectiveDateTime="2024-06-01")
    found.push(transaction(*renamed(whole("3"), "3"), negative, coded("C34.1", "3")))
    found.push(transaction(*renamed(whole("4"), "4"), allocated("4")))
    found.push(transaction(patient("5")))
    return found


def test_everybody_in_scope_stands_in_one_place_and_the_first_bar_is_named(hospital: Hospital, store: Store) -> None:
    assert places(store) == {
        "Patient/1": "candidate",
        "Patient/2": "undetermined",
        "Patient/3": "excluded",
        "Patient/4": "allocated",
    }
    barred = next(one for one in log(store).entries if one.place == "excluded")
    assert barred.bar is not None
    assert (barred.bar.criterion, barred.bar.kind) == ("I-08", "lasting")  # before I-09 in the protocol


def test_the_counts_are_those_of_a_consort_diagram(hospital: Hospital, store: Store) -> None:
    assert log(store).consort == Consort(
        looked_at=5,
        in_scope=4,
        excluded=1,
        excluded_by={"I-08": 1},
        undetermined=1,
        candidate=1,
        eligible=0,
        allocated=1,
        allocated_to={"surgery-only": 1},
        off_study=0,
        left=0,
    )


def test_a_bar_after_the_allocation_is_no_screen_failure(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction({**coded("C34.1", "4"), "onsetDateTime": "2020-05-01"}))
    line = next(one for one in log(store).entries if one.patient.reference == "Patient/4")
    assert (line.place, line.verdict, line.arm) == ("allocated", "ineligible", "surgery-only")
    assert log(store).consort.excluded == 1


def test_when_a_patient_was_looked_at_first_and_last(hospital: Hospital, store: Store) -> None:
    asa = observation("a2", "asa-class", of="Patient/2", valueInteger=2)
    hospital.push(transaction(asa), now=LATER)
    line = next(one for one in log(store, now=LATER).entries if one.patient.reference == "Patient/2")
    assert (line.first, line.last, line.place) == (date(2024, 6, 15), date(2024, 6, 18), "candidate")


def test_who_left_the_scope_stays_in_the_log(hospital: Hospital, store: Store) -> None:
    gone = [
        {"request": {"method": "DELETE", "url": f"{one['resourceType']}/{one['id']}"}}
        for one in renamed(whole("1"), "1")
        if one["resourceType"] != "Patient"
    ]
    hospital.push({"resourceType": "Bundle", "type": "transaction", "entry": gone})
    assert places(store)["Patient/1"] == "left"
    counts = log(store).consort
    assert (counts.looked_at, counts.in_scope, counts.left, counts.candidate) == (5, 4, 1, 0)


def test_people_move_patients_in_the_log(store: Store) -> None:
    hospital = HospitalA(store)
    push_case(hospital)
    hear(store, answers(status="completed", by=INVESTIGATOR))
    assert {one.place for one in log(store, "hospital-a").entries} == {"eligible"}
    hear(store, answers(item("E-10", "yes", "seen by a psychiatrist"), id="q2"))
    (line,) = log(store, "hospital-a").entries
    assert (line.place, line.verdict, line.with_people) == ("excluded", "candidate", "ineligible")
    assert line.bar is not None
    assert line.bar.criterion == "E-10"


def test_what_is_missing_is_counted_over_all_patients(hospital: Hospital, store: Store) -> None:
    rows = {(row.criterion.id, row.reason): row for row in missing_of(store, STUDY, "generic", NOW)}
    asa = rows["I-18", "silent"]
    assert (asa.count, asa.criterion.wants["en"]) == (1, "ASA class")
    assert [one.reference for one in asa.patients] == ["Patient/2"]
    assert rows["I-15", "needs-attestation"].count == 3  # of the barred patient nothing is asked
    every = {(row.criterion.id, row.reason): row for row in missing_of(store, STUDY, "generic", NOW, barred_too=True)}
    assert every["I-15", "needs-attestation"].count == 4
    order = [row.criterion.decided_by for row in missing_of(store, STUDY, "generic", NOW)]
    assert order == sorted(order, key=["data", "data-or-attestation", "attestation"].index)


def test_what_waits_for_the_histology_alone_is_told_once(store: Store) -> None:
    hospital = Hospital(store)
    hospital.push(transaction(*renamed([one for one in whole() if one["id"] != "2"], "1")))
    lacking = {row.criterion.id for row in missing_of(store, STUDY, "generic", NOW)}
    assert "I-02" in lacking
    assert not lacking & {"I-09", "I-10", "I-11", "I-12", "I-13", "E-02"}


@pytest.mark.parametrize("model", [R4BList, R5List], ids=["R4", "R5"])
def test_both_are_fhir_lists_in_either_version(hospital: Hospital, store: Store, model: Any) -> None:
    for made in (log_list(store, intake(), "generic", NOW), missing_as_list(store, intake(), "generic", NOW)):
        assert check(made) == []
        model.model_validate(copy.deepcopy(made))
        assert all(entry["item"]["reference"].startswith("Patient/") for entry in made["entry"])


def test_the_list_of_the_log_flags_the_first_bar_and_holds_the_counts(hospital: Hospital, store: Store) -> None:
    made = log_list(store, intake(), "generic", NOW)
    flags = [(one["flag"]["coding"][0]["code"], one["flag"]["text"]) for one in made["entry"]]
    assert ("excluded", "I-08: Second malignancy on file (undated)") in flags
    assert "excluded by I-08 1" in made["note"][0]["text"]
    assert "allocated to surgery-only 1" in made["note"][0]["text"]


def test_a_site_without_patients_has_an_empty_list(store: Store) -> None:
    made = log_list(store, intake(), "generic", NOW)
    assert check(made) == []
    assert "entry" not in made
    assert made["emptyReason"]["coding"][0]["code"] == "nilknown"
