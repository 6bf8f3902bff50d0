"""A server is asked no faster than it allows, again where it fails, and told who we are where it is itself alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from joserfc.jwk import ECKey

from natars_fhir.service.http import Clients
from natars_fhir.service.pull.fault import PullError, StoppedError
from natars_fhir.service.pull.source import Source
from natars_fhir.store.engine import Store
from tests.service.hospital import NOW, patient
from tests.service.pull.ward import BASE, Puller, answer, changed, offers, plan, searchset

AT = f"{BASE}/Patient"
FIRST = "2024-06-15T00:00:00Z"
PAGE = searchset(changed(patient("1"), FIRST))


@pytest.fixture
def puller(store: Store, tmp_path: Path) -> Puller:
    return Puller(store, tmp_path, plan())


@pytest.mark.parametrize(
    ("comes", "pauses", "fault"),
    [
        pytest.param([answer({}, 429, **{"retry-after": "7"}), answer(PAGE)], [7.0], "", id="429 with seconds"),
        pytest.param(
            [answer({}, 503, **{"retry-after": "Sat, 15 Jun 2024 04:00:09 GMT"}), answer(PAGE)], [9.0], "",
            id="503 with a date",
        ),
        pytest.param([answer({}, 429), answer(PAGE)], [2.0], "", id="429 that does not say when"),
        pytest.param([answer({}, 502), answer({}, 504), answer(PAGE)], [2.0, 4.0], "", id="ever longer"),
        pytest.param([httpx.ConnectError("PLANTED"), answer(PAGE)], [2.0], "", id="no connection"),
        pytest.param([httpx.ReadTimeout("PLANTED"), answer(PAGE)], [2.0], "", id="no answer in time"),
        pytest.param([httpx.RemoteProtocolError("PLANTED"), answer(PAGE)], [2.0], "", id="an answer broken off"),
        pytest.param([httpx.ReadTimeout("PLANTED")] * 3, [2.0, 4.0], "away ReadTimeout", id="given up"),
        pytest.param([answer({}, 503)] * 3, [2.0, 4.0], "away 503", id="given up with a status"),
        pytest.param([answer({}, 429, **{"retry-after": "7200"})], [], "away 429", id="more patience than we have"),
        pytest.param([answer({}, 403)], [], "credentials 403", id="not allowed"),
        pytest.param([answer({}, 401)], [], "credentials 401", id="not known"),
        pytest.param([answer({}, 302, location="https://x.example/")], [], "elsewhere 302", id="never followed"),
        pytest.param([answer(b"x" * 1_000_001)], [], "unreadable too-long", id="too long"),
    ],
)  # fmt: skip
def test_what_passes_is_waited_for_and_what_does_not_is_told(
    puller: Puller, router: respx.MockRouter, comes: list[Any], pauses: list[float], fault: str
) -> None:
    offers(router)
    router.get(AT).mock(side_effect=comes)
    assert puller.fault() == fault
    assert puller.pauses == pauses
    assert bool(puller.marks()) == (not fault)


def test_a_failure_is_counted_by_its_kind_and_pauses_the_next_pull_as_long_as_the_server_asks(
    puller: Puller, router: respx.MockRouter
) -> None:
    offers(router)
    router.get(AT).mock(return_value=answer({}, 429, **{"retry-after": "7200"}))
    puller.pull()
    state = puller.state()
    assert (state.failures, state.outcome, state.ended) == (1, "away 429", None)
    assert state.until is not None
    assert (state.until - NOW).total_seconds() == 7200
    assert puller.acts() == [("pull made", 502)]
    router.get(AT).mock(return_value=answer(PAGE))
    puller.pull()
    assert (puller.state().failures, puller.state().outcome, puller.state().ended) == (0, "", NOW)


def source(clients: Clients, puller: Puller, **more: Any) -> Source:
    found = puller.order()
    server = found.site.endpoint
    assert server is not None
    return Source(clients, server, plan(**more), 1_000, found.now, found.pause, found.draw, lambda: 0.0)


def test_requests_go_out_no_faster_than_the_plan_allows(puller: Puller, router: respx.MockRouter) -> None:
    router.get(AT).mock(return_value=answer(PAGE))
    with Clients(1.0) as clients:
        one = source(clients, puller, rate=30)
        for _ in range(4):
            one.get(AT)
    assert puller.pauses == [2.0, 4.0, 6.0]


def test_a_pull_that_is_asked_to_stop_stops_and_that_is_no_failure(puller: Puller, router: respx.MockRouter) -> None:
    offers(router)
    router.get(AT).mock(return_value=answer({}, 503, **{"retry-after": "60"}))

    def stopped(seconds: float) -> None:
        if seconds:
            raise StoppedError

    puller.stopped = stopped
    assert puller.fault() == "stopped"
    assert (puller.state().failures, puller.state().ended, puller.state().broken_off) == (0, None, True)


@pytest.fixture
def smart(puller: Puller, router: respx.MockRouter, tmp_path: Path) -> respx.Route:
    """The hospital's server wants a token, which another of its own gives."""
    key = tmp_path / "jwk"
    key.write_text(json.dumps(ECKey.generate_key("P-384").as_dict(private=True)))
    puller.endpoint = {"auth": "smart-backend", "client_id": "natars", "key_file": str(key), "scope": "system/*.rs"}
    found = {"token_endpoint": "https://auth.hospital.example/token"}
    router.get(f"{BASE}/.well-known/smart-configuration").mock(return_value=answer(found))
    tokens = ({"access_token": f"token-{number}", "expires_in": 3600} for number in range(1, 9))
    route: respx.Route = router.post("https://auth.hospital.example/token")
    return route.mock(side_effect=[answer(one) for one in tokens])


def test_at_401_a_new_token_is_fetched_once(puller: Puller, router: respx.MockRouter, smart: respx.Route) -> None:
    offers(router)

    def first_is_over(request: httpx.Request) -> httpx.Response:
        return answer(PAGE) if request.headers["authorization"] == "Bearer token-2" else answer({}, 401)

    router.get(AT).mock(side_effect=first_is_over)
    assert puller.fault() == ""
    assert smart.call_count == 2
    router.get(AT).mock(return_value=answer({}, 401))
    assert puller.fault() == "credentials 401"
    assert smart.call_count == 4


@pytest.mark.parametrize(
    ("status", "fault", "asked"), [(503, "credentials token 503", 3), (400, "credentials token 400", 1)]
)
def test_a_server_of_tokens_that_fails_is_asked_again_and_one_that_refuses_is_not(
    puller: Puller, router: respx.MockRouter, smart: respx.Route, status: int, fault: str, asked: int
) -> None:
    smart.side_effect = None
    smart.mock(return_value=answer({}, status))
    assert (puller.fault(), smart.call_count) == (fault, asked)


def test_whoever_is_not_the_server_itself_is_not_told_who_we_are(
    puller: Puller, router: respx.MockRouter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THEIR_TOKEN", "secret")
    puller.endpoint = {"auth": "bearer", "secret_env": "THEIR_TOKEN"}
    elsewhere = router.get("https://files.example/1").mock(return_value=answer(b""))
    own = router.get(AT).mock(return_value=answer(PAGE))
    with Clients(1.0) as clients:
        one = replace(source(clients, puller), plan=plan("bulk", hosts=["files.example"]))
        for url, known in (("https://files.example/1", False), (AT, True)):
            with one.sent("GET", url, known=known):
                pass
        assert [one.reaches(url) for url in ("https://files.example/1", "https://other.example/1", AT)] == [
            True, False, True,
        ]  # fmt: skip
    assert "authorization" not in elsewhere.calls.last.request.headers
    assert own.calls.last.request.headers["authorization"] == "Bearer secret"


@pytest.mark.parametrize("link", ["http://[", 3])
def test_what_is_no_address_is_told(puller: Puller, link: Any) -> None:
    with Clients(1.0) as clients, pytest.raises(PullError, match="link"):
        source(clients, puller).at(link)
