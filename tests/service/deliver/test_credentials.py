"""Who we are is said to the site's server alone: never in the clear, never to who it points to, and never told."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import respx
from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey
from pydantic import ValidationError

from natars_fhir.mapping.endpoint import Endpoint
from natars_fhir.service.deliver.credentials import CredentialsError, auth_of, trust_of
from natars_fhir.service.deliver.explained import OUTCOMES, explained
from natars_fhir.service.deliver.put import put
from natars_fhir.service.deliver.reply import Reply
from natars_fhir.service.http import Clients, client
from natars_fhir.store.outbox import Letter
from tests.service.authority import Authority, served

BASE, TOKENS = "https://site.example/fhir", "https://login.example/token"
_BODY = b'{"resourceType":"ResearchSubject"}'
LETTER = Letter(1, "a", "ResearchSubject", "ResearchSubject?identifier=urn%3As%7C1", _BODY, 0)
NOW = datetime(2024, 6, 15, tzinfo=UTC)


def send(endpoint: Endpoint) -> Reply:
    with Clients(5.0) as clients:
        return put(clients, endpoint, LETTER, NOW)


@pytest.fixture
def router() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as made:
        yield made


def secret(folder: Path, text: str = "s3cret") -> str:
    path = folder / "secret"
    path.write_text(f"{text}\n")
    return str(path)


@pytest.mark.parametrize(
    ("said", "header"),
    [({"auth": "bearer"}, "Bearer s3cret"), ({"auth": "basic", "user": "natars"}, "Basic bmF0YXJzOnMzY3JldA==")],
)
def test_a_secret_of_a_file_or_of_the_environment_marks_every_request(
    router: respx.MockRouter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, Any], header: str
) -> None:
    route = router.put(url__startswith=BASE).respond(200)
    monkeypatch.setenv("SITE_SECRET", "s3cret")
    for where in ({"secret_file": secret(tmp_path)}, {"secret_env": "SITE_SECRET"}):
        assert send(Endpoint(url=BASE, **said, **where)).what == "done"
    assert [call.request.headers["authorization"] for call in route.calls] == [header, header]


def test_a_secret_that_was_changed_is_read_again_at_a_401_and_once(router: respx.MockRouter, tmp_path: Path) -> None:
    endpoint = Endpoint(url=BASE, auth="bearer", secret_file=secret(tmp_path, "old"))
    route = router.put(url__startswith=BASE).mock(
        side_effect=lambda request: httpx.Response(200 if request.headers["authorization"] == "Bearer new" else 401)
    )
    with Clients(5.0) as clients:
        assert put(clients, endpoint, LETTER, NOW) == Reply("again", "401", blame="server")
        assert route.call_count == 1  # the same secret is not tried twice
        secret(tmp_path, "new")
        assert put(clients, endpoint, LETTER, NOW).what == "done"
        assert route.call_count == 3


@pytest.mark.parametrize("where", [{"secret_file": "/nowhere/secret"}, {"secret_env": "NATARS_NOT_SET"}])
def test_a_secret_that_is_not_there_holds_the_site_up_and_is_told(where: dict[str, str]) -> None:
    assert send(Endpoint(url=BASE, auth="bearer", **where)) == Reply("again", "credentials secret", blame="server")


def test_a_redirect_carries_no_secret_elsewhere(router: respx.MockRouter, tmp_path: Path) -> None:
    elsewhere = router.route(host="elsewhere.example").respond(200)
    router.put(url__startswith=BASE).respond(308, headers={"location": "https://elsewhere.example/fhir"})
    assert send(Endpoint(url=BASE, auth="bearer", secret_file=secret(tmp_path))).outcome == "308"
    assert not elsewhere.called


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"auth": "bearer"}, "one of secret_file and secret_env"),
        ({"auth": "bearer", "secret_file": "f", "secret_env": "E"}, "one of secret_file and secret_env"),
        ({"auth": "basic", "secret_env": "E"}, "needs user"),
        ({"auth": "smart-backend"}, "needs client_id"),
        ({"auth": "mtls"}, "needs certificate_file"),
        ({"auth": "bearer", "secret_env": "E", "url": "http://site.example"}, "needs https"),
        ({"auth": "smart-backend", "client_id": "c", "key_file": "k", "token_url": "http://l.example"}, "needs https"),
        ({"fallback": ["flag", "communication"]}, "one of the two"),
        ({"fallback": ["search-then-update", "update-by-id"]}, "one of the two"),
        ({"fallback": "fax"}, "Input should be"),
        ({"password": "s3cret"}, "Extra inputs"),
    ],
)
def test_a_table_that_cannot_work_or_that_holds_a_secret_is_refused(said: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        Endpoint(**{"url": BASE, **said})


def test_within_this_machine_a_secret_may_go_without_tls() -> None:
    assert Endpoint(url="http://127.0.0.1:1/fhir", auth="bearer", secret_env="E").auth == "bearer"  # noqa: S106 (a name)


# SMART Backend Services


class Issuer:
    """Gives tokens for assertions, and remembers them."""

    def __init__(self, router: respx.MockRouter, key: Key, lasts: float | None = 300) -> None:
        self.key, self.lasts, self.forms, self.good = key, lasts, list[dict[str, str]](), True
        self.discovery = router.get(f"{BASE}/.well-known/smart-configuration").respond(json={"token_endpoint": TOKENS})
        self.tokens = router.post(TOKENS).mock(side_effect=self._token)
        self.taken = router.put(url__startswith=BASE).mock(side_effect=self._put)

    def _token(self, request: httpx.Request) -> httpx.Response:
        self.forms.append({name: value[0] for name, value in parse_qs(request.content.decode()).items()})
        assert "authorization" not in request.headers
        lasts = {} if self.lasts is None else {"expires_in": self.lasts}
        return httpx.Response(200, json={"access_token": f"t{len(self.forms)}", "token_type": "bearer", **lasts})

    def _put(self, request: httpx.Request) -> httpx.Response:
        mine = request.headers["authorization"] == f"Bearer t{len(self.forms)}"
        return httpx.Response(200 if self.good and mine else 401)


def smart(folder: Path, key: Key | None = None) -> tuple[Endpoint, Key]:
    key = key or ECKey.generate_key("P-384", {"kid": "k1"})
    path = folder / "key.json"
    path.write_text(json.dumps(key.as_dict(private=True)))
    return Endpoint(url=BASE, auth="smart-backend", client_id="natars", key_file=str(path)), key


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(ECKey.generate_key("P-384", {"kid": "k1"}), "ES384"), (RSAKey.generate_key(2048, {"kid": "k1"}), "RS384")],
)
def test_a_token_is_fetched_for_a_signed_assertion_where_the_server_says(
    router: respx.MockRouter, tmp_path: Path, key: Key, algorithm: str
) -> None:
    endpoint, _ = smart(tmp_path, key)
    issuer = Issuer(router, key)
    assert send(endpoint).what == "done"
    (form,) = issuer.forms
    assert (form["grant_type"], form["scope"]) == ("client_credentials", "system/*.cruds")
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    public = type(key).import_key(key.as_dict(private=False))  # type: ignore[attr-defined]
    told = jwt.decode(form["client_assertion"], public, algorithms=[algorithm])
    assert told.header == {"alg": algorithm, "kid": "k1", "typ": "JWT"}
    assert (told.claims["iss"], told.claims["sub"], told.claims["aud"]) == ("natars", "natars", TOKENS)
    assert 0 < told.claims["exp"] - told.claims["iat"] <= 300
    assert len(told.claims["jti"]) >= 32


def test_a_token_is_kept_until_shortly_before_it_ends(router: respx.MockRouter, tmp_path: Path) -> None:
    endpoint, key = smart(tmp_path)
    issuer, ticks = Issuer(router, key), [0.0]
    with client(5.0, auth_of(endpoint, lambda: ticks[0])) as http:
        for at, fetched in ((0.0, 1), (269.0, 1), (270.0, 2)):
            ticks[0] = at
            assert http.put(f"{BASE}/x").status_code == 200
            assert len(issuer.forms) == fetched
    assert issuer.discovery.call_count == 1
    assertions = {form["client_assertion"] for form in issuer.forms}
    assert len(assertions) == 2


def test_at_a_401_one_new_token_is_fetched_and_no_more(router: respx.MockRouter, tmp_path: Path) -> None:
    endpoint, key = smart(tmp_path)
    issuer = Issuer(router, key)
    issuer.good = False
    assert send(endpoint) == Reply("again", "401", blame="server")
    assert (len(issuer.forms), issuer.taken.call_count) == (2, 2)


@pytest.mark.parametrize(
    ("discovery", "token", "outcome"),
    [
        (httpx.Response(404), None, "discovery 404"),
        (httpx.Response(200, html="<p>log in"), None, "discovery 200"),
        (httpx.Response(200, json={}), None, "discovery no-token-endpoint"),
        (httpx.Response(200, json={"token_endpoint": "http://login.example"}), None, "discovery no-token-endpoint"),
        (None, httpx.Response(400, json={"error": "invalid_client", "error_description": "PLANTED"}), "token 400"),
        (None, httpx.Response(500), "token 500"),
        (None, httpx.Response(302, headers={"location": "https://elsewhere.example"}), "token 302"),
        (None, httpx.Response(200, json={"expires_in": 5}), "token none"),
        (None, httpx.Response(200, json={"access_token": "t", "expires_in": "soon"}), "token none"),
    ],
)
def test_where_no_token_is_given_nothing_is_sent_and_the_reason_is_told(
    router: respx.MockRouter,
    tmp_path: Path,
    discovery: httpx.Response | None,
    token: httpx.Response | None,
    outcome: str,
) -> None:
    endpoint, key = smart(tmp_path)
    issuer = Issuer(router, key)
    if discovery is not None:
        issuer.discovery.mock(return_value=discovery)
    if token is not None:
        issuer.tokens.mock(return_value=token)
    assert send(endpoint) == Reply("again", outcome, blame="server")
    assert not issuer.taken.called
    assert explained(outcome) in OUTCOMES.values()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "PEM", '{"kty":"oct","k":"AA"}',
             json.dumps(ECKey.generate_key("P-256").as_dict(private=True)),
             json.dumps(ECKey.generate_key("P-384").as_dict(private=False))],
    ids=["nothing", "no-key", "a-list", "no-pem", "symmetric", "another-curve", "public"],
)  # fmt: skip
def test_a_file_without_a_key_that_can_sign_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key.json"
    path.write_text(text)
    endpoint = Endpoint(url=BASE, auth="smart-backend", client_id="c", key_file=str(path))
    assert send(endpoint) == Reply("again", "credentials key", blame="server")


# TLS, over a real wire


def test_a_server_is_believed_by_the_authority_that_the_sites_file_names(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with served(authority.certificate("server")) as url:
        assert send(Endpoint(url=url, ca_file=str(authority.file))).what == "done"


@pytest.mark.parametrize("named", [False, True], ids=["an unknown authority", "another authority"])
def test_a_wrong_certificate_is_refused_and_told(tmp_path: Path, named: bool) -> None:
    other = Authority(tmp_path, "other")
    with served(Authority(tmp_path).certificate("server")) as url:
        endpoint = Endpoint(url=url, ca_file=str(other.file) if named else "")
        assert send(endpoint) == Reply("again", "certificate", blame="server")


def test_a_server_that_asks_for_our_certificate_gets_it(tmp_path: Path) -> None:
    ours, theirs = Authority(tmp_path, "ours"), Authority(tmp_path, "theirs")
    with served(theirs.certificate("server"), ours.file) as url:
        trust = {"url": url, "ca_file": str(theirs.file)}
        endpoint = Endpoint(auth="mtls", certificate_file=str(ours.certificate("natars")), **trust)
        assert send(endpoint).what == "done"
        assert send(Endpoint(**trust)).what == "again"
        wrong = Endpoint(auth="mtls", certificate_file=str(theirs.certificate("stranger")), **trust)
        assert send(wrong).what == "again"


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_certificate_that_cannot_be_read_is_told(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "own.pem"
    if text is not None:
        path.write_text(text)
    endpoint = Endpoint(url=BASE, auth="mtls", certificate_file=str(path))
    assert send(endpoint) == Reply("again", "credentials certificate", blame="server")
    with pytest.raises(CredentialsError):
        trust_of(endpoint)


def test_every_server_is_believed_by_the_same_authorities_and_by_its_own_where_it_names_one() -> None:
    with client(1.0) as one, client(1.0) as other, client(1.0, trust=ssl.create_default_context()) as own:
        trusted = [made._transport._pool._ssl_context for made in (one, other, own)]  # type: ignore[attr-defined]
    assert trusted[0] is trusted[1]
    assert trusted[0] is not trusted[2]
    assert (trusted[0].verify_mode, trusted[0].check_hostname) == (ssl.CERT_REQUIRED, True)
    assert trusted[0].get_ca_certs()
