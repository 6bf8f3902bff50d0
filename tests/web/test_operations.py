"""What operations ask is answered without any value: is it alive, can it work, what does it count."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from natars_fhir.service.access import bearers
from natars_fhir.service.access.bearers import Wanted
from natars_fhir.service.upkeep.audit import seal
from natars_fhir.service.upkeep.secret import secret
from natars_fhir.store.engine import open_store
from natars_fhir.web.app import create_app
from tests.service.hospital import NOW, born_on_30_february, bundle, condition, encounter, patient, transaction
from tests.web.caller import Caller, code

FIRST = transaction(patient(number="PLANTED77"), condition(), encounter())


def sealed(call: Caller) -> None:
    """As the rounds of a running server do."""
    store = open_store(call.settings.database)
    seal(store, secret(call.settings.key_file, store))
    store.close()


def figures(call: Caller, **headers: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    told = call("GET", "/metrics", **headers)
    assert told.status_code == 200
    assert told.headers["content-type"].startswith("text/plain")
    assert "PLANTED" not in told.text
    return {
        (
            sample.name,
            frozenset((name, value) for name, value in sample.labels.items() if name != "worker"),
        ): sample.value
        for family in text_string_to_metric_families(told.text)
        for sample in family.samples
    }


def figure(call: Caller, name: str, **labels: str) -> float | None:
    return figures(call).get((name, frozenset(labels.items())))


def operator(call: Caller) -> str:
    """The header of who runs the installation."""
    store = open_store(call.settings.database)
    key = secret(call.settings.key_file, store)
    token = bearers.add(store, key, Wanted("", "prometheus", ("operator",)), NOW)[1]
    store.close()
    return f"Bearer {token}"


def test_a_server_that_can_work_says_so(call: Caller) -> None:
    assert call("GET", "/healthz").json() == {"status": "ok"}
    ready = call("GET", "/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert set(ready.json()["checks"].values()) == {"ok"}


def _lost_key(call: Caller) -> None:
    call.settings.key_file.unlink()


def _other_key(call: Caller) -> None:
    call.settings.key_file.write_bytes(b"x" * 32)


def _older(call: Caller) -> None:
    store = open_store(call.settings.database)
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    store.close()


def _gone(call: Caller) -> None:
    Path(call.settings.database.removeprefix("sqlite:///")).unlink()


@pytest.mark.parametrize(
    ("harm", "told"),
    [(_lost_key, "key file"), (_other_key, "key file"), (_older, "tables"), (_gone, "does not answer")],
)
def test_what_hinders_the_work_is_told(call: Caller, harm: Any, told: str) -> None:
    harm(call)
    answer = call("GET", "/readyz")
    assert (answer.status_code, code(answer)) == (503, "transient")
    assert told in answer.text
    assert answer.headers["retry-after"] == "5"
    assert call("GET", "/healthz").status_code == 200


def test_requests_are_counted_by_route_and_status_and_timed(call: Caller) -> None:
    call.push(FIRST)
    call.push(b"{")
    call("GET", "/fhir/r4/Patient/PLANTED")
    call("GET", "/PLANTED")
    found = figures(call)

    def count(route: str, method: str, status: str) -> float | None:
        labels = {"route": route, "method": method, "status": status}
        return found.get(("natars_requests_total", frozenset(labels.items())))

    assert count("/fhir/r4", "POST", "200") == 1
    assert count("/fhir/r4", "POST", "400") == 1
    assert count("/fhir/r4/{kind:fhirtype}/{ident:fhirid}", "GET", "404") == 1
    assert count("unknown", "GET", "404") == 1
    labels = frozenset({"route": "/fhir/r4", "method": "POST"}.items())
    assert found["natars_request_seconds_count", labels] == 2
    assert found["natars_requests_under_way", frozenset()] == 1


def test_what_came_in_is_counted_by_its_fate_and_its_issues_by_code(call: Caller) -> None:
    call.push(FIRST)
    call.push(FIRST)
    call.push(bundle("batch", patient("2", "PLANTED78"), born_on_30_february()))
    sealed(call)
    assert figure(call, "natars_resources_total", site="generic", fate="created") == 3
    assert figure(call, "natars_resources_total", site="generic", fate="unchanged") == 2
    assert figure(call, "natars_resources_total", site="generic", fate="let-go") == 2
    assert figure(call, "natars_resources_total", site="generic", fate="refused") == 1
    assert figure(call, "natars_issues_total", site="generic", code="value") == 1
    assert figure(call, "natars_acts_total", site="generic", act="push", status="200") == 3
    assert (figure(call, "natars_screenings_total", site="generic") or 0) >= 2
    assert figure(call, "natars_quarantine", site="generic") == 1
    assert figure(call, "natars_outbox", site="generic", state="waiting") == 4
    assert figure(call, "natars_outbox_oldest_seconds", site="generic", state="waiting") == 0
    assert figure(call, "natars_last_push_seconds", site="generic") == 0


def test_all_workers_tell_the_same_of_the_store(call: Caller) -> None:
    call.push(FIRST)
    sealed(call)
    other = Caller.__new__(Caller)
    other.settings, other.app = call.settings, create_app(call.settings, now=lambda: NOW)

    def of_the_store(one: Caller) -> dict[Any, float]:
        mine = re.compile(r"natars_(request|requests|last_round)_")
        return {key: value for key, value in figures(one).items() if not mine.match(key[0])}

    assert of_the_store(call) == of_the_store(other)


def test_a_feed_that_stays_away_is_told_against_what_the_site_expects(tmp_path: Path) -> None:
    call = Caller(tmp_path, tokens={"t": "hospital-a"})
    call.push(patient(), authorization="Bearer t")
    sealed(call)
    late = Caller.__new__(Caller)
    late.settings = call.settings
    late.app = create_app(call.settings, now=lambda: NOW + timedelta(days=400))
    site, away = ("site", "hospital-a"), timedelta(days=400).total_seconds()
    labels, who = frozenset({site, ("kind", "Patient")}), operator(call)
    assert call("GET", "/metrics", authorization="Bearer t").status_code == 403
    now, then = figures(call, authorization=who), figures(late, authorization=who)
    assert [now[name, labels] for name in ("natars_feed_lag_seconds", "natars_feed_quiet")] == [0, 0]
    assert [then[name, labels] for name in ("natars_feed_lag_seconds", "natars_feed_quiet")] == [away, 1]
    assert then["natars_last_push_seconds", frozenset({site})] == away
    assert then["natars_feed_expected_seconds", labels] > 0


def test_a_clock_that_was_set_back_makes_no_age_below_nothing(call: Caller) -> None:
    call.push(FIRST)
    sealed(call)
    back = Caller.__new__(Caller)
    back.settings, back.app = call.settings, create_app(call.settings, now=lambda: NOW - timedelta(days=400))
    assert all(value >= 0 for value in figures(back).values())
    assert back.push(transaction(patient("9"))).status_code == 200


def test_while_the_store_is_away_the_process_still_tells_of_itself(call: Caller) -> None:
    call.push(FIRST)
    assert figure(call, "natars_store_up") == 1
    _gone(call)
    assert figure(call, "natars_store_up") == 0
    labels = {"route": "/fhir/r4", "method": "POST", "status": "200"}
    assert figure(call, "natars_requests_total", **labels) == 1


def test_the_mapping_that_is_active_is_told(call: Caller) -> None:
    here = call.app.state.live.active.mappings.hash
    assert figure(call, "natars_mapping", site="hospital-a", hash=here) == 1
    assert figure(call, "natars_mapping_faults") == 0
