"""Sealed: secrets that a subscriber gives us, unreadable in the store without its key. https://cryptography.io/fernet"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping

import msgspec
from cryptography.fernet import Fernet, InvalidToken


def seal(key: bytes, headers: Mapping[str, str]) -> bytes | None:
    """The headers, sealed; None where there are none."""
    return _box(key).encrypt(msgspec.json.encode(headers)) if headers else None


def opened(key: bytes, sealed: bytes | None) -> dict[str, str]:
    """The headers. Raises ValueError where another key sealed them."""
    if sealed is None:
        return {}
    try:
        return msgspec.json.decode(_box(key).decrypt(bytes(sealed)), type=dict[str, str])
    except InvalidToken:
        raise ValueError("sealed with another key") from None


def _box(key: bytes) -> Fernet:
    return Fernet(urlsafe_b64encode(hmac.digest(key, b"natars-fhir subscription headers", "sha256")))
