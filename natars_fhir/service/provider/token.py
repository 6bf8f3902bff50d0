"""Token: what a provider signed of somebody, checked. https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key

from natars_fhir.service.provider.refusal import ProviderRefusedError

#: Algorithm → the type of its keys. No secret of ours signs, and nothing goes unsigned.
ALGORITHMS: Final = {
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "PS384": "RSA", "PS512": "RSA",
    "ES256": "EC", "ES384": "EC", "ES512": "EC",
}  # fmt: skip
#: Seconds by which clocks may differ.
_SKEW = 60
_MOST_SUBJECT = 255

#: The key by its name and type. Raises ProviderRefusedError.
Find = Callable[[str, str], Key]


def checked(token: str, find: Find, issuer: str, client: str, nonce: str, now: datetime) -> Mapping[str, Any]:
    """The claims of a token that is good. Raises ProviderRefusedError."""
    algorithm, kid = _header(token)
    key = find(kid, ALGORITHMS[algorithm])
    try:
        claims = jwt.decode(token, key, algorithms=[algorithm]).claims
    except (JoseError, ValueError, RecursionError):
        raise ProviderRefusedError("signature") from None
    if claims.get("iss") != issuer:
        raise ProviderRefusedError("issuer")
    _check_audience(claims, client)
    _check_times(claims, int(now.timestamp()))
    if claims.get("nonce") != nonce:
        raise ProviderRefusedError("nonce")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _MOST_SUBJECT:
        raise ProviderRefusedError("subject")
    return claims


def _header(token: str) -> tuple[str, str]:
    """Algorithm and name of the key, before anything is believed."""
    try:
        header: Mapping[str, Any] = jws.extract_compact(token.encode("ascii")).headers()
    except (JoseError, ValueError, RecursionError, json.JSONDecodeError):
        raise ProviderRefusedError("signature") from None
    algorithm, kid = header.get("alg"), header.get("kid", "")
    if algorithm not in ALGORITHMS or not isinstance(kid, str):
        raise ProviderRefusedError("signature")
    return str(algorithm), kid


def _check_audience(claims: Mapping[str, Any], client: str) -> None:
    """It is for us alone; a token for several says who asked for it."""
    told = claims.get("aud")
    audience = [told] if isinstance(told, str) else told
    if not isinstance(audience, list) or client not in audience:
        raise ProviderRefusedError("audience")
    if claims.get("azp", client if len(audience) == 1 else None) != client:
        raise ProviderRefusedError("audience")


def _check_times(claims: Mapping[str, Any], moment: int) -> None:
    times = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
    if any(isinstance(one, bool) for one in times.values()):
        raise ProviderRefusedError("time")
    try:
        needed = jwt.JWTClaimsRegistry(now=moment, leeway=_SKEW, exp={"essential": True}, iat={"essential": True})
        needed.validate(times)
    except JoseError:
        raise ProviderRefusedError("time") from None
