"""An assertion proves one client to one server for a few minutes, and nothing that only looks like one does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from natars_fhir.service.access.assertion import AssertionRefusedError, claimed, verified
from natars_fhir.service.access.keys import registered
from tests.service.access.clients_of import AUDIENCE, claims, ec_key, jwks, public, rsa_key, signed
from tests.service.hospital import NOW

RSA, EC = registered(jwks(public(rsa_key(), "rsa"), public(ec_key(), "ec")))
MOMENT = int(NOW.timestamp())


def check(assertion: str, key: Any = RSA.key, client: str = "engine-a", audience: str = AUDIENCE) -> str:
    return verified(assertion, key, client, audience, NOW).jti


@pytest.mark.parametrize(("key", "alg", "own"), [(rsa_key(), "RS384", RSA.key), (ec_key(), "ES384", EC.key)])
def test_both_algorithms_prove_a_client(key: Any, alg: str, own: Any) -> None:
    said = claims()
    assertion = signed(said, key, "rsa", alg)
    assert claimed(assertion).client == "engine-a"
    assert (claimed(assertion).kid, claimed(assertion).algorithm) == ("rsa", alg)
    assert check(assertion, own) == said["jti"]


@pytest.mark.parametrize(
    "said",
    [
        claims(exp=MOMENT), claims(exp=MOMENT - 60), claims(exp=None), claims(exp="soon"), claims(exp=True),
        claims(exp=MOMENT + 331), claims(exp=MOMENT + 86_400), claims(exp=10**400),
        claims(nbf=MOMENT + 60), claims(iat=MOMENT + 60), claims(nbf="now"),
        claims(aud=None), claims(aud=""), claims(aud="https://other.example/auth/token"), claims(aud=AUDIENCE + "/"),
        claims(aud=AUDIENCE.removesuffix("/auth/token")), claims(aud=[AUDIENCE, "https://other.example"]),
        claims(aud=[]), claims(aud={AUDIENCE: 1}), claims(aud=AUDIENCE.upper()),
        claims(iss="engine-b"), claims(sub="engine-b"), claims(sub=None), claims(sub=["engine-a"]),
        claims(jti=None), claims(jti=""), claims(jti="x" * 513), claims(jti=["x"]),
    ],
)  # fmt: skip
def test_a_claim_that_is_wrong_is_enough(said: dict[str, Any]) -> None:
    raw = _signed_as_it_is(said)
    with pytest.raises(AssertionRefusedError):
        check(raw)


@pytest.mark.parametrize(
    "said", [claims(), claims(exp=MOMENT + 330), claims(exp=MOMENT + 1), claims(aud=[AUDIENCE]), claims(nbf=MOMENT),
             claims(iat=MOMENT + 20), claims(jti="x" * 512), claims(exp=MOMENT + 100.5), claims(more="x")]
)  # fmt: skip
def test_what_the_standard_allows_is_taken(said: dict[str, Any]) -> None:
    assert check(_signed_as_it_is(said)) == said["jti"]


def test_an_assertion_without_a_signature_proves_nothing() -> None:
    said = claims()
    for alg in ("none", "None", "NONE", ""):
        with pytest.raises(AssertionRefusedError):
            check(f"{_part({'alg': alg, 'kid': 'rsa'})}.{_part(said)}.")
    whole = signed(said)
    head, body, signature = whole.split(".")
    for broken in (
        f"{head}.{body}.", f"{head}.{body}", f"{head}.{_part({**said, 'iss': 'engine-a', 'x': 1})}.{signature}",
        f"{_part({'alg': 'none'})}.{body}.{signature}", f"{head}.{body}.{signature[:-4]}AAAA", whole + ".x", "",
        f"{head}..{signature}", "a.b.c", "é.b.c",
    ):  # fmt: skip
        with pytest.raises(AssertionRefusedError):
            check(broken)


def test_the_public_key_is_no_secret_to_sign_with() -> None:
    spki = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for secret in (spki, jwks(public(rsa_key(), "rsa")).encode(), b"", rsa_key().public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )):  # fmt: skip
        for alg, digest in (("HS256", hashlib.sha256), ("HS384", hashlib.sha384)):
            signing = f"{_part({'alg': alg, 'kid': 'rsa'})}.{_part(claims())}"
            signature = hmac.new(secret, signing.encode(), digest).digest()
            with pytest.raises(AssertionRefusedError):
                check(f"{signing}.{_encoded(signature)}")


@pytest.mark.parametrize(
    ("key", "alg"),
    [(rsa_key(), "RS256"), (rsa_key(), "RS512"), (rsa_key(), "PS384"), (rsa_key("another"), "RS384"),
     (ec_key("small", "P-256"), "ES256"), (ec_key("another"), "ES384")],
)  # fmt: skip
def test_another_key_or_algorithm_proves_nothing(key: Any, alg: str) -> None:
    for own in (RSA.key, EC.key):
        with pytest.raises(AssertionRefusedError):
            check(signed(claims(), key, "rsa", alg), own)


def test_a_header_that_must_be_understood_and_is_not_is_refused() -> None:
    with pytest.raises(AssertionRefusedError):
        check(signed(claims(), crit=["b64"], b64=False))  # type: ignore[arg-type]
    with pytest.raises(AssertionRefusedError):
        check(signed(claims(), crit=["unknown"]))  # type: ignore[arg-type]


@pytest.mark.parametrize("payload", ["[]", "7", "null", '"x"', "{", "", "[" * 5000])
def test_a_payload_that_holds_no_claims_is_no_assertion(payload: str) -> None:
    raw = f"{_part({'alg': 'RS384'})}.{_encoded(payload.encode())}.AAAA"
    for refused in (lambda: claimed(raw), lambda: check(raw)):
        with pytest.raises(AssertionRefusedError):
            refused()


def test_what_is_claimed_and_is_no_text_counts_as_nothing() -> None:
    assertion = f"{_part({'alg': ['RS384'], 'kid': 7, 'jku': {}, 'typ': None})}.{_part({'iss': [1]})}.AAAA"
    try:
        told = claimed(assertion)
    except AssertionRefusedError:
        return
    assert (told.client, told.kid, told.algorithm, told.jku, told.typ) == ("", "", "", "", "")


def test_a_clock_that_is_late_does_not_revive_an_assertion() -> None:
    assertion = signed(claims())
    for seconds, good in ((0, True), (239, True), (240, False), (10_000, False)):
        try:
            verified(assertion, RSA.key, "engine-a", AUDIENCE, NOW + timedelta(seconds=seconds))
        except AssertionRefusedError:
            assert not good
        else:
            assert good


def test_no_refusal_holds_what_was_sent() -> None:
    for said in (claims("PLANTED"), claims(aud="PLANTED"), claims(jti=["PLANTED"]), claims(exp="PLANTED")):
        with pytest.raises(AssertionRefusedError) as refused:
            check(_signed_as_it_is(said))
        assert "PLANTED" not in str(refused.value)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _part(value: object) -> str:
    return _encoded(json.dumps(value).encode())


def _signed_as_it_is(said: dict[str, Any]) -> str:
    """PyJWT checks what it signs: claims that are wrong are signed past it."""
    from jwt import PyJWS

    return PyJWS().encode(json.dumps(said).encode(), rsa_key(), "RS384", {"kid": "rsa", "typ": "JWT"})
