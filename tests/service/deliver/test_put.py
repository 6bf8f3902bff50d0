"""A letter goes by what the site's server can do, and about the hospital's own Patient, whom we never create."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, quote

import httpx
import pytest
import respx

from natars_fhir.mapping.endpoint import Endpoint
from natars_fhir.service.deliver.explained import CODES, OUTCOMES, explained
from natars_fhir.service.deliver.put import put, said_to
from natars_fhir.service.deliver.reply import Reply
from natars_fhir.service.http import Clients
from natars_fhir.store.outbox import Letter

BASE, OURS, MRN = "https://site.example/fhir", "urn:natars:subject", "https://hospital.example/mrn"
NOW = datetime(2024, 6, 15, tzinfo=UTC)
LITERAL = {"reference": "Patient/1"}
LOGICAL = {"type": "Patient", "identifier": {"system": MRN, "value": "PLANTED77"}}


def subject(individual: dict[str, Any] = LITERAL, kind: str = "ResearchSubject") -> Letter:
    body = {
        "resourceType": kind,
        "id": "s1",
        "meta": {"tag": [{"code": "natars"}]},
        "identifier": [{"system": OURS, "value": "1"}],
        "status": "candidate",
        "individual": individual,
    }
    return Letter(1, "a", kind, f"{kind}?identifier={quote(f'{OURS}|1', safe='')}", json.dumps(body).encode(), 0)


STUDY = Letter(2, "a", "ResearchStudy", "ResearchStudy/s", b'{"resourceType":"ResearchStudy","id":"s"}', 0)


def found(*resources: dict[str, Any]) -> httpx.Response:
    entries = [{"resource": one, "search": {"mode": "match"}} for one in resources]
    return httpx.Response(200, json={"resourceType": "Bundle", "type": "searchset", "entry": entries})


def known(ident: str, system: str = OURS, value: str = "1", kind: str = "ResearchSubject") -> dict[str, Any]:
    return {"resourceType": kind, "id": ident, "identifier": [{"system": system, "value": value}]}


def person(ident: str, value: str = "PLANTED77") -> dict[str, Any]:
    return known(ident, MRN, value, "Patient")


@pytest.fixture
def router() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as made:
        yield made


def send(letter: Letter, **said: Any) -> Reply:
    with Clients(5.0) as clients:
        return put(clients, Endpoint(url=BASE, **said), letter, NOW)


# A server without conditional update


def test_what_is_not_there_is_created_and_what_is_there_is_updated_under_its_id(router: respx.MockRouter) -> None:
    search = router.get(f"{BASE}/ResearchSubject").mock(side_effect=[found(), found(known("x7"))])
    created, updated = (
        router.post(f"{BASE}/ResearchSubject").respond(201),
        router.put(url__startswith=BASE).respond(200),
    )
    for _ in range(2):
        assert send(subject(), fallback="search-then-update").what == "done"
    assert [dict(call.request.url.params) for call in search.calls] == [{"identifier": f"{OURS}|1", "_count": "2"}] * 2
    assert "id" not in json.loads(created.calls[0].request.content)
    assert updated.calls[0].request.url == f"{BASE}/ResearchSubject/x7"
    assert json.loads(updated.calls[0].request.content)["id"] == "x7"


def test_a_server_that_cannot_look_for_our_identifier_is_told_under_our_own_id(router: respx.MockRouter) -> None:
    sent = subject()
    ident = json.loads(sent.body)["id"]
    updated = router.put(f"{BASE}/ResearchSubject/{ident}").respond(201)
    assert send(sent, fallback="update-by-id") == Reply("done", "201")
    assert json.loads(updated.calls[0].request.content)["id"] == ident
    study = router.put(f"{BASE}/ResearchStudy/s").respond(201)
    assert send(STUDY, fallback="update-by-id") == Reply("done", "201")
    assert (study.call_count, router.calls.call_count) == (1, 2)  # nothing was searched for


def test_a_study_is_put_under_its_id_without_a_search(router: respx.MockRouter) -> None:
    router.put(f"{BASE}/ResearchStudy/s").respond(201)
    assert send(STUDY, fallback="search-then-update") == Reply("done", "201")


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (found(known("x"), known("y")), Reply("again", "search several")),
        (found(known("x", value="2")), Reply("again", "search ignored")),
        (
            httpx.Response(200, json={"resourceType": "OperationOutcome"}),
            Reply("again", "search unreadable", blame="server"),
        ),
        (httpx.Response(200, text="["), Reply("again", "search unreadable", blame="server")),
        (httpx.Response(200, html="<p>log in"), Reply("again", "search 200 html", blame="server")),
        (httpx.Response(400), Reply("again", "search 400")),
        (httpx.Response(503), Reply("again", "search 503", blame="server")),
    ],
)
def test_where_the_search_is_not_clear_nothing_is_written(
    router: respx.MockRouter, answer: httpx.Response, reply: Reply
) -> None:
    router.get(f"{BASE}/ResearchSubject").mock(return_value=answer)
    written = [router.route(method=method).respond(200) for method in ("PUT", "POST")]
    assert send(subject(), fallback="search-then-update") == reply
    assert not any(route.called for route in written)


def test_what_a_search_tells_besides_is_no_match(router: respx.MockRouter) -> None:
    outcome = {"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}}
    bundle = {"resourceType": "Bundle", "entry": [outcome, {"resource": known("x7")}]}
    router.get(f"{BASE}/ResearchSubject").respond(json=bundle)
    updated = router.put(f"{BASE}/ResearchSubject/x7").respond(200)
    assert send(subject(), fallback="search-then-update").what == "done"
    assert updated.called


# A server without ResearchSubject


@pytest.mark.parametrize(("fallback", "kind"), [("flag", "Flag"), ("communication", "Communication")])
@pytest.mark.parametrize("version", ["R4", "R5"])
def test_a_subject_becomes_what_the_site_declares_and_its_studies_are_not_sent(
    router: respx.MockRouter, fallback: str, kind: str, version: str
) -> None:
    route = router.put(url__startswith=BASE).respond(200)
    assert send(STUDY, fallback=fallback, version=version) == Reply("done", "not-sent")
    assert send(subject(), fallback=fallback, version=version).what == "done"
    (call,) = route.calls
    assert call.request.url.path == f"/fhir/{kind}"
    body = json.loads(call.request.content)
    assert (body["resourceType"], body["subject"]) == (kind, LITERAL)
    assert said_to(Endpoint(url=BASE, fallback=fallback, version=version), "ResearchSubject", *_parts()) == body


def _parts() -> tuple[str, bytes]:
    return subject().target, subject().body


def test_both_fallbacks_may_be_needed(router: respx.MockRouter) -> None:
    router.get(f"{BASE}/Flag").mock(return_value=found(known("f1", kind="Flag")))
    route = router.put(f"{BASE}/Flag/f1").respond(200)
    assert send(subject(), fallback=["flag", "search-then-update"]).what == "done"
    assert route.called


# The hospital's own Patient


def test_a_patient_known_by_an_identifier_is_looked_up_and_no_address_holds_the_number(
    router: respx.MockRouter,
) -> None:
    search = router.post(f"{BASE}/Patient/_search").mock(return_value=found(person("9")))
    route = router.put(url__startswith=BASE).respond(200)
    assert send(subject(LOGICAL)).what == "done"
    assert json.loads(route.calls[0].request.content)["individual"] == {"reference": "Patient/9", **LOGICAL}
    assert parse_qs(search.calls[0].request.content.decode())["identifier"] == [f"{MRN}|PLANTED77"]
    assert "PLANTED" not in "".join(str(call.request.url) for call in router.calls)


def test_a_server_that_searches_by_get_alone_is_asked_so(router: respx.MockRouter) -> None:
    router.post(f"{BASE}/Patient/_search").respond(405)
    search = router.get(f"{BASE}/Patient").mock(return_value=found(person("9")))
    router.put(url__startswith=BASE).respond(200)
    assert send(subject(LOGICAL)).what == "done"
    assert search.called


@pytest.mark.parametrize(
    ("individual", "answer", "outcome"),
    [
        (LOGICAL, found(), "patient unknown"),
        (LOGICAL, found(person("8"), person("9")), "patient several"),
        (LOGICAL, found(person("8", "OTHER")), "search ignored"),
        ({"reference": "urn:uuid:4e9f3a60-0000-4000-8000-000000000000"}, found(), "patient unknown"),
    ],
)
def test_where_the_patient_is_not_one_the_letter_waits_and_nobody_is_created(
    router: respx.MockRouter, individual: dict[str, Any], answer: httpx.Response, outcome: str
) -> None:
    router.post(f"{BASE}/Patient/_search").mock(return_value=answer)
    written = router.put(url__startswith=BASE).respond(200)
    assert send(subject(individual)) == Reply("again", outcome)
    assert not written.called
    assert [call.request.url.path for call in router.calls] in ([], ["/fhir/Patient/_search"])


# Every word that is written down is explained


@pytest.mark.parametrize(
    "outcome",
    [
        *OUTCOMES,
        "200",
        "200 html",
        "307",
        "418",
        "500",
        "503",
        "ReadTimeout",
        "search 400",
        "token 400",
        "discovery 404",
    ],
)
def test_every_outcome_has_its_meaning_in_both_languages(outcome: str) -> None:
    en, zh = explained(outcome, ("required", "unheard-of"))
    assert en.endswith(f"It names: {CODES['required'][0]}.")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in zh)
    assert "unheard-of" not in en + zh
