"""Hook token: a CDS client signs each of its requests by itself. https://cds-hooks.hl7.org/#trusting-cds-clients

A JWT by RS384 or ES384 with a key that is registered for the client (`natars-fhir client add`): `iss` is the client's
id, `aud` the address that is called, `exp` at most five minutes ahead, `iat` and `jti` are there; a `jti` counts once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import Key
from sqlalchemy.exc import IntegrityError

from natars_fhir.service.access.assertion import AssertionRefusedError, Claimed, claimed
from natars_fhir.service.access.caller import Caller, caller
from natars_fhir.service.access.keys import ALGORITHMS, meant, usable
from natars_fhir.service.access.published import Published
from natars_fhir.service.access.scopes import scopes
from natars_fhir.store import clients
from natars_fhir.store.clients import Client
from natars_fhir.store.engine import Store

_LONGEST = timedelta(minutes=5)
_SKEW = timedelta(seconds=30)
_MOST_JTI = 512
_NOT_KNOWN = "The client is not known, or none of its keys is the one that the token names."


@dataclass(frozen=True, slots=True)
class HookTokens:
    """What checks them: keys that clients registered, or publish at a registered address."""

    store: Store
    published: Published


def is_signed(token: str) -> bool:
    """Is it a JWT at all? A bearer token of ours has no dots."""
    try:
        jws.extract_compact(token.encode("ascii"))
    except (JoseError, ValueError, RecursionError):
        return False
    return True


def caller_by(tokens: HookTokens, token: str, addresses: Collection[str], now: datetime) -> Caller:
    """Who calls, by a token for one of *addresses*; it is used up. Raises AssertionRefusedError."""
    said = claimed(token)
    with tokens.store.read() as connection:
        client = clients.client(connection, said.client)
    if client is None or client.revoked is not None:
        raise AssertionRefusedError(_NOT_KNOWN)
    claims = _verified(token, _key(tokens, client, said, now), client, addresses, now)
    _use_up(tokens.store, client, claims, now)
    return caller(f"client {client.id}", client.site, client.roles, scopes(client.scopes))


def _key(tokens: HookTokens, client: Client, said: Claimed, now: datetime) -> Key:
    if said.jku and said.jku != client.url:
        raise AssertionRefusedError("The jku is not the address that is registered for the client.")
    if said.typ.upper() not in ("", "JWT"):
        raise AssertionRefusedError("The token is no JWT by its typ.")
    known = tokens.published.keys(client.url, said.kid, now) if client.url else usable(client.keys)
    key = meant(known, said.kid, said.algorithm)
    if key is None:
        raise AssertionRefusedError(_NOT_KNOWN)
    return key


def _verified(token: str, key: Key, client: Client, addresses: Collection[str], now: datetime) -> dict[str, Any]:
    try:
        claims = jwt.decode(token, key, algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, RecursionError):
        raise AssertionRefusedError("The signature is not that of the client's key.") from None
    _check_times(claims, now)
    said = claims.get("aud")
    told = said if isinstance(said, list) else [said]
    if claims.get("iss") != client.id or not any(isinstance(one, str) and one in addresses for one in told):
        raise AssertionRefusedError("The claim aud is not the address that is called, as this server knows it.")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _MOST_JTI:
        raise AssertionRefusedError("The token has no jti, or too long a one.")
    return claims


def _check_times(claims: dict[str, Any], now: datetime) -> None:
    moment, skew = int(now.timestamp()), int(_SKEW.total_seconds())
    told: dict[str, Any] = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
    try:
        essential = jwt.JWTClaimsRegistry(now=moment, exp={"essential": True})
        essential.validate({name: value for name, value in told.items() if name == "exp"})
        later = jwt.JWTClaimsRegistry(now=moment, leeway=skew, iat={"essential": True})
        later.validate({name: value for name, value in told.items() if name != "exp"})
    except ExpiredTokenError:
        raise AssertionRefusedError("The token has expired.") from None
    except JoseError:
        raise AssertionRefusedError("The token has no exp or no iat, or is not valid yet.") from None
    if claims["exp"] > moment + _LONGEST.total_seconds() + skew:
        raise AssertionRefusedError("The token lasts longer than five minutes.")


def _use_up(store: Store, client: Client, claims: dict[str, Any], now: datetime) -> None:
    """Once, whichever worker it reaches; a token of another audience has its own place."""
    once = json.dumps(["cds-hooks", claims["jti"]])
    jti = hashlib.sha256(once.encode("utf-8", "surrogatepass")).hexdigest()
    try:
        with store.write(()) as connection:
            clients.use_up(connection, client.id, jti, datetime.fromtimestamp(claims["exp"], UTC), now)
    except IntegrityError:
        raise AssertionRefusedError("The token was used before: each request has a jti of its own.") from None
