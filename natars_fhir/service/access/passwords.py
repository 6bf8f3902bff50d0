"""Passwords: argon2id, and never more than a few at once, for each takes 64 MiB. https://www.rfc-editor.org/rfc/rfc9106"""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

#: https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver: long rather than of many kinds of signs.
LEAST, MOST = 12, 200
#: So many are worked out at once, in a process.
_AT_ONCE = BoundedSemaphore(2)
#: No sign that is taken for another one.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def hashed(password: str) -> str:
    """What is kept of it."""
    with _AT_ONCE:
        return _hasher().hash(_normal(password))


def fits(kept: str, password: str) -> bool:
    """Is it the password? As slow where there is none, so that nobody learns which names there are."""
    with _AT_ONCE:
        try:
            return _hasher().verify(kept or _nobodys(), _normal(password)) and bool(kept)
        except (Argon2Error, InvalidHashError):
            return False


def generated() -> str:
    """A password that nobody chose: five groups of four signs, 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(5))


def weak(password: str, name: str) -> str:
    """Why it cannot be one: ``short``, ``long``, ``name`` or ``plain``; empty where it can."""
    if len(password) < LEAST:
        return "short"
    if len(password) > MOST:
        return "long"
    if name.lower() in password.lower() and len(password) < len(name) + LEAST:
        return "name"
    return "plain" if len({*password}) < LEAST // 2 else ""


def _normal(password: str) -> bytes:
    """The same signs, however a keyboard made them: https://www.rfc-editor.org/rfc/rfc8265#section-4.2.2"""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogateescape")


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys() -> str:
    return _hasher().hash(secrets.token_bytes(16))
