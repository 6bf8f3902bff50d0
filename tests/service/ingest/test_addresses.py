"""A hospital's own id is kept; what has none gets one that tells nothing. And readings speak of keys."""

from __future__ import annotations

import re

import pytest

from natars_fhir.domain.record import Fact, Source, detail
from natars_fhir.mapping.reading import Reading
from natars_fhir.service.ingest.addresses import address, looks_minted, remember
from natars_fhir.service.ingest.renamed import names_in, renamed
from natars_fhir.store import identified
from natars_fhir.store.engine import Store
from tests.service.hospital import KEY


@pytest.mark.parametrize("key", ["Patient/1", "Observation/a-b.C", "Patient/" + "0" * 64])
def test_an_own_id_is_the_address(key: str) -> None:
    assert address(KEY, "a", key.partition("/")[0], key) == key


@pytest.mark.parametrize(
    "key",
    [
        "Patient?identifier=urn:mrn|4711",
        "urn:uuid:1",
        "https://other.example/fhir/Patient/1",
        "Patient#abc",
        "Patient/a_b",
    ],
)
def test_everything_else_gets_a_keyed_one(key: str) -> None:
    made = address(KEY, "a", "Patient", key)
    assert re.fullmatch(r"Patient/[0-9a-f]{32}", made)
    assert looks_minted(made)
    assert made == address(KEY, "a", "Patient", key)
    others = {
        address(KEY, "b", "Patient", key),
        address(b"x" * 32, "a", "Patient", key),
        address(KEY, "a", "List", key),
    }
    assert made not in others


def test_an_address_leads_back_to_its_key(store: Store) -> None:
    key = "Patient?identifier=urn:mrn|4711"
    made = address(KEY, "a", "Patient", key)
    with store.write() as connection:
        remember(connection, KEY, "a", [("Patient", key), ("Patient", "Patient/1")])
        assert identified.known_as(connection, "a", [made, "Patient/1"]) == {made: key, "Patient/1": "Patient/1"}
        assert identified.known_as(connection, "b", [made]) == {made: made}


def test_a_reading_speaks_of_everything_by_the_names_that_it_has_now() -> None:
    source = Source("a", "Observation/x", "", "", ("Specimen/x", "Specimen/y"))
    told = detail(medication="Medication/x", reason=("Condition/x", "Condition/y"), other="Medication/x")
    fact = Fact("c", "v", None, source, "p", detail=told)
    before = Reading(
        "Observation/x", "Observation", "read", subject="Patient/x", facts=(fact,), replaced_by="Patient/x"
    )
    now = {f"{kind}/x": f"{kind}/7" for kind in ("Observation", "Patient", "Specimen", "Medication", "Condition")}
    after = renamed(before, now)
    assert set(names_in(after)) == {
        "Observation/7", "Patient/7", "Specimen/7", "Specimen/y", "Medication/7", "Condition/7", "Condition/y",
    }  # fmt: skip
    assert after.facts[0].source.reference == "Observation/7"
    assert after.facts[0].said("other") == "Medication/x"
    assert renamed(before, {"Patient/z": "Patient/7"}) is before


def test_a_patients_names_are_renamed_and_anothers_business_keys_are_not() -> None:
    one = Reading("Patient/x", "Patient", "read", aliases=("Patient/y", "Patient?identifier=s|v"))
    assert renamed(one, {"Patient/y": "Patient/7"}).aliases == ("Patient/7", "Patient?identifier=s|v")
    other = Reading("Observation/x", "Observation", "read", aliases=("Observation?s|v",))
    assert renamed(other, {"Observation?s|v": "!", "Observation/x": "Observation/7"}).aliases == ("Observation?s|v",)
