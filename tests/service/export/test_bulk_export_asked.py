"""What a kick-off asks is understood as a whole, or refused with every fault at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from natars_fhir.domain.issue import Issue
from natars_fhir.service.export.bulk_export_asked import Wanted, instant, of_text, understood, written
from natars_fhir.service.export.bulk_export_filter import read


def test_what_is_asked_is_kept_as_it_was_understood() -> None:
    asked = [
        ("_outputFormat", "ndjson"),
        ("_type", "Observation,Patient"),
        ("_since", "2024-06-15T12:00:00+08:00"),
        ("_typeFilter", "Observation?code=718-7,2160-0,Observation?status=final&date=ge2024"),
        ("patient", "Patient/p1"),
        ("patient", "p2"),
    ]
    wanted = understood(asked, lenient=False, by_post=True)
    assert isinstance(wanted, Wanted)
    assert wanted.kinds == ("Patient", "Observation")
    assert wanted.since == datetime(2024, 6, 15, 4, tzinfo=UTC)
    assert wanted.filters == (read("Observation?code=718-7,2160-0"), read("Observation?status=final&date=ge2024"))
    assert wanted.subjects == ("p1", "p2")
    assert of_text(written(wanted)) == wanted


def test_every_fault_is_told_at_once_and_no_value_with_it() -> None:
    asked = [("_type", "PLANTED"), ("_since", "PLANTED"), ("_outputFormat", "PLANTED"), ("PLANTED", "PLANTED")]
    told = understood(asked, lenient=False)
    assert not isinstance(told, Wanted)
    assert {one.expression for one in told} == {"_type", "_since", "_outputFormat", ""}
    assert {one.severity for one in told} == {"error"}
    assert "PLANTED" not in str(told)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ([("_type", "Patient,Nothing")], ("Patient",)),
        ([("_elements", "x"), ("includeAssociatedData", "x"), ("organizeOutputBy", "x")], ()),
    ],
)
def test_leniently_what_is_not_understood_is_told_as_a_warning(asked: list[tuple[str, str]], kept: tuple[str]) -> None:
    wanted = understood(asked, lenient=True)
    assert isinstance(wanted, Wanted)
    assert wanted.kinds == kept
    assert {one.severity for one in wanted.told} == {"warning"}
    assert {one.expression for one in wanted.told} == {name for name, _ in asked}


@pytest.mark.parametrize(
    "asked",
    [
        [("_type", "Nothing")],
        [("_since", "2024-06-15")],
        [("_type", "Observation"), ("_typeFilter", "Observation?code:in=x")],
        [("_type", "Patient"), ("_typeFilter", "Observation?status=final")],
        [("_outputFormat", "text/csv")],
        [("patient", "Patient/")],
        [("patient", "Group/g")],
        [("patient", f"Patient/{number}") for number in range(10_001)],
    ],
    ids=["no-type", "no-moment", "a-filter", "another-type", "a-form", "no-id", "no-patient", "too-many"],
)  # fmt: skip
def test_what_would_give_more_than_was_asked_for_is_refused_leniently_too(asked: list[tuple[str, str]]) -> None:
    told = understood(asked, lenient=True, by_post=True)
    assert isinstance(told, tuple)
    assert all(isinstance(one, Issue) for one in told)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-06-15T12:00:00Z", datetime(2024, 6, 15, 12, tzinfo=UTC)),
        ("2024-06-15T12:00:00.5+08:00", datetime(2024, 6, 15, 4, 0, 0, 500_000, tzinfo=UTC)),
        ("2024-06-15T12:00:00 08:00", datetime(2024, 6, 15, 4, tzinfo=UTC)),
        ("2024-06-15", None),
        ("2024-06-15T12:00:00", None),
        ("2024-06-31T12:00:00Z", None),
        ("0001-01-01T00:00:00+08:00", None),
        ("", None),
    ],
)
def test_a_moment_has_a_day_a_time_and_a_zone(text: str, moment: datetime | None) -> None:
    assert instant(text) == moment
