"""`$process-message`: a message is answered by a message, and the same one by the same bytes."""

from __future__ import annotations

from typing import Any

import pytest
from fhir.resources import bundle as r5
from fhir.resources.R4B import bundle as r4
from sqlalchemy.exc import OperationalError

from natars_fhir.fhir.check import check
from tests.service.hospital import Node, born_on_30_february, condition, encounter, patient
from tests.web.caller import Caller, code

BASES = pytest.mark.parametrize(
    ("base", "model", "source"),
    [("/fhir/r4", r4.Bundle, "endpoint"), ("/fhir/r5", r5.Bundle, "endpointUrl")],
    ids=["R4", "R5"],
)


def message(*resources: Node, ident: str = "m1", bundle: str = "b1", source: str = "endpoint") -> Node:
    head = {
        "resourceType": "MessageHeader",
        "id": ident,
        "eventCoding": {"system": "urn:events", "code": "admitted"},
        "source": {source: "http://hospital.example/his"},
    }
    entries = [
        {"fullUrl": f"https://h.example/fhir/{one['resourceType']}/{one['id']}", "resource": one}
        for one in (head, *resources)
    ]
    named = {"id": bundle} if bundle else {}
    return {
        "resourceType": "Bundle",
        **named,
        "type": "message",
        "timestamp": "2024-06-15T12:00:00+08:00",
        "entry": entries,
    }


def response(answer: Node) -> Node:
    found: Node = answer["entry"][0]["resource"]["response"]
    return found


@BASES
def test_a_message_is_answered_by_a_sound_message(call: Caller, base: str, model: Any, source: str) -> None:
    told = call("POST", f"{base}/$process-message", message(patient(), condition(), encounter(), source=source))
    assert told.status_code == 200
    answer = told.json()
    model.model_validate(answer)
    assert base == "/fhir/r5" or check(answer) == []
    head, outcome = (one["resource"] for one in answer["entry"])
    assert head["eventCoding"]["code"] == "admitted"
    assert head["source"][source] == f"http://adapter.example{base}"
    assert head["destination"] == [{source: "http://hospital.example/his"}]
    assert response(answer)["code"] == "ok"
    assert response(answer)["identifier"] in ("m1", {"value": "m1"})
    assert response(answer)["details"]["reference"] == answer["entry"][1]["fullUrl"]
    assert outcome["resourceType"] == "OperationOutcome"
    assert call("GET", f"{base}/Condition/c1").status_code == 200


@BASES
def test_the_same_message_again_is_answered_in_the_same_bytes(call: Caller, base: str, model: Any, source: str) -> None:
    asked = message(patient(), source=source)
    first = call("POST", f"{base}/$process-message", asked)
    call("PUT", f"{base}/Patient/1", patient(gender="female"))
    again = call("POST", f"{base}/$process-message", asked)
    assert again.content == first.content
    assert call("GET", f"{base}/Patient/1").json()["gender"] == "female"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"ident": "m2"}, "ok"),
        ({"bundle": "b2"}, "ok"),
        ({}, "fatal-error"),
        ({"bundle": ""}, "ok"),
    ],
    ids=["another message", "another bundle", "the same ids", "no id"],
)
def test_other_content_needs_other_ids(call: Caller, other: dict[str, str], said: str) -> None:
    call("POST", "/fhir/r4/$process-message", message(patient()))
    told = call("POST", "/fhir/r4/$process-message", message(patient("2"), **other)).json()
    assert response(told)["code"] == said
    assert call("GET", "/fhir/r4/Patient/2").status_code == (200 if said == "ok" else 404)
    if said == "fatal-error":
        assert told["entry"][1]["resource"]["issue"][0]["code"] == "conflict"


def test_what_cannot_be_read_of_a_message_costs_only_itself_and_is_told(call: Caller) -> None:
    told = call("POST", "/fhir/r4/$process-message", message(born_on_30_february(), condition())).json()
    assert response(told)["code"] == "ok"
    assert "birthDate" in str(told["entry"][1]["resource"])
    assert call("GET", "/fhir/r4/Condition/c1").status_code == 200


def test_a_message_of_too_many_entries_is_a_fatal_error_that_says_so(call: Caller) -> None:
    many = message(*(patient(str(n)) for n in range(10_001)))
    told = call("POST", "/fhir/r4/$process-message", many).json()
    assert response(told)["code"] == "fatal-error"
    assert told["entry"][1]["resource"]["issue"][0]["code"] == "too-long"


@pytest.mark.parametrize(
    ("body", "status", "issue"),
    [
        (b"{", 400, "structure"),
        (patient(), 400, "invalid"),
        ({"resourceType": "Bundle", "type": "batch"}, 400, "invalid"),
        ({"resourceType": "Bundle", "type": "message"}, 400, "required"),
        ({"resourceType": "Bundle", "type": "message", "entry": [{"resource": patient()}]}, 400, "required"),
    ],
)
def test_what_is_no_message_is_answered_by_an_outcome(call: Caller, body: Any, status: int, issue: str) -> None:
    told = call("POST", "/fhir/r4/$process-message", body)
    assert (told.status_code, code(told)) == (status, issue)


@pytest.mark.parametrize("query", ["async=true", "response-url=http://x.example"])
def test_a_message_is_not_answered_later_nor_elsewhere(call: Caller, query: str) -> None:
    told = call("POST", f"/fhir/r4/$process-message?{query}", message(patient()))
    assert (told.status_code, code(told)) == (422, "not-supported")
    assert call("GET", "/fhir/r4/Patient/1").status_code == 404


def test_without_the_store_the_error_is_transient_and_nothing_is_remembered(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("PLANTED", {}, Exception("PLANTED"))

    with monkeypatch.context() as patch:
        patch.setattr("natars_fhir.service.ingest.messaging.push", gone)
        told = call("POST", "/fhir/r4/$process-message", message(patient()))
    assert (told.status_code, told.headers["retry-after"]) == (503, "5")
    assert response(told.json())["code"] == "transient-error"
    assert "PLANTED" not in told.text
    again = call("POST", "/fhir/r4/$process-message", message(patient()))
    assert response(again.json())["code"] == "ok"
