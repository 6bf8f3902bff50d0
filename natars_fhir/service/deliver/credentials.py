"""Credentials: how we say to a site's server who we are. Secrets are read where they are kept, and never told.

basic, bearer     https://www.rfc-editor.org/rfc/rfc7617, https://www.rfc-editor.org/rfc/rfc6750
smart-backend     https://hl7.org/fhir/smart-app-launch/backend-services.html: a token for a signed assertion
mtls              https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2: our certificate, in the handshake

At a 401 the secret is read again, or a new token fetched, once: it may have been changed.
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from natars_fhir.mapping.endpoint import Endpoint, is_safe

_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_WELL_KNOWN: Final = "/.well-known/smart-configuration"
#: An assertion lasts so long; of a token the end is left unused, so that it does not end under way.
_SECONDS, _UNUSED, _UNSAID = 240, 30.0, 300.0
_Flow = Generator[httpx.Request, httpx.Response, None]
#: Seconds that only go forward.
Ticks = Callable[[], float]


class CredentialsError(httpx.RequestError):
    """We cannot say who we are; ``word`` says why, and holds no secret."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def auth_of(endpoint: Endpoint, ticks: Ticks = time.monotonic) -> httpx.Auth | None:
    """How requests to the site's server are marked. Raises CredentialsError."""
    match endpoint.auth:
        case "basic" | "bearer":
            return _Plain(endpoint)
        case "smart-backend":
            return _Backend(endpoint, ticks)
        case _:
            return None


def trust_of(endpoint: Endpoint) -> ssl.SSLContext | bool:
    """Whose certificates are taken, and which is shown. Raises CredentialsError."""
    if not endpoint.ca_file and not endpoint.certificate_file:
        return True
    try:
        trust = ssl.create_default_context(cafile=endpoint.ca_file or None)
        if endpoint.certificate_file:
            trust.load_cert_chain(endpoint.certificate_file, endpoint.certificate_key_file or None, password="")
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        raise CredentialsError("credentials certificate") from None
    return trust


class _Plain(httpx.Auth):
    """A password, or a token that somebody was given."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._secret = _secret(endpoint)

    def sync_auth_flow(self, request: httpx.Request) -> _Flow:
        """Once more where the secret is another one now."""
        self._mark(request)
        response = yield request
        if response.status_code == 401 and (fresh := _secret(self._endpoint)) != self._secret:
            self._secret = fresh
            self._mark(request)
            yield request

    def _mark(self, request: httpx.Request) -> None:
        if self._endpoint.auth == "bearer":
            request.headers["Authorization"] = f"Bearer {self._secret}"
            return
        basic = httpx.BasicAuth(self._endpoint.user, self._secret)
        next(basic.auth_flow(request))


class _Backend(httpx.Auth):
    """A token that is fetched with a signed assertion, and kept until shortly before it ends."""

    def __init__(self, endpoint: Endpoint, ticks: Ticks) -> None:
        self._endpoint, self._ticks = endpoint, ticks
        self._key, self._algorithm = signing_key(endpoint.key_file)
        self._token, self._until, self._at = "", 0.0, endpoint.token_url

    def sync_auth_flow(self, request: httpx.Request) -> _Flow:
        """With a token; with a new one, once, where the server does not take it."""
        if self._ticks() >= self._until:
            yield from self._fetch()
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == 401:
            self._until = 0.0
            yield from self._fetch()
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _fetch(self) -> _Flow:
        if not self._at:
            found = _answered((yield httpx.Request("GET", self._endpoint.url.rstrip("/") + _WELL_KNOWN)), "discovery")
            self._at = str(found.get("token_endpoint", ""))
        if not is_safe(self._at):
            self._at = self._endpoint.token_url
            raise CredentialsError("discovery no-token-endpoint")
        form = {
            "grant_type": "client_credentials",
            "scope": self._endpoint.scope,
            "client_assertion_type": _ASSERTION,
            "client_assertion": self._assertion(),
        }
        asked = httpx.Request("POST", self._at, data=form, headers={"Accept": "application/json"})
        told = _answered((yield asked), "token")
        token, lasts = told.get("access_token"), told.get("expires_in", _UNSAID)
        if not isinstance(token, str) or not token or not isinstance(lasts, int | float):
            raise CredentialsError("token none")
        self._token, self._until = token, self._ticks() + max(lasts - _UNUSED, lasts / 2)

    def _assertion(self) -> str:
        """https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html"""
        at, who = int(time.time()), self._endpoint.client_id
        claims = {"iss": who, "sub": who, "aud": self._at, "iat": at, "exp": at + _SECONDS, "jti": uuid4().hex}
        header = {"alg": self._algorithm, "kid": self._key.kid or self._key.thumbprint(), "typ": "JWT"}
        return jwt.encode(header, claims, self._key, algorithms=[self._algorithm])


def signing_key(path: str) -> tuple[RSAKey | ECKey, str]:
    """The private key of a file (a JWK, or a set with one), and the algorithm of it. Raises CredentialsError."""
    try:
        told = msgspec.json.decode(Path(path).read_bytes())
        one = told["keys"][0] if "keys" in told else told
        key: RSAKey | ECKey = RSAKey.import_key(one) if one.get("kty") == "RSA" else ECKey.import_key(one)
        private = key.is_private
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, JoseError):
        raise CredentialsError("credentials key") from None
    fits = isinstance(key, RSAKey) or one.get("crv") == "P-384"
    if not private or not fits:
        raise CredentialsError("credentials key")
    return key, "RS384" if isinstance(key, RSAKey) else "ES384"


def _answered(response: httpx.Response, what: str) -> dict[str, Any]:
    """What a server said, as JSON. Raises CredentialsError, with the words of protocols alone."""
    response.read()
    try:
        told = msgspec.json.decode(response.content)
    except (ValueError, RecursionError):
        told = None
    if response.status_code != 200 or not isinstance(told, dict):
        raise CredentialsError(f"{what} {response.status_code}")
    return told


def _secret(endpoint: Endpoint) -> str:
    """The password or the token, from the file or the variable that the site's file names. Raises CredentialsError."""
    if endpoint.secret_env:
        found = os.environ.get(endpoint.secret_env, "")
    else:
        try:
            found = Path(endpoint.secret_file).read_text("utf-8").strip()
        except (OSError, ValueError):
            found = ""
    if not found or not found.isprintable():
        raise CredentialsError("credentials secret")
    return found
