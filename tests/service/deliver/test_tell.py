"""The site is told of every subject once a change, of its studies once, and that a subject is none any more."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from natars_fhir.fhir.check import check
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.schema import Endpoint
from natars_fhir.service.deliver.tell import new_of
from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.ingest.ingest import push
from natars_fhir.store import driver, outbox
from natars_fhir.store.engine import Store
from natars_fhir.store.packed import unpack
from natars_fhir.store.tables.core import outbox as table
from tests.service.hospital import (
    MRN,
    NOW,
    Hospital,
    Node,
    condition,
    dose,
    encounter,
    intake,
    mappings,
    medication,
    patient,
    reader,
    transaction,
)

OUT_OF_SCOPE = condition(text="胆囊结石", version=2, code={"text": "胆囊结石"})


def letters(store: Store, kind: str = "ResearchSubject") -> list[Node]:
    """Everything that was ever queued, in order."""
    with store.read() as connection:
        rows = connection.execute(select(table).where(table.c.kind == kind).order_by(table.c.seq)).all()
    return [json.loads(unpack(row.body)) for row in rows]


class Asking(Hospital):
    """A hospital whose file asks for results too."""

    def push(self, document: Node | bytes, now: datetime | None = None) -> Answer:
        endpoint = Endpoint(url="https://hospital.example/fhir", also=("Observation",))
        own = reader(self.site).mapping
        asks = replace(own, site=own.site.model_copy(update={"endpoint": endpoint}))
        return push(self.store, intake(), DocumentReader(asks), json.dumps(document).encode(), now or self.now)


def deliver_all(store: Store) -> None:
    with store.write() as connection:
        while letters := outbox.due_letters(connection, "generic", NOW, 100):
            outbox.settle(connection, [outbox.Settled(one, outbox.Attempt(NOW, "200"), "done") for one in letters])


def test_the_studies_are_told_once_and_the_subject_at_every_change(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient("1", "77"), condition()))
    hospital.push(transaction(patient("2", "78"), condition("c2", of="Patient/2")))
    hospital.push(transaction(dose(), medication()))
    assert [study["id"] for study in letters(store, "ResearchStudy")] == ["natars", "natars-generic"]
    subjects = letters(store)
    assert [subject["status"] for subject in subjects] == ["potential-candidate", "potential-candidate", "ineligible"]
    assert subjects[0]["id"] == subjects[2]["id"] != subjects[1]["id"]
    assert [issue for made in (*subjects, *letters(store, "ResearchStudy")) for issue in check(made)] == []


def test_what_does_not_change_the_subject_sends_nothing(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient(number="77", version=1), condition(version=1)))
    hospital.push(
        transaction(condition(version=2), encounter(), patient(number="77", version=2, birthDate="1971-01-01"))
    )
    assert len(letters(store)) == 1


def test_nobody_is_told_of_a_patient_out_of_scope(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient(), OUT_OF_SCOPE))
    assert letters(store) == letters(store, "ResearchStudy") == []


def test_a_subject_that_leaves_the_scope_is_taken_back_and_may_come_again(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient(), condition(version=1)))
    deliver_all(store)
    hospital.push(transaction(OUT_OF_SCOPE))
    hospital.push(transaction(condition(version=3)))
    subjects = letters(store)
    assert [subject["status"] for subject in subjects] == [
        "potential-candidate",
        "not-registered",
        "potential-candidate",
    ]
    assert len({subject["id"] for subject in subjects}) == 1


def test_when_two_patients_turn_out_to_be_one_the_other_subject_is_taken_back(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient("1"), condition()))
    hospital.push(transaction(patient("2"), condition("c2", of="Patient/2")))
    link: Node = {"link": [{"other": {"reference": "Patient/1"}, "type": "seealso"}]}
    hospital.push(transaction(patient("2", **link)))
    first, second, third = letters(store)
    assert third == {**second, "status": "not-registered"}
    assert first["status"] == "potential-candidate"


def test_when_they_part_again_both_are_told_of(hospital: Hospital, store: Store) -> None:
    link: Node = {"link": [{"other": {"reference": "Patient/1"}, "type": "seealso"}]}
    hospital.push(transaction(patient("1"), condition()))
    hospital.push(transaction(patient("2", version=1), condition("c2", of="Patient/2")))
    hospital.push(transaction(patient("2", version=2, **link)))
    hospital.push(transaction(patient("2", version=3)))
    last = {subject["id"]: subject["status"] for subject in letters(store)}
    assert list(last.values()) == ["potential-candidate", "potential-candidate"]


def test_a_patient_whose_everything_is_deleted_is_taken_back(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient(), condition()))
    gone = [
        {"request": {"method": "DELETE", "url": f"{kind}/{id_}"}}
        for kind, id_ in (("Condition", "c1"), ("Patient", "1"))
    ]
    hospital.push({"resourceType": "Bundle", "type": "transaction", "entry": gone})
    assert [subject["status"] for subject in letters(store)] == ["potential-candidate", "not-registered"]


def test_a_study_is_put_under_the_id_by_which_its_subjects_name_it(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient(number="77"), condition()))
    with store.read() as connection:
        targets = connection.execute(select(table.c.target).where(table.c.kind == "ResearchStudy")).scalars().all()
    assert list(targets) == [f"ResearchStudy/{study['id']}" for study in letters(store, "ResearchStudy")]
    assert {subject["study"]["reference"] for subject in letters(store)} <= set(targets)


def test_a_subject_is_put_where_our_identifier_is(hospital: Hospital, store: Store) -> None:
    kind = "ResearchSubject"
    hospital.push(transaction(patient(number="77"), condition()))
    with store.read() as connection:
        targets = connection.execute(select(table.c.target).where(table.c.kind == kind)).scalars().all()
    for target, resource in zip(targets, letters(store, kind), strict=True):
        system, value = unquote(target.removeprefix(f"{kind}?identifier=")).split("|")
        assert {"system": system, "value": value} in resource["identifier"]
        assert system.startswith("https://natars.example/fhir/NamingSystem/")
        assert MRN not in unquote(target)
        assert "|" not in target


def test_an_allocated_subject_bears_its_arm_and_consent(hospital: Hospital, store: Store) -> None:
    study = {"identifier": {"value": "NCT05844813"}}
    allocated = {
        "resourceType": "ResearchSubject",
        "id": "rs",
        "status": "on-study",
        "study": study,
        "individual": {"reference": "Patient/1"},
        "assignedArm": "The Surgery only Group",
        "period": {"start": "2024-05-01"},
    }
    consent = {
        "resourceType": "Consent",
        "id": "k",
        "status": "active",
        "scope": {"coding": [{"code": "research"}]},
        "category": [{"text": "NATARS"}],
        "policyRule": {"text": "NATARS"},
        "patient": {"reference": "Patient/1"},
        "dateTime": "2024-04-30",
    }
    hospital.push(transaction(patient(number="77"), condition(), allocated, consent))
    (subject,) = letters(store)
    assert subject["assignedArm"] == "The Surgery only Group"
    assert subject["consent"] == {"reference": "Consent/k"}
    assert subject["status"] == "on-study"
    assert check(subject) == []


def test_results_are_told_to_a_site_that_asks_for_them_and_only_those_that_change(store: Store) -> None:
    hospital = Asking(store)
    hospital.push(transaction(patient(number="77"), condition()))
    first = letters(store, "Observation")
    assert len(first) == len(mappings().study.criteria)
    hospital.push(transaction(dose(), medication()), now=NOW + timedelta(days=1))
    news = letters(store, "Observation")[len(first) :]
    assert {one["code"]["coding"][0]["code"] for one in news} == {"I-05", "E-05"}
    assert {one["identifier"][0]["value"] for one in news} <= {one["identifier"][0]["value"] for one in first}
    assert [issue for one in news for issue in check(one)] == []


def test_results_are_told_to_nobody_who_did_not_ask(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient(number="77"), condition()))
    assert letters(store, "Observation") == []


def test_the_results_of_a_subject_that_is_taken_back_were_an_error_and_of_no_other(store: Store) -> None:
    hospital = Asking(store)
    hospital.push(transaction(patient("1", "77"), condition(version=1)))
    hospital.push(transaction(patient("2", "78"), condition("c2", of="Patient/2")))
    hospital.push(transaction(OUT_OF_SCOPE))
    last = {one["identifier"][0]["value"]: one for one in letters(store, "Observation")}
    (gone,) = [one for one in letters(store) if one["status"] == "not-registered"]
    pseudonym = gone["identifier"][0]["value"]
    void = {value for value, one in last.items() if one["status"] == "entered-in-error"}
    assert void == {value for value in last if value.startswith(pseudonym)}
    assert len(void) * 2 == len(last)


def test_the_dead_are_never_told_as_candidates(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient(number="77", deceasedBoolean=True), condition()))
    assert [subject["status"] for subject in letters(store)] == ["not-registered"]


def test_a_site_whose_server_has_other_ids_is_told_of_its_patients_by_identifier(store: Store) -> None:
    endpoint = Endpoint(url="https://hospital.example/fhir", patients="by-identifier")
    own = reader("generic").mapping
    mine = own.site.model_copy(update={"endpoint": endpoint, "identifiers": (MRN,)})
    here = DocumentReader(replace(own, site=mine))
    raw = json.dumps(transaction(patient("1", "77"), condition())).encode()
    push(store, intake(), here, raw, NOW)
    (subject,) = letters(store)
    assert subject["individual"] == {"type": "Patient", "identifier": {"system": MRN, "value": "77"}}
    assert [one["for"] for one in letters(store, "Task")] == [subject["individual"]]


def test_all_letters_of_a_subject_are_about_it_and_studies_about_nobody(store: Store, hospital: Hospital) -> None:
    hospital.push(transaction(patient("1", "77"), condition()))
    with store.read() as connection:
        rows = connection.execute(select(table.c.kind, table.c.about, table.c.target).order_by(table.c.seq)).all()
    subject = next(row.target for row in rows if row.kind == "ResearchSubject")
    assert [(row.kind, row.about == subject) for row in rows] == [
        ("ResearchStudy", False),
        ("ResearchStudy", False),
        ("ResearchSubject", True),
        ("Task", True),
    ]


@pytest.mark.parametrize(
    ("kind", "last", "now", "new"),
    [
        pytest.param("Task", None, "requested", True, id="a request"),
        pytest.param("Task", "requested", "requested", True, id="a request again: it may ask for something else"),
        pytest.param("Task", "completed", "requested", True, id="a request after one that was closed"),
        pytest.param("Task", "requested", "completed", True, id="a request that is closed"),
        pytest.param("Task", None, "completed", False, id="what was never asked is not closed"),
        pytest.param("Task", "cancelled", "completed", False, id="what was closed is not closed in another way"),
        pytest.param("ResearchSubject", "candidate", "candidate", True, id="of others their bytes decide, later"),
    ],
)
def test_what_is_new_rests_on_what_the_site_was_told_last(
    store: Store, kind: str, last: str | None, now: str, new: bool
) -> None:
    def letter(status: str) -> outbox.News:
        return kind, "t", json.dumps({"status": status}).encode()

    with store.write() as connection:
        for said in ("on-hold", last) if last else ():
            outbox.queue(connection, "a", [letter(said)], NOW)
        outbox.queue(connection, "b", [letter("requested")], NOW)  # another site's
        told = new_of(connection, "a", [[letter(now)], []])
    assert told == [[letter(now)] if new else [], []]


def test_what_the_site_was_told_last_is_asked_once_for_all_patients_of_a_push(
    hospital: Hospital, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = [str(number) for number in range(1, 5)]
    told = (one for each in who for one in (patient(each, f"7{each}"), condition(f"c{each}", of=f"Patient/{each}")))
    hospital.push(transaction(*told, medication()))
    asked, rows = list[Any](), driver.rows

    def counted(connection: Any, statement: Any, values: Any) -> Any:
        asked.append(statement)
        return rows(connection, statement, values)

    monkeypatch.setattr(driver, "rows", counted)
    hospital.push(transaction(*(dose(f"d{each}", of=f"Patient/{each}") for each in who)))
    monkeypatch.undo()
    assert [one["status"] for one in letters(store, "Task")].count("cancelled") == len(who)
    assert (asked.count(outbox._LAST_BODIES), asked.count(outbox._LAST_BODY)) == (1, 0)
