"""Facts of many resources become one record: counted once, dated, related, and told where they are set aside."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.domain.record import Fact, Patient
from natars_fhir.mapping.reconcile import reconcile
from tests import ward
from tests.ward import ICD_O, LOINC, concept, line, observation, outcome, resource

SURGERY = resource(
    "Procedure", "op", status="completed", code={"text": "腹膜后肿瘤切除术"}, performedDateTime="2024-02-01"
)
ALLOCATION = resource(
    "ResearchSubject",
    "subject",
    status="on-study",
    study={"reference": "ResearchStudy/NCT05844813"},
    assignedArm="surgery-only",
    period={"start": "2024-01-15"},
)


def histology(day: str | None, code: str = "8858/3", ident: str = "h") -> dict[str, Any]:
    return observation("histology", ident, valueCodeableConcept=concept(ICD_O, code), effectiveDateTime=day)


def test_the_same_thing_told_by_two_resources_counts_once() -> None:
    found = outcome(ward.bundle(histology("2024-01-01"), histology("2024-01-01", ident="h2")))
    (fact,) = found.record.facts
    assert fact.source.reference == "Observation/h"


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(histology("2024-01-02", ident="h2"), id="another day"),
        pytest.param(histology("2024-01-01", "8890/3", "h2"), id="another value"),
        pytest.param({**histology("2024-01-01", ident="h2"), "status": "preliminary"}, id="another standing"),
    ],
)
def test_what_differs_counts_apart(second: dict[str, Any]) -> None:
    assert len(outcome(ward.bundle(histology("2024-01-01"), second)).record.facts) == 2


@pytest.mark.parametrize(
    ("day", "specimen"),
    [
        pytest.param("2024-01-31", None, id="before the operation: the biopsy"),
        pytest.param("2024-02-01", "resection", id="on its day: the specimen"),
        pytest.param("2024-03-01", "resection", id="after it"),
        pytest.param("2024", None, id="some time in that year: nobody can say"),
        pytest.param(None, None, id="undated: nobody can say"),
    ],
)
def test_findings_from_the_index_surgery_on_are_of_the_specimen(day: str | None, specimen: str | None) -> None:
    found = outcome(ward.bundle(histology(day), SURGERY, ALLOCATION))
    assert [fact.said("specimen") for fact in found.record.about("histology")] == [specimen]


def test_a_diagnosis_after_the_operation_is_not_of_the_specimen() -> None:
    told = resource("Condition", "c", code=concept(ICD_O, "8858/3"), onsetDateTime="2024-03-01")
    found = outcome(ward.bundle(told, SURGERY, ALLOCATION))
    assert [fact.said("specimen") for fact in found.record.about("histology")] == [None]


def test_laboratory_values_are_never_of_the_specimen() -> None:
    count = observation(
        concept(LOINC, "751-8"), "anc", valueQuantity={"value": 3, "unit": "10^9/L"}, effectiveDateTime="2024-03-01"
    )
    found = outcome(ward.bundle(count, SURGERY, ALLOCATION))
    assert [fact.said("specimen") for fact in found.record.about("anc")] == [None]


def _facts(name: str) -> list[Fact]:
    sent = ward.sent_in(ward.FIXTURES / "hospital-b" / name)
    return [fact for raw in sent for reading in ward.reader("hospital-b")(raw).readings for fact in reading.facts]


SOMEBODY = Patient("hospital-b", "Patient/1")
OPERATIONS = _facts("earlier-operations")


@settings(max_examples=20, deadline=None)
@given(st.permutations(OPERATIONS))
def test_the_order_of_facts_does_not_matter(mixed: list[Fact]) -> None:
    assert reconcile(SOMEBODY, mixed, lambda _: ()) == reconcile(SOMEBODY, OPERATIONS, lambda _: ())


def test_the_record_is_in_one_order() -> None:
    found = outcome(ward.bundle(histology("2024-01-02", ident="b"), histology("2024-01-01", ident="a"), SURGERY))
    assert [line(fact) for fact in found.record.facts] == [
        "histology DDLPS",
        "histology DDLPS",
        "prior-resection present",
    ]
    assert [fact.when for fact in found.record.about("histology")] == ["2024-01-01", "2024-01-02"]
