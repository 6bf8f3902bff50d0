"""Directory: what providers publish of themselves: addresses and keys, fetched when needed and kept for a while.

https://openid.net/specs/openid-connect-discovery-1_0.html. Only the issuer that the file names is asked, and what it
names must be reached safely. Keys are asked for again when a token names one that is not known, and one that does not
answer is asked again, once a minute at most: whoever waits for it holds a thread that others need.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import httpx
import msgspec
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, RSAKey

from natars_fhir.mapping.endpoint import is_safe
from natars_fhir.service.provider.file import Provider
from natars_fhir.service.provider.refusal import ProviderRefusedError, Why

_GOOD_FOR, _ASK_AGAIN = timedelta(hours=1), timedelta(minutes=1)
_MOST_BYTES = 1_000_000
_LEAST_BITS = 2048
_log = structlog.get_logger("natars_fhir.provider")


@dataclass(frozen=True, slots=True)
class Published:
    """What a provider says of itself. ``named``: it says in each answer who it is (RFC 9207)."""

    authorization: str
    token: str
    keys: str
    end: str
    named: bool


@dataclass(frozen=True, slots=True)
class _Keys:
    found: tuple[tuple[str, Key], ...]
    asked: datetime


class Directory:
    """One for a worker: what is kept here is public, and soon old."""

    def __init__(self, client: Callable[[], httpx.Client]) -> None:
        self._client = client
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)
        #: what was found, or why nothing was, and when it was asked for
        self._published: dict[str, tuple[Published | Why, datetime]] = {}
        self._keys: dict[str, _Keys] = {}

    def published(self, provider: Provider, now: datetime) -> Published:
        """Where things are. Raises ProviderRefusedError: of one that is away at once, until it is asked again."""
        with self._locks[provider.issuer]:
            kept = self._published.get(provider.issuer)
            if kept is None or now - kept[1] >= (_GOOD_FOR if isinstance(kept[0], Published) else _ASK_AGAIN):
                kept = self._published[provider.issuer] = (self._found(provider), now)
        if isinstance(kept[0], Published):
            return kept[0]
        raise ProviderRefusedError(kept[0])

    def key(self, provider: Provider, kid: str, kty: str, now: datetime) -> Key:
        """The key that a token names. Raises ProviderRefusedError."""
        at = self.published(provider, now).keys
        with self._locks[at]:
            kept = self._keys.get(at)
            meant = _meant(kept, kid, kty)
            age = now - kept.asked if kept else _GOOD_FOR
            if age >= (_GOOD_FOR if meant else _ASK_AGAIN):
                kept = self._keys[at] = _Keys(_usable(self.asked(at)), now)
                meant = _meant(kept, kid, kty)
        if meant is None:
            raise ProviderRefusedError("signature")
        return meant

    def _found(self, provider: Provider) -> Published | Why:
        """What it publishes now; why nothing can be taken where it does not."""
        try:
            told = self.asked(provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
            return _read(told, provider.issuer)
        except ProviderRefusedError as wrong:
            return wrong.why

    def asked(self, url: str, form: dict[str, str] | None = None, auth: httpx.Auth | None = None) -> dict[str, Any]:
        """What an address answers, as a JSON object. Raises ProviderRefusedError."""
        method, headers = ("GET" if form is None else "POST"), {"Accept": "application/json"}
        try:
            with self._client() as http, http.stream(method, url, data=form, headers=headers, auth=auth) as response:
                raw = b""
                for part in response.iter_bytes():
                    raw += part
                    if len(raw) > _MOST_BYTES:
                        raise ProviderRefusedError("away")
                status = response.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            _log.warning("provider away", fault=type(fault).__name__)
            raise ProviderRefusedError("away") from None
        if status != httpx.codes.OK:
            _log.warning("provider refuses", status=status)
            raise ProviderRefusedError("away" if status >= httpx.codes.INTERNAL_SERVER_ERROR else "answer")
        return _object(raw)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise ProviderRefusedError("away")
    return told


def _read(told: dict[str, Any], issuer: str) -> Published:
    """Raises ProviderRefusedError where it is another issuer's, or names an address that is not safe."""
    if told.get("issuer") != issuer:
        raise ProviderRefusedError("issuer")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint")
    safe = [one if isinstance(one := told.get(name), str) and is_safe(one) else "" for name in needed]
    authorization, token, keys, end = safe
    if not authorization or not token or not keys:
        raise ProviderRefusedError("away")
    named = told.get("authorization_response_iss_parameter_supported") is True
    return Published(authorization, token, keys, end, named)


def _usable(told: dict[str, Any]) -> tuple[tuple[str, Key], ...]:
    """The keys of a set that sign; RSA of 2,048 bits or more, and the elliptic curves. The others are passed over."""
    keys = told.get("keys")
    made = (_made(one) for one in (keys if isinstance(keys, list) else []))
    return tuple(one for one in made if one is not None)


def _made(said: Any) -> tuple[str, Key] | None:
    if not isinstance(said, dict) or said.get("use", "sig") != "sig" or not isinstance(said.get("kid", ""), str):
        return None
    plain = {name: said[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in said}
    try:
        if said.get("kty") == "RSA" and len(said["n"]) * 6 >= _LEAST_BITS:
            return said.get("kid", ""), RSAKey.import_key(plain)
        return (said.get("kid", ""), ECKey.import_key(plain)) if said.get("kty") == "EC" else None
    except (JoseError, ValueError, KeyError, TypeError):
        return None


def _meant(kept: _Keys | None, kid: str, kty: str) -> Key | None:
    """By name; a token that names none means the only one of its type."""
    fitting = [(name, key) for name, key in (kept.found if kept else ()) if key.key_type == kty]
    if not kid:
        return fitting[0][1] if len(fitting) == 1 else None
    return next((key for name, key in fitting if name == kid), None)
