"""Flow: somebody is sent to their provider and comes back with a code, for which we get the token that says who it is.

Authorization code with PKCE, state and nonce: https://www.rfc-editor.org/rfc/rfc9700 and rfc7636.
What was asked waits in a cookie of the browser that asked, sealed: nobody else's answer fits it. Each provider has an
address of its own to come back to, and names itself where it can (RFC 9207): no answer is taken for another provider's.
"""

from __future__ import annotations

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import msgspec
from cryptography.fernet import InvalidToken
from joserfc import jwt

from natars_fhir.fhir import typed
from natars_fhir.service.deliver.credentials import CredentialsError, signing_key
from natars_fhir.service.provider.directory import Directory
from natars_fhir.service.provider.file import Provider
from natars_fhir.service.provider.refusal import ProviderRefusedError
from natars_fhir.service.provider.token import checked
from natars_fhir.service.upkeep.sealed import box

_WHAT = b"provider question"
_LASTS = timedelta(minutes=10)
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SECONDS = 60


class Asked(msgspec.Struct, frozen=True):
    """What a browser was sent away with. ``to`` is the page that it wanted."""

    provider: str
    state: str
    nonce: str
    verifier: str
    to: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider said of somebody, and the token that said it, by which its own session is ended."""

    claims: Mapping[str, Any]
    token: str


def begin(name: str, to: str) -> Asked:
    """A new question."""
    return Asked(name, secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), to)


def address(directory: Directory, provider: Provider, asked: Asked, back: str, now: datetime) -> str:
    """Where the browser is sent. Raises ProviderRefusedError."""
    at = directory.published(provider, now).authorization
    challenge = urlsafe_b64encode(sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code", "client_id": provider.client, "redirect_uri": back, "scope": provider.scope,
        "state": asked.state, "nonce": asked.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    return f"{at}{'&' if '?' in at else '?'}{urlencode(query)}"


def seal(key: bytes, asked: Asked, now: datetime) -> str:
    """What goes into the cookie."""
    return box(key, _WHAT).encrypt_at_time(msgspec.json.encode(asked), int(now.timestamp())).decode()


def opened(key: bytes, sealed: str, now: datetime) -> Asked:
    """What the cookie holds. Raises ProviderRefusedError where it is none of ours, or too old."""
    try:
        lasts = int(_LASTS.total_seconds())
        raw = box(key, _WHAT).decrypt_at_time(sealed.encode(), lasts, int(now.timestamp()))
    except InvalidToken:
        raise ProviderRefusedError("state") from None
    return typed.decode(raw, Asked)


def answered(
    directory: Directory, provider: Provider, asked: Asked, query: Mapping[str, str], back: str, now: datetime
) -> Told:
    """What the provider says of whoever comes back with this *query*. Raises ProviderRefusedError."""
    if not hmac.compare_digest(query.get("state", "").encode(), asked.state.encode()):
        raise ProviderRefusedError("state")
    named = directory.published(provider, now).named
    if query.get("iss", "" if named else provider.issuer) != provider.issuer:
        raise ProviderRefusedError("issuer")
    if "error" in query:
        raise ProviderRefusedError("provider")
    if not query.get("code"):
        raise ProviderRefusedError("answer")
    token = _exchanged(directory, provider, asked, query["code"], back, now)

    def find(kid: str, kty: str) -> Any:
        return directory.key(provider, kid, kty, now)

    return Told(checked(token, find, provider.issuer, provider.client, asked.nonce, now), token)


def ending(directory: Directory, provider: Provider, token: str, back: str, now: datetime) -> str:
    """Where the provider's own session is ended; empty where it has no such place.
    https://openid.net/specs/openid-connect-rpinitiated-1_0.html"""
    try:
        at = directory.published(provider, now).end
    except ProviderRefusedError:
        return ""
    query = urlencode({"id_token_hint": token, "client_id": provider.client, "post_logout_redirect_uri": back})
    return f"{at}{'&' if '?' in at else '?'}{query}" if at else ""


def _exchanged(directory: Directory, provider: Provider, asked: Asked, code: str, back: str, now: datetime) -> str:
    """The token for a code."""
    at = directory.published(provider, now).token
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": asked.verifier}
    if provider.auth == "private_key_jwt":
        form |= {"client_id": provider.client, "client_assertion_type": _ASSERTION}
        form["client_assertion"] = _signed(provider, at)
        told = directory.asked(at, form)
    else:
        told = directory.asked(at, form, _basic(provider))
    token = told.get("id_token")
    if not isinstance(token, str):
        raise ProviderRefusedError("answer")
    return token


def _basic(provider: Provider) -> httpx.Auth:
    """https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1: both are encoded as in a form first."""
    try:
        secret = Path(provider.secret_file).read_text("utf-8").strip()
    except (OSError, ValueError):
        raise ProviderRefusedError("away") from None
    name, word = (urlencode({"x": one})[2:] for one in (provider.client, secret))
    return httpx.BasicAuth(name, word)


def _signed(provider: Provider, at: str) -> str:
    """https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication"""
    try:
        key, algorithm = signing_key(provider.key_file)
    except CredentialsError:
        raise ProviderRefusedError("away") from None
    moment, who = int(time.time()), provider.client
    claims = {"iss": who, "sub": who, "aud": at, "iat": moment, "exp": moment + _SECONDS, "jti": uuid4().hex}
    header = {"alg": algorithm, "kid": key.kid or key.thumbprint(), "typ": "JWT"}
    return jwt.encode(header, claims, key, algorithms=[algorithm])
