"""Second factor: codes of 30 seconds that a telephone makes out of a secret. https://www.rfc-editor.org/rfc/rfc6238

The secret is sealed with the store's key; a code counts once.
"""

from __future__ import annotations

from datetime import datetime

import pyotp
import segno
from cryptography.fernet import InvalidToken

from natars_fhir.service.upkeep.sealed import box

_WHAT = b"second factor"
_SECONDS = 30
#: Codes of this one and of one step before and after it: clocks differ.
_STEPS = (-1, 0, 1)
_ISSUER = "NATARS"


def made(key: bytes) -> bytes:
    """A new secret, sealed."""
    return box(key, _WHAT).encrypt(pyotp.random_base32().encode())


def secret(key: bytes, sealed: bytes) -> str:
    """The secret as a person types it. Raises ValueError where another key sealed it."""
    try:
        return box(key, _WHAT).decrypt(sealed).decode()
    except InvalidToken:
        raise ValueError("sealed with another key") from None


def address(secret_: str, name: str) -> str:
    """What a telephone reads: https://github.com/google/google-authenticator/wiki/Key-Uri-Format"""
    return pyotp.TOTP(secret_).provisioning_uri(name=name, issuer_name=_ISSUER)


def picture(address_: str) -> str:
    """The address as an SVG that a telephone's camera reads: https://www.iso.org/standard/83389.html (QR code)"""
    return segno.make(address_, error="m", micro=False).svg_inline(scale=4)


def counter(secret_: str, code: str, now: datetime) -> int | None:
    """Which step's code it is; None where it is none of now."""
    typed = "".join(code.split())
    here = int(now.timestamp()) // _SECONDS
    totp = pyotp.TOTP(secret_)
    for step in _STEPS:
        if pyotp.utils.strings_equal(typed, totp.generate_otp(here + step)):
            return here + step
    return None
