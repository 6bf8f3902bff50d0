"""Everything that a running server writes for its operators is read: no word of a patient is among it.

Patients are planted in every kind of request (good, refused, crashing, no HTTP at all), in bodies, addresses and
headers, in Chinese and English; a hospital's server answers deliveries with more of them. What is read: all lines of
the log, uvicorn's own included; the metrics; every OperationOutcome; every row of the audit, and its AuditEvents.
"""

from __future__ import annotations

import json
import logging
import socket
import threading
import warnings
from collections.abc import Iterator
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import structlog

from natars_fhir.service.upkeep import audit
from natars_fhir.service.upkeep.secret import secret
from natars_fhir.store.engine import open_store
from natars_fhir.web.app import create_app
from natars_fhir.web.logs import log_to_stderr
from natars_fhir.web.server import server
from tests import ward
from tests.service.hospital import bundle, condition, patient, transaction
from tests.test_privacy import IDENT, MARK, NAME, NUMBER, RESOURCES, TEXT, person, sent
from tests.web.caller import FHIR, settings
from tests.web.test_over_loopback import mappings_with, until
from tests.web.test_stop import free_port

ENGLISH = f"John {MARK} Smith"
PATHS = [
    f"/fhir/r4/Patient/{IDENT}",
    f"/fhir/r4/Patient?identifier=urn:x|{NUMBER}&name={quote(NAME)}",
    f"/{quote(TEXT)}",
    f"/fhir/r4/ConceptMap?name={quote(NAME)}",
    f"/fhir/r4/ConceptMap/$translate?system=urn:x&code={NUMBER}",
    f"/fhir/r4/Questionnaire/{IDENT}",
    "/healthz",
    "/readyz",
    "/fhir/r4/metadata",
]
HEADERS: list[dict[str, str]] = [
    {"authorization": f"Bearer {NUMBER}"},
    {"x-request-id": NUMBER},
    {"content-type": f"text/{MARK}"},
    {"content-type": f"application/fhir+json; fhirVersion={MARK}"},
    {"content-encoding": MARK},
    {"prefer": f"return={MARK}"},
    {"if-match": f'W/"{MARK}"'},
]


class Spiteful(ThreadingHTTPServer):
    """A hospital's server that tells more than it should, of patients, in every answer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SpitefulRequest)
        self.asked = 0


class SpitefulRequest(BaseHTTPRequestHandler):
    server: Spiteful

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.asked += 1
        issue = {"severity": "error", "code": "invalid", "diagnostics": TEXT, "details": {"text": NAME}}
        body = json.dumps({"resourceType": "OperationOutcome", "issue": [issue, {"code": MARK}]}).encode()
        self.send_response(422, ENGLISH)
        self.send_header("content-length", str(len(body)))
        self.send_header("location", f"http://x.example/{MARK}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


class Written:
    """What a server wrote while it was asked everything."""

    def __init__(self, log: str, metrics: str, outcomes: list[Any], rows: list[Any], events: list[Any]) -> None:
        self.log, self.metrics, self.outcomes, self.rows, self.events = log, metrics, outcomes, rows, events


def bodies() -> Iterator[bytes]:
    """Documents: each planted resource alone, in a transaction, in a batch; broken ones; whole ones."""
    for one in RESOURCES:
        yield ward.raw(sent(one.values[0]))
        yield ward.raw({**sent(one.values[0]), "type": "batch"})
    whole = ward.raw(transaction(patient(IDENT, NUMBER, name=[{"text": NAME}]), condition("c1", text=TEXT)))
    yield from (whole, whole, whole[:300], whole.replace(b'"', b"'"), whole + NAME.encode(), NAME.encode(), b"")
    yield ward.raw(bundle("collection", person(name=[{"text": ENGLISH}]), condition("c2", text=ENGLISH)))


def outcomes(value: Any) -> Iterator[Any]:
    """Every OperationOutcome in an answer."""
    if isinstance(value, dict):
        if value.get("resourceType") == "OperationOutcome":
            yield value
        for inner in value.values():
            yield from outcomes(inner)
    if isinstance(value, list):
        for inner in value:
            yield from outcomes(inner)


def ask(http: httpx.Client) -> Iterator[httpx.Response]:
    """Everything that can be asked."""
    for body in bodies():
        for path in ("/fhir/r4", "/fhir/r5", "/fhir/r4/$validate"):
            yield http.post(path, content=body, headers=FHIR)
    for path in PATHS:
        yield http.get(path)
    for headers in HEADERS:
        yield http.post("/fhir/r4", content=ward.raw(person()), headers={**FHIR, **headers})
    form = http.get("/fhir/r4/Questionnaire").json()["entry"][0]["resource"]["url"]
    about = {"name": "subject", "valueReference": {"reference": f"Patient/{IDENT}", "display": NAME}}
    asked = {"resourceType": "Parameters", "parameter": [about, {"name": MARK, "valueString": TEXT}]}
    named = [about, {"name": "canonical", "valueUri": form}]
    yield http.post("/fhir/r4/Questionnaire/$populate", content=ward.raw({**asked, "parameter": named}), headers=FHIR)
    for path in ("$populate", f"{MARK}/$populate"):
        yield http.post(f"/fhir/r4/Questionnaire/{path}", content=ward.raw(asked), headers=FHIR)
    reason = {"linkId": "I-14.reason", "answer": [{"valueString": TEXT}]}
    answers = {
        "resourceType": "QuestionnaireResponse", "status": "in-progress", "questionnaire": form,
        "authored": "2024-06-15T10:00:00+08:00", "subject": {"reference": f"Patient/{IDENT}", "display": NAME},
        "author": {"identifier": {"system": "urn:staff", "value": NUMBER}, "display": NAME},
        "item": [{"linkId": "I-14", "text": NAME, "answer": [{"valueBoolean": False}], "item": [reason]}],
    }  # fmt: skip
    yield http.post("/fhir/r4/QuestionnaireResponse", content=ward.raw(answers), headers=FHIR)
    yield http.request(MARK, "/fhir/r4")
    yield http.put(f"/fhir/r4/Patient/{IDENT}", content=ward.raw(person()), headers=FHIR)


def no_http(port: int) -> None:
    """What is no HTTP, and a sender who leaves."""
    half = f"POST /fhir/r4 HTTP/1.1\r\nHost: {MARK}\r\nContent-Length: 9999\r\n\r\n{{".encode()
    for raw in (f"{NAME}\r\n\r\n".encode(), f"GET /{MARK} HTTP/9\r\n{NAME}\r\n\r\n".encode(), half):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as one:
            one.sendall(raw)
            one.settimeout(0.5)
            try:
                one.recv(1024)
            except TimeoutError:
                continue


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    folder = tmp_path_factory.mktemp("served")
    before, root, hook = structlog.get_config(), logging.getLogger(), threading.excepthook
    handlers, level = root.handlers[:], root.level
    with pytest.MonkeyPatch.context() as patch, (folder / "log").open("w+", encoding="utf-8") as stream:
        patch.setattr("sys.stderr", stream)
        log_to_stderr("debug")
        try:
            yield _written(folder, stream, patch)
        finally:
            structlog.configure(**before)
            logging.captureWarnings(False)
            root.handlers[:], threading.excepthook = handlers, hook
            root.setLevel(level)


def _written(folder: Path, stream: Any, patch: pytest.MonkeyPatch) -> Written:
    port, told = free_port(), list[Any]()
    with Spiteful() as site, warnings.catch_warnings():
        warnings.simplefilter("default")
        threading.Thread(target=site.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{site.server_port}/{MARK}"
        chosen = settings(folder, port=port, mappings=mappings_with(url, folder), deliver_every=0.05)
        served = server(create_app(chosen), chosen)
        thread = threading.Thread(target=served.run, daemon=True)
        thread.start()
        until(lambda: served.started)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as http:
            told += ask(http)
            no_http(port)
            for where in ("ingest.arrive", "admit.take"):
                with patch.context() as crashing:
                    crashing.setattr(f"natars_fhir.service.ingest.{where}", _crash)
                    told.append(
                        http.post("/fhir/r4", content=ward.raw(transaction(patient("x", NUMBER))), headers=FHIR)
                    )
            until(lambda: site.asked >= 1)
            metrics = http.get("/metrics").text
        logging.getLogger("asyncio").error(f"Task exception was never retrieved {NAME}")
        warnings.warn(TEXT, stacklevel=1)
        served.should_exit = True
        thread.join(60)
        site.shutdown()
    assert [one.status_code for one in told[-2:]] == [500, 500]
    stream.flush()
    found = [
        outcome for one in told if "json" in one.headers.get("content-type", "") for outcome in outcomes(one.json())
    ]
    store = open_store(chosen.database)
    audit.seal(store, secret(chosen.key_file, store))
    rows = [asdict(act) for _, act in audit.told(store)]
    events = [*audit.events(store, chosen.canonical_base)]
    store.close()
    return Written(Path(stream.name).read_text("utf-8"), metrics, found, rows, events)


def _crash(*_: object) -> None:
    raise ValueError(f"{NAME} {NUMBER} {TEXT} {ENGLISH}")


def test_much_was_written(written: Written) -> None:
    events = {json.loads(line)["event"] for line in written.log.splitlines()}
    assert {"request", "failed", "delivery", "a library's line", "Invalid HTTP request received."} <= events
    assert "natars_requests_total" in written.metrics
    assert len(written.outcomes) > 100
    assert {row["act"] for row in written.rows} >= {"push", "push again", "populate", "statement"}
    assert len(written.events) == len(written.rows)


@pytest.mark.parametrize("what", ["log", "metrics", "outcomes", "rows", "events"])
def test_nothing_of_a_patient_is_in_it(written: Written, what: str) -> None:
    told = getattr(written, what)
    text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False, default=str)
    found = [text[max(0, at - 120) : at + 40] for at in range(len(text)) if text.startswith((MARK, "王", "患者"), at)]
    assert found == []


def test_every_line_of_the_log_is_one_object_with_a_request_or_a_place(written: Written) -> None:
    for line in written.log.splitlines():
        told = json.loads(line)
        assert told["level"] in ("debug", "info", "warning", "error")
        assert "Traceback" not in line
