"""Clients for the tests: their keys, and assertions that PyJWT signs: another's hand than the one that checks them."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from natars_fhir.store.clients import Client
from natars_fhir.store.engine import Store
from tests.service.hospital import NOW

AUDIENCE = "https://adapter.example/auth/token"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@cache
def rsa_key(name: str = "rsa", bits: int = 2048) -> Any:
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str = "ec", curve: str = "P-384") -> Any:
    return ec.generate_private_key({"P-384": ec.SECP384R1(), "P-256": ec.SECP256R1()}[curve])


def public(key: Any, kid: str, **more: str) -> dict[str, Any]:
    """The public half, as a JWK."""
    made = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return {**json.loads(made.to_jwk(key.public_key())), "kid": kid, **more}


def private(key: Any, kid: str) -> dict[str, Any]:
    made = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return {**json.loads(made.to_jwk(key)), "kid": kid}


def jwks(*keys: dict[str, Any]) -> str:
    return json.dumps({"keys": keys})


def claims(client: str = "engine-a", now: datetime = NOW, **more: Any) -> dict[str, Any]:
    """What an assertion says; a claim of None is left out."""
    moment = int(now.timestamp())
    said = {"iss": client, "sub": client, "aud": AUDIENCE, "exp": moment + 240, "jti": uuid4().hex, **more}
    return {name: value for name, value in said.items() if value is not None}


def signed(said: dict[str, Any], key: Any = None, kid: str | None = "rsa", alg: str = "RS384", **header: str) -> str:
    named = {"kid": kid} if kid is not None else {}
    return jwt.encode(said, rsa_key() if key is None else key, alg, {**named, **header})


def client(ident: str = "engine-a", site: str = "hospital-a", **more: Any) -> Client:
    said = {"roles": ("engine",), "scopes": "system/*.cruds", "made": NOW, "keys": jwks(public(rsa_key(), "rsa"))}
    return Client(ident, site, **{**said, **more})


def worker(store: Store) -> Store:
    """The same database, in another worker's hands."""
    return Store(store._engine)


def form(assertion: str, scope: str = "system/*.cruds", **more: str) -> dict[str, str]:
    said = {"grant_type": "client_credentials", "client_assertion_type": JWT_BEARER}
    return {**said, "client_assertion": assertion, "scope": scope, **more}
