"""Whom a form's caller means is found by what the site itself calls its patients."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.service.people.populate import names_of, populate
from natars_fhir.store import audit
from natars_fhir.store.engine import Store
from tests.service.hospital import MRN, NOW, Hospital, condition, intake, mappings, patient, transaction

BASE = "https://natars.example/fhir"
OWN = ("https://h.example/fhir", "https://h.example/r4/")


@pytest.mark.parametrize(
    ("subject", "names"),
    [
        ({"reference": "Patient/1"}, ["Patient/1"]),
        ({"reference": "https://h.example/fhir/Patient/1"}, ["Patient/1"]),
        ({"reference": "https://h.example/r4/Patient/1/_history/2"}, ["Patient/1"]),
        ({"reference": "https://other.example/fhir/Patient/1"}, ["https://other.example/fhir/Patient/1"]),
        ({"identifier": {"system": "urn:x", "value": "7"}}, ["Patient?identifier=urn:x|7"]),
        ({"reference": "Patient/1", "identifier": {"value": "7"}}, ["Patient/1", "Patient?identifier=|7"]),
        ({"reference": 7, "identifier": "x"}, []),
    ],
)
def test_a_reference_becomes_the_keys_by_which_we_may_know_the_patient(subject: Any, names: list[str]) -> None:
    assert list(names_of(subject, OWN)) == names


def test_joined_patients_have_one_form_under_every_name(hospital: Hospital, store: Store) -> None:
    link = {"link": [{"other": {"reference": "Patient/1"}, "type": "seealso"}]}
    hospital.push(transaction(patient("1", "77"), condition(), patient("2", "78", **link)))
    site = mappings().sites["generic"]
    asked: list[Any] = [
        {"reference": "Patient/1"},
        {"reference": "Patient/2"},
        {"identifier": {"system": MRN, "value": "78"}},
    ]
    made = [populate(store, intake(), site, one, NOW) for one in asked]
    assert made[0] is not None
    assert made[0] == made[1] == made[2]


def test_nobody_is_found_by_what_is_no_patient_of_the_site(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient("1", "77"), condition()))
    sites = mappings().sites
    assert populate(store, intake(), sites["generic"], {"reference": "Condition/c1"}, NOW) is None
    assert populate(store, intake(), sites["hospital-a"], {"reference": "Patient/1"}, NOW) is None
    assert populate(store, intake(), sites["generic"], {"reference": "Patient/1\0"}, NOW) is None
    with store.read() as connection:
        assert [(one.act, one.status) for one in audit.acts(connection, "hospital-a")] == [("populate", 404)]
