"""A hospital's login in three answers (what it publishes, its keys, its tokens), signed by PyJWT: by another's hand
than the one that checks it."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import respx

from natars_fhir.service.http import client
from natars_fhir.service.provider import flow
from natars_fhir.service.provider.directory import Directory
from natars_fhir.service.provider.file import Grant, Provider
from tests.service.access.clients_of import ec_key, public, rsa_key
from tests.service.hospital import NOW

ISSUER = "https://login.hospital-b.example"
BACK = "https://adapter.example/pages/login/by/b/back"
MOMENT = int(NOW.timestamp())
GRANTS = (
    Grant(claim="groups", has="sarcoma-investigators", role="investigator", site="hospital-b"),
    Grant(claim="groups", has="sarcoma", role="coordinator", site="hospital-b"),
    Grant(claim="groups", has="sarcoma-a", role="coordinator", site="hospital-a"),
)


def provider(folder: Path, **more: Any) -> Provider:
    """As a file has one."""
    secret = folder / "secret"
    secret.write_text("s3cret:&\n")
    told = {"name": "Hospital B", "issuer": ISSUER, "client": "natars", "secret_file": str(secret), "grant": GRANTS}
    return Provider(**{**told, **more})


def directory() -> Directory:
    return Directory(lambda: client(5.0))


@dataclass
class Login:
    """What the hospital's login answers; a test changes it. Use within `respx.mock`."""

    claims: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=rsa_key)
    alg: str = "RS256"
    kid: str = "rsa"
    issuer: str = ISSUER
    published: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] | None = None
    keys: list[dict[str, Any]] = field(
        default_factory=lambda: [public(rsa_key(), "rsa", use="sig"), public(ec_key(), "ec")]
    )

    def __post_init__(self) -> None:
        said = {
            "issuer": self.issuer, "authorization_endpoint": f"{ISSUER}/auth?tenant=7",
            "token_endpoint": f"{ISSUER}/token", "jwks_uri": f"{ISSUER}/jwks",
            "end_session_endpoint": f"{ISSUER}/end", **self.published,
        }  # fmt: skip
        self.discovery = respx.get(f"{ISSUER}/.well-known/openid-configuration").respond(json=said)
        self.set = respx.get(f"{ISSUER}/jwks").mock(side_effect=lambda _: httpx.Response(200, json={"keys": self.keys}))
        self.exchange = respx.post(f"{ISSUER}/token").mock(side_effect=self._given)

    def said(self, nonce: str, **more: Any) -> dict[str, Any]:
        """The claims of a good token; a claim of None is left out."""
        told = {
            "iss": ISSUER, "sub": "b-17", "aud": "natars", "exp": MOMENT + 300, "iat": MOMENT, "nonce": nonce,
            "preferred_username": "Zhang.Wei", "groups": ["staff", "sarcoma"], "staff": "S-001", **self.claims, **more,
        }  # fmt: skip
        return {name: value for name, value in told.items() if value is not None}

    def sent_to(self, address: str) -> None:
        """A browser comes by: what it asks is remembered."""
        asked = {name: told[0] for name, told in parse_qs(urlsplit(address).query).items()}
        self.challenge, self.nonce = asked["code_challenge"], asked["nonce"]

    def _given(self, request: httpx.Request) -> httpx.Response:
        form = {name: told[0] for name, told in parse_qs(request.content.decode()).items()}
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.challenge
        assert form["code"] == "c0de"
        if self.token is not None:
            return httpx.Response(200, json=self.token)
        token = jwt.encode(self.said(self.nonce), self.key, self.alg, {"kid": self.kid} if self.kid else {})
        return httpx.Response(200, json={"access_token": "x", "token_type": "Bearer", "id_token": token})


def through(login: Login, one: Provider, at: Directory, **query: str) -> flow.Told:
    """The whole way, with what comes back changed by *query*."""
    asked = flow.begin("b", "/pages/home")
    login.sent_to(flow.address(at, one, asked, BACK, NOW))
    told = {"code": "c0de", "state": asked.state, **query}
    return flow.answered(at, one, asked, {name: value for name, value in told.items() if value != "-"}, BACK, NOW)


def unsigned(claims: dict[str, Any]) -> str:
    """A token that says «none»."""

    def part(told: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}."
