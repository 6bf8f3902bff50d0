"""Bytes in, outcomes out: the day asked for cuts what is known, and nothing is kept between two runs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from natars_fhir.pipeline import read, run
from tests import ward
from tests.ward import ICD_O, SNOMED, bundle, concept, lines, observation, outcome, outcomes, raw, reader, resource

POSITIVE = concept(SNOMED, "10828004")


def test_an_outcome_holds_record_screening_and_issues() -> None:
    found = outcome(bundle(resource("Patient", "p1", birthDate="1960"), observation("ihc-mdm2", valueString="x")))
    assert found.record.patient == found.screening.patient
    assert lines(found) == ["birth-date 1960"]
    assert [issue.expression for issue in found.issues] == ["Bundle.entry[1].resource.valueString"]
    assert len(found.screening.findings) == len(ward.mappings().study.criteria)


def test_issues_of_the_record_are_named_like_those_of_the_bundle() -> None:
    late = observation("ihc-mdm2", valueCodeableConcept=POSITIVE, effectiveDateTime="2024-07-01")
    (issue,) = outcome(bundle(late)).issues
    assert issue.severity == "information"
    assert issue.expression == "Observation.valueCodeableConcept"


@pytest.mark.parametrize(
    ("elements", "counts"),
    [
        pytest.param({"effectiveDateTime": "2024-06-15"}, True, id="on the day"),
        pytest.param({"effectiveDateTime": "2024-06-16"}, False, id="the day after"),
        pytest.param({"effectiveDateTime": "2024-06"}, True, id="some day of that month"),
        pytest.param({"effectiveDateTime": "2024-07"}, False, id="the month after"),
        pytest.param({"issued": "2024-06-16T08:00:00+08:00"}, False, id="known the day after"),
        pytest.param({"issued": "2024-06-15T23:00:00+08:00"}, True, id="late on the day"),
        pytest.param({"issued": "2024-06-15T17:00:00Z"}, False, id="the day after in Shanghai"),
    ],
)
def test_what_is_dated_or_known_later_does_not_count_and_is_told(elements: dict[str, Any], counts: bool) -> None:
    found = outcome(bundle(observation("ihc-mdm2", valueCodeableConcept=POSITIVE, **elements)))
    assert lines(found) == (["ihc-mdm2 positive"] if counts else [])
    assert len(found.issues) == (0 if counts else 1)


def test_a_day_is_asked_not_taken_from_a_clock() -> None:
    sent = bundle(observation("ihc-mdm2", valueCodeableConcept=POSITIVE, effectiveDateTime="2099-01-01"))
    assert lines(outcome(sent, as_of=date(2099, 1, 1))) == ["ihc-mdm2 positive"]


def test_no_document_has_no_outcome() -> None:
    assert outcomes() == []
    assert outcomes(bundle(resource("Medication", "m"))) == []


def test_a_bundle_that_is_broken_says_so_and_gives_nobody() -> None:
    told = read(b'{"resourceType": "Bundle", "type": "collection", "entry": [', reader())
    assert told.unreadable
    assert told.readings == ()


def test_an_entry_that_cannot_be_read_costs_only_itself() -> None:
    good = observation("ihc-mdm2", valueCodeableConcept=POSITIVE)
    bad = {**observation("ihc-cdk4", "o2", valueCodeableConcept=POSITIVE), "status": "finished"}
    told = read(raw(bundle(bad, good)), reader())
    assert [reading.fate for reading in told.readings] == ["refused", "read"]
    assert {issue.expression for issue in told.refused[0].issues} == {"Bundle.entry[0].resource.status"}
    assert lines(outcome(bundle(bad, good))) == ["ihc-mdm2 positive"]


def test_a_single_resource_is_a_document() -> None:
    told = read(b"\xef\xbb\xbf" + raw(observation("ihc-mdm2", valueCodeableConcept=POSITIVE)), reader())
    (reading,) = told.readings
    assert (told.type, reading.place, reading.key) == ("", "", "Observation/o1")


@pytest.mark.parametrize(
    "version", [pytest.param(None, id="told by its content"), pytest.param("R5", id="told by the caller")]
)
def test_a_resource_of_r5_is_read_as_r4(version: Any) -> None:
    dose = {
        "resourceType": "MedicationAdministration",
        "id": "m",
        "status": "completed",
        "subject": {"reference": "Patient/p1"},
        "medication": {"concept": {"text": "安罗替尼"}},
        "occurenceDateTime": "2024-01-01",
    }
    one = ward.DocumentReader(reader().mapping, version)
    (found,) = run([raw(dose)], one, ward.mappings().study, ward.AS_OF)
    assert lines(found) == ["antineoplastic-drug anlotinib"]


def test_two_sites_never_share_a_patient() -> None:
    sent = bundle(resource("Patient", "p1", birthDate="1960-01-01"))
    here, there = outcome(sent, site="hospital-a"), outcome(sent, site="hospital-b")
    assert (here.record.patient.site, there.record.patient.site) == ("hospital-a", "hospital-b")


def test_the_source_is_found_again_with_its_reading() -> None:
    sent = bundle(observation("histology", valueCodeableConcept=concept(ICD_O, "8858/3")), resource("Patient", "p1"))
    found = {reading.key: struct.id for reading, struct in reader().resources(raw(sent))}
    assert found == {"Observation/o1": "o1", "Patient/p1": "p1"}


@pytest.mark.parametrize(
    ("elements", "later"),
    [
        pytest.param({"effectiveDateTime": "2024-06-15"}, None, id="nothing is late"),
        pytest.param({"effectiveDateTime": "2024-06-17T10:00:00+08:00"}, date(2024, 6, 17), id="by its date"),
        pytest.param(
            {"effectiveDateTime": "2024-06-17", "issued": "2024-06-20T20:00:00Z"}, date(2024, 6, 21), id="when recorded"
        ),
        pytest.param({"effectiveDateTime": "2024-07"}, date(2024, 7, 1), id="some day of a month"),
    ],
)
def test_the_day_is_told_on_which_the_first_late_fact_counts(elements: dict[str, Any], later: date | None) -> None:
    last = observation("ihc-cdk4", "o2", valueCodeableConcept=POSITIVE, effectiveDateTime="2024-12-24")
    one = observation("ihc-mdm2", valueCodeableConcept=POSITIVE, **elements)
    assert outcome(bundle(one)).later == later
    assert outcome(bundle(one, last)).later == (later or date(2024, 12, 24))
