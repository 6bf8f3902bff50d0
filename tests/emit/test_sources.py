"""A hospital's resource is referred to as it is known there: by address, by identifier, or as it was told."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.domain.record import Patient
from natars_fhir.emit.sources import kind_of, patient_reference, reference_to

UUID = "urn:uuid:4e9f3a60-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("key", "version", "kind", "reference"),
    [
        ("Observation/17", "", "Observation", {"reference": "Observation/17"}),
        ("Observation/17", "3", "Observation", {"reference": "Observation/17/_history/3"}),
        ("Observation/17", "3 of 4", "Observation", {"reference": "Observation/17"}),
        ("https://h.example/fhir/Condition/1", "", "Condition", {"reference": "https://h.example/fhir/Condition/1"}),
        (UUID, "1", "", {"reference": UUID}),
        (
            "Observation?identifier=urn:x|a|b",
            "",
            "Observation",
            {"type": "Observation", "identifier": {"system": "urn:x", "value": "a|b"}},
        ),
    ],
)
def test_a_resource_is_referred_to_as_it_is_known(key: str, version: str, kind: str, reference: Any) -> None:
    assert (kind_of(key), reference_to(key, version)) == (kind, reference)


def test_the_sites_primary_identifier_goes_before_any_other() -> None:
    patient = Patient("a", UUID, (("urn:a", "1"), ("urn:b", "2")))
    assert patient_reference(patient)["identifier"]["value"] == "1"
    assert patient_reference(patient, ("urn:b", "2"))["identifier"]["value"] == "2"
