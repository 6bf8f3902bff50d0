"""What of R4 stands in a document that is said to be R5 is told with its place; of R5 itself nothing is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from natars_fhir.fhir.r4_in_r5 import r4_in_r5, r4_of_bytes
from natars_fhir.fhir.r5 import READ
from natars_fhir.fhir.versions import detect
from tests.fhir.r5_samples import Sample
from tests.fhir.test_r5 import PAIRS
from tests.service.hospital import reader

P = {"reference": "Patient/1"}
OPERATED = {"resourceType": "Procedure", "id": "1", "status": "completed", "subject": P, "code": {"text": "x"}}
TOLD = {"resourceType": "MedicationStatement", "id": "m", "subject": P}


@pytest.mark.parametrize(
    ("resource", "places"),
    [
        pytest.param(OPERATED | {"performedDateTime": "2024"}, ["Procedure.performedDateTime"], id="an element"),
        pytest.param(
            OPERATED | {"_performedDateTime": {"extension": [{"url": "x", "valueCode": "y"}]}},
            ["Procedure.performedDateTime"],
            id="an element that only its extension tells of",
        ),
        pytest.param(
            OPERATED | {"performedDateTime": "2024", "_performedDateTime": {"id": "a"}, "reasonCode": [{"text": "x"}]},
            ["Procedure.performedDateTime", "Procedure.reasonCode"],
            id="each place once",
        ),
        pytest.param(OPERATED | {"category": {"text": "x"}}, ["Procedure.category"], id="one where R5 has a list"),
        pytest.param(
            OPERATED | {"performedDateTime": "2024", "occurrenceDateTime": "2024"},
            ["Procedure.performedDateTime"],
            id="both in one",
        ),
        pytest.param(
            TOLD | {"status": "completed", "medication": {"concept": {"text": "x"}}},
            ["MedicationStatement.status"],
            id="a status",
        ),
        pytest.param(
            {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "subject": P}
            | {"contained": [{"resourceType": "Medication", "id": "m", "form": {"text": "x"}}]},
            ["Observation.contained[0].form"],
            id="a contained resource",
        ),
        pytest.param(
            {"resourceType": "Patient", "id": "1"}
            | {"meta": {"profile": ["x", "http://hl7.org/fhir/StructureDefinition/Patient|4.0.1"]}},
            ["Patient.meta.profile[1]"],
            id="a profile",
        ),
        pytest.param(OPERATED | {"occurrenceDateTime": "2024"}, [], id="no more than R5"),
        pytest.param({"resourceType": "Patient", "id": "1", "birthDate": "1960"}, [], id="the same in both"),
    ],
)
def test_it_is_told_where_it_stands_and_read_all_the_same(resource: dict[str, Any], places: list[str]) -> None:
    (reading,) = reader("generic", "R5")(raw := json.dumps(resource).encode()).readings
    told = [issue for issue in reading.issues if "R4" in issue.text]
    assert (reading.fate, [issue.expression for issue in told]) == ("read", places)
    assert {(issue.severity, issue.code) for issue in told} <= {("warning", "structure")}
    assert not [issue for issue in reader("generic", "R4")(raw).readings[0].issues if "read as R4" in issue.text]


@pytest.mark.parametrize(("said", "r5", "r4"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])
def test_it_is_told_of_all_that_shows_r4_and_of_no_r5(said: Any, r5: Any, r4: Any) -> None:
    assert r4_in_r5(said | r5) == []
    shown = r4_in_r5(said | r4)
    assert shown or detect(said | r4) != "R4"
    assert r4_of_bytes(said["resourceType"], json.dumps(said | r4).encode()) == shown


@pytest.mark.parametrize("kind", sorted(READ - {"Bundle"}))
def test_of_the_least_that_r5_asks_for_nothing_is_told(kind: str) -> None:
    assert r4_in_r5(Sample().minimal(kind)) == []


@pytest.mark.parametrize("nonsense", [{}, {"resourceType": 5}, {"resourceType": "Procedure", "status": ["x"]},
                                      {"resourceType": "Patient", "meta": {"profile": [5, None]}}])  # fmt: skip
def test_of_nonsense_nothing_is_told(nonsense: Any) -> None:
    assert r4_in_r5(nonsense) == []


def test_what_is_refused_because_it_is_r4_says_so() -> None:
    mixed = OPERATED | {"_performedDateTime": {"id": "a"}, "performedDateTime": "2024", "category": {"text": "x"}}
    (reading,) = reader("generic", "R5")(json.dumps(mixed).encode()).readings
    assert reading.fate == "refused"
    assert {"Procedure.performedDateTime", "Procedure.category"} == {i.expression for i in reading.issues}


def test_in_a_bundle_the_place_is_the_entrys() -> None:
    document = {"resourceType": "Bundle", "type": "collection"}
    document |= {"entry": [{"resource": OPERATED | {"performedDateTime": "2024"}}]}
    (reading,) = reader("generic", "R5")(json.dumps(document).encode()).readings
    assert [issue.expression for issue in reading.issues] == ["Bundle.entry[0].resource.performedDateTime"]
