"""Assertion: a client says who it is, and signs it. https://www.rfc-editor.org/rfc/rfc7523

https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html: `iss` and `sub` are the client's id, `aud` is
the address at which it asks, `exp` at most five minutes ahead, `jti` used once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import Key

from natars_fhir.service.access.keys import ALGORITHMS

#: How far ahead of us an assertion may end, and what is allowed for clocks that differ: a late assertion stays late.
_LONGEST = timedelta(minutes=5)
_SKEW = timedelta(seconds=30)
_MOST_JTI = 512


@dataclass(frozen=True, slots=True)
class Claimed:
    """What an assertion says before anything of it is believed."""

    client: str
    kid: str
    algorithm: str
    jku: str
    typ: str


@dataclass(frozen=True, slots=True)
class Asserted:
    """What is true of an assertion that was signed by its client: which one it is, and until when it could be used."""

    jti: str
    until: datetime


class AssertionRefusedError(Exception):
    """An assertion that is not taken; the text says why, and holds nothing of it."""


def claimed(assertion: str) -> Claimed:
    """What it says. Raises AssertionRefusedError."""
    try:
        found = jws.extract_compact(assertion.encode("ascii"))
        claims = json.loads(found.payload)
        header: Mapping[str, Any] = found.headers()
    except (JoseError, ValueError, RecursionError):
        raise AssertionRefusedError("The assertion is no signed JWT.") from None
    if not isinstance(claims, dict):
        raise AssertionRefusedError("The assertion is no signed JWT.")
    told = [claims.get("iss"), *(header.get(name, "") for name in ("kid", "alg", "jku", "typ"))]
    texts = [one if isinstance(one, str) else "" for one in told]
    return Claimed(*texts)


def verified(assertion: str, key: Key, client: str, audience: str, now: datetime) -> Asserted:
    """The assertion, checked with the client's *key*. Raises AssertionRefusedError."""
    try:
        claims = jwt.decode(assertion, key, algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, RecursionError):
        raise AssertionRefusedError("The signature is not that of the client's key.") from None
    _check_times(claims, now)
    if claims.get("iss") != client or claims.get("sub") != client:
        raise AssertionRefusedError("The claims iss and sub are both the client's id.")
    if claims.get("aud") not in (audience, [audience]):
        raise AssertionRefusedError("The claim aud is not this token address, as the SMART configuration names it.")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _MOST_JTI:
        raise AssertionRefusedError("The assertion has no jti, or too long a one.")
    return Asserted(jti, datetime.fromtimestamp(claims["exp"], UTC))


def _check_times(claims: dict[str, Any], now: datetime) -> None:
    moment = int(now.timestamp())
    try:
        jwt.JWTClaimsRegistry(now=moment, exp={"essential": True}).validate({"exp": claims.get("exp")})
        later: dict[str, Any] = {name: claims[name] for name in ("nbf", "iat") if name in claims}
        jwt.JWTClaimsRegistry(now=moment, leeway=int(_SKEW.total_seconds())).validate(later)
    except ExpiredTokenError:
        raise AssertionRefusedError("The assertion has expired.") from None
    except JoseError:
        raise AssertionRefusedError("The assertion has no exp, or is not valid yet.") from None
    if claims["exp"] > moment + (_LONGEST + _SKEW).total_seconds():
        raise AssertionRefusedError("The assertion lasts longer than five minutes.")
