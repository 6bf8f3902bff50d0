"""A ResearchSubject says where a patient stands, never more than the data or a person said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from natars_fhir.domain.record import Patient
from natars_fhir.domain.screening import Verdict
from natars_fhir.emit.identity import identity
from natars_fhir.emit.research_subject import STATES, STATUS, research_subject
from natars_fhir.fhir.r5 import to_r4, to_r5
from tests.emit.trial import BASE, KEY, MRN, NEOADJUVANT, PATIENT, screening

WHO = identity(PATIENT, "natars", KEY, BASE, MRN)
STUDY = "ResearchStudy/natars-hospital-a"


def subject(**said: Any) -> dict[str, Any]:
    return research_subject(said.pop("screening", screening()), STUDY, said.pop("identity", WHO), **said)


@pytest.mark.parametrize(
    ("verdict", "status"),
    [("undetermined", "potential-candidate"), ("candidate", "candidate"), ("ineligible", "ineligible")],
)
def test_the_verdict_gives_the_status(verdict: Verdict, status: str) -> None:
    assert subject(screening=screening(verdict))["status"] == status


def test_software_alone_never_says_eligible() -> None:
    assert "eligible" not in STATUS.values()
    assert subject(state="eligible")["status"] == "eligible"  # a named investigator signed


@pytest.mark.parametrize("verdict", ["candidate", "undetermined", "ineligible"])
def test_after_allocation_the_data_makes_no_screen_failure(verdict: Verdict) -> None:
    made = subject(screening=screening(verdict), arm=NEOADJUVANT)
    assert made["status"] == "on-study"
    assert made["assignedArm"] == "The Neoadjuvant Therapy Group"


def test_a_state_that_people_gave_goes_before_the_verdict() -> None:
    assert {subject(state=state)["status"] for state in STATES} == STATES


def test_a_state_that_people_cannot_give_is_refused() -> None:
    with pytest.raises(ValueError, match="state"):
        subject(state="candidate")


def test_a_patient_out_of_scope_has_no_subject() -> None:
    with pytest.raises(ValueError, match="scope"):
        subject(screening=screening(in_scope=False))


@pytest.mark.parametrize(
    ("reference", "individual"),
    [
        pytest.param("Patient/40017", {"reference": "Patient/40017"}, id="in the hospital's server"),
        pytest.param(
            "https://h.example/fhir/Patient/1", {"reference": "https://h.example/fhir/Patient/1"}, id="absolute"
        ),
        pytest.param(
            "urn:uuid:4e9f3a60-0000-4000-8000-000000000000",
            {"type": "Patient", "identifier": {"system": MRN, "value": "0040017"}},
            id="a placeholder: by identifier",
        ),
    ],
)
def test_the_individual_is_the_hospitals_own_patient(reference: str, individual: dict[str, Any]) -> None:
    patient = Patient("hospital-a", reference, PATIENT.identifiers)
    assert subject(screening=screening(patient=patient))["individual"] == individual


def test_a_placeholder_without_an_identifier_stays_what_it_is() -> None:
    patient = Patient("hospital-a", "urn:uuid:1")
    who = identity(patient, "natars", KEY, BASE, MRN)
    assert subject(screening=screening(patient=patient), identity=who)["individual"] == {"reference": "urn:uuid:1"}


def test_what_is_known_of_the_subject_is_said() -> None:
    made = subject(consent_reference="Consent/1")
    assert made["consent"] == {"reference": "Consent/1"}
    assert made["study"] == {"reference": STUDY}
    assert made["identifier"] == [{"system": f"{BASE}/NamingSystem/subject", "value": WHO.pseudonym}]
    assert made["meta"] == {"tag": [{"system": f"{BASE}/CodeSystem/trial", "code": "natars"}]}
    assert "consent" not in subject()


def test_the_hospitals_number_is_not_in_what_names_the_subject() -> None:
    assert "0040017" not in json.dumps(subject(arm=NEOADJUVANT))


def test_the_same_screening_gives_the_same_bytes() -> None:
    assert json.dumps(subject(arm=NEOADJUVANT)) == json.dumps(subject(arm=NEOADJUVANT))


@pytest.mark.parametrize(
    "said", [{}, {"arm": NEOADJUVANT, "consent_reference": "Consent/1"}], ids=["screened", "allocated"]
)
def test_in_r5_the_state_is_progress_and_comes_back(said: dict[str, Any]) -> None:
    r4 = subject(**said)
    r5, told = to_r5(r4)
    assert (r5["status"], told) == ("active", [])
    assert r5["progress"][0]["subjectState"]["coding"][0]["code"] == r4["status"]
    assert r5.get("assignedComparisonGroup") == ("neoadjuvant" if said else None)
    assert to_r4(r5) == (r4, [])
