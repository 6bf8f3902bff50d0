"""What a hook brings is read as a push is; what it is asked to bring follows from the views."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.service.bedside.prefetch import Viewed, readings, relative, templates
from tests.service.bedside.opened import SERVER, SITE, WHO, prefetch
from tests.service.hospital import Node, condition, patient, reader


def keys(told: Node, server: str = SERVER) -> set[str]:
    viewed = Viewed(WHO, server, {name: json.dumps(one).encode() for name, one in told.items()})
    return {one.key for one in readings(viewed, reader(SITE))}


def test_a_query_stands_for_every_type_that_says_whom_it_is_about() -> None:
    told = templates(reader(SITE).mapping.subjects)
    assert told["patient"] == "Patient/{{context.patientId}}"
    assert told["observation"] == "Observation?patient={{context.patientId}}"
    assert told["researchSubject"] == "ResearchSubject?individual={{context.patientId}}"
    assert not {"medication", "Patient"} & told.keys()  # a Medication is nobody's


@pytest.mark.parametrize("server", [SERVER, "https://another.example/fhir"])
def test_a_searchset_is_read_by_type_and_id_whatever_the_server_is_called(server: str) -> None:
    assert keys(prefetch(server=server), server) == keys(prefetch())
    assert f"Patient/{WHO}" in keys(prefetch(server=server), server)


def test_what_cannot_be_read_counts_for_nothing() -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
    broken: Node = {"resourceType": "Condition", "id": "x", "subject": 7}
    assert keys({"condition": outcome, "observation": broken, "procedure": {"x": 1}, "patient": patient(WHO)}) == {
        f"Patient/{WHO}"
    }


def test_numbers_keep_their_digits_and_addresses_that_say_more_stay() -> None:
    number = b'{"resourceType":"Observation","valueQuantity":{"value":1.50}}'
    raw = b'{"resourceType":"Bundle","entry":[{"fullUrl":"urn:uuid:1","resource":' + number + b"}]}"
    assert b'"fullUrl":"urn:uuid:1"' in relative(raw)
    assert b"1.50" in relative(raw)
    assert relative(json.dumps(condition()).encode()) == json.dumps(condition()).encode()


@given(st.binary())
def test_whatever_comes_is_no_fault_of_ours(raw: bytes) -> None:
    relative(raw)
    readings(Viewed("1", "", {"patient": raw, "condition": raw}), reader(SITE))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda one: (
            st.lists(one)
            | st.dictionaries(st.sampled_from(["resourceType", "entry", "resource", "fullUrl", "id", "x"]), one)
        ),
    )
)
def test_whatever_json_comes_is_no_fault_of_ours_either(told: object) -> None:
    raw = json.dumps(told).encode()
    readings(
        Viewed("1", "", {"patient": raw, "bundle": b'{"resourceType":"Bundle","entry":[{"resource":' + raw + b"}]}"}),
        reader(SITE),
    )


@pytest.mark.parametrize(
    ("documents", "enough"),
    [
        ({}, False),
        ({"patient": b"{}"}, False),
        ({"patient": b"", "condition": b"{}"}, False),
        ({"condition": b"{}"}, False),
        ({"patient": b"{}", "condition": b""}, True),
    ],
)
def test_the_patient_and_one_more_kind_are_enough(documents: dict[str, bytes], enough: bool) -> None:
    assert Viewed("1", "", documents).enough is enough
