"""Responses come back to both bases, by create and at the base itself; each refusal is an OperationOutcome."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from natars_fhir.web.response import is_ours
from tests.service.hospital import Node
from tests.service.spoken import COMPLETE, INVESTIGATOR, answers, item
from tests.web.caller import Caller

TOKENS = {"a": "hospital-a", "b": "hospital-b"}
A = {"authorization": "Bearer a"}
FORM = "https://natars.example/fhir"


@pytest.fixture
def call(tmp_path: Path) -> Caller:
    made = Caller(tmp_path, tokens=TOKENS, canonical_base=FORM)
    made.push((COMPLETE / "bundle.json").read_bytes(), **A)
    return made


def texts(outcome: Node) -> list[str]:
    assert outcome["resourceType"] == "OperationOutcome"
    return [issue["diagnostics"] for issue in outcome["issue"]]


@pytest.mark.parametrize(
    "path", ["/fhir/r4", "/fhir/r5", "/fhir/r4/QuestionnaireResponse", "/fhir/r5/QuestionnaireResponse"]
)
def test_a_response_is_heard_at_both_bases(call: Caller, path: str) -> None:
    resource = answers(item("I-14", "no", "seen on CT"))
    if "r5" in path:
        resource["identifier"] = [{"system": "urn:forms", "value": "5"}]
    told = call("POST", path, resource, **A)
    assert (told.status_code, texts(told.json())) == (201, ["Statements kept: 1, of them overrides: 1."])


def test_a_mark_of_the_byte_order_before_it_changes_nothing(call: Caller) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(answers(item("I-14", "no", "seen on CT"))).encode()
    told = [call("POST", path, body, **A).status_code for path in ("/fhir/r4", "/fhir/r4/QuestionnaireResponse")]
    assert told == [201, 200]  # kept, and known already


def test_a_signature_over_http(call: Caller) -> None:
    told = call("POST", "/fhir/r4/QuestionnaireResponse", answers(status="completed", by=INVESTIGATOR), **A)
    assert (told.status_code, texts(told.json())) == (201, ["Signed."])


@pytest.mark.parametrize(
    ("body", "status", "place"),
    [
        pytest.param(b"{", 400, None, id="no JSON"),
        pytest.param({"resourceType": "Patient"}, 422, "Resource", id="another resource"),
        pytest.param({**answers(), "status": "signed"}, 422, "QuestionnaireResponse.status", id="not readable"),
        pytest.param(
            answers(item=[item("I-99", "yes")]), 422, "QuestionnaireResponse.item[0].linkId", id="an unknown link"
        ),
        pytest.param(answers(author=None), 422, "QuestionnaireResponse.author", id="unsigned"),
        pytest.param(answers(item("I-14", "no"), of="Patient/9"), 404, "QuestionnaireResponse.subject", id="nobody's"),
    ],
)
def test_a_refusal_names_the_place(call: Caller, body: Node | bytes, status: int, place: str | None) -> None:
    told = call("POST", "/fhir/r4/QuestionnaireResponse", body, **A)
    assert told.status_code == status
    assert told.json()["resourceType"] == "OperationOutcome"
    assert told.json()["issue"][0].get("expression", [None])[0] == place


def test_a_site_speaks_of_its_own_patients_alone(call: Caller) -> None:
    path = "/fhir/r4/QuestionnaireResponse"
    assert call("POST", path, answers(item("I-14", "no"))).status_code == 401
    assert call("POST", path, answers(item("I-14", "no")), authorization="Bearer b").status_code == 403


def test_a_response_to_another_form_is_a_push_like_any_other(call: Caller) -> None:
    told = call.push(answers(item("I-14", "no"), questionnaire="https://other.example/Questionnaire/x"), **A)
    assert told.status_code == 200


OURS = '"resourceType":"QuestionnaireResponse","questionnaire":"https://natars.example/fhir/Questionnaire/x|1"'
BUNDLE = '"resourceType":"Bundle"'


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        (f"{{{OURS}}}", True),
        (f"\ufeff \n{{ {OURS}}}", True),
        (f'{{"id":"1",{OURS}}}', True),
        (f'{{"text":{{{BUNDLE}}},{OURS}}}', True),
        (f"{{{BUNDLE}}}", False),
        (f'\n{{\t"resourceType" : "Bundle", "entry":[{{"resource":{{{OURS}}}}}]}}', False),
        (f'{{"entry":[{{"resource":{{{OURS}}}}}],{BUNDLE}}}', False),
        (f'{{"resourceType":"QuestionnaireResponses",{OURS.partition(",")[2]}}}', False),
        (f"{{{BUNDLE},{OURS}}}", False),  # neither, and refused as what it calls itself first
        (f"[{OURS}]", False),
        ("", False),
    ],
)
def test_a_document_is_ours_by_its_own_type_and_form(body: str, ours: bool) -> None:
    assert is_ours(body.encode(), FORM) is ours


def test_what_calls_itself_two_things_is_refused_at_the_base(call: Caller) -> None:
    told = call("POST", "/fhir/r4", f"{{{BUNDLE},{OURS}}}".encode(), **A)
    assert (told.status_code, told.json()["resourceType"]) == (422, "OperationOutcome")


@pytest.mark.parametrize("version", ["r4", "r5"])
def test_the_capability_statement_tells_that_responses_are_taken(call: Caller, version: str) -> None:
    (rest,) = call("GET", f"/fhir/{version}/metadata").json()["rest"]
    assert "QuestionnaireResponse" in [one["type"] for one in rest["resource"]]
