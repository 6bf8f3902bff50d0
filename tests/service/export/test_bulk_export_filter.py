"""A filter is understood to the letter, or not at all; what it asks is compared as FHIR's search does."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.service.export.bulk_export_filter import PARAMETERS, parted, passes, read
from natars_fhir.service.export.exported import TYPES

LOINC = "http://loinc.org"


def test_every_type_that_comes_out_can_be_filtered() -> None:
    assert set(PARAMETERS) == set(TYPES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Observation?code=a", ["Observation?code=a"]),
        ("Observation?code=a,b", ["Observation?code=a,b"]),
        ("Observation?code=a,b,Condition?code=c", ["Observation?code=a,b", "Condition?code=c"]),
        ("Observation?code=a%2Cb,Patient?_id=x", ["Observation?code=a%2Cb", "Patient?_id=x"]),
        ("", []),
    ],
)
def test_filters_are_parted_by_commas_and_so_are_the_values_of_one(text: str, found: list[str]) -> None:
    assert list(parted(text)) == found


@pytest.mark.parametrize(
    "text",
    [
        "Observation", "Observation?", "Observation?code=", "Observation?value-quantity=gt5", "Nothing?code=a",
        "Observation?date=soon", "Observation?code:not=a", "Observation?subject.name=x",
    ],
)  # fmt: skip
def test_what_is_not_compared_is_no_filter(text: str) -> None:
    assert read(text) is None


def observation(**more: Any) -> dict[str, Any]:
    coding = {"system": LOINC, "code": "718-7"}
    return {"resourceType": "Observation", "id": "o1", "status": "final", "code": {"coding": [coding]}, **more}


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ("code=718-7", True),
        ("code=http://loinc.org|718-7", True),
        ("code=http://loinc.org|", True),
        ("code=|718-7", False),
        ("code=http://snomed.info/sct|718-7", False),
        ("code=1,718-7", True),
        ("code=1%2C718-7", True),
        ("code=718-7&status=amended", False),
        ("status=final&status=final", True),
        ("_id=o1", True),
        ("_id=o2", False),
        ("category=laboratory", False),
    ],
)
def test_codes_words_and_ids(asked: str, holds: bool) -> None:
    found = read(f"Observation?{asked}")
    assert found is not None
    assert found.holds(observation()) is holds


@pytest.mark.parametrize(
    ("asked", "day", "holds"),
    [
        ("2024-06", "2024-06-15", True),
        ("2024-06", "2024", False),
        ("ne2024-06", "2024", True),
        ("ge2024-06-15", "2024-06-15", True),
        ("ge2024-06-16", "2024-06-15", False),
        ("gt2024-06-15", "2024-06-15", False),
        ("gt2024-06-15", "2024-06", True),
        ("lt2024-06-15", "2024-06", True),
        ("le2024-06-15", "2024-06-15", True),
        ("lt2024-06-15", "2024-06-15", False),
        ("sa2024-06-14", "2024-06-15", True),
        ("sa2024-06-14", "2024-06", False),
        ("eb2024-06-16", "2024-06-15", True),
        ("eb2024-06-16", "2024-06", False),
    ],
)
def test_dates_are_spans(asked: str, day: str, holds: bool) -> None:
    found = read(f"Observation?date={asked}")
    assert found is not None
    assert found.holds(observation(effectiveDateTime=day)) is holds
    assert found.holds(observation(effectivePeriod={"start": day, "end": day})) is holds
    assert not found.holds(observation())


@pytest.mark.parametrize(("asked", "holds"), [("ge2030", True), ("le2030", True), ("eb2030", False), ("sa2000", True)])
def test_a_period_without_an_end_reaches_as_far_as_can_be(asked: str, holds: bool) -> None:
    found = read(f"Observation?date={asked}")
    assert found is not None
    assert found.holds(observation(effectivePeriod={"start": "2024-06-15"})) is holds


def test_of_several_filters_one_is_enough() -> None:
    some = [one for text in ("Observation?_id=o2", "Observation?status=final") if (one := read(text)) is not None]
    assert passes(some, observation())
    assert not passes(some[:1], observation())


def test_a_list_of_concepts_is_looked_through() -> None:
    found = read("Condition?category=a")
    assert found is not None
    assert found.holds({"category": [{"coding": [{"code": "b"}]}, {"text": "x"}, {"coding": [{"code": "a"}]}]})
