"""What people say comes back, is kept apart from the data, survives it, and is refused with a clear reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from natars_fhir.mapping.schema import Endpoint
from natars_fhir.service.people.populate import populate
from natars_fhir.store import attestations, versions
from natars_fhir.store.engine import Store
from natars_fhir.store.packed import unpack
from natars_fhir.store.tables.core import attestation, resource_version
from natars_fhir.store.tables.core import outbox as letters_table
from tests.service.hospital import NOW, Hospital, Node, condition, intake, patient, transaction
from tests.service.spoken import (
    AUTHORED,
    COORDINATOR,
    INVESTIGATOR,
    STAFF,
    WHOLE,
    HospitalA,
    answers,
    hear,
    item,
    push_case,
    site,
    texts,
)


@pytest.fixture
def hospital(store: Store) -> Hospital:
    """Hospital A, with the patient of whom everything is answered."""
    found = HospitalA(store)
    push_case(found)
    return found


def people(hospital: Hospital, of: str = WHOLE) -> Node:
    found = hospital.screening(of)
    assert found is not None
    return dict(found["withPeople"])


def statuses(store: Store) -> list[str]:
    with store.read() as connection:
        asked = select(letters_table.c.body).where(letters_table.c.kind == "ResearchSubject")
        rows = connection.execute(asked.order_by(letters_table.c.seq)).scalars().all()
    return [json.loads(unpack(body))["status"] for body in rows]


def kept(store: Store) -> int:
    with store.read() as connection:
        return len(connection.execute(select(attestation.c.seq)).all())


def lms(ident: str = "9") -> Node:
    """A patient of whom nothing but the tumour is known."""
    return transaction(patient(ident), condition(f"c{ident}", of=f"Patient/{ident}"))


def test_an_attestation_fills_what_the_data_leaves_open(hospital: Hospital, store: Store) -> None:
    hospital.push(lms())
    answer = hear(store, answers(item("I-15", "yes", "MDT of 14 June"), of="Patient/9"))
    assert (answer.status, texts(answer)) == (201, ["Statements kept: 1, of them overrides: 0."])
    found = hospital.screening("Patient/9")
    assert found is not None
    assert found["criteria"]["I-15"]["answer"] == "unknown"  # the data's own answer stays
    said = found["withPeople"]["criteria"]["I-15"]
    assert (said["answer"], said["kind"], said["by"], said["why"], said["data"]) == (
        "yes",
        "attestation",
        "协调员乙（虚构）",
        "MDT of 14 June",
        "unknown",
    )
    assert (said["counts"], said["review"], said["at"]) == (True, False, "2024-06-15T02:00:00+00:00")


def test_an_override_corrects_and_the_subject_follows(hospital: Hospital, store: Store) -> None:
    hear(store, answers(item("I-14", "no", "seen on CT")))
    found = hospital.screening(WHOLE)
    assert found is not None
    assert (found["verdict"], found["withPeople"]["verdict"]) == ("candidate", "ineligible")
    assert found["withPeople"]["criteria"]["I-14"]["kind"] == "override"
    assert statuses(store)[-1] == "ineligible"
    later = answers(item("I-14", "yes", "looked again"), authored="2024-06-15T11:00:00+08:00")
    assert hear(store, later).status == 201
    assert people(hospital)["verdict"] == "candidate"
    assert statuses(store)[-1] == "screening"


def test_only_a_signature_makes_a_subject_eligible(hospital: Hospital, store: Store) -> None:
    assert statuses(store) == ["screening"]  # she consented
    assert people(hospital) == {"verdict": "candidate", "signed": None}
    answer = hear(store, answers(status="completed", by=INVESTIGATOR))
    assert (answer.status, texts(answer)) == (201, ["Signed."])
    assert people(hospital)["signed"] == {
        "by": "研究者甲（虚构）",
        "role": "investigator",
        "at": "2024-06-15T02:00:00+00:00",
        "holds": True,
        "review": False,
    }
    assert statuses(store) == ["screening", "eligible"]


def test_a_signature_is_undone_by_a_bar_and_holds_again_after_its_correction(hospital: Hospital, store: Store) -> None:
    hear(store, answers(status="completed", by=INVESTIGATOR))
    coded = {"coding": [{"system": ICD, "code": "C34.1"}]}
    lung = condition("lung", "肺癌", version=1, of=WHOLE, code=coded, onsetDateTime="2024-06-14")
    hospital.push(transaction(lung))
    signed = people(hospital)["signed"]
    assert (signed["holds"], signed["review"]) == (False, True)
    refuted = {**lung, "meta": {"versionId": "2"}, "verificationStatus": {"coding": [{"code": "entered-in-error"}]}}
    hospital.push(transaction(refuted))
    assert people(hospital)["signed"]["holds"] is True
    assert statuses(store) == ["screening", "eligible", "ineligible", "eligible"]


ICD = "http://hl7.org/fhir/sid/icd-10"


def test_a_statement_survives_pushes_and_is_flagged_when_what_it_rested_on_changes(
    hospital: Hospital, store: Store
) -> None:
    hospital.push(lms())
    hear(store, answers(item("I-08", "yes", "asked her"), of="Patient/9"))
    hospital.push(transaction(patient("9", version=2, birthDate="1971-01-01")))
    assert people(hospital, "Patient/9")["criteria"]["I-08"]["review"] is False
    lung = condition("lung", "肺癌", of="Patient/9", code={"coding": [{"system": ICD, "code": "C34.1"}]})
    hospital.push(transaction(lung))
    said = people(hospital, "Patient/9")["criteria"]["I-08"]
    assert (said["answer"], said["reason"], said["review"], said["idle"]) == (
        "unknown",
        "conflicting",
        True,
        "contradicted",
    )
    assert hospital.answer("I-08", "Patient/9") == "no"


@pytest.mark.parametrize(
    ("resource", "status", "told"),
    [
        pytest.param(
            answers(status="completed", by=COORDINATOR),
            422,
            ["Only an investigator on the site's delegation list can sign."],
            id="a coordinator cannot sign",
        ),
        pytest.param(
            answers(status="completed", by=f"{STAFF}|S-999"),
            403,
            ["The author is not on the site's delegation list that day: nothing is taken."],
            id="nobody of the list",
        ),
        pytest.param(
            answers(item("I-14", "no"), authored="2022-12-31T23:59:00+08:00"),
            403,
            ["The author is not on the site's delegation list that day: nothing is taken."],
            id="not yet on the list",
        ),
        pytest.param(
            answers(item("I-14", "no"), authored="2024-06-15T13:00:00+08:00"),
            422,
            ["It is from the future."],
            id="from the future",
        ),
        pytest.param(
            answers(item("I-14", "no"), of="Patient/unknown"),
            404,
            ["No such patient is known of this site."],
            id="nobody's",
        ),
        pytest.param(
            answers(item("I-14", "no", "")),
            422,
            ["The data says the opposite: a correction needs its reason. Open the form anew where that was not meant."],
            id="an override without a reason",
        ),
        pytest.param(
            answers(item("E-07", "yes")),
            422,
            ["This line is worked out from its parts: answer those."],
            id="a line of parts",
        ),
        pytest.param(
            answers(item("I-10", "no")),
            422,
            ["By the data the criterion does not apply, and no statement changes that: have the record corrected."],
            id="a criterion that does not apply",
        ),
        pytest.param(
            answers(item("E-02", "no")), 422, ["This can be answered only after the surgery."], id="not yet asked"
        ),
        pytest.param(
            answers(item("I-14", "no"), item("I-14", "yes")),
            422,
            ["This criterion is answered twice, and not the same."],
            id="contradictory",
        ),
        pytest.param(
            answers(item("I-14", "no"), status="completed", by=INVESTIGATOR),
            422,
            ["Signing is refused: I-14 bars."],
            id="signed though a criterion bars",
        ),
    ],
)
def test_what_cannot_be_taken_is_refused_as_a_whole_and_says_why(
    hospital: Hospital, store: Store, resource: Node, status: int, told: list[str]
) -> None:
    answer = hear(store, resource)
    assert (answer.status, texts(answer)) == (status, told)
    assert all(issue["severity"] == "error" for issue in answer.body["issue"])
    assert kept(store) == 0
    assert people(hospital) == {"verdict": "candidate", "signed": None}


def test_signing_is_refused_while_a_criterion_is_unknown_and_names_it(hospital: Hospital, store: Store) -> None:
    hospital.push(lms())
    answer = hear(store, answers(status="completed", by=INVESTIGATOR, of="Patient/9"))
    told = texts(answer)
    assert answer.status == 422
    assert "Signing is refused: I-18 is unknown." in told
    assert "Signing is refused: E-10 is unknown." in told
    assert not any("E-02" in text or "I-09r" in text for text in told)


def test_the_dead_and_those_out_of_scope_cannot_be_signed(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient("8", deceasedBoolean=True)))
    told = texts(hear(store, answers(status="completed", by=INVESTIGATOR, of="Patient/8")))
    assert told[:2] == ["The patient is not in the trial's scope.", "The patient is recorded as dead."]


def test_the_same_response_twice_says_nothing_new(hospital: Hospital, store: Store) -> None:
    resource = answers(item("I-14", "no", "seen on CT"))
    assert hear(store, resource).status == 201
    again = hear(store, resource)
    assert (again.status, texts(again)[-1]) == (200, "Nothing new was said: nothing changes.")
    signed = answers(status="completed", by=INVESTIGATOR, id="qr-2")
    hear(store, answers(item("I-14", "yes", "looked again"), authored="2024-06-15T11:00:00+08:00", id="qr-3"))
    assert [hear(store, signed).status for _ in range(2)] == [201, 200]
    assert kept(store) == 3


def test_one_response_cannot_be_sent_for_two_patients(hospital: Hospital, store: Store) -> None:
    hospital.push(lms())
    hear(store, answers(item("I-14", "no", "seen on CT")))
    answer = hear(store, answers(item("I-15", "yes"), of="Patient/9"))
    assert (answer.status, texts(answer)) == (422, ["This response was sent for another patient before."])


def test_a_subject_that_names_two_patients_is_refused(hospital: Hospital, store: Store) -> None:
    hospital.push(lms())
    found = hospital.screening(WHOLE)
    assert found is not None
    (identifier,) = found["patient"]["identifier"]
    both = {"reference": "Patient/9", "identifier": identifier}
    answer = hear(store, answers(item("I-15", "yes"), subject=both))
    assert (answer.status, texts(answer)) == (422, ["The subject names two patients."])
    by_number = answers(item("I-14", "no"), subject={"identifier": identifier})
    assert hear(store, by_number).status == 201


def test_what_repeats_the_data_is_no_statement(hospital: Hospital, store: Store) -> None:
    answer = hear(store, answers(item("I-14", "yes", ""), item("I-11", "yes", ""), item("E-02", "unknown", "")))
    assert (answer.status, kept(store)) == (200, 0)


def test_two_people_who_disagree_are_told_and_the_newer_counts(hospital: Hospital, store: Store) -> None:
    hear(store, answers(item("I-14", "no", "seen on CT")))
    other = answers(item("I-14", "yes", "it is not"), by=INVESTIGATOR, authored="2024-06-15T11:00:00+08:00", id="q2")
    answer = hear(store, other)
    assert texts(answer)[-1] == "Another person stated the opposite before: both are kept, and the newer one counts."
    assert people(hospital)["criteria"]["I-14"]["answer"] == "yes"
    late = answers(item("I-14", "no", "I said so"), authored="2024-06-15T09:00:00+08:00", id="q3")
    assert texts(hear(store, late))[-1].startswith("A newer statement on this criterion is known")
    assert people(hospital)["criteria"]["I-14"]["answer"] == "yes"


def test_the_response_is_kept_in_its_bytes(hospital: Hospital, store: Store) -> None:
    resource = answers(item("I-14", "no", "seen on CT"))
    hear(store, resource)
    with store.read() as connection:
        asked = select(resource_version.c.key).where(resource_version.c.kind == "QuestionnaireResponse")
        (key,) = connection.execute(asked).scalars().all()
        (kept,) = versions.versions(connection, "hospital-a", key)
    assert json.loads(kept.raw) == resource


def test_statements_follow_their_patient_when_two_are_joined_and_parted(hospital: Hospital, store: Store) -> None:
    hospital.push(lms())
    hospital.push(transaction(patient("8", version=1)))
    hear(store, answers(item("I-15", "yes", "MDT"), of="Patient/8"))
    link: dict[str, Any] = {"link": [{"other": {"reference": "Patient/9"}, "type": "seealso"}]}
    hospital.push(transaction(patient("8", version=2, **link)))
    assert people(hospital, "Patient/9")["criteria"]["I-15"]["answer"] == "yes"
    hospital.push(transaction(patient("8", version=3)))
    assert "criteria" not in people(hospital, "Patient/9")
    assert people(hospital, "Patient/8")["criteria"]["I-15"]["answer"] == "yes"


def test_a_site_never_hears_what_people_of_another_said(hospital: Hospital, store: Store) -> None:
    hear(store, answers(item("I-14", "no", "seen on CT")))
    with store.read() as connection:
        assert attestations.said_of(connection, "hospital-b", "natars", {WHOLE}).statements == ()
        assert attestations.said_of(connection, "hospital-a", "other", {WHOLE}).statements == ()


def test_clocks_may_differ_a_little(hospital: Hospital, store: Store) -> None:
    soon = (NOW + timedelta(minutes=4)).astimezone(UTC).isoformat()
    assert hear(store, answers(item("I-14", "no", "seen"), authored=soon)).status == 201
    assert datetime.fromisoformat(people(hospital)["criteria"]["I-14"]["at"]) > NOW


def form(store: Store, of: str = WHOLE) -> Node:
    """The form as a coordinator opens it."""
    made = populate(store, intake(), site(), {"reference": of}, NOW)
    assert made is not None
    return made.response


def returned(made: Node, **more: Any) -> Node:
    """The form as it comes back from a person."""
    system, _, value = COORDINATOR.partition("|")
    by = {"author": {"identifier": {"system": system, "value": value}}, "authored": AUTHORED}
    return {**made, "id": "back-1", **by, **more}


def test_a_form_that_comes_back_as_it_was_opened_says_nothing_new(hospital: Hospital, store: Store) -> None:
    assert hear(store, returned(form(store))).status == 200
    hear(store, answers(item("I-14", "no", "seen on CT")))
    opened = form(store)
    assert "seen on CT" in json.dumps(opened)
    answer = hear(store, returned(opened, authored="2024-06-15T11:30:00+08:00"))
    assert (answer.status, kept(store)) == (200, 1)


def test_a_form_that_was_opened_before_the_data_changed_corrects_nothing_unasked(
    hospital: Hospital, store: Store
) -> None:
    opened = form(store)
    lung = {"coding": [{"system": ICD, "code": "C34.1"}]}
    hospital.push(transaction(condition("lung", "肺癌", of=WHOLE, code=lung, onsetDateTime="2024-06-14")))
    answer = hear(store, returned(opened))
    assert answer.status == 422
    assert texts(answer)[0].startswith("The data says the opposite: a correction needs its reason.")
    assert kept(store) == 0


def test_what_is_told_of_each_criterion_follows_people_and_is_final_once_signed(
    hospital: Hospital, store: Store
) -> None:
    told = site().model_copy(update={"endpoint": Endpoint(url="https://h.example/fhir", also=("Observation",))})
    hear(store, answers(item("I-14", "no", "seen on CT")), to=told)
    assert result(store, "I-14")[:2] == ("preliminary", "no")
    later = "2024-06-15T11:00:00+08:00"
    hear(store, answers(item("I-14", "yes", "looked again"), id="q2", authored=later), to=told)
    hear(store, answers(status="completed", by=INVESTIGATOR, id="q3", authored=later), to=told)
    assert result(store, "I-14") == ("final", "yes", [])
    assert result(store, "I-11")[0] == "final"


def result(store: Store, criterion: str) -> tuple[str, str, list[Any]]:
    """What the site was told last of a criterion: status, answer, and what it is derived from."""
    with store.read() as connection:
        asked = select(letters_table.c.body).where(letters_table.c.kind == "Observation")
        bodies = connection.execute(asked.order_by(letters_table.c.seq)).scalars().all()
    found = [json.loads(unpack(body)) for body in bodies]
    last = [one for one in found if one["identifier"][0]["value"].endswith(f"-{criterion}")][-1]
    return last["status"], last["valueCodeableConcept"]["coding"][0]["code"], last.get("derivedFrom", [])


def test_answers_among_other_resources_are_not_heard_and_that_is_told(hospital: Hospital, store: Store) -> None:
    answer = hospital.push(transaction(answers(item("I-14", "no", "seen on CT"))))
    told = [issue["diagnostics"] for entry in answer.body["entry"] for issue in entry["response"]["outcome"]["issue"]]
    assert "Answers to the screening form are heard only by themselves: POST this resource alone." in told
    assert kept(store) == 0
