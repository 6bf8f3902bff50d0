"""The contract's JSON of one patient: values, ranges, details and evidence in its shapes."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from natars_fhir.domain.interval import Interval, number
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.record import Fact, Source, detail
from natars_fhir.emit.prefilled import answer, fact_object, issue_object, prefilled, value_object
from tests import ward
from tests.ward import SNOMED, bundle, concept, observation, outcome, resource

SOURCE = Source("a", "Observation/1")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        pytest.param("positive", "positive", id="a word"),
        pytest.param(number(18, "cm"), {"low": 18, "high": 18, "unit": "cm"}, id="a number"),
        pytest.param(
            number("9.90", "cm"), {"low": Decimal("9.90"), "high": Decimal("9.90"), "unit": "cm"}, id="a decimal"
        ),
        pytest.param(Interval(Decimal(8), Decimal(10)), {"low": 8, "high": 10, "unit": ""}, id="a range"),
        pytest.param(
            Interval(None, Decimal(12), high_open=True),
            {"low": None, "high": 12, "unit": "", "highOpen": True},
            id="below",
        ),
        pytest.param(
            Interval(Decimal(12), None, low_open=True),
            {"low": 12, "high": None, "unit": "", "lowOpen": True},
            id="above",
        ),
    ],
)
def test_a_value_is_a_word_or_its_bounds(value: Any, told: Any) -> None:
    assert value_object(value) == told


def test_a_plain_fact_says_no_more_than_it_must() -> None:
    assert fact_object(Fact("sex", "male", None, SOURCE, "Patient.gender")) == {
        "concept": "sex",
        "value": "male",
        "when": None,
        "evidence": {"reference": "Observation/1", "path": "Patient.gender", "span": None},
    }


def test_what_qualifies_a_value_stands_beside_it() -> None:
    source = Source("a", "Observation/1", "3", "hash", ("Specimen/1",))
    more = detail(extent="focal", percent=number(20, "%"), classes=("x", "y"))
    fact = Fact(
        "ihc-mdm2", "positive", "2024-03", source, "Observation.valueString", "hedged", "2024-04-01", (2, 9), more
    )
    assert fact_object(fact) == {
        "concept": "ihc-mdm2",
        "value": "positive",
        "when": "2024-03",
        "standing": "hedged",
        "known": "2024-04-01",
        "detail": {"classes": ["x", "y"], "extent": "focal", "percent": {"low": 20, "high": 20, "unit": "%"}},
        "evidence": {
            "reference": "Observation/1",
            "path": "Observation.valueString",
            "span": [2, 9],
            "version": "3",
            "besides": ["Specimen/1"],
        },
    }


def test_an_issue_keeps_its_four_words() -> None:
    assert issue_object(Issue("warning", "value", "a.b", "t")) == {
        "severity": "warning",
        "code": "value",
        "expression": "a.b",
        "text": "t",
    }


def test_a_whole_outcome_is_plain_json() -> None:
    stain = observation("ihc-mdm2", valueCodeableConcept=concept(SNOMED, "10828004"))
    found = outcome(bundle(resource("Patient", "p1", birthDate="1960"), stain))
    told = prefilled(found.screening, found.record.facts, found.issues)
    assert json.loads(msgspec.json.encode(told)) == json.loads(json.dumps(told))
    assert told["withPeople"] == {"verdict": told["verdict"], "signed": None}
    assert [fact["concept"] for fact in told["facts"]] == ["birth-date", "ihc-mdm2"]


def test_an_answer_bears_the_assumptions_that_it_rests_on() -> None:
    found = outcome(bundle(resource("Patient", "p1", birthDate="1960")))
    told = {criterion.id: (criterion, answer(criterion, finding)) for criterion, finding in found.screening.findings}
    for criterion, said in told.values():
        assert ("assumed" in said) is bool(criterion.assumed)
        assert [one["what"] for one in said.get("assumed", ())] == [one.what for one in criterion.assumed]
    assert len(told) == len(ward.mappings().study.criteria)
