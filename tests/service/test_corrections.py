"""A correction at the source: facts, answers, verdict, history with its cause, and what the site was told follow."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from natars_fhir.service.worklist.history import steps_of
from natars_fhir.store.engine import Store
from natars_fhir.store.packed import unpack
from natars_fhir.store.tables.core import outbox
from tests.service.hospital import NOW, Hospital, Node, meta, patient, transaction

OWN = "https://natars.example/fhir/CodeSystem/concept"
SNOMED = "http://snomed.info/sct"
RESULTS = {"positive": "10828004", "negative": "260385009"}
DAY = "2024-05-20"


def observation(ident: str, concept: str, version: int | None = None, of: str = "Patient/1", **said: Any) -> Node:
    told = {"status": "final", "subject": {"reference": of}, "effectiveDateTime": DAY}
    code = {"coding": [{"system": OWN, "code": concept}]}
    return {"resourceType": "Observation", "id": ident, **meta(version), **told, "code": code, **said}


def stain(ident: str, marker: str, result: str, version: int | None = None, **said: Any) -> Node:
    value = {"coding": [{"system": SNOMED, "code": RESULTS[result]}]}
    return observation(ident, f"ihc-{marker}", version, valueCodeableConcept=value, **said)


def diagnosis(morphology: str, version: int | None = None, ident: str = "2") -> Node:
    coding = {"system": "http://terminology.hl7.org/CodeSystem/icd-o-3", "code": morphology}
    return observation(ident, "histology", version, valueCodeableConcept={"coding": [coding]})


def whole(of: str = "1") -> list[Node]:
    """A candidate by data."""
    about = f"Patient/{of}"
    site = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "C48.0"}]}
    seen = [
        {"resourceType": "Condition", "id": f"1{of}", "subject": {"reference": about}, "code": site},
        diagnosis("8858/3", 1),
        stain("8", "cdk4", "positive", 1),
        stain("9", "mdm2", "positive", 1),
        observation("10", "fnclcc-grade", 1, valueInteger=2),
        observation("11", "asa-class", 1, valueInteger=2),
    ]
    return [patient(of), *[{**one, "subject": {"reference": about}} for one in seen]]


def deleted(kind: str, ident: str) -> Node:
    entry = {"request": {"method": "DELETE", "url": f"{kind}/{ident}"}}
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}


@pytest.fixture
def hospital(store: Store) -> Hospital:
    found = Hospital(store)
    found.push(transaction(*whole()))
    return found


def history(store: Store, key: str = "Patient/1", language: Any = "en") -> list[str]:
    return [step.told(language) for step in steps_of(store, "generic", [key])]


def statuses(store: Store) -> list[str]:
    with store.read() as connection:
        asked = select(outbox.c.body).where(outbox.c.kind == "ResearchSubject").order_by(outbox.c.seq)
        return [json.loads(unpack(body))["status"] for body in connection.execute(asked).scalars()]


def test_the_patient_begins_as_a_candidate(hospital: Hospital, store: Store) -> None:
    found = hospital.screening()
    assert found is not None
    assert found["verdict"] == "candidate"
    (first,) = history(store)
    assert first.startswith("Patient/1, Condition/11, Observation/2 v1, ")
    assert first.endswith("values 8; – → candidate")


@pytest.mark.parametrize(
    ("correction", "answers", "verdict", "line", "told"),
    [
        pytest.param(
            transaction(stain("9", "mdm2", "negative", 2, status="amended")),
            {"I-09": "no"},
            "ineligible",
            "Observation/9 v2: MDM2 positive → negative; I-09 yes → no; candidate → ineligible",
            ["candidate", "ineligible"],
            id="an amended report",
        ),
        pytest.param(
            transaction(stain("9", "mdm2", "positive", 2, status="entered-in-error")),
            {"I-09": "unknown"},
            "undetermined",
            "Observation/9 v2: MDM2 positive → –; I-09 yes → unknown, nothing on file; candidate → undetermined",
            ["candidate", "potential-candidate"],
            id="entered in error",
        ),
        pytest.param(
            deleted("Observation", "9"),
            {"I-09": "unknown"},
            "undetermined",
            "Observation/9 deleted: MDM2 positive → –; I-09 yes → unknown, nothing on file; candidate → undetermined",
            ["candidate", "potential-candidate"],
            id="deleted",
        ),
        pytest.param(
            transaction(diagnosis("8851/3", 2)),
            {"I-02": "no", "I-09": "yes", "I-10": "yes"},
            "ineligible",
            "Observation/2 v2: histology DDLPS → WDLPS; I-02 yes → no; I-09r unknown, nothing on file → yes; "
            "candidate → ineligible",
            ["candidate", "ineligible"],
            id="DDLPS turns out to be WDLPS",
        ),
        pytest.param(
            transaction(observation("11", "asa-class", 2, valueInteger=4)),
            {"I-18": "no"},
            "ineligible",
            "Observation/11 v2: ASA class 2 → 4; I-18 yes → no; candidate → ineligible",
            ["candidate", "ineligible"],
            id="a number that was mistyped",
        ),
    ],
)
def test_everything_follows_a_correction(
    hospital: Hospital,
    store: Store,
    correction: Node,
    answers: dict[str, str],
    verdict: str,
    line: str,
    told: list[str],
) -> None:
    hospital.push(correction)
    found = hospital.screening()
    assert found is not None
    assert {name: found["criteria"][name]["answer"] for name in answers} == answers
    assert found["verdict"] == verdict
    assert history(store)[1:] == [line]
    assert statuses(store) == told


def test_a_late_older_version_changes_nothing_and_leaves_no_step(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(stain("9", "mdm2", "positive", 3)))
    hospital.push(transaction(stain("9", "mdm2", "negative", 2)))
    assert hospital.answer("I-09") == "yes"
    assert (len(history(store)), statuses(store)) == (1, ["candidate"])


def test_a_correction_taken_back_is_a_step_of_its_own(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(stain("9", "mdm2", "negative", 2)))
    hospital.push(transaction(stain("9", "mdm2", "positive", 3)))
    assert history(store)[1:] == [
        "Observation/9 v2: MDM2 positive → negative; I-09 yes → no; candidate → ineligible",
        "Observation/9 v3: MDM2 negative → positive; I-09 no → yes; ineligible → candidate",
    ]
    assert statuses(store) == ["candidate", "ineligible", "candidate"]


def link(to: str, version: int) -> Node:
    return patient("2", version=version, link=[{"other": {"reference": to}, "type": "replaced-by"}])


def test_merged_patients_join_and_can_be_parted_again(hospital: Hospital, store: Store) -> None:
    bar = stain("20", "mdm2", "negative", effectiveDateTime="2024-06-01", of="Patient/2")
    hospital.push(transaction(patient("2", version=1), bar))
    assert hospital.answer("I-09") == "yes"
    hospital.push(transaction(link("Patient/1", 2)))
    assert hospital.answer("I-09") == hospital.answer("I-09", "Patient/2") == "no"
    hospital.push(transaction(patient("2", version=3)))
    assert hospital.answer("I-09") == "yes"
    told = history(store)[1:]
    assert told[0].startswith("Patient/2 v2: MDM2 – → negative; ")
    assert told[0].endswith("I-09 yes → no; candidate → ineligible")
    assert "I-09 no → yes; ineligible → candidate" in told[1]
    assert told[1].startswith("Patient/2 v3: ")
    assert statuses(store)[-1] == "candidate"


def test_the_history_is_told_in_chinese_too(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(stain("9", "mdm2", "negative", 2)))
    assert history(store, language="zh")[1] == "Observation/9 v2：MDM2 阳性 → 阴性；I-09 是 → 否；候选 → 不符合"


def test_a_step_as_json_names_place_cause_and_moment(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(stain("9", "mdm2", "negative", 2)))
    told = json.loads(json.dumps(steps_of(store, "generic", ["Patient/1"])[1].as_json()))
    assert (told["act"], told["causes"], told["at"]) == ("push", ["Observation/9 v2"], NOW.isoformat())
    assert told["facts"] == [
        {"what": "ihc-mdm2", "before": ["positive"], "after": ["negative"], "reference": "Observation/9"}
    ]
    assert told["verdict"] == {"what": "verdict", "before": ["candidate"], "after": ["ineligible"], "reference": ""}


def test_nobody_has_a_history_who_was_never_in_scope(store: Store) -> None:
    hospital = Hospital(store)
    hospital.push(transaction(patient("5")))
    assert history(store, "Patient/5") == []
