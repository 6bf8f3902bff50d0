"""Subscribers are told in order, at least once, with nothing lost: a handshake, events without a gap, heartbeats."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import httpx
import pytest
import respx
from sqlalchemy import select
from structlog.testing import capture_logs

from natars_fhir.fhir.build import Node
from natars_fhir.service.deliver import subscribing
from natars_fhir.service.deliver.notify import Plan, notify_once
from natars_fhir.service.deliver.subscribing import SubscriptionRefusedError
from natars_fhir.store import audit, subscriptions
from natars_fhir.store.engine import Store
from natars_fhir.store.tables.bedside import subscription as table
from tests.service.hospital import NOW, Hospital, condition, patient, transaction
from tests.service.subscriber import ENDPOINT, HOST, SECRET, bureau, client, r4, r5, site, subscribe, told

FIRST = transaction(patient(number="PLANTED77"), condition())


class Told:
    """A store, a clock, and rounds to subscribers."""

    def __init__(self, store: Store, http: httpx.Client) -> None:
        self.store, self.http, self.now = store, http, NOW
        self.hospital = Hospital(store)

    def round(self, failures: int = 12, *hosts: str) -> dict[str, int]:
        plan = Plan({"generic": hosts or (HOST,)}, failures, draw=lambda: 0.5)
        return dict(notify_once(bureau(self.store), self.http, plan, lambda: self.now))

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def one(self, ident: str) -> subscriptions.Subscription:
        found = subscribing.known(bureau(self.store), "generic", ident)
        assert found is not None
        return found


@pytest.fixture
def desk(store: Store) -> Iterator[Told]:
    with client() as http:
        yield Told(store, http)


@pytest.fixture
def server() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


def numbers(bundle: Node) -> list[str]:
    """The numbers of the events of an R4 notification."""
    parts = [one["part"] for one in bundle["entry"][0]["resource"]["parameter"] if one["name"] == "notification-event"]
    return [part[0]["valueString"] for part in parts]


def kind(bundle: Node) -> str:
    first = bundle["entry"][0]["resource"]
    if first["resourceType"] == "SubscriptionStatus":
        return str(first["type"])
    return next(str(one["valueCode"]) for one in first["parameter"] if one["name"] == "type")


def test_a_handshake_comes_first_and_makes_it_active(desk: Told, server: respx.MockRouter) -> None:
    route = server.post(ENDPOINT).respond(200)
    ident = subscribe(desk.store, r4())
    assert desk.one(ident).status == "requested"
    assert desk.round() == {"handshake": 1}
    assert desk.one(ident).status == "active"
    assert desk.round() == {}
    request = route.calls[0].request
    assert request.headers["authorization"] == SECRET
    assert request.headers["content-type"] == "application/fhir+json; charset=utf-8; fhirVersion=4.0"


def test_what_happened_before_the_handshake_is_told_after_it(desk: Told, server: respx.MockRouter) -> None:
    server.post(ENDPOINT).respond(204)
    subscribe(desk.store, r4())
    desk.hospital.push(FIRST)
    assert desk.round() == {"handshake": 1, "event-notification": 1}
    bundles = told(server)
    assert [kind(one) for one in bundles] == ["handshake", "event-notification"]
    assert numbers(bundles[1]) == ["1"]
    assert "PLANTED77" not in json.dumps(bundles)
    assert "Patient/1" not in json.dumps(bundles)


def test_each_topic_is_told_of_its_own(desk: Told, server: respx.MockRouter) -> None:
    server.post(ENDPOINT).respond(200)
    ids = {
        topic: subscribe(desk.store, r4(topic)) for topic in ("subject-changed", "screening-changed", "request-changed")
    }
    desk.hospital.push(FIRST)
    assert [desk.one(ids[topic]).events for topic in ids] == [1, 1, 1]
    desk.hospital.push(FIRST)  # nothing new
    assert [desk.one(ids[topic]).events for topic in ids] == [1, 1, 1]
    # too old: the data bars, the subject is ineligible, and nothing is asked of the site any more
    desk.hospital.push(transaction(patient(number="PLANTED77", birthDate="1930-01-01", version=2)))
    assert [desk.one(ids[topic]).events for topic in ids] == [2, 2, 2]


def test_a_subject_that_is_none_any_more_is_told_too(desk: Told, server: respx.MockRouter) -> None:
    ident = subscribe(desk.store, r4())
    desk.hospital.push(FIRST)
    desk.hospital.push(transaction(condition(text="胆囊结石", version=2, code={"text": "胆囊结石"})))
    assert desk.one(ident).events == 2


def test_another_site_is_not_told(desk: Told) -> None:
    ident = subscribe(desk.store, r4())
    Hospital(desk.store, "hospital-b").push(FIRST)
    assert desk.one(ident).events == 0


def test_events_are_numbered_without_a_gap_and_told_in_order_as_many_as_are_wanted(
    desk: Told, server: respx.MockRouter
) -> None:
    server.post(ENDPOINT).respond(200)
    ident = subscribe(desk.store, r4(most=2))
    for at in range(5):
        desk.hospital.push(transaction(patient(f"p{at}"), condition(f"c{at}", of=f"Patient/p{at}")))
    assert desk.round() == {"handshake": 1, "event-notification": 3}
    assert [numbers(one) for one in told(server)[1:]] == [["1", "2"], ["3", "4"], ["5"]]
    assert (desk.one(ident).events, desk.one(ident).told) == (5, 5)


def test_pushes_at_once_number_their_events_without_a_gap(desk: Told) -> None:
    ident = subscribe(desk.store, r4())

    def push(at: int) -> int:
        return desk.hospital.push(transaction(patient(f"p{at}"), condition(f"c{at}", of=f"Patient/p{at}"))).status

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(push, range(12))) == {200}
    of = desk.one(ident)
    with desk.store.read() as connection:
        found = subscriptions.events(connection, of, 1, 99, 99)
    assert [one.number for one in found] == list(range(1, 13))
    assert of.events == 12


@pytest.mark.parametrize("made", [r4, r5])
@pytest.mark.parametrize("content", ["empty", "id-only", "full-resource"])
def test_as_much_is_told_as_was_asked_for(desk: Told, server: respx.MockRouter, made: object, content: str) -> None:
    server.post(ENDPOINT).respond(200)
    version = "R5" if made is r5 else "R4"
    subscribe(desk.store, made(content=content), version)  # type: ignore[operator]
    desk.hospital.push(FIRST)
    desk.round()
    last = told(server)[-1]
    kinds = [entry["resource"]["resourceType"] for entry in last["entry"]]
    assert kinds[1:] == (["ResearchSubject"] if content == "full-resource" else [])
    assert ("NamingSystem/subject" in json.dumps(last["entry"][0])) == (content != "empty")
    if content == "full-resource":
        assert ("subject" if made is r5 else "individual") in last["entry"][1]["resource"]


def test_a_failure_is_tried_again_ever_later_and_nothing_is_lost(desk: Told, server: respx.MockRouter) -> None:
    ident = subscribe(desk.store, r4())
    route = server.post(ENDPOINT)
    route.side_effect = [
        httpx.Response(200), httpx.Response(503), httpx.ConnectTimeout("x"), httpx.Response(302), httpx.Response(200),
    ]  # fmt: skip
    desk.round()
    desk.hospital.push(FIRST)
    for seconds in (0, 60, 60):
        desk.wait(seconds)
        assert desk.round() == {"failed": 1}
        assert desk.round() == {}
    desk.hospital.push(transaction(patient("2"), condition("c2", of="Patient/2")))
    assert desk.round() == {}  # what happens meanwhile does not hurry it
    desk.wait(60)
    assert desk.round() == {"event-notification": 1}
    assert numbers(told(server)[-1]) == ["1", "2"]
    assert desk.one(ident).failures == 0


def test_after_so_many_failures_it_stands_in_error_and_events_are_still_counted(
    desk: Told, server: respx.MockRouter
) -> None:
    ident = subscribe(desk.store, r4())
    route = server.post(ENDPOINT).respond(500)
    for _ in range(3):
        desk.round(3)
        desk.wait(3600)
    of = desk.one(ident)
    assert (of.status, of.failures) == ("error", 3)
    assert "500" in of.error
    desk.hospital.push(FIRST)
    desk.wait(3600)
    assert desk.round(3) == {}
    assert desk.one(ident).events == 1
    # it is put again: a handshake, and what was missed
    route.respond(200)
    sent = subscribing.Sent(json.dumps(r4()).encode(), r4(), "R4")
    subscribing.replaced(bureau(desk.store), site(), ident, sent, lambda _: True, desk.now)
    assert desk.round() == {"handshake": 1, "event-notification": 1}
    assert (desk.one(ident).status, desk.one(ident).error) == ("active", "")


def test_a_heartbeat_comes_when_nothing_else_was_said(desk: Told, server: respx.MockRouter) -> None:
    server.post(ENDPOINT).respond(200)
    subscribe(desk.store, r4(heartbeat=100))
    assert desk.round() == {"handshake": 1}
    desk.wait(60)
    assert desk.round() == {}
    desk.hospital.push(FIRST, desk.now)
    assert desk.round() == {"event-notification": 1}
    desk.wait(60)
    assert desk.round() == {}
    desk.wait(41)
    assert desk.round() == {"heartbeat": 1}
    assert kind(told(server)[-1]) == "heartbeat"


def test_it_ends_when_it_was_to_end(desk: Told, server: respx.MockRouter) -> None:
    server.post(ENDPOINT).respond(200)
    ident = subscribe(desk.store, r4(end=(NOW + timedelta(hours=1)).isoformat()))
    desk.round()
    desk.wait(3601)
    assert desk.round() == {"off": 1}
    assert desk.one(ident).status == "off"
    desk.hospital.push(FIRST)
    assert desk.one(ident).events == 0


def test_a_host_that_the_file_allows_no_more_is_not_called(desk: Told, server: respx.MockRouter) -> None:
    route = server.post(ENDPOINT).respond(200)
    ident = subscribe(desk.store, r4())
    assert desk.round(12, "other.example") == {"error": 1}
    assert route.call_count == 0
    assert "hosts" in desk.one(ident).error


def test_an_address_within_is_refused_at_once(desk: Told) -> None:
    for endpoint in ("http://127.0.0.1:9000/", "https://169.254.169.254/", "https://localhost/"):
        with pytest.raises(SubscriptionRefusedError) as refused:
            subscribe(desk.store, r4(channel={"endpoint": endpoint}))
        assert [issue.expression for issue in refused.value.issues] == ["Subscription.endpoint"]


def test_a_redirect_is_not_followed(desk: Told, server: respx.MockRouter) -> None:
    inside = server.post("https://169.254.169.254/").respond(200)
    server.post(ENDPOINT).respond(307, headers={"location": "https://169.254.169.254/"})
    subscribe(desk.store, r4())
    assert desk.round() == {"failed": 1}
    assert inside.call_count == 0


def test_two_workers_tell_nothing_twice(desk: Told, server: respx.MockRouter) -> None:
    server.post(ENDPOINT).respond(200)
    for _ in range(3):
        subscribe(desk.store, r4())
    desk.hospital.push(FIRST)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(desk.round) for _ in range(4)]:
            done.result(30)
    assert sorted(kind(one) for one in told(server)) == ["event-notification"] * 3 + ["handshake"] * 3


def test_a_worker_that_died_leaves_a_lease_that_ends(desk: Told, server: respx.MockRouter) -> None:
    server.post(ENDPOINT).respond(200)
    subscribe(desk.store, r4())
    with desk.store.write() as connection:
        assert subscriptions.claim(connection, ["generic"], "dead", NOW, NOW + timedelta(minutes=5)) is not None
    assert desk.round() == {}
    desk.wait(301)
    assert desk.round() == {"handshake": 1}


def test_secrets_are_sealed_in_the_store_and_never_logged(desk: Told, server: respx.MockRouter) -> None:
    server.post(ENDPOINT).respond(500)
    with capture_logs() as lines:
        subscribe(desk.store, r4())
        desk.round()
    with desk.store.read() as connection:
        (row,) = connection.execute(select(table)).mappings()
        acts = list(audit.acts(connection, "generic"))
    assert "PLANTED" not in repr(dict(row))
    assert "PLANTED" not in repr(lines)
    assert "PLANTED" not in repr(acts)
    assert HOST not in repr(lines)


def test_the_audit_counts_what_was_told(desk: Told, server: respx.MockRouter) -> None:
    server.post(ENDPOINT).respond(200)
    subscribe(desk.store, r4())
    desk.hospital.push(FIRST)
    desk.round()
    with desk.store.read() as connection:
        acts = {one.act: one.counts for one in audit.acts(connection, "generic")}
    assert acts["notification"] == {"events": 1}


def test_a_forgotten_subject_leaves_the_number_of_its_event_alone(desk: Told, server: respx.MockRouter) -> None:
    server.post(ENDPOINT).respond(200)
    ident = subscribe(desk.store, r4())
    desk.hospital.push(FIRST)
    with desk.store.write() as connection:
        (event,) = subscriptions.events(connection, desk.one(ident), 1, 9, 9)
        assert subscriptions.forget(connection, "generic", [event.target]) == 1
    desk.round()
    last = told(server)[-1]
    assert numbers(last) == ["1"]
    assert "NamingSystem" not in json.dumps(last)


def test_a_site_has_no_more_than_so_many(desk: Told) -> None:
    for _ in range(subscribing.MOST):
        subscribe(desk.store, r4())
    with pytest.raises(SubscriptionRefusedError) as refused:
        subscribe(desk.store, r4())
    assert refused.value.issues[0].code == "too-costly"


def test_a_full_payload_is_for_who_may_see_it(desk: Told) -> None:
    sent = subscribing.Sent(json.dumps(r4(content="full-resource")).encode(), r4(content="full-resource"), "R4")
    with pytest.raises(SubscriptionRefusedError) as refused:
        subscribing.create(bureau(desk.store), site(), sent, lambda _: False, NOW)
    assert refused.value.status == 403


def test_a_shape_that_is_not_valid_is_refused_with_every_reason(desk: Told) -> None:
    broken = {"resourceType": "Subscription", "status": "nonsense", "criteria": 7, "channel": {"type": "rest-hook"}}
    with pytest.raises(SubscriptionRefusedError) as refused:
        subscribe(desk.store, broken)
    assert {issue.expression for issue in refused.value.issues} >= {"Subscription.status", "Subscription.criteria"}


def _moment(store: Store, ident: str) -> datetime:
    with store.read() as connection:
        return connection.execute(select(table.c.due).where(table.c.id == ident)).scalar_one()


def test_what_happens_while_it_is_spoken_to_is_told_in_the_same_round(desk: Told, server: respx.MockRouter) -> None:
    ident = subscribe(desk.store, r4())

    def pushing(_: httpx.Request) -> httpx.Response:
        if len(server.calls) == 0:
            desk.hospital.push(FIRST)
        return httpx.Response(200)

    server.post(ENDPOINT).mock(side_effect=pushing)
    assert desk.round() == {"handshake": 1, "event-notification": 1}
    assert _moment(desk.store, ident) > desk.now + timedelta(days=300)
