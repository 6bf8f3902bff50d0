"""Adverse events: what happened, how grave by CTCAE and by Clavien-Dindo; a potential one, or one in error, is none."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.domain.interval import number
from tests.ward import SNOMED, concept, read, resource, told

GRADE = "http://hl7.org/fhir/us/mcode/StructureDefinition/ctcae-grade"
COMPLICATION = "https://his.hospital-c.example/fhir/StructureDefinition/clavien-dindo-grade"
STATUS = "http://hl7.org/fhir/5.0/StructureDefinition/extension-AdverseEvent.status"


def event(term: Any = "Neutrophil count decreased", **elements: Any) -> dict[str, Any]:
    said = {"actuality": "actual", "event": {"text": term} if isinstance(term, str) else term, "date": "2024-03-02"}
    return resource("AdverseEvent", **(said | elements))


def graded(**value: Any) -> dict[str, Any]:
    return {"extension": [{"url": GRADE, **value}]}


@pytest.mark.parametrize(
    ("term", "word"),
    [
        pytest.param("Neutrophil count decreased", "neutrophil-count-decreased", id="CTCAE's name"),
        pytest.param("中性粒细胞减少", "neutrophil-count-decreased", id="in Chinese"),
        pytest.param("QTc prolonged", "qtc-prolonged", id="heart"),
        pytest.param("hiccups", "other", id="another event"),
        pytest.param(concept("urn:x", "9", text="Anemia"), "anaemia", id="a name beside a code that nobody knows"),
        pytest.param(concept("urn:x", "9"), "other", id="a code that nobody knows"),
    ],
)
def test_an_event_goes_by_the_trials_word(term: Any, word: str) -> None:
    assert told(event(term)) == [f"adverse-event {word}"]


@pytest.mark.parametrize(
    ("grade", "digit"),
    [
        pytest.param({"valueCodeableConcept": concept("urn:ctcae", "3")}, 3, id="a code"),
        pytest.param({"valueCodeableConcept": {"text": "Grade 3"}}, 3, id="a text"),
        pytest.param({"valueCode": "2"}, 2, id="a plain code"),
        pytest.param({"valueInteger": 4}, 4, id="a number"),
        pytest.param({"valueString": "3级"}, 3, id="in Chinese"),
        pytest.param({"valueCoding": {"system": "urn:ctcae", "code": "GRADE1"}}, 1, id="a coding"),
        pytest.param({"valueInteger": 0}, 0, id="none"),
    ],
)
def test_the_grade_stands_in_an_extension(grade: dict[str, Any], digit: int) -> None:
    (fact,) = read(event(**graded(**grade))).facts
    assert fact.said("grade") == number(digit)


def test_severity_is_no_grade() -> None:
    (fact,) = read(
        event(severity=concept("http://terminology.hl7.org/CodeSystem/adverse-event-severity", "severe"))
    ).facts
    assert (fact.said("grade"), fact.said("severity")) == (None, "severe")


def test_a_grade_that_is_not_understood_is_told() -> None:
    reading = read(event(**graded(valueString="moderate")))
    assert [issue.expression for issue in reading.issues] == ["AdverseEvent.extension"]
    assert [fact.said("grade") for fact in reading.facts] == [None]


def test_seriousness_and_outcome_stand_beside_it() -> None:
    base = "http://terminology.hl7.org/CodeSystem/adverse-event-"
    sent = event(seriousness=concept(base + "seriousness", "serious"), outcome=concept(base + "outcome", "resolved"))
    (fact,) = read(sent).facts
    assert (fact.said("serious"), fact.said("outcome"), fact.when) == ("yes", "resolved", "2024-03-02")


@pytest.mark.parametrize(
    ("value", "facts"),
    [
        pytest.param({"valueCodeableConcept": concept(SNOMED, "1367521005")}, ["clavien-dindo III"], id="a code"),
        pytest.param({"valueCodeableConcept": {"text": "IIIb"}}, ["clavien-dindo IIIb"], id="a text"),
        pytest.param({"valueString": "Ⅳa级"}, ["clavien-dindo IVa"], id="in Chinese"),
        pytest.param({"valueString": "VI"}, [], id="no such grade"),
    ],
)
def test_a_complication_of_surgery_has_its_own_grade(value: dict[str, Any], facts: list[str]) -> None:
    sent = event("Anastomotic leak", extension=[{"url": COMPLICATION, **value}])
    assert told(sent) == ["adverse-event other", *facts]


@pytest.mark.parametrize(
    "elements",
    [
        pytest.param({"actuality": "potential"}, id="that did not happen"),
        pytest.param({"event": None}, id="that has no name"),
        pytest.param({"modifierExtension": [{"url": STATUS, "valueCode": "entered-in-error"}]}, id="in error"),
    ],
)
def test_an_event_is_none(elements: dict[str, Any]) -> None:
    assert told(event(**elements)) == []


def test_an_event_in_r5s_words_is_read_alike() -> None:
    sent = {
        "resourceType": "AdverseEvent",
        "id": "x1",
        "status": "completed",
        "actuality": "actual",
        "code": {"text": "Anemia"},
        "subject": {"reference": "Patient/p1"},
        "occurrenceDateTime": "2024-03-02",
        **graded(valueInteger=2),
    }
    (fact,) = read(sent).facts
    assert (fact.concept, fact.value, fact.when, fact.said("grade")) == (
        "adverse-event",
        "anaemia",
        "2024-03-02",
        number(2),
    )
