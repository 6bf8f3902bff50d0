"""The audit's names tell nothing without the key, and the same person and patient have the same one every time."""

from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import select

from natars_fhir.domain.record import Patient
from natars_fhir.service.upkeep.pseudonym import person_of, subject_of
from natars_fhir.store.packed import unpack
from natars_fhir.store.tables.core import outbox
from tests.service.hospital import KEY, MRN, Hospital, condition, intake, mappings, patient, transaction


def test_a_patient_is_called_as_its_research_subject_is(hospital: Hospital) -> None:
    site = mappings().sites["generic"]
    known = Patient("generic", "Patient/1", ((MRN, "77"),))
    told = subject_of(intake(), site, known)
    assert len(told) == 32
    assert "77" not in told
    assert told == subject_of(intake(), site, known)
    assert told != subject_of(replace(intake(), key=KEY[::-1]), site, known)
    hospital.push(transaction(patient(number="77"), condition()))
    with hospital.store.read() as connection:
        bodies = connection.execute(select(outbox.c.body).where(outbox.c.kind == "ResearchSubject")).scalars().all()
    (subject,) = [json.loads(unpack(body)) for body in bodies]
    assert told in [one["value"] for one in subject["identifier"]]


def test_a_person_is_a_keyed_hash_of_a_site() -> None:
    names = {person_of(KEY, "a", "研究者甲"), person_of(KEY, "b", "研究者甲"), person_of(KEY[::-1], "a", "研究者甲")}
    assert len(names) == 3
    assert all(len(name) == 32 for name in names)
    assert person_of(KEY, "a", "") == ""
