"""A token is taken when its provider signed it, for us, for this login, now; and nothing that only looks like one."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import Key

from natars_fhir.service.access.keys import registered
from natars_fhir.service.provider.refusal import ProviderRefusedError
from natars_fhir.service.provider.token import checked
from tests.service.access.clients_of import ec_key, jwks, public, rsa_key
from tests.service.hospital import NOW
from tests.service.provider.hospitals import ISSUER, MOMENT, unsigned

_KEYS = registered(jwks(public(rsa_key(), "rsa"), public(ec_key(), "ec")))
RSA, EC = (one.key for one in _KEYS)
GOOD = {"iss": ISSUER, "sub": "b-17", "aud": "natars", "exp": MOMENT + 300, "iat": MOMENT, "nonce": "n"}


def find(kid: str, kty: str) -> Key:
    return {"RSA": RSA, "EC": EC}[kty]


def signed(key: Any = None, alg: str = "RS256", **more: Any) -> str:
    said = {name: value for name, value in {**GOOD, **more}.items() if value is not None}
    return jwt.encode(said, rsa_key() if key is None else key, alg, {"kid": "rsa"})


def why(token: str) -> str:
    with pytest.raises(ProviderRefusedError) as wrong:
        checked(token, find, ISSUER, "natars", "n", NOW)
    return wrong.value.why


@pytest.mark.parametrize(("key", "alg"), [(rsa_key(), "RS256"), (rsa_key(), "PS384"), (ec_key(), "ES384")])
def test_what_the_provider_signed_is_taken(key: Any, alg: str) -> None:
    assert checked(signed(key, alg), find, ISSUER, "natars", "n", NOW)["sub"] == "b-17"


@pytest.mark.parametrize(
    "more",
    [{"aud": ["natars"]}, {"aud": ["natars", "other"], "azp": "natars"}, {"azp": "natars"}, {"exp": MOMENT - 30},
     {"iat": MOMENT + 30}, {"nbf": MOMENT + 30}, {"iat": MOMENT - 7200, "exp": MOMENT + 1}],
)  # fmt: skip
def test_clocks_may_differ_by_a_minute_and_others_may_be_meant_besides(more: dict[str, Any]) -> None:
    assert checked(signed(**more), find, ISSUER, "natars", "n", NOW)["sub"] == "b-17"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"iss": "https://login.evil.example"}, "issuer"),
        ({"iss": ISSUER + "/"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"aud": "another"}, "audience"),
        ({"aud": ["another"]}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": ["natars", "other"]}, "audience"),
        ({"aud": ["natars", "other"], "azp": "other"}, "audience"),
        ({"azp": "other"}, "audience"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"exp": MOMENT - 61}, "time"),
        ({"exp": None}, "time"),
        ({"exp": "soon"}, "time"),
        ({"exp": True}, "time"),
        ({"iat": MOMENT + 61}, "time"),
        ({"iat": None}, "time"),
        ({"nbf": MOMENT + 61}, "time"),
        ({"sub": ""}, "subject"),
        ({"sub": "x" * 256}, "subject"),
    ],
)
def test_what_is_not_for_us_or_not_of_now_is_refused(more: dict[str, Any], expected: str) -> None:
    assert why(signed(**more)) == expected


def test_a_token_without_a_signature_or_by_a_public_key_as_a_secret_is_refused() -> None:
    import base64
    import hashlib
    import hmac
    import json

    pem = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def part(told: dict[str, Any] | bytes) -> str:
        raw = told if isinstance(told, bytes) else json.dumps(told).encode()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    begun = f"{part({'alg': 'HS256', 'kid': 'rsa'})}.{part(GOOD)}"
    forged = f"{begun}.{part(hmac.digest(pem, begun.encode(), hashlib.sha256))}"
    for token in (unsigned(GOOD), forged, "", "a.b.c", "é", f"{signed()}x", signed().rpartition(".")[0] + "."):
        assert why(token) == "signature"


def test_another_key_than_the_providers_is_refused() -> None:
    assert why(signed(rsa_key("another"))) == "signature"
    assert why(signed(ec_key("another"), "ES384")) == "signature"
