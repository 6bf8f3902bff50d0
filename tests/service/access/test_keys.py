"""Which keys a client can sign with."""

from __future__ import annotations

import pytest

from natars_fhir.service.access.keys import KeysError, meant, registered, usable
from tests.service.access.clients_of import ec_key, jwks, private, public, rsa_key

RSA, EC = public(rsa_key(), "one"), public(ec_key(), "one")
OTHER = public(ec_key("other"), "two")


def test_keys_are_found_by_name_and_type() -> None:
    keys = registered(jwks(RSA, EC, OTHER))
    assert [(one.kid, one.kty) for one in keys] == [("one", "RSA"), ("one", "EC"), ("two", "EC")]
    assert meant(keys, "one", "RS384") is keys[0].key
    assert meant(keys, "one", "ES384") is keys[1].key
    for kid, algorithm in [("two", "RS384"), ("three", "ES384"), ("one", "HS256"), ("one", "none"), ("", "RS384")]:
        assert meant(keys, kid, algorithm) is None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (private(rsa_key(), "p"), "private"),
        (private(ec_key(), "p"), "private"),
        ({"kty": "oct", "k": "c2VjcmV0", "kid": "s"}, "private or secret"),
        (public(rsa_key("short", 1024), "s"), "fewer than 2048 bits"),
        (public(ec_key("small", "P-256"), "s"), "neither RSA nor P-384"),
        ({key: value for key, value in RSA.items() if key != "kid"}, "no kid"),
        ({**RSA, "kid": 7}, "no kid"),
        ({**RSA, "use": "enc"}, "not for signatures"),
        ({**RSA, "alg": "RS256"}, "not for signatures"),
        ({**RSA, "n": "!" * 342}, "cannot be read"),
        ({"kty": "RSA", "kid": "e"}, "cannot be read"),
        ({**EC, "x": "AAAA"}, "cannot be read"),
        ("text", "no kid"),
        (None, "no kid"),
    ],
)
def test_a_key_that_cannot_be_used_is_not_registered_and_in_a_published_set_passed_over(
    wrong: object, why: str
) -> None:
    with pytest.raises(KeysError, match=why):
        registered(jwks(OTHER, wrong))  # type: ignore[arg-type]
    assert [one.kid for one in usable(jwks(OTHER, wrong))] == ["two"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"keys": []}', '{"keys": {}}', "null", "\udcff", "{" * 2000, "<html>"]
)
def test_what_is_no_set_of_keys_is_told(text: str) -> None:
    raw = text.encode("utf-8", "surrogateescape")
    with pytest.raises(KeysError, match="no JWKS"):
        registered(raw)
    assert usable(raw) == ()


def test_two_keys_of_one_name_and_type_are_told() -> None:
    with pytest.raises(KeysError, match="same kid"):
        registered(jwks(RSA, public(rsa_key("second"), "one")))
