"""Sealed: secrets that are kept for others, unreadable in the store without its key. https://cryptography.io/fernet"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from natars_fhir.fhir import typed

_HEADERS = b"subscription headers"


def seal(key: bytes, headers: Mapping[str, str]) -> bytes | None:
    """The headers, sealed; None where there are none."""
    return box(key, _HEADERS).encrypt(msgspec.json.encode(headers)) if headers else None


def opened(key: bytes, sealed: bytes | None) -> dict[str, str]:
    """The headers. Raises ValueError where another key sealed them."""
    if sealed is None:
        return {}
    try:
        return typed.decode(box(key, _HEADERS).decrypt(bytes(sealed)), dict[str, str])
    except InvalidToken:
        raise ValueError("sealed with another key") from None


def box(key: bytes, what: bytes) -> Fernet:
    """What seals one kind of secrets: each kind has a key of its own, made of the store's."""
    return Fernet(urlsafe_b64encode(hmac.digest(key, b"natars-fhir " + what, "sha256")))
