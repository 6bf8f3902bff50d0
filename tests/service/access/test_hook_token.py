"""A CDS client's request is its own: signed, for this address, for a few minutes, and once."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.service.access import registration
from natars_fhir.service.access.assertion import AssertionRefusedError
from natars_fhir.service.access.hook_token import HookTokens, caller_by, is_signed
from natars_fhir.service.access.published import Published
from natars_fhir.service.http import client as http_client
from natars_fhir.store.engine import Store
from tests.service.access.clients_of import claims, client, ec_key, jwks, public, rsa_key, signed, worker
from tests.service.hospital import KEY, NOW

HERE = "https://adapter.example/cds-services/natars-screening"
ISSUER = "https://ehr.hospital-a.example/issuer"
MOMENT = int(NOW.timestamp())


@pytest.fixture
def tokens(either_store: Store) -> HookTokens:
    keys = jwks(public(rsa_key(), "rsa"), public(ec_key(), "ec"))
    registration.register(either_store, KEY, client(ISSUER, keys=keys, scopes="system/Patient.r"))
    registration.register(either_store, KEY, client("other", "hospital-b", keys=jwks(public(rsa_key("b"), "rsa"))))
    return HookTokens(either_store, Published(lambda: http_client(1.0)))


def said(**more: Any) -> dict[str, Any]:
    return claims(ISSUER, **{"sub": None, "aud": HERE, "iat": MOMENT, **more})


def use(tokens: HookTokens, token: str) -> str:
    return caller_by(tokens, token, {HERE}, NOW).site


@pytest.mark.parametrize(("kid", "alg"), [("rsa", "RS384"), ("ec", "ES384")])
@pytest.mark.parametrize("aud", [HERE, [HERE], ["https://other.example", HERE]], ids=["text", "list", "several"])
def test_a_signed_request_is_its_clients_for_its_site(tokens: HookTokens, kid: str, alg: str, aud: Any) -> None:
    key = {"rsa": rsa_key(), "ec": ec_key()}[kid]
    who = caller_by(tokens, signed(said(aud=aud), key, kid, alg), {HERE}, NOW)
    assert (who.by, who.site, who.across) == (f"client {ISSUER}", "hospital-a", False)
    assert who.does("Patient", "r")
    assert not who.does("Observation", "r")


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "nobody"},
        {"iss": "other"},
        {"iss": None},
        {"aud": "https://adapter.example/auth/token"},
        {"aud": []},
        {"aud": None},
        {"aud": {"a": 1}},
        {"exp": None},
        {"exp": MOMENT - 1},
        {"exp": MOMENT + 3600},
        {"exp": "soon"},
        {"iat": None},
        {"iat": MOMENT + 600},
        {"nbf": MOMENT + 600},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 513},
    ],
    ids=str,
)
def test_a_claim_that_is_wrong_or_missing_is_refused(tokens: HookTokens, wrong: dict[str, Any]) -> None:
    with pytest.raises(AssertionRefusedError):
        use(tokens, signed(said(**wrong)))


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(lambda: signed(said(), rsa_key("thief")), id="another key"),
        pytest.param(lambda: signed(said(), kid="unknown"), id="a key that is not known"),
        pytest.param(lambda: signed(said(), kid=None), id="no key named"),
        pytest.param(lambda: signed(said(), alg="RS256"), id="another algorithm"),
        pytest.param(lambda: signed(said(), jku="https://thief.example/keys"), id="a jku of its own"),
        pytest.param(lambda: signed(said(), typ="at+jwt"), id="another kind of token"),
        pytest.param(lambda: signed(said())[:-4], id="cut"),
        pytest.param(lambda: "a.b.c", id="nothing"),
    ],
)
def test_a_signature_that_is_not_the_clients_is_refused(tokens: HookTokens, token: Any) -> None:
    with pytest.raises(AssertionRefusedError):
        use(tokens, token())


def test_a_token_is_taken_once_by_whichever_worker(tokens: HookTokens) -> None:
    token = signed(said())
    assert use(tokens, token) == "hospital-a"
    for again in (tokens, HookTokens(worker(tokens.store), tokens.published)):
        with pytest.raises(AssertionRefusedError, match="used before"):
            use(again, token)


def test_a_client_that_was_revoked_is_not_heard(tokens: HookTokens) -> None:
    registration.revoke(tokens.store, KEY, ISSUER, NOW)
    with pytest.raises(AssertionRefusedError):
        use(tokens, signed(said()))


def test_a_bearer_token_of_ours_is_told_from_a_signed_one() -> None:
    assert is_signed(signed(said()))
    assert not any(is_signed(one) for one in ("natars_abcDEF-_", "", "a.b", "é.é.é", "a.b.c.d"))
