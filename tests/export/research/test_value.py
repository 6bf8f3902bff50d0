"""What a fact says, in FHIR's shapes; and what qualifies it, as far as it is a word of the trial's."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from natars_fhir.domain.interval import Interval, number
from natars_fhir.export.research.value import details, quantity, value_of
from tests.domain.trial_patients import fact
from tests.export.research.made import codes, plan

CM = {"unit": "cm", "system": "http://unitsofmeasure.org", "code": "cm"}


@pytest.mark.parametrize(
    ("low", "high", "ends", "made"),
    [
        ("18.0", "18.0", {}, {"valueQuantity": {"value": Decimal("18.0"), **CM}}),
        (None, "12", {"high_open": True}, {"valueQuantity": {"value": Decimal(12), "comparator": "<", **CM}}),
        ("0", "5", {}, {"valueQuantity": {"value": Decimal(5), "comparator": "<=", **CM}}),
        ("10", None, {}, {"valueQuantity": {"value": Decimal(10), "comparator": ">=", **CM}}),
        ("10", None, {"low_open": True}, {"valueQuantity": {"value": Decimal(10), "comparator": ">", **CM}}),
        ("8", "10", {}, {"valueRange": {"low": {"value": Decimal(8), **CM}, "high": {"value": Decimal(10), **CM}}}),
    ],
)
def test_an_interval_is_a_quantity_or_a_range(low: str | None, high: str | None, ends: Any, made: Any) -> None:
    said = Interval(low and Decimal(low), high and Decimal(high), unit="cm", **ends)  # type: ignore[arg-type]
    assert quantity(said, "cm") == made


@pytest.mark.parametrize(
    ("concept", "value", "element"),
    [
        ("ecog", number(1), "valueInteger"),
        ("fnclcc-grade", number(2), "valueInteger"),
        ("fnclcc-grade", Interval(Decimal(2), Decimal(3)), "valueRange"),
        ("haemoglobin", number("118", "g/L"), "valueQuantity"),
        ("ihc-mdm2", "positive", "valueCodeableConcept"),
        ("ihc-mdm2", "pending", "dataAbsentReason"),
        ("fish-mdm2", "not-done", "dataAbsentReason"),
        ("last-known-alive", "2024-03", "valueDateTime"),
        ("mdt-resectability", "yes", "valueCodeableConcept"),
    ],
)
def test_each_kind_of_value_has_its_element(concept: str, value: Any, element: str) -> None:
    assert list(value_of(plan().places[concept], fact(concept, value)) or ()) == [element]


@pytest.mark.parametrize(("concept", "value"), [("ihc-mdm2", "韩梅梅"), ("allocation", "an arm of nobody's")])
def test_a_value_that_the_concept_cannot_have_is_none(concept: str, value: str) -> None:
    assert value_of(plan().places[concept], fact(concept, value)) is None


def test_standard_codes_stand_before_our_own() -> None:
    made = value_of(plan().places["histology"], fact("histology", "DDLPS"))
    assert made is not None
    assert codes(made["valueCodeableConcept"]) == ["8858/3", "C3704", "DDLPS"]


def test_details_that_are_words_of_the_trial_go_along_and_others_are_told() -> None:
    left: Counter[tuple[str, str]] = Counter()

    def leave(place: str, why: str) -> None:
        left[place, why] += 1

    said: dict[str, Any] = {"method": "imaging", "percent": number(20), "extent": "韩梅梅", "term": "urn:x|4711"}
    made = details(plan(), fact("ihc-mdm2", "positive", standing="hedged", shoes="韩梅梅", **said), leave)
    told = [{part["url"]: [*part.values()][1] for part in one["extension"]} for one in made]
    assert told == [
        {"name": "standing", "value": "hedged"},
        {"name": "method", "value": "imaging"},
        {"name": "percent", "value": {"value": Decimal(20)}},
    ]
    assert left == {("detail.extent", "detail"): 1, ("detail.shoes", "detail"): 1}
