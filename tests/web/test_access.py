"""Who listens where, and who is meant by a token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from natars_fhir.service.access import bearers, registration
from natars_fhir.service.access.bearers import Wanted
from natars_fhir.settings import Settings
from natars_fhir.store.engine import open_store
from natars_fhir.web.access import Access, access, loopback, named_sites
from natars_fhir.web.respond import Refusal
from natars_fhir.web.server import server
from tests.service.access.test_registration import PEM, PRINT
from tests.service.hospital import KEY, NOW, patient
from tests.web.caller import Caller, code, settings

SITES = {"generic", "hospital-a", "hospital-b"}


@pytest.fixture
def known(tmp_path: Path) -> Any:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")

    def made(**more: Any) -> Access:
        return access(Settings(**more), store, lambda: NOW, lambda: SITES)

    yield made
    store.close()


def test_a_token_that_is_no_ascii_is_no_fault(known: Any) -> None:
    here = known(tokens={"钥匙": "hospital-a"})
    assert here.known("Bearer 钥匙").site == "hospital-a"
    with pytest.raises(Refusal):
        here.known("Bearer \xe9")


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
        ("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("adapter.example", False), ("", False),  # noqa: S104
    ],
)  # fmt: skip
def test_only_loopback_is_heard_by_this_machine_alone(host: str, alone: bool) -> None:
    assert loopback(host) is alone


def test_the_default_site_is_meant_on_loopback_without_tokens_only(known: Any) -> None:
    assert known().known("").site == "generic"
    for guarded in ({"tokens": {"t": "hospital-a"}}, {"host": "10.0.0.1"}, {"tokens": {"": "hospital-a"}}):
        with pytest.raises(Refusal):
            known(**guarded).known("Bearer ")


def test_a_token_names_its_site_and_may_what_the_sites_people_may(known: Any) -> None:
    here = known(tokens={"first": "hospital-a", "second": "hospital-b"})
    told = [here.known(f"{scheme} {token}") for scheme, token in (("Bearer", "first"), ("bearer", "second"))]
    assert [one.site for one in told] == ["hospital-a", "hospital-b"]
    assert {"push", "read", "attest", "sign"} <= told[0].may
    assert not {"metrics", "export", "tokens"} & told[0].may
    assert "first" not in repr(here)
    assert named_sites(Settings(tokens={"first": "hospital-a", "": "hospital-b"})) == {"hospital-a"}


def test_the_first_token_of_the_store_closes_the_open_door_for_good(known: Any) -> None:
    here = known()
    assert here.known("").by == "loopback"
    one, token = bearers.add(here.store, KEY, Wanted("hospital-a", "engine", ("engine",)), NOW)
    assert here.known(f"Bearer {token}").site == "hospital-a"
    for _ in range(2):
        with pytest.raises(Refusal):
            here.known("")
        bearers.revoke(here.store, KEY, one.id, NOW)  # and revoking it does not open it again


@pytest.mark.parametrize(("what", "said"), [("revoked", "revoked"), ("expired", "expired")])
def test_a_token_that_has_ended_is_told_so(known: Any, what: str, said: str) -> None:
    here = known()
    one, token = bearers.add(
        here.store, KEY, Wanted("hospital-a", "", ("engine",), expires=NOW if what == "expired" else None), NOW
    )
    if what == "revoked":
        bearers.revoke(here.store, KEY, one.id, NOW)
    with pytest.raises(Refusal, match=said) as refused:
        here.known(f"Bearer {token}")
    assert refused.value.status == 401
    assert 'error="invalid_token"' in refused.value.headers["WWW-Authenticate"]  # type: ignore[index]


def test_a_token_of_a_site_without_a_file_is_refused_and_nothing_breaks(call: Caller) -> None:
    store = open_store(call.settings.database)
    _, token = bearers.add(store, KEY, Wanted("hospital-z", "", ("engine",)), NOW)
    store.close()
    response = call.push(patient(), authorization=f"Bearer {token}")
    assert (response.status_code, code(response)) == (403, "forbidden")


def test_a_token_made_and_revoked_while_the_server_runs_counts_at_once(call: Caller) -> None:
    store = open_store(call.settings.database)
    assert call.push(patient()).status_code == 200
    one, token = bearers.add(store, KEY, Wanted("hospital-a", "", ("engine",)), NOW)
    assert call.push(patient()).status_code == 401
    assert call.push(patient(), authorization=f"Bearer {token}").status_code == 200
    bearers.revoke(store, KEY, one.id, NOW)
    assert call.push(patient(), authorization=f"Bearer {token}").status_code == 401
    store.close()


# certificates that a proxy vouches for

BEHIND = {"certificate_header": "x-client-cert", "trusted_proxies": ["127.0.0.0/8"], "tokens": {"t": "hospital-a"}}
TOKEN = {"authorization": "Bearer t"}


def certified(folder: Path, site: str = "hospital-a", **more: Any) -> Caller:
    call = Caller(folder, **{**BEHIND, **more})
    store = open_store(call.settings.database)
    registration.certify(store, KEY, site, PRINT, NOW)
    store.close()
    return call


def told(text: str) -> str:
    return text.replace("\n", "%0A").replace(" ", "%20")


def test_a_site_comes_with_its_own_certificate(tmp_path: Path) -> None:
    assert certified(tmp_path).push(patient(), **TOKEN, x_client_cert=told(PEM)).status_code == 200


@pytest.mark.parametrize(
    ("site", "more", "header"),
    [
        ("hospital-a", {}, None),
        ("hospital-a", {}, ""),
        ("hospital-a", {}, "0" * 64),
        ("hospital-b", {}, PRINT),
        ("hospital-a", {"trusted_proxies": ["10.0.0.7"]}, PRINT),
    ],
    ids=["none", "empty", "another", "another site's", "not by the proxy"],
)
def test_without_it_a_good_token_is_not_enough(
    tmp_path: Path, site: str, more: dict[str, Any], header: str | None
) -> None:
    call = certified(tmp_path, site, **more)
    response = call.push(patient(), **TOKEN, **({} if header is None else {"x_client_cert": header}))
    assert (response.status_code, code(response)) == (403, "forbidden")


def test_a_header_without_a_proxy_to_believe_is_a_fault_of_the_settings() -> None:
    for wrong in ({"certificate_header": "x"}, {"trusted_proxies": ["nonsense"]}):
        with pytest.raises(ValidationError):
            Settings(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"host": "::1"}, "http://[::1]:8080"),
        ({"public_url": "https://adapter.example/"}, "https://adapter.example"),
    ],
)
def test_the_servers_address_is_as_it_is_set(said: dict[str, str], address: str) -> None:
    assert Settings(**said).address == address  # type: ignore[arg-type]


@pytest.mark.parametrize(("header", "believed"), [("", True), ("x-client-cert", False)])
def test_no_forwarded_address_takes_the_place_of_the_proxys_where_it_is_believed(
    tmp_path: Path, header: str, believed: bool
) -> None:
    chosen = settings(tmp_path, certificate_header=header, trusted_proxies=["127.0.0.1"])
    assert server(FastAPI(openapi_url=None), chosen).config.proxy_headers is believed
