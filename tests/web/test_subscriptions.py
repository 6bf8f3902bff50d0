"""Subscriptions over HTTP, in both bases: made, shown without secrets, changed, asked and removed."""

from __future__ import annotations

import copy
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest
from fhir.resources import get_fhir_model_class as r5_model
from fhir.resources.R4B import get_fhir_model_class as r4_model

from natars_fhir.settings import default_folder
from natars_fhir.web.app import create_app
from natars_fhir.web.server import server
from tests.service.hospital import condition, patient, transaction
from tests.service.subscriber import HOST, r4, r5
from tests.web.caller import Caller, code, settings
from tests.web.test_needs import token
from tests.web.test_over_loopback import running, until

A, B = {"authorization": "Bearer a"}, {"authorization": "Bearer b"}
MADE = {"r4": r4, "r5": r5}
BASES = pytest.mark.parametrize("base", ["r4", "r5"])
FIRST = transaction(patient(), condition())


def mappings_for(folder: Path, *hosts: str) -> Path:
    """The mappings, and in hospital A's file the hosts that may be told."""
    copied = copytree(default_folder("mappings", "default_mappings"), folder / "mappings")
    for name in ("hospital-a", "generic"):
        with (copied / "sites" / f"{name}.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n[subscriptions]\nhosts = {json.dumps(list(hosts))}\n")
    return copied


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Written once: every test here reads it, and none changes it."""
    return mappings_for(tmp_path_factory.mktemp("mapped"), HOST)


@pytest.fixture
def call(tmp_path: Path, mapped: Path) -> Caller:
    tokens = {"a": "hospital-a", "b": "hospital-b"}
    return Caller(tmp_path, tokens=tokens, mappings=mapped, public_url="https://adapter.example")


def make(call: Caller, base: str = "r4", **more: Any) -> str:
    answer = call("POST", f"/fhir/{base}/Subscription", MADE[base](**more), **A)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def held(resource: dict[str, Any], base: str) -> dict[str, Any]:
    """*resource*, which fhir.resources takes, and which holds no secret."""
    model = {"r4": r4_model, "r5": r5_model}[base]
    model(resource["resourceType"])(**copy.deepcopy(resource))
    assert "PLANTED" not in json.dumps(resource)
    return resource


@BASES
def test_a_subscription_is_made_and_read_in_both_versions_without_its_secrets(call: Caller, base: str) -> None:
    answer = call("POST", f"/fhir/{base}/Subscription", MADE[base](heartbeat=60), **A)
    made = held(answer.json(), base)
    assert (answer.status_code, made["status"]) == (201, "requested")
    assert answer.headers["location"] == f"https://adapter.example/fhir/{base}/Subscription/{made['id']}"
    for other in ("r4", "r5"):
        held(call("GET", f"/fhir/{other}/Subscription/{made['id']}", **A).json(), other)
        found = held(call("GET", f"/fhir/{other}/Subscription?status=requested", **A).json(), other)
        assert [entry["resource"]["id"] for entry in found["entry"]] == [made["id"]]
        assert call("GET", f"/fhir/{other}/Subscription?status=off", **A).json()["total"] == 0


@BASES
def test_another_site_sees_and_touches_nothing_of_it(call: Caller, base: str) -> None:
    ident = make(call, base)
    at = f"/fhir/{base}/Subscription/{ident}"
    refused = [
        call("GET", at, **B),
        call("DELETE", at, **B),
        call("GET", f"{at}/$status", **B),
        call("GET", f"{at}/$events", **B),
    ]
    assert {answer.status_code for answer in refused} == {404}
    assert call("PUT", at, MADE[base](), **B).status_code in (404, 422)
    assert call("GET", f"/fhir/{base}/Subscription", **B).json()["total"] == 0
    assert call("GET", at, **A).status_code == 200


@BASES
def test_it_is_changed_turned_off_and_removed(call: Caller, base: str) -> None:
    at = f"/fhir/{base}/Subscription/{make(call, base)}"
    changed = call("PUT", at, MADE[base](content="empty", status="off"), **A).json()
    assert changed["status"] == "off"
    assert "empty" in json.dumps(changed)
    assert call("PUT", at, MADE[base](), **A).json()["status"] == "requested"
    assert call("PUT", at, MADE[base](id="other"), **A).status_code == 422
    assert call("DELETE", at, **A).status_code == 204
    assert [call(method, at, **A).status_code for method in ("GET", "DELETE")] == [404, 404]
    assert call("PUT", at, MADE[base](), **A).status_code == 404


@BASES
def test_what_is_wrong_is_told_all_at_once(call: Caller, base: str) -> None:
    answer = call("POST", f"/fhir/{base}/Subscription", MADE[base]("admission", "everything"), **A)
    assert answer.status_code == 422
    assert len(answer.json()["issue"]) >= 1
    for body in ({}, [], b"{", {"resourceType": "Patient"}):
        refused = call("POST", f"/fhir/{base}/Subscription", body, **A)
        assert refused.status_code in (400, 422)
        assert code(refused)


@BASES
@pytest.mark.parametrize("endpoint", ["https://10.0.0.1/", "http://127.0.0.1:1/", "https://localhost/", "file:///etc"])
def test_nobody_makes_us_call_an_address_within(call: Caller, base: str, endpoint: str) -> None:
    more = {"channel": {"endpoint": endpoint}} if base == "r4" else {"endpoint": endpoint}
    answer = call("POST", f"/fhir/{base}/Subscription", MADE[base](**more), **A)
    assert answer.status_code == 422
    assert endpoint not in answer.text


def test_a_site_without_hosts_has_no_subscriptions(call: Caller) -> None:
    assert call("POST", "/fhir/r4/Subscription", r4(), **B).status_code == 422


@BASES
def test_status_and_events_tell_what_was_missed(call: Caller, base: str) -> None:
    ident = make(call, base)
    call.push(FIRST, **A)
    at = f"/fhir/{base}/Subscription"
    for path in (f"{at}/{ident}/$status", f"{at}/$status", f"{at}/$status?id={ident}&status=requested"):
        told = held(call("GET", path, **A).json(), base)
        assert (told["type"], len(told["entry"])) == ("searchset", 1)
    assert call("GET", f"{at}/$status?id=other", **A).json()["total"] == 0
    whole = held(call("GET", f"{at}/{ident}/$events", **A).json(), base)
    assert whole["type"] == {"r4": "history", "r5": "subscription-notification"}[base]
    assert '"1"' in json.dumps(whole)
    assert "focus" in json.dumps(whole)
    (reference,) = re.findall(r'"reference": ?"(ResearchSubject/[^"]+)"', json.dumps(whole))
    assert call("GET", f"/fhir/{base}/{reference}", **A).json()["resourceType"] == "ResearchSubject"
    none = held(call("GET", f"{at}/{ident}/$events?eventsSinceNumber=2", **A).json(), base)
    assert "timestamp" not in json.dumps(none["entry"])
    bare = held(call("GET", f"{at}/{ident}/$events?eventsUntilNumber=1&content=empty", **A).json(), base)
    assert "focus" not in json.dumps(bare)
    full = held(call("GET", f"{at}/{ident}/$events?content=full-resource", **A).json(), base)
    assert [entry["resource"]["resourceType"] for entry in full["entry"]][1:] == ["ResearchSubject"]
    for query in ("eventsSinceNumber=x", "eventsUntilNumber=-1", "content=all"):
        assert call("GET", f"{at}/{ident}/$events?{query}", **A).status_code == 422


def test_full_resources_need_their_scopes(call: Caller) -> None:
    narrow = token(call, "hospital-a", "engine", scope="system/Subscription.cruds system/ResearchSubject.r")
    wide = token(call, "hospital-a", "engine", scope="system/Subscription.cruds system/ResearchSubject.r system/Task.r")
    full = r4(content="full-resource")
    refused = call("POST", "/fhir/r4/Subscription", full, **narrow)
    assert (refused.status_code, code(refused)) == (403, "forbidden")
    made = call("POST", "/fhir/r4/Subscription", full, **wide)
    assert made.status_code == 201
    at = f"/fhir/r4/Subscription/{made.json()['id']}/$events"
    assert [call("GET", at, **who).status_code for who in (narrow, wide)] == [403, 200]
    assert call("GET", f"{at}?content=id-only", **narrow).status_code == 200


def test_each_letter_of_the_scope_is_asked(call: Caller) -> None:
    ident = make(call)
    at = f"/fhir/r4/Subscription/{ident}"
    ways = {"c": ("POST", "/fhir/r4/Subscription", r4()), "r": ("GET", at, None), "u": ("PUT", at, r4()),
            "s": ("GET", "/fhir/r4/Subscription", None), "d": ("DELETE", at, None)}  # fmt: skip
    for letter in ways:
        others = "".join(one for one in "cruds" if one != letter)
        mine = token(call, "hospital-a", "engine", scope=f"system/Subscription.{others}")
        method, path, body = ways[letter]
        assert call(method, path, body, **mine).status_code == 403, letter
    assert call("GET", at, **token(call, "hospital-a", "operator")).status_code == 403


def test_topics_are_read_in_r5(call: Caller) -> None:
    found = held(call("GET", "/fhir/r5/SubscriptionTopic", **A).json(), "r5")
    assert found["total"] == 3
    for entry in found["entry"]:
        one = entry["resource"]
        assert call("GET", f"/fhir/r5/SubscriptionTopic/{one['id']}", **A).json() == one
        assert call("GET", f"/fhir/r5/SubscriptionTopic?url={one['url']}", **A).json()["total"] == 1
    assert call("GET", "/fhir/r5/SubscriptionTopic/none", **A).status_code == 404
    assert call("GET", "/fhir/r4/SubscriptionTopic", **A).status_code == 404


@BASES
def test_the_capability_statement_tells_of_it(call: Caller, base: str) -> None:
    told = call("GET", f"/fhir/{base}/metadata").json()["rest"][0]["resource"]
    (one,) = (each for each in told if each["type"] == "Subscription")
    assert [each["code"] for each in one["interaction"]] == ["create", "read", "update", "delete", "search-type"]


# Over a real wire


class Hook(ThreadingHTTPServer):
    """An endpoint that takes what it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taken)
        self.told: list[dict[str, Any]] = []
        self.headers: list[str] = []


class _Taken(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        self.server.told.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.server.headers.append(str(self.headers["x-hook-key"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def served(chosen: Any) -> Iterator[None]:
    made = server(create_app(chosen), chosen)
    with running(threading.Thread(target=made.run, daemon=True)):
        try:
            until(lambda: made.started)
            yield
        finally:
            made.should_exit = True


def test_over_real_http_a_push_is_told_to_who_subscribed(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Hook() as hook:
        host = f"127.0.0.1:{hook.server_port}"
        chosen = settings(tmp_path, port=port, mappings=mappings_for(tmp_path, host), deliver_every=0.05)
        with running(threading.Thread(target=hook.serve_forever, daemon=True)):
            try:
                with served(chosen), httpx.Client(base_url=f"http://127.0.0.1:{port}/fhir/r5", trust_env=False) as http:
                    asked = r5(endpoint=f"http://{host}/x", parameter=[{"name": "X-Hook-Key", "value": "k"}])
                    assert http.post("/Subscription", json=asked).status_code == 201
                    until(lambda: len(hook.told) == 1)
                    pushed = http.post(f"http://127.0.0.1:{port}/fhir/r4", json=FIRST)
                    assert pushed.status_code == 200
                    until(lambda: len(hook.told) == 2)
            finally:
                hook.shutdown()
    assert [one["entry"][0]["resource"]["type"] for one in hook.told] == ["handshake", "event-notification"]
    assert hook.headers == ["k", "k"]
