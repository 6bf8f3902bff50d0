"""Deliveries: at least once, in order, idempotent, and silent about patients. The sites' servers are respx's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from urllib.parse import unquote

import httpx
import pytest
import respx
from sqlalchemy import select
from structlog.testing import capture_logs

from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.schema import Endpoint
from natars_fhir.service.deliver.deliver import Rounds, deliver_once
from natars_fhir.service.http import Clients
from natars_fhir.store.engine import Store
from natars_fhir.store.outbox import revive
from natars_fhir.store.tables.core import delivery
from natars_fhir.store.tables.core import outbox as table
from tests.service.hospital import NOW, Hospital, condition, dose, medication, patient, transaction

BASE = "https://site.example/fhir"
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"code": "required", "diagnostics": "PLANTED"}]}


class Site:
    """A store with letters, a clock, and rounds to the site's server."""

    def __init__(self, store: Store, http: Clients) -> None:
        self.store, self.http, self.now = store, http, NOW

    def round(self, attempts: int = 12, version: Name = "R4", most: int = 500) -> dict[str, int]:
        endpoints = {"generic": Endpoint(url=f"{BASE}/", version=version)}
        plan = Rounds(endpoints, attempts, most=most, draw=lambda: 0.5)
        return dict(deliver_once(self.store, self.http, plan, lambda: self.now))

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def rows(self) -> list[tuple[str, str, int, datetime]]:
        with self.store.read() as connection:
            asked = select(table.c.kind, table.c.state, table.c.attempts, table.c.due).order_by(table.c.seq)
            return [tuple(row) for row in connection.execute(asked)]  # type: ignore[misc]

    def states(self) -> list[str]:
        return [state for _, state, _, _ in self.rows()]

    def outcomes(self) -> list[tuple[str, str]]:
        with self.store.read() as connection:
            asked = select(delivery.c.outcome, delivery.c.codes).order_by(delivery.c.seq)
            return [tuple(row) for row in connection.execute(asked)]  # type: ignore[misc]


@pytest.fixture
def site(store: Store) -> Iterator[Site]:
    Hospital(store).push(transaction(patient(number="PLANTED77"), condition()))
    with Clients(1.0) as http:
        yield Site(store, http)


@pytest.fixture
def server() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


def put(server: respx.MockRouter, kind: str = "") -> respx.Route:
    return server.put(url__regex=rf"{BASE}/{kind}")


@pytest.mark.parametrize("status", [200, 201])
def test_everything_is_put_studies_first_and_only_once(site: Site, server: respx.MockRouter, status: int) -> None:
    route = put(server).respond(status)
    assert site.round() == {"done": 4}
    assert site.round() == {}
    assert site.states() == ["done"] * 4
    paths = [call.request.url.path for call in route.calls]
    studies = ["/fhir/ResearchStudy/natars", "/fhir/ResearchStudy/natars-generic"]
    assert paths == [*studies, "/fhir/ResearchSubject", "/fhir/Task"]
    assert json.loads(route.calls[2].request.content)["study"]["reference"] == paths[1].removeprefix("/fhir/")


def test_a_letter_is_a_conditional_update_in_the_sites_version(site: Site, server: respx.MockRouter) -> None:
    route = put(server).respond(200)
    site.round()
    request = route.calls[2].request
    body = json.loads(request.content)
    system, value = unquote(request.url.query.decode().removeprefix("identifier=")).split("|")
    assert {"system": system, "value": value} in body["identifier"]
    assert body["status"] == "potential-candidate"
    assert request.headers["content-type"] == "application/fhir+json; charset=utf-8; fhirVersion=4.0"


def test_an_r5_site_is_told_in_r5(site: Site, server: respx.MockRouter) -> None:
    route = put(server).respond(200)
    site.round(version="R5")
    request = route.calls[2].request
    assert "fhirVersion=5.0" in request.headers["content-type"]
    assert "subject" in json.loads(request.content)
    assert "individual" not in json.loads(request.content)


def test_a_server_that_fails_is_asked_again_after_a_pause(site: Site, server: respx.MockRouter) -> None:
    put(server, "(ResearchStudy|Task)").respond(200)
    subject = put(server, "ResearchSubject").mock(side_effect=[httpx.Response(500), httpx.Response(200)])
    assert site.round() == {"done": 2, "again": 1}  # what is about the same subject waits for it
    assert site.rows()[2][3] == NOW + timedelta(seconds=2)
    assert site.round() == {}
    site.wait(2)
    assert site.round() == {"done": 2}
    assert subject.calls[0].request.content == subject.calls[1].request.content
    assert site.outcomes()[2:] == [("500", ""), ("200", ""), ("200", "")]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (httpx.ReadTimeout("PLANTED"), "ReadTimeout"),
        (httpx.ConnectTimeout("PLANTED"), "ConnectTimeout"),
        (httpx.ConnectError("PLANTED"), "ConnectError"),
        (httpx.RemoteProtocolError("PLANTED"), "RemoteProtocolError"),
    ],
    ids=["read timeout", "connect timeout", "refused", "no http"],
)
def test_a_server_that_cannot_be_reached_is_asked_again(
    site: Site, server: respx.MockRouter, fault: httpx.HTTPError, outcome: str
) -> None:
    put(server).mock(side_effect=fault)
    assert site.round() == {"again": 1}
    assert site.outcomes() == [(outcome, "")]
    assert site.states() == ["waiting"] * 4


def test_a_server_asks_for_time_and_gets_it(site: Site, server: respx.MockRouter) -> None:
    put(server).respond(429, headers={"retry-after": "600"})
    assert site.round() == {"again": 1}
    site.wait(599)
    assert site.round() == {}
    put(server).respond(200)
    site.wait(1)
    assert site.round() == {"done": 4}


def test_a_letter_that_is_refused_is_dead_and_only_the_codes_are_kept(site: Site, server: respx.MockRouter) -> None:
    put(server, "(ResearchStudy|Task)").respond(200)
    put(server, "ResearchSubject").respond(400, json=OUTCOME)
    assert site.round() == {"done": 3, "dead": 1}
    assert site.states() == ["done", "done", "dead", "done"]
    assert site.outcomes()[2] == ("400", "required")
    site.wait(10**6)
    assert site.round() == {}
    with site.store.write() as connection:
        assert revive(connection, "generic", site.now) == 1
    put(server, "ResearchSubject").respond(200)
    assert site.round() == {"done": 1}


def test_after_so_many_attempts_a_letter_is_given_up(site: Site, server: respx.MockRouter) -> None:
    put(server).respond(409)
    tallies = []
    for _ in range(3):
        tallies.append(site.round(attempts=3))
        site.wait(10**5)
    assert tallies == [{"again": 1}, {"again": 1}, {"dead": 1}]
    assert site.round() == {}


def test_a_page_of_html_with_200_is_no_delivery(site: Site, server: respx.MockRouter) -> None:
    put(server).respond(200, html="<html>Please log in</html>")
    assert site.round() == {"again": 1}
    assert site.outcomes() == [("200 html", "")]


def test_a_redirect_is_not_followed(site: Site, server: respx.MockRouter) -> None:
    elsewhere = server.put(url__regex="https://elsewhere.example/").respond(200)
    put(server).respond(307, headers={"location": "https://elsewhere.example/fhir"})
    assert site.round() == {"again": 1}
    assert not elsewhere.called


def test_a_huge_answer_is_not_read_to_its_end(site: Site, server: respx.MockRouter) -> None:
    put(server).respond(400, content=b"x" * 10_000_000)
    assert site.round() == {"dead": 1}


def test_a_subject_is_told_in_order_and_what_was_overtaken_is_not_sent(site: Site, server: respx.MockRouter) -> None:
    put(server, "(ResearchStudy|Task)").respond(200)
    subject = put(server, "ResearchSubject").mock(side_effect=[httpx.Response(500), httpx.Response(200)])
    site.round()
    Hospital(site.store).push(transaction(dose(), medication()), site.now)
    assert site.round() == {"done": 2}
    sent = [json.loads(call.request.content)["status"] for call in subject.calls]
    assert sent == ["potential-candidate", "ineligible"]
    assert site.states() == ["done", "done", "superseded", "superseded", "done", "done"]


def test_two_deliverers_never_send_the_same_letter(site: Site, server: respx.MockRouter) -> None:
    several = [patient(str(n), str(n)) for n in range(2, 12)]
    Hospital(site.store).push(transaction(*several, *(condition(f"c{n}", of=f"Patient/{n}") for n in range(2, 12))))
    route = put(server).respond(200)
    with ThreadPoolExecutor(4) as pool:
        tallies = list(pool.map(lambda _: site.round(), range(4)))
    assert sum(tally.get("done", 0) for tally in tallies) == 24
    urls = [str(call.request.url) for call in route.calls]
    assert len(urls) == len(set(urls)) == 24


def test_a_deliverer_that_died_is_followed_by_another_when_its_lease_ends(site: Site, server: respx.MockRouter) -> None:
    route = put(server).mock(side_effect=[RuntimeError, *[httpx.Response(200)] * 4])
    with pytest.raises(RuntimeError):
        site.round()
    assert site.round() == {}
    site.wait(10)
    assert site.round() == {"done": 4}
    assert route.calls[0].request.content == route.calls[1].request.content


def test_a_round_ends_when_it_is_told_to_stop_or_has_sent_enough(site: Site, server: respx.MockRouter) -> None:
    put(server).respond(200)
    plan = Rounds({"generic": Endpoint(url=BASE)})
    assert deliver_once(site.store, site.http, plan, lambda: NOW, lambda: True) == {}
    assert site.round(most=2) == {"done": 2}


def test_a_site_without_a_server_keeps_its_letters(site: Site) -> None:
    assert deliver_once(site.store, site.http, Rounds({}), lambda: NOW) == {}
    assert site.states() == ["waiting"] * 4


def test_logs_name_no_patient_no_address_and_no_answer(
    site: Site, server: respx.MockRouter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    put(server).mock(side_effect=[httpx.Response(400, json=OUTCOME)])
    with capture_logs() as logs:
        site.round()
    said = json.dumps(logs) + caplog.text
    assert logs[0]["codes"] == ["required"]
    assert all(word not in said for word in ("PLANTED", "site.example", "identifier", "NamingSystem", "Patient/1"))
