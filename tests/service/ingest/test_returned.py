"""The closed loop: a site is asked for what is missing, once; the request closes by itself, and stays declined."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from natars_fhir.fhir.versions import VERSIONS
from natars_fhir.service.people.moves import decline
from natars_fhir.store.engine import Store
from tests.service.hospital import NOW, Hospital, Node, condition, intake, issues, mappings, patient, transaction
from tests.service.spoken import STAFF, HospitalA, push_case, texts
from tests.service.subjects import SIGNER, SITE, known, letters, only, sign

ASA = {"system": "http://loinc.org", "code": "97816-3"}


def asa(value: str = "LA28420-2", ident: str = "asa", version: int = 1) -> Node:
    """The ASA class of the patient, as the site's anaesthesia system codes it."""
    anaesthesia = "https://his.hospital-a.example/fhir/CodeSystem/anaesthesia"
    return {
        "resourceType": "Observation",
        "id": ident,
        "meta": {"versionId": str(version)},
        "status": "final",
        "code": {"coding": [{"system": anaesthesia, "code": "ASA"}]},
        "subject": {"reference": "Patient/9"},
        "effectiveDateTime": "2024-06-12",
        "valueCodeableConcept": {"coding": [{"system": anaesthesia, "code": "ASA-II"}]},
    }


def asks(task: Node) -> set[str]:
    return {one["type"]["coding"][0]["code"] for one in task.get("input", ())}


@pytest.fixture
def hospital(store: Store) -> Hospital:
    """Hospital A, with a patient of whom nothing but the tumour is known."""
    found = HospitalA(store)
    found.push(transaction(patient("9"), condition("c9", of="Patient/9")))
    return found


def sent_back(task: Node, status: str = "rejected", reason: str = "no CT before July", version: str = "R4") -> Node:
    """Our request as the site's system sends it on: changed by a person there."""
    told, _ = VERSIONS["R5"].from_r4(task) if version == "R5" else (task, [])
    words = {"text": reason} if version == "R4" else {"concept": {"text": reason}}
    return {**told, "id": "their-own-id", "status": status, **({"statusReason": words} if reason else {})}


def test_a_site_is_asked_once_for_what_is_missing_in_both_languages(hospital: Hospital, store: Store) -> None:
    (task,) = letters(store, "Task")
    assert (task["status"], task["businessStatus"]["coding"][0]["code"]) == ("requested", "awaiting-data")
    assert "I-18" in asks(task)
    assert "ASA class" in task["description"]
    assert "ASA分级" in task["_description"]["extension"][0]["extension"][1]["valueString"]
    assert task["for"] == {"reference": "Patient/9"}
    assert task["focus"]["identifier"] == letters(store, "ResearchSubject")[-1]["identifier"][0]
    hospital.push(transaction(condition("c9", of="Patient/9", version=2)), now=NOW + timedelta(days=1))
    assert letters(store, "Task") == [task]


def test_what_arrives_is_asked_no_more_and_the_request_is_the_same_one(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(asa()))
    first, second = letters(store, "Task")
    assert asks(first) - asks(second) == {"I-18"}
    assert first["identifier"] == second["identifier"]
    assert first["id"] == second["id"]


def test_it_closes_by_itself_when_nothing_is_missing(store: Store) -> None:
    hospital = HospitalA(store)
    push_case(hospital)
    assert letters(store, "Task") == []  # of her nothing is missing: nothing was asked, and nothing is closed


def test_it_closes_when_an_answer_makes_the_patient_no_candidate(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(condition("c9", text="腹膜后高分化脂肪肉瘤", of="Patient/9", version=2)))
    hospital.push(transaction(patient("9", birthDate="1930-01-01", version=2)))
    last = letters(store, "Task")[-1]
    assert (last["status"], last["businessStatus"]["coding"][0]["code"]) == ("cancelled", "not-needed")
    assert "input" not in last


def test_it_closes_for_a_patient_who_turns_out_to_be_none_of_the_trials(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(condition("c9", text="胆囊结石", of="Patient/9", version=2, code={"text": "胆囊结石"})))
    assert letters(store, "ResearchSubject")[-1]["status"] == "not-registered"
    assert letters(store, "Task")[-1]["status"] == "cancelled"


@pytest.mark.parametrize("version", ["R4", "R5"])
def test_a_request_that_the_site_declines_is_not_asked_again(hospital: Hospital, store: Store, version: str) -> None:
    (task,) = letters(store, "Task")
    answer = hospital.push(sent_back(task, version=version))
    assert answer.status < 300
    assert "Our request is declined: it is not asked again." in texts(answer)
    last = letters(store, "Task")[-1]
    assert (last["status"], last["statusReason"]) == ("rejected", {"text": "no CT before July"})
    hospital.push(transaction(asa()))  # less is missing: all of that was declined
    assert letters(store, "Task")[-1]["status"] == "rejected"
    subject = only(store)
    assert subject.request.status == "rejected"


def test_it_is_asked_again_when_something_else_is_missing(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(asa()))
    hospital.push(sent_back(letters(store, "Task")[-1]))
    assert letters(store, "Task")[-1]["status"] == "rejected"
    hospital.push(transaction({**asa(version=2), "status": "entered-in-error"}))
    last = letters(store, "Task")[-1]
    assert (last["status"], "statusReason" in last) == ("requested", False)
    assert "I-18" in asks(last)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"reason": ""}, ["Our request is not open"]),
        ({"status": "in-progress"}, []),
        ({"status": "completed"}, []),
    ],
)
def test_what_is_no_refusal_with_a_reason_changes_nothing(
    hospital: Hospital, store: Store, change: dict[str, Any], told: list[str]
) -> None:
    (task,) = letters(store, "Task")
    answer = hospital.push(sent_back(task, **change))
    assert [text for text in texts(answer) if text.startswith("Our request")] == [
        text for text in texts(answer) for one in told if text.startswith(one)
    ]
    assert len(letters(store, "Task")) == 1


def test_another_systems_task_is_let_go_like_anything_that_no_view_reads(hospital: Hospital, store: Store) -> None:
    (task,) = letters(store, "Task")
    other = {**sent_back(task), "identifier": [{"system": "urn:other", "value": "1"}]}
    answer = hospital.push(other)
    assert answer.status == 202
    assert issues(answer.body)[-1] == ("information", "informational")
    for odd in ({**other, "identifier": "x"}, {**sent_back(task), "statusReason": "x"}):
        hospital.push(transaction(odd))
    assert len(letters(store, "Task")) == 1


def test_another_site_cannot_decline_it(hospital: Hospital, store: Store) -> None:
    (task,) = letters(store, "Task")
    Hospital(store, "hospital-b").push(sent_back(task))
    assert len(letters(store, "Task")) == 1


def test_a_person_declines_it_on_the_command_line(hospital: Hospital, store: Store) -> None:
    subject = only(store)
    site = mappings().sites[SITE]
    blank = decline(store, intake(), site, subject.pseudonym, SIGNER, " ", NOW)
    assert blank.status == 422
    kept = decline(store, intake(), site, subject.pseudonym, f"{STAFF}|S-002", "moved abroad", NOW)
    assert (kept.status, texts(kept)) == (201, ["Kept: this is not asked again."])
    assert letters(store, "Task")[-1]["statusReason"] == {"text": "moved abroad"}
    again = decline(store, intake(), site, subject.pseudonym, SIGNER, "once more", NOW)
    assert again.status == 422


def test_nothing_is_asked_of_one_who_is_signed_for(store: Store) -> None:
    push_case(HospitalA(store))
    sign(store)
    found = known(store, only(store).pseudonym)
    assert found is not None
    assert found.request.status == "cancelled"
