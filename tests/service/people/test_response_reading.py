"""A QuestionnaireResponse as sayings: links are criteria, reasons stand beneath, faults are told by place."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.domain.answer import Answer
from natars_fhir.service.people.response_reading import Response, response
from natars_fhir.service.people.sayings import Saying
from tests.service.hospital import Node, intake
from tests.service.spoken import COORDINATOR, WHOLE, answers, item

BASE = intake().canonical_base


def read(resource: Node) -> Response:
    return response(resource, intake().study, BASE)


def coded(system: str, code: str) -> Node:
    return {"linkId": "I-15", "answer": [{"valueCoding": {"system": system, "code": code}}]}


def test_who_says_what_of_whom() -> None:
    said = read(answers(item("I-15", "yes", "MDT"), item("E-10", False), status="completed"))
    assert said.issues == ()
    assert (said.subject, said.author, said.signs) == ((WHOLE,), (COORDINATOR,), True)
    assert said.key == "QuestionnaireResponse/qr-1"
    assert said.sayings == (
        Saying("I-15", Answer.YES, "MDT", "QuestionnaireResponse.item[0].item[0].answer[0]"),
        Saying("E-10", Answer.NO, "chart reviewed", "QuestionnaireResponse.item[1].item[0].answer[0]"),
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(item("I-15", True), Answer.YES, id="boolean"),
        pytest.param(item("I-15", "unknown"), Answer.UNKNOWN, id="unknown is no statement"),
        pytest.param(coded(f"{BASE}/CodeSystem/answer", "no"), Answer.NO, id="our code"),
        pytest.param(coded("http://snomed.info/sct", "373066001"), Answer.YES, id="SNOMED yes"),
        pytest.param(coded("http://snomed.info/sct", "373067005"), Answer.NO, id="SNOMED no"),
        pytest.param(coded("http://terminology.hl7.org/CodeSystem/v2-0136", "Y"), Answer.YES, id="v2 yes"),
    ],
)
def test_an_answer_is_a_code_of_the_form_or_a_boolean(given: Node, expected: Answer) -> None:
    (said,) = read(answers(given)).sayings
    assert said.answer is expected


def test_a_reason_may_stand_beneath_the_answer_or_the_question() -> None:
    beneath = {**coded("", "yes"), "item": [{"linkId": "I-15.reason", "answer": [{"valueString": "seen"}]}]}
    assert [one.reason for one in read(answers(beneath)).sayings] == ["seen"]


def test_what_the_form_shows_is_nothing_that_people_say() -> None:
    shown = [{"linkId": "as-of", "answer": [{"valueDate": "2024-06-15"}]}]
    said = {**item("I-15", "yes"), "item": [{"linkId": "I-15.said", "answer": [{"valueString": "…"}]}]}
    assert len(read(answers(item=[*shown, said])).sayings) == 1


@pytest.mark.parametrize(
    ("change", "place", "code"),
    [
        pytest.param({"item": [item("I-9", "yes")]}, "item[0].linkId", "not-found", id="unknown link"),
        pytest.param({"item": [coded("http://snomed.info/sct", "1")]}, "item[0].answer[0]", "value", id="odd code"),
        pytest.param(
            {"item": [{"linkId": "I-15", "answer": [{"valueString": "yes"}]}]}, "item[0].answer[0]", "value", id="text"
        ),
        pytest.param({"author": None}, "author", "required", id="unsigned: no author"),
        pytest.param({"subject": None}, "subject", "required", id="of nobody"),
        pytest.param({"authored": None}, "authored", "required", id="undated"),
        pytest.param({"authored": "2024-06-15"}, "authored", "value", id="a day alone"),
        pytest.param({"questionnaire": "https://other.example/Q"}, "questionnaire", "not-supported", id="another form"),
        pytest.param({"status": "entered-in-error"}, "status", "not-supported", id="entered in error"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_place(change: dict[str, Any], place: str, code: str) -> None:
    (issue,) = read(answers(**change)).issues
    assert (issue.expression, issue.code, issue.severity) == (f"QuestionnaireResponse.{place}", code, "error")


def test_the_nearest_question_is_named_and_the_wrong_link_is_not() -> None:
    (issue,) = read(answers(item=[item("I-155", "yes")])).issues
    assert issue.text == "The form has no such question; did you mean I-15?"
    (issue,) = read(answers(item=[item("Zhang San", "yes")])).issues
    assert "Zhang" not in issue.text


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ({"reference": "Practitioner/7"}, ("Practitioner/7",)),
        ({"reference": "Practitioner/7/_history/2"}, ("Practitioner/7",)),
        ({"reference": "#me"}, ("urn:staff|7",)),
        ({"display": "甲"}, ()),
    ],
)
def test_an_author_is_known_by_reference_or_identifier_and_never_by_name_alone(
    author: Node, expected: tuple[str, ...]
) -> None:
    contained = [{"resourceType": "Practitioner", "id": "me", "identifier": [{"system": "urn:staff", "value": "7"}]}]
    assert read(answers(author=author, contained=contained)).author == expected


def test_a_response_is_known_by_its_identifier_before_its_id() -> None:
    named = answers(identifier={"system": "urn:forms", "value": "5"})
    assert read(named).key == "QuestionnaireResponse?identifier=urn:forms|5"
    assert read(answers(id=None)).key == ""
