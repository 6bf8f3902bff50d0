"""The CDS service over HTTP: discovery, cards, feedback, who may, what browsers may. Field lists: the standard's."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from natars_fhir.service.access import registration
from natars_fhir.store.engine import open_store
from natars_fhir.web.app import create_app
from natars_fhir.web.server import server
from tests.service.access.clients_of import claims, client, signed
from tests.service.bedside.opened import INSTANCE, WHO, case, opened, prefetch
from tests.service.hospital import KEY, NOW
from tests.web.caller import Caller, code, settings
from tests.web.test_over_loopback import running, until

SERVICE = "/cds-services/natars-screening"
FEEDBACK = f"{SERVICE}/feedback"
PAGE = "https://ehr.hospital-a.example"
A, B = {"authorization": "Bearer a"}, {"authorization": "Bearer b"}

#: Field → may it be left out (https://cds-hooks.hl7.org/#card-attributes, #source, #link, #coding).
CARD = {
    "uuid": True, "summary": False, "detail": True, "indicator": False, "source": False, "suggestions": True,
    "selectionBehavior": True, "overrideReasons": True, "links": True,
}  # fmt: skip
SOURCE = {"label": False, "url": True, "icon": True, "topic": True}
LINK = {"label": False, "url": False, "type": False, "appContext": True, "autolaunchable": True}
CODING = {"code": False, "system": True, "display": True}
DISCOVERED = {
    "hook": False, "title": True, "description": False, "id": False, "prefetch": True, "usageRequirements": True,
    "version": True,
}  # fmt: skip


@pytest.fixture
def call(tmp_path: Path) -> Caller:
    return Caller(
        tmp_path,
        tokens={"a": "hospital-a", "b": "hospital-b"},
        hook_origins=[PAGE],
        public_url="https://adapter.example",
    )


def held_to(told: dict[str, Any], fields: dict[str, bool]) -> None:
    """Nothing that is not in the standard, nothing missing that must be there, and nothing null or empty."""
    assert set(told) <= set(fields)
    assert {name for name, optional in fields.items() if not optional} <= set(told)
    assert all(value not in (None, "", [], {}) for value in told.values())


def valid(card: dict[str, Any]) -> None:
    held_to(card, CARD)
    assert len(card["summary"]) < 140
    assert card["indicator"] in ("info", "warning", "critical")
    held_to(card["source"], SOURCE)
    for link in card["links"]:
        held_to(link, LINK)
        assert link["type"] in ("absolute", "smart")
    for reason in card["overrideReasons"]:
        held_to(reason, CODING)
        assert reason["display"]
    assert ("suggestions" in card) <= ("selectionBehavior" in card)


def test_discovery_is_for_everybody_and_names_what_the_screening_reads(call: Caller) -> None:
    told = call("GET", "/cds-services").json()
    assert set(told) == {"services"}
    (service,) = told["services"]
    held_to(service, DISCOVERED)
    assert (service["id"], service["hook"]) == ("natars-screening", "patient-view")
    assert service["prefetch"]["patient"] == "Patient/{{context.patientId}}"
    assert service["prefetch"]["observation"] == "Observation?patient={{context.patientId}}"
    assert {"condition", "diagnosticReport", "procedure", "consent"} <= set(service["prefetch"])
    for text in (service["title"], service["description"], service["usageRequirements"]):
        assert any("\u4e00" <= one <= "\u9fff" for one in text)
        assert any(one.isascii() and one.isalpha() for one in text)


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "尚缺"), ("en-GB", "Missing"), ("", "尚缺")])
def test_a_card_is_valid_and_in_the_users_language(call: Caller, language: str, word: str) -> None:
    answer = call("POST", SERVICE, opened(brought=prefetch()), accept_language=language, **A)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"cards"}
    (card,) = answer.json()["cards"]
    valid(card)
    assert word in card["summary"]


def test_the_example_of_the_standard_gets_no_card(call: Caller) -> None:
    """https://cds-hooks.hl7.org/#example: its patient has no tumour, and only a Patient comes along."""
    greeted = {"resourceType": "Patient", "gender": "male", "birthDate": "1925-12-23", "id": "1288992", "active": True}
    authorization = {
        "access_token": "some-opaque-fhir-access-token", "token_type": "Bearer", "expires_in": 300,
        "scope": "patient/Patient.read patient/Observation.read", "subject": "cds-service4",
    }  # fmt: skip
    context = {"userId": "Practitioner/example", "patientId": "1288992", "encounterId": "89284"}
    said = opened(fhirServer="http://hooks.smarthealthit.org:9080", fhirAuthorization=authorization, context=context)
    alone = call("POST", SERVICE, {**said, "prefetch": {"patientToGreet": greeted}}, **A)
    assert (alone.status_code, code(alone)) == (412, "processing")
    whole = call("POST", SERVICE, {**said, "prefetch": {"patient": greeted, "condition": None}}, **A)
    assert (whole.status_code, whole.json()) == (200, {"cards": []})


def test_what_the_site_pushed_is_enough_and_another_sites_is_not(call: Caller) -> None:
    call.push(case(), **A)
    assert len(call("POST", SERVICE, opened(), **A).json()["cards"]) == 1
    refused = call("POST", SERVICE, opened(), **B)
    assert (refused.status_code, code(refused)) == (412, "processing")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ([], 400),
        (b"{", 400),
        (opened(hook="order-sign"), 400),
        (opened(hookInstance="1"), 400),
        (opened(context={"userId": "Practitioner/7"}), 400),
        (opened(context={"patientId": "../Patient/1"}), 400),
        (opened(context={"patientId": 7}), 400),
        (opened(brought={"patient": None}), 412),
        (opened(brought={"patient": {"resourceType": "Nothing"}, "condition": {"x": 1}}), 200),
    ],
)
def test_a_call_that_is_not_of_the_standard_is_refused_as_an_outcome(call: Caller, body: Any, status: int) -> None:
    answer = call("POST", SERVICE, body, **A)
    assert answer.status_code == status
    if status != 200:
        assert code(answer)


def test_feedback_is_kept_and_stops_the_card(call: Caller) -> None:
    call.push(case(), **A)
    (card,) = call("POST", SERVICE, opened(), **A).json()["cards"]
    chosen = {"code": "declined", "system": card["overrideReasons"][0]["system"]}
    said = {
        "card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2024-06-15T04:00:00Z",
        "overrideReason": {"reason": chosen, "userComment": "不愿意"},
    }  # fmt: skip
    assert call("POST", FEEDBACK, {"feedback": [said]}, **B).status_code == 404
    assert call("POST", FEEDBACK, {"feedback": [said]}, **A).status_code == 200
    assert call("POST", SERVICE, opened(), **A).json() == {"cards": []}


@pytest.mark.parametrize(
    "feedback",
    [
        {},
        {"feedback": []},
        {"feedback": [{"card": "u"}]},
        {"feedback": [{"card": "u", "outcome": "ignored", "outcomeTimestamp": "2024-06-15T04:00:00Z"}]},
        {"feedback": [{"card": "u", "outcome": "accepted", "outcomeTimestamp": "2024-06-15T04:00:00"}]},
        {"feedback": [{"card": "u", "outcome": "accepted", "outcomeTimestamp": "2024-06-15T04:00:00Z"}] * 101},
    ],
    ids=range(6),
)
def test_feedback_that_is_not_of_the_standard_is_refused(call: Caller, feedback: Any) -> None:
    assert call("POST", FEEDBACK, feedback, **A).status_code == 400


# Who may


def registered(call: Caller, scopes: str = "system/Patient.r") -> None:
    store = open_store(call.settings.database)
    registration.register(store, KEY, client("https://ehr.hospital-a.example", scopes=scopes))
    store.close()


def bearer(path: str = SERVICE, **more: Any) -> dict[str, str]:
    moment = int(NOW.timestamp())
    said = {"sub": None, "aud": f"https://adapter.example{path}", "iat": moment, **more}
    return {"authorization": f"Bearer {signed(claims('https://ehr.hospital-a.example', **said))}"}


def test_a_signed_request_is_answered_once(call: Caller) -> None:
    registered(call)
    token = bearer()
    assert call("POST", SERVICE, opened(brought=prefetch()), **token).status_code == 200
    again = call("POST", SERVICE, opened(brought=prefetch()), **token)
    assert (again.status_code, code(again)) == (401, "login")
    assert "invalid_token" in again.headers["www-authenticate"]
    for path in (SERVICE, FEEDBACK):
        assert call("POST", FEEDBACK, {"feedback": []}, **bearer(path)).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer a.b.c"}, bearer(), bearer("/auth/token")],
    ids=["none", "unknown", "no token", "not registered", "another address"],
)
def test_nobody_else_is_answered(call: Caller, headers: dict[str, str]) -> None:
    for path in (SERVICE, FEEDBACK):
        answer = call("POST", path, opened(brought=prefetch()), **headers)
        assert (answer.status_code, code(answer)) == (401, "login")


def test_a_client_without_the_scope_sees_no_card(call: Caller) -> None:
    registered(call, "system/Observation.c")
    answer = call("POST", SERVICE, opened(brought=prefetch()), **bearer())
    assert (answer.status_code, code(answer)) == (403, "forbidden")


def test_a_signed_request_opens_no_other_door(call: Caller) -> None:
    registered(call, "system/*.cruds")
    assert call.push(case(), **bearer()).status_code == 401


# Browsers


@pytest.mark.parametrize(("origin", "told"), [(PAGE, PAGE), ("https://evil.example", None)])
def test_pages_of_declared_origins_may_call_and_no_others(call: Caller, origin: str, told: str | None) -> None:
    asked = {
        "origin": origin,
        "access_control_request_method": "POST",
        "access_control_request_headers": "authorization",
    }
    before = call("OPTIONS", SERVICE, **asked)
    assert before.headers.get("access-control-allow-origin") == told
    assert before.status_code == (200 if told else 400)
    answer = call("POST", SERVICE, opened(brought=prefetch()), origin=origin, **A)
    assert answer.headers.get("access-control-allow-origin") == told


def test_no_other_address_is_open_to_origins(call: Caller) -> None:
    for path in ("/fhir/r4/metadata", "/cds-services-other", "/healthz"):
        assert "access-control-allow-origin" not in call("GET", path, origin=PAGE).headers


@pytest.mark.parametrize("origin", ["*", "https://a.example/", "https://a.example/x", "ftp://a.example", ""])
def test_an_origin_is_named_whole(tmp_path: Path, origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        settings(tmp_path, hook_origins=[origin])


# What is seen of it, and over a real wire


def test_no_log_line_names_the_patient(call: Caller) -> None:
    with capture_logs() as lines:
        call("POST", SERVICE, opened(brought=prefetch()), **A)
        call("POST", SERVICE, opened("PLANTED77"), **A)
        call("POST", FEEDBACK, {"feedback": [{"card": "PLANTED77"}]}, **A)
    told = json.dumps(lines, default=str)
    assert WHO not in told
    assert "PLANTED77" not in told
    assert INSTANCE not in told


def test_over_real_http_a_record_is_opened_and_a_card_comes_back(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    chosen = settings(tmp_path, port=port, default_site="hospital-a")
    served = server(create_app(chosen, now=lambda: NOW), chosen)
    with running(threading.Thread(target=served.run, daemon=True)):
        try:
            until(lambda: served.started)
            said = httpx.post(f"http://127.0.0.1:{port}{SERVICE}", json=opened(brought=prefetch()), trust_env=False)
        finally:
            served.should_exit = True
    (card,) = said.json()["cards"]
    valid(card)
