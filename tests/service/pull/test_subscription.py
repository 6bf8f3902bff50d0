"""A subscription is made, watched and renewed; what was told is fetched; what was missed is caught up with."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from natars_fhir.service.pull import wish
from natars_fhir.service.pull.hearing import hear
from natars_fhir.service.pull.pull import pull
from natars_fhir.service.pull.rounds import time_for
from natars_fhir.service.pull.subscription import silent, wanted
from natars_fhir.service.upkeep.sealed import opened, seal
from natars_fhir.store.engine import Store
from natars_fhir.store.pull_subscriptions import Waiting, settle, tell
from tests.service.hospital import KEY, NOW, Hospital, condition, intake, patient
from tests.service.pull.telling import bundle, held, now_held, parameters, waits
from tests.service.pull.ward import BASE, TOPIC, Puller, answer, asked, changed, offers, plan, searchset

AT = f"{BASE}/Subscription"
FIRST = "2024-06-15T00:00:00Z"


@pytest.fixture
def puller(store: Store, tmp_path: Path) -> Puller:
    return Puller(store, tmp_path, plan("subscription", "Patient", "Condition"))


@pytest.fixture
def server(router: respx.MockRouter) -> respx.MockRouter:
    """It takes subscriptions, and holds a patient with a sarcoma."""
    offers(router)
    router.post(AT).mock(return_value=answer({}, 201, location=f"{AT}/s1/_history/1"))
    router.get(f"{AT}/s1").mock(return_value=answer({"resourceType": "Subscription", "status": "active"}))
    router.get(f"{BASE}/Patient").mock(return_value=answer(searchset(changed(patient("1"), FIRST))))
    router.get(f"{BASE}/Condition").mock(return_value=answer(searchset(changed(condition(), FIRST))))
    return router


def ours(puller: Puller, store: Store, **more: Any) -> None:
    """The plan's own subscription, as it stands when all goes well."""
    digest = wish.wished(puller.of, puller.of.topics[0], f"{puller.base}/", puller.address)
    held(store, asked=digest, **more)


def told_of(store: Store, *keys: str, gone: bool = False) -> None:
    with store.write() as connection:
        tell(connection, "generic", [Waiting(key, gone, NOW) for key in keys])


def test_it_is_asked_for_with_ids_alone_and_a_search_begins_it(puller: Puller, server: respx.MockRouter) -> None:
    done = puller.pull()
    assert (done.faults, [one.name for one in done.parts]) == ([], ["subscription", "Patient", "Condition", "notified"])
    assert ("histology", "LMS") in Hospital(puller.store).concepts()
    (one,) = now_held(puller.store)
    assert (one.topic, one.place, one.status, one.behind) == (TOPIC, "s1", "requested", False)
    sent = json.loads(next(call.request.content for call in server.calls if call.request.method == "POST"))
    assert sent["criteria"] == TOPIC
    assert sent["channel"]["endpoint"] == f"https://adapter.example/api/pull/generic/{one.id}"
    assert sent["channel"]["_payload"]["extension"][0]["valueCode"] == "id-only"
    secret = sent["channel"]["header"][0].removeprefix("Authorization: Bearer ")
    assert secret.encode() not in one.secret
    shake = json.dumps(bundle(parameters("handshake", 0))).encode()
    assert hear(puller.store, KEY, "generic", puller.of, BASE, one.id, secret, shake, NOW) == "taken"


def test_one_that_is_well_is_not_made_again(puller: Puller, server: respx.MockRouter) -> None:
    ours(puller, puller.store)
    puller.pull(full=False)
    assert [call.request.method for call in server.calls] == ["GET"]


@pytest.mark.parametrize(
    "told", [answer({}, 404), answer({}, 410), answer({"status": "error"}), answer({"status": "off"})]
)
def test_one_that_is_gone_or_failed_there_is_made_anew_and_caught_up_with(
    puller: Puller, server: respx.MockRouter, told: httpx.Response
) -> None:
    ours(puller, puller.store)
    server.get(f"{AT}/s1").mock(return_value=told)
    puller.pull(full=False)
    (one,) = now_held(puller.store)
    assert (one.id != "ours", one.status, len(asked(server, "Condition"))) == (True, "requested", 1)


def test_one_of_another_plan_is_ended_there(puller: Puller, server: respx.MockRouter) -> None:
    held(puller.store, asked=wish.wished(plan("subscription", heartbeat=1), puller.of.topics[0], f"{BASE}/", "a"))
    ended = server.delete(f"{AT}/s1").mock(return_value=answer(b"", 204))
    puller.pull()
    assert (ended.call_count, [one.id == "ours" for one in now_held(puller.store)]) == (1, [False])


def test_at_another_server_nothing_is_ended_and_nothing_fetched_of_what_the_first_told(
    puller: Puller, server: respx.MockRouter
) -> None:
    ours(puller, puller.store)
    told_of(puller.store, "Condition/c1", gone=True)
    moved = "https://new.hospital.example/fhir"
    puller.base = moved
    offers(server)
    server.post(f"{moved}/Subscription").mock(return_value=answer({"id": "s7"}, 201))
    for kind in ("Patient", "Condition"):
        server.get(f"{moved}/{kind}").mock(return_value=answer(searchset()))
    theirs = server.route(host="new.hospital.example").mock(return_value=answer({}, 404))
    puller.pull(full=False)
    asked_there = {(one.request.method, one.request.url.path) for one in theirs.calls}
    assert asked_there == {("GET", "/fhir/metadata")}  # no DELETE, and no Condition/c1, which would be somebody else's
    (one,) = now_held(puller.store)
    assert (one.place, one.behind, waits(puller.store)) == ("s7", False, {})


def test_one_that_is_heard_at_another_address_of_ours_is_left_to_it_until_it_falls_silent(
    puller: Puller, server: respx.MockRouter
) -> None:
    theirs = wish.wished(puller.of, puller.of.topics[0], f"{BASE}/", "https://other.example")
    held(puller.store, asked=theirs)
    ended = server.delete(f"{AT}/s1").mock(return_value=answer(b"", 204))
    for _ in range(2):
        assert puller.fault(full=False) == ""
    assert (ended.call_count, now_held(puller.store)[0].id, puller.problems) == (
        0, "ours", [("subscription", "conflict")] * 2
    )  # fmt: skip
    puller.now = lambda: NOW + timedelta(hours=1)
    puller.pull(full=False)
    (one,) = now_held(puller.store)
    assert (ended.call_count, one.id != "ours", one.asked != theirs) == (1, True, True)


def test_who_cannot_be_spoken_to_ends_nothing(puller: Puller, server: respx.MockRouter) -> None:
    ours(puller, puller.store)
    puller.address = "http://adapter.example"
    ended = server.delete(f"{AT}/s1").mock(return_value=answer(b"", 204))
    assert puller.fault(full=False) == "refused address"
    assert (ended.call_count, now_held(puller.store)[0].id) == (0, "ours")


def test_by_a_plan_of_another_mode_it_is_ended_once(puller: Puller, server: respx.MockRouter) -> None:
    ours(puller, puller.store)
    puller.of = plan("search", "Patient")
    ended = server.delete(f"{AT}/s1").mock(return_value=answer(b"", 204))
    assert puller.fault() == ""
    assert (ended.call_count, now_held(puller.store)) == (1, [])
    puller.pull()
    assert ended.call_count == 1


def test_one_that_stays_behind_is_told_and_searched_for_ever_more_seldom(
    puller: Puller, server: respx.MockRouter
) -> None:
    ours(puller, puller.store, behind=True)
    server.get(f"{BASE}/Condition").mock(return_value=answer(searchset(condition(), total=2)))
    waited = []
    for _ in range(3):
        assert puller.fault(full=False) == "behind search"
        state = puller.state()
        assert state.until is not None
        waited.append(state.until - NOW)
        assert now_held(puller.store)[0].behind
    assert (state.failures, state.outcome, waited == sorted(waited)) == (3, "behind search", True)
    assert time_for(puller.order()) is None
    server.get(f"{BASE}/Condition").mock(return_value=answer(searchset(changed(condition(), FIRST))))
    assert (puller.fault(full=False), puller.state().failures) == ("", 0)


def test_one_that_ends_is_renewed_at_half_of_its_time(puller: Puller, server: respx.MockRouter) -> None:
    puller.of = plan("subscription", "Patient", days=10)
    ours(puller, puller.store)
    renewed = server.put(f"{AT}/s1").mock(return_value=answer({}))
    puller.now = lambda: NOW + timedelta(days=4)
    puller.pull(full=False)
    assert renewed.call_count == 0
    with puller.store.write() as connection:
        settle(connection, now_held(puller.store)[0], heard=NOW + timedelta(days=6))
    puller.now = lambda: NOW + timedelta(days=6)
    puller.pull(full=False)
    sent = json.loads(renewed.calls.last.request.content)
    assert (sent["id"], sent["end"]) == ("s1", "2024-07-01T04:00:00+00:00")
    assert now_held(puller.store)[0].made == puller.now()


@pytest.mark.parametrize("days", [0, 10], ids=["it lasts", "it is to be renewed"])
def test_one_whose_secret_another_key_sealed_is_ended_and_made_anew(
    puller: Puller, server: respx.MockRouter, days: int
) -> None:
    puller.of = plan("subscription", "Patient", "Condition", days=days)
    ours(puller, puller.store, made=NOW - timedelta(days=9), secret=seal(b"another key" * 3, {"secret": "theirs"}))
    ended = server.delete(f"{AT}/s1").mock(return_value=answer(b"", 204))
    assert puller.fault(full=False) == ""
    (one,) = now_held(puller.store)
    assert (ended.call_count, one.id != "ours", one.made, len(asked(server, "Condition"))) == (1, True, NOW, 1)
    assert opened(KEY, one.secret)["secret"]


def test_what_was_told_is_fetched_and_what_is_gone_is_taken_back(puller: Puller, server: respx.MockRouter) -> None:
    ours(puller, puller.store)
    told_of(puller.store, "Patient/1", "Condition/c1")
    server.get(f"{BASE}/Patient/1").mock(return_value=answer(patient("1")))
    one = server.get(f"{BASE}/Condition/c1").mock(return_value=answer(condition()))
    assert puller.counts(full=False) == {"created": 2}
    assert ("histology", "LMS") in Hospital(puller.store).concepts()
    assert waits(puller.store) == {}
    for status, gone in ((410, False), (404, True)):
        told_of(puller.store, "Condition/c1", gone=gone)
        one.mock(return_value=answer({}, status))
        puller.pull(full=False)
    assert ("histology", "LMS") not in Hospital(puller.store).concepts()
    assert asked(server, "Condition") == []


def test_what_was_told_and_is_not_given_is_told_and_not_asked_for_for_ever(
    puller: Puller, server: respx.MockRouter
) -> None:
    ours(puller, puller.store)
    told_of(puller.store, "Condition/c1")
    server.get(f"{BASE}/Condition/c1").mock(return_value=answer({}, 404))
    puller.pull(full=False)
    assert (puller.problems, waits(puller.store)) == ([("notified", "not-found")], {})


def test_what_could_not_be_fetched_waits(puller: Puller, server: respx.MockRouter) -> None:
    ours(puller, puller.store)
    told_of(puller.store, "Condition/c1")
    server.get(f"{BASE}/Condition/c1").mock(return_value=answer({}, 503))
    assert puller.fault(full=False) == "away 503"
    assert waits(puller.store) == {"Condition/c1": False}


@pytest.mark.parametrize(
    ("status", "fault"),
    [(400, "refused 400"), (401, "credentials 401"), (302, "elsewhere 302"), (204, "refused 204")],
)
def test_what_was_told_waits_where_the_server_refuses_to_speak_and_what_came_before_is_kept(
    puller: Puller, server: respx.MockRouter, status: int, fault: str
) -> None:
    ours(puller, puller.store)
    told_of(puller.store, "Condition/c1", "Patient/1")
    server.get(f"{BASE}/Condition/c1").mock(return_value=answer(condition()))
    server.get(f"{BASE}/Patient/1").mock(return_value=answer({}, status))
    done = puller.pull(full=False)
    assert [str(one) for one in done.faults] == [fault]
    assert (done.parts[-1].counts["created"], waits(puller.store)) == (1, {"Patient/1": False})


LONG = {**condition(), "text": {"status": "generated", "div": "x" * 1_000_000}}


@pytest.mark.parametrize(
    ("told", "code"), [(answer({}, 403), "forbidden"), (answer(LONG), "too-long")], ids=["not for us", "too long"]
)
def test_one_that_cannot_be_had_is_told_holds_up_no_other_and_is_searched_for(
    puller: Puller, server: respx.MockRouter, told: httpx.Response, code: str
) -> None:
    ours(puller, puller.store)
    told_of(puller.store, "Condition/c1", "Patient/1")
    server.get(f"{BASE}/Condition/c1").mock(return_value=told)
    server.get(f"{BASE}/Patient/1").mock(return_value=answer(patient("1")))
    done = puller.pull(full=False)
    assert (done.faults, done.whole, done.parts[-1].counts["created"]) == ([], False, 1)
    assert (puller.problems, waits(puller.store)) == ([("notified", code)], {})
    assert now_held(puller.store)[0].behind
    puller.pull(full=False)
    assert (len(asked(server, "Condition")), now_held(puller.store)[0].behind) == (1, False)


def test_one_that_came_and_could_not_be_kept_is_searched_for(puller: Puller, server: respx.MockRouter) -> None:
    ours(puller, puller.store)
    told_of(puller.store, "Condition/c1")
    entry = {"resource": condition()}
    found = {"resourceType": "Bundle", "type": "collection", "entry": [entry, entry]}
    server.get(f"{BASE}/Condition/c1").mock(return_value=answer(found))
    done = pull(replace(puller.order(), intake=intake(1)), full=False)
    assert done is not None
    assert (done.parts[-1].counts["not-kept"], now_held(puller.store)[0].behind) == (1, True)


@pytest.mark.parametrize(
    ("events", "searched"),
    [
        pytest.param(
            answer(bundle(parameters("query-event", 5, (4, "Condition/c1"), (5, "Patient/1")))), 0, id="given"
        ),
        pytest.param(answer({}, 404), 1, id="not known"),
        pytest.param(answer(bundle(parameters("query-event", 5, (5, "Patient/1")))), 1, id="one of them is not there"),
        pytest.param(answer(bundle(parameters("query-event", 5, (4, ""), (5, "")))), 1, id="they do not say of what"),
        pytest.param(answer(b"{"), 1, id="no answer"),
    ],
)
def test_events_that_never_came_are_asked_for_and_else_a_search_catches_up(
    puller: Puller, server: respx.MockRouter, events: httpx.Response, searched: int
) -> None:
    ours(puller, puller.store, told=5)
    route = server.get(url__startswith=f"{AT}/s1/$events").mock(return_value=events)
    server.get(f"{BASE}/Patient/1").mock(return_value=answer(patient("1")))
    server.get(f"{BASE}/Condition/c1").mock(return_value=answer(condition()))
    puller.pull(full=False)
    params = route.calls.last.request.url.params
    assert (params["eventsSinceNumber"], params["eventsUntilNumber"]) == ("4", "5")
    assert ("histology", "LMS") in Hospital(puller.store).concepts()
    (one,) = now_held(puller.store)
    assert (one.gap, one.behind, len(asked(server, "Condition"))) == (False, False, searched)


def test_a_heartbeat_that_stayed_away_is_caught_up_with(puller: Puller, server: respx.MockRouter) -> None:
    ours(puller, puller.store)
    puller.now = lambda: NOW + timedelta(hours=1)
    puller.pull(full=False)
    assert len(asked(server, "Condition")) == 1
    puller.pull(full=False)
    assert len(asked(server, "Condition")) == 1


def test_a_search_that_failed_is_made_again(puller: Puller, server: respx.MockRouter) -> None:
    ours(puller, puller.store, behind=True)
    conditions = server.get(f"{BASE}/Condition").mock(return_value=answer({}, 503))
    assert puller.fault(full=False) == "away 503"
    assert now_held(puller.store)[0].behind
    conditions.mock(return_value=answer(searchset(changed(condition(), FIRST))))
    puller.pull(full=False)
    assert not now_held(puller.store)[0].behind


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        (answer({}, 400), "refused 400"),
        (answer({}, 201), "unreadable subscription"),
        (answer({"id": "../up"}, 201), "unreadable subscription"),
        (answer({"id": "s9"}, 201), ""),
    ],
)
def test_a_server_that_makes_none_is_told_and_the_search_is_made_all_the_same(
    puller: Puller, server: respx.MockRouter, told: httpx.Response, fault: str
) -> None:
    server.post(AT).mock(return_value=told)
    assert puller.fault() == fault
    assert len(asked(server, "Condition")) == 1


def test_they_are_never_asked_to_speak_to_us_in_the_clear(puller: Puller, server: respx.MockRouter) -> None:
    puller.address = "http://adapter.example"
    assert puller.fault() == "refused address"
    assert [call.request.method for call in server.calls].count("POST") == 0


@pytest.mark.parametrize(
    ("more", "minutes", "waiting", "asked_for"),
    [
        ({}, 1, False, False),
        ({}, 1, True, True),
        ({"behind": True}, 1, False, True),
        ({"told": 5}, 1, False, True),
        ({}, 60, False, True),
        ({}, -1, False, True),
    ],
)
def test_when_there_is_something_to_do(
    store: Store, more: dict[str, Any], minutes: int, waiting: bool, asked_for: bool
) -> None:
    found, of = [held(store, **more)], plan("subscription")
    assert wanted(found, waiting, of, NOW + timedelta(minutes=minutes)) is asked_for
    assert wanted([], False, of, NOW)
    assert not silent(found[0], plan("subscription", heartbeat=0), NOW + timedelta(days=9))
