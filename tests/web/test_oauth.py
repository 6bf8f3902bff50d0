"""Clients find the address, ask with what they sign, and use what they get; faults are told in OAuth's words."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import respx

from natars_fhir.service.access import registration
from natars_fhir.store.engine import Store, open_store
from tests.service.access.clients_of import AUDIENCE, claims, client, ec_key, form, jwks, public, rsa_key, signed
from tests.service.access.test_registration import PRINT
from tests.service.hospital import KEY, NOW, condition, patient, statuses, transaction
from tests.web.caller import Caller, code

FORM = "application/x-www-form-urlencoded"
HERE = {"public_url": "https://adapter.example", "tokens": {"b": "hospital-b"}}


@pytest.fixture
def call(tmp_path: Path) -> Caller:
    return Caller(tmp_path, **HERE)


@pytest.fixture
def store(call: Caller) -> Any:
    opened = open_store(call.settings.database)
    registration.register(opened, KEY, client())
    yield opened
    opened.close()


def ask(call: Caller, said: dict[str, str] | bytes, content_type: str = FORM, **headers: str) -> httpx.Response:
    raw = said if isinstance(said, bytes) else urlencode(said).encode()
    return call("POST", "/auth/token", raw, content_type=content_type, **headers)


def token(call: Caller, scope: str = "system/*.cruds") -> dict[str, str]:
    return {"authorization": f"Bearer {ask(call, form(signed(claims()), scope)).json()['access_token']}"}


@pytest.mark.parametrize("base", ["r4", "r5"])
def test_both_bases_tell_where_and_how_to_ask(call: Caller, base: str) -> None:
    response = call("GET", f"/fhir/{base}/.well-known/smart-configuration")
    assert response.headers["content-type"] == "application/json"
    told = response.json()
    assert told["token_endpoint"] == AUDIENCE
    assert told["grant_types_supported"] == ["client_credentials"]
    assert told["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert told["token_endpoint_auth_signing_alg_values_supported"] == ["RS384", "ES384"]
    assert {"client-confidential-asymmetric", "permission-v2"} <= set(told["capabilities"])


@pytest.mark.parametrize("base", ["r4", "r5"])
def test_the_capability_statement_says_so_too(call: Caller, base: str) -> None:
    security = call("GET", f"/fhir/{base}/metadata").json()["rest"][0]["security"]
    assert security["service"][0]["coding"][0]["code"] == "SMART-on-FHIR"
    assert security["extension"][0]["extension"] == [{"url": "token", "valueUri": AUDIENCE}]


def test_the_address_is_never_the_one_that_a_request_names(call: Caller) -> None:
    told = call("GET", "/fhir/r4/.well-known/smart-configuration", host="attacker.example")
    assert told.json()["token_endpoint"] == AUDIENCE


def test_a_client_gets_a_token_and_pushes_with_it(call: Caller, store: Store) -> None:
    response = ask(call, form(signed(claims()), "system/*.cud"))
    assert response.status_code == 200
    assert (response.headers["cache-control"], response.headers["pragma"]) == ("no-store", "no-cache")
    told = response.json()
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("bearer", 300, "system/*.cud")
    mine = {"authorization": f"Bearer {told['access_token']}"}
    assert statuses(call.push(transaction(patient(), condition()), **mine).json()) == ["201", "201"]
    assert call("GET", "/fhir/r4/ConceptMap", **mine).status_code == 403


@respx.mock
def test_keys_that_are_published_are_fetched_by_our_one_client(call: Caller, store: Store) -> None:
    url = "https://his.hospital-b.example/jwks.json"
    asked = respx.get(url).mock(return_value=httpx.Response(200, text=jwks(public(ec_key(), "e"))))
    registration.register(store, KEY, client("engine-b", "hospital-b", url=url, keys=""))
    for _ in range(3):
        assert ask(call, form(signed(claims("engine-b"), ec_key(), "e", "ES384"))).status_code == 200
    assert asked.call_count == 1
    assert asked.calls[0].request.headers["user-agent"] == "natars-fhir"


def test_a_token_ends_at_once_with_its_client(call: Caller, store: Store) -> None:
    mine = token(call)
    assert call.push(patient(), **mine).status_code == 200
    registration.revoke(store, KEY, "engine-a", NOW)
    response = call.push(patient(), **mine)
    assert (response.status_code, code(response)) == (401, "login")


@pytest.mark.parametrize(
    ("said", "status", "error"),
    [
        ({}, 400, "unsupported_grant_type"),
        ({"grant_type": "password", "username": "x", "password": "y"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "client_id": "engine-a", "client_secret": "x"}, 400, "invalid_client"),
        (form("PLANTED"), 400, "invalid_client"),
        (form(signed(claims("PLANTED"))), 400, "invalid_client"),
        (form(signed(claims(), rsa_key("attacker"))), 400, "invalid_client"),
        (form(signed(claims()), "PLANTED"), 400, "invalid_scope"),
        (b"\xff", 400, "invalid_request"),
        (b"a=%ff", 400, "invalid_request"),
        (b"scope=x&scope=y", 400, "invalid_request"),
        (b"&".join(b"a%d=1" % n for n in range(30)), 400, "invalid_request"),
        (b"a=" + b"x" * 70_000, 413, "invalid_request"),
    ],
)
def test_what_goes_wrong_is_told_in_oauths_words(
    call: Caller, store: Store, said: dict[str, str] | bytes, status: int, error: str
) -> None:
    response = ask(call, said)
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert "PLANTED" not in response.text


@pytest.mark.parametrize("content_type", ["application/json", "", "multipart/form-data; boundary=x"])
def test_only_a_form_is_read(call: Caller, store: Store, content_type: str) -> None:
    assert ask(call, form(signed(claims())), content_type).json()["error"] == "invalid_request"


def test_another_method_is_none_of_this_address(call: Caller) -> None:
    assert call("GET", "/auth/token").status_code == 405


def test_a_token_endpoint_is_no_way_around_the_rate(tmp_path: Path) -> None:
    call = Caller(tmp_path, most_requests=2, **HERE)
    opened = open_store(call.settings.database)
    registration.register(opened, KEY, client())
    opened.close()
    told = [ask(call, form(signed(claims()))) for _ in range(3)]
    assert [one.status_code for one in told] == [200, 200, 429]
    assert told[2].json()["error"] == "temporarily_unavailable"
    assert int(told[2].headers["retry-after"]) >= 1


def test_the_trial_offices_clients_have_a_rate_too(tmp_path: Path) -> None:
    call = Caller(tmp_path, most_requests=2, **HERE)
    opened = open_store(call.settings.database)
    registration.register(opened, KEY, client("office", "", roles=("trial-office",), scopes="system/*.rs"))
    opened.close()
    told = [ask(call, form(signed(claims("office")), "system/*.rs")) for _ in range(3)]
    assert [one.status_code for one in told] == [200, 200, 429]
    response = call("GET", "/fhir/r4/ConceptMap", authorization=f"Bearer {told[0].json()['access_token']}")
    assert (response.status_code, code(response)) == (403, "forbidden")


def test_a_client_needs_its_sites_certificate_to_ask_too(tmp_path: Path) -> None:
    call = Caller(tmp_path, certificate_header="x-client-cert", trusted_proxies=["127.0.0.1"], **HERE)
    opened = open_store(call.settings.database)
    registration.register(opened, KEY, client())
    registration.certify(opened, KEY, "hospital-a", PRINT, NOW)
    opened.close()
    bare = ask(call, form(signed(claims())))
    assert (bare.status_code, bare.json()["error"]) == (403, "invalid_client")
    assert ask(call, form(signed(claims())), x_client_cert=PRINT).status_code == 200


def test_a_token_lasts_as_long_as_is_set(tmp_path: Path) -> None:
    call = Caller(tmp_path, token_seconds=60, **HERE)
    opened = open_store(call.settings.database)
    registration.register(opened, KEY, client())
    opened.close()
    assert ask(call, form(signed(claims()))).json()["expires_in"] == 60
