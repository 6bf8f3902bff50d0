"""Keys: the public keys with which clients sign. https://www.rfc-editor.org/rfc/rfc7517

Of a set only what can be used counts: RSA of 2,048 bits or more for RS384, P-384 for ES384, each under its own name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, RSAKey

#: Algorithm → the type of its keys (https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html).
ALGORITHMS: Final = {"RS384": "RSA", "ES384": "EC"}

_LEAST_BITS = 2048
_BITS_A_CHARACTER = 6
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key of a client, by its name and type."""

    kid: str
    kty: str
    key: Key


class KeysError(Exception):
    """A set of keys that a client cannot be registered with; the text says why, and holds no key."""


def usable(raw: bytes | str) -> tuple[PublicKey, ...]:
    """The keys of a set that can be used; the others are passed over, for a set may hold keys for other ends."""
    made = (_made(one) for one in _listed(raw))
    return _named(one for one in made if isinstance(one, PublicKey))


def registered(raw: bytes | str) -> tuple[PublicKey, ...]:
    """The keys of a set that people bring along: every one must be right. Raises KeysError."""
    listed = _listed(raw)
    made = [_made(one) for one in listed]
    wrong = next((one for one in made if isinstance(one, str)), "")
    keys = _named(one for one in made if isinstance(one, PublicKey))
    if wrong or not keys:
        raise KeysError(wrong or 'it is no JWKS: {"keys": [...]}, with at least one key')
    if len(keys) < len(listed):
        raise KeysError("two keys have the same kid and kty")
    return keys


def meant(keys: Iterable[PublicKey], kid: str, algorithm: str) -> Key | None:
    """The key that a header names: by `kid`, and of the type that its algorithm has."""
    kty = ALGORITHMS.get(algorithm)
    return next((one.key for one in keys if one.kid == kid and one.kty == kty), None)


def _listed(raw: bytes | str) -> list[Any]:
    try:
        document = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    keys = document.get("keys") if isinstance(document, dict) else None
    return keys if isinstance(keys, list) else []


def _named(keys: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
    """The first of each name and type."""
    found: dict[tuple[str, str], PublicKey] = {}
    for one in keys:
        found.setdefault((one.kid, one.kty), one)
    return tuple(found.values())


def _made(said: Any) -> PublicKey | str:
    """A key, or why it is none that can be used."""
    if not isinstance(said, dict) or not isinstance(said.get("kid"), str) or not said["kid"]:
        return "a key has no kid"
    if _PRIVATE & {*said}:
        return "a key is private or secret: register the public half alone, and make another pair"
    if said.get("use", "sig") != "sig" or said.get("alg", "") not in ("", *ALGORITHMS):
        return "a key is not for signatures by RS384 or ES384"
    try:
        return _checked(said)
    except (JoseError, ValueError, KeyError, TypeError):
        return "a key cannot be read"


def _checked(said: dict[str, Any]) -> PublicKey | str:
    plain: dict[str, Any] = {name: said[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in said}
    if said.get("kty") == "RSA":
        # a short one is not even imported: joserfc would warn of it
        short = len(said["n"]) * _BITS_A_CHARACTER < _LEAST_BITS
        rsa = None if short else RSAKey.import_key(plain)
        if rsa is None or rsa.public_key.key_size < _LEAST_BITS:
            return f"an RSA key has fewer than {_LEAST_BITS} bits"
        return PublicKey(said["kid"], "RSA", rsa)
    if said.get("kty") == "EC" and said.get("crv") == "P-384":
        return PublicKey(said["kid"], "EC", ECKey.import_key(plain))
    return "a key is neither RSA nor P-384"
